"""Where a live socket's bytes end and its meaning begins: two ports, one for each direction.

`server.live.handover` and `server.live.asgi` are the two transports. Everything is synchronous and is called on the
loop; nothing here waits.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from channels.wire.codec import Subprotocol
from server.live.encoded import Encoded

HIGH_WATER_BYTES: Final = 4 * 1024
"""What is written at once, and what the kernel may keep unsent of it: so much may wait at each of the two, below the
sender's own queues. All above can still be conflated or merged, and on a narrow line what is below takes long."""

CLOSE_SECONDS: Final = 2.0
"""How long the client has to answer a close before the connection is cut."""


class Transport(Protocol):
    """One open socket as its sender sees it. After its end every method does nothing."""

    @property
    def writable(self) -> bool:
        """Say whether writing makes sense now: hardly anything waits and nothing was closed."""

    @property
    def peer(self) -> str:
        """The address of the other end, without its port; empty where it is not known."""

    def write(self, frames: Sequence[Encoded], subprotocol: Subprotocol) -> None:
        """Send these messages in order, joined. A sender that ignores `writable` only adds to what waits."""

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye after all that was written, and end the connection when the client has answered or is late.

        Nothing is received any more; `lost` still comes. Only the first call counts.
        """

    def abort(self) -> None:
        """Cut the connection without a word."""

    def pause_reading(self) -> None:
        """Receive nothing until reading is resumed, not even what came along with the message just received."""

    def resume_reading(self) -> None:
        """Receive again, from the next turn of the loop on."""


class Receiver(Protocol):
    """What a transport tells. It may call the transport back from within any of these; it must not raise."""

    def received(self, payload: bytes, *, text: bool) -> None:
        """Take one whole message; `text` says which kind of frame it came in (the payload is valid UTF-8 then)."""

    def alive(self) -> None:
        """Note that the client sent something, be it a message, a part of one, or a ping."""

    def writable_again(self) -> None:
        """Note that `writable` went from false to true."""

    def lost(self) -> None:
        """Note the end of the connection, whatever its cause: called exactly once, and nothing is called after it."""


MakeReceiver = Callable[[Transport], Receiver]
"""Makes the receiver of a transport that is about to start; it may keep the transport, not use it yet."""
