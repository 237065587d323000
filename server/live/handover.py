"""A socket on a protocol of our own, in place of uvicorn's: about a tenth of its memory, and one write per call.

    OPEN ──close()──► CLOSING ──the client's close──► ENDING ──► LOST
      └──the client's close, a fault, abort()────────►

In CLOSING only pings are answered and the client's close is looked for, in ENDING nothing. From leaving OPEN on a deadline runs, after which
the connection is cut whatever still waits.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from channels.closing import CloseCode
from channels.wire.codec import Subprotocol
from server.live.encoded import Encoded
from server.live.frames import (
    Close,
    Event,
    FrameError,
    FrameReader,
    Message,
    Opcode,
    Ping,
    close_frame,
    frame,
)
from server.live.transport import CLOSE_SECONDS, HIGH_WATER_BYTES, MakeReceiver, Receiver
from server.live.uvicorn_protocol import EXTENSION, Detached, SocketProtocol

_SPREAD_SECONDS: Final = "2"

_SLICE_BYTES: Final = 4 * 1024
"""How much of what a client sent is read in one turn of the loop: a hundred of its messages, a millisecond or less."""


class _Phase(IntEnum):
    OPEN = 0
    CLOSING = 1
    ENDING = 2
    LOST = 3


def hand_over(
    scope: Mapping[str, Any], make_receiver: MakeReceiver, *, close_seconds: float = CLOSE_SECONDS
) -> bool:
    """Take an accepted socket over from uvicorn; the application then returns, and the socket stays.

    Call it after `websocket.accept` was sent and before anything else is sent or received. False when the server is
    another one, the connection is not plain TCP, or is already gone: then `server.live.asgi` serves it.
    """
    protocol = (scope.get("extensions") or {}).get(EXTENSION)
    if not isinstance(protocol, SocketProtocol) or not protocol.detachable:
        return False
    handed = HandedOver(protocol.transport, close_seconds)
    receiver = make_receiver(handed)
    handed.start(receiver, protocol.detach())
    return True


class HandedOver(asyncio.Protocol):
    """One WebSocket on a plain TCP connection: a `Transport`, and uvicorn's view of a connection."""

    __slots__ = (
        "_close_seconds",
        "_connections",
        "_deadline",
        "_held",
        "_paused",
        "_phase",
        "_pong",
        "_reader",
        "_receiver",
        "_transport",
        "_unread",
        "writable",
    )

    _receiver: Receiver
    _connections: set[Any]

    def __init__(self, transport: asyncio.Transport, close_seconds: float) -> None:
        self._transport = transport
        self._close_seconds = close_seconds
        self._reader = FrameReader()
        self._phase = _Phase.OPEN
        self._deadline: asyncio.TimerHandle | None = None
        self._paused = False
        self._held: list[Event] | None = None  # what came along with the message on which reading was paused
        self._pong: bytes | None = None  # the newest pong, waiting for room
        self._unread = b""  # what came in the same segment and was not looked at
        self.writable = True

    def start(self, receiver: Receiver, detached: Detached) -> None:
        """Take the connection's callbacks over; receiving starts in the loop's next turn."""
        self._receiver = receiver
        self._connections = detached.connections
        self._connections.add(self)
        self._transport.set_protocol(self)
        # What the kernel does not take at once is the last that it is given, until it has.
        self._transport.set_write_buffer_limits(high=0)
        _keep_little_unsent(self._transport)
        asyncio.get_running_loop().call_soon(self._begin, detached.early)

    def _begin(self, early: bytes) -> None:
        if early:
            self.data_received(early)
        if not self._paused and not self._unread:
            self._transport.resume_reading()

    @property
    def peer(self) -> str:
        """The client's address, without its port."""
        name = self._transport.get_extra_info("peername")
        return str(name[0]) if name else ""

    def write(self, frames: Sequence[Encoded], subprotocol: Subprotocol) -> None:
        """Send messages with one call to the system."""
        if self._phase is not _Phase.OPEN or not frames:
            return
        if len(frames) == 1:
            self._transport.write(frames[0].frame(subprotocol))
        else:
            self._transport.write(b"".join([encoded.frame(subprotocol) for encoded in frames]))

    def close(self, code: int, reason: str = "") -> None:
        """Send a close, and end the connection at the client's own or at the deadline."""
        if self._phase is _Phase.OPEN:
            self._leave_open(_Phase.CLOSING)
            self._transport.write(close_frame(code, reason))

    def abort(self) -> None:
        """Cut the connection."""
        if self._phase is not _Phase.LOST:
            self._leave_open(_Phase.ENDING)
            self._transport.abort()

    def shutdown(self) -> None:
        """Close what the node's own drain left behind. uvicorn calls this when it stops."""
        self.close(CloseCode.DRAINING, _SPREAD_SECONDS)

    def pause_reading(self) -> None:
        """Hold back all that comes."""
        if self._phase is _Phase.OPEN:
            self._paused = True
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Go on with what was held back, in the loop's next turn: the receiver is in the middle of something."""
        if self._phase is _Phase.OPEN and self._paused:
            self._paused = False
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        """Take what was held back, then a slice of what was not looked at, then what the system has."""
        if self._phase is _Phase.LOST or self._paused:
            return
        held, self._held = self._held, None
        if held is not None:
            self._take(held)
        if not self._holding_back():
            unread, self._unread = self._unread, b""
            self._read(unread)
        if not self._holding_back() and not self._unread and not self._transport.is_closing():
            self._transport.resume_reading()

    def _holding_back(self) -> bool:
        """Say whether reading is paused, which a receiver may have done meanwhile."""
        return self._paused

    def data_received(self, data: bytes) -> None:
        """Read frames."""
        if self._phase is _Phase.OPEN:
            self._receiver.alive()
        self._read(data)

    def _read(self, data: bytes) -> None:
        """Read a slice now and the rest in later turns: others do not wait for what one client sends at once."""
        if self._phase >= _Phase.ENDING:
            return
        try:
            events = self._reader.feed(data[:_SLICE_BYTES])
        except FrameError as fault:
            self._take(fault.before)
            self._fail(fault)
        else:
            self._take(events)
        if len(data) > _SLICE_BYTES and self._phase < _Phase.ENDING:
            self._unread = data[_SLICE_BYTES:]
            if not self._paused:
                self._transport.pause_reading()
                asyncio.get_running_loop().call_soon(self._go_on)

    def _take(self, events: list[Event]) -> None:
        for at, event in enumerate(events):
            if self._phase is _Phase.OPEN and self._paused:
                self._held = events[at:]
                break
            if isinstance(event, Close):
                self._answer_close(event)
            elif isinstance(event, Ping):
                self._pong = event.payload
            elif isinstance(event, Message) and self._phase is _Phase.OPEN:
                self._receiver.received(event.payload, text=event.text)
        if self._pong is not None:
            self._answer_ping()

    def _answer_ping(self) -> None:
        """Answer the newest ping alone (section 5.5.3): a client that pings without reading gets no queue of pongs.

        Also between our close and the client's (section 5.5.2), while there is room.
        """
        if self._phase >= _Phase.ENDING:
            self._pong = None
        elif self._pong is not None and not self._transport.get_write_buffer_size():
            self._transport.write(frame(Opcode.PONG, self._pong))
            self._pong = None

    def _answer_close(self, event: Close) -> None:
        if self._phase is _Phase.OPEN:
            self._transport.write(close_frame(event.code))
        self._leave_open(_Phase.ENDING)
        self._transport.close()

    def _fail(self, fault: FrameError) -> None:
        """Say what was wrong and end our half; the rest of the client's is read away, so that no reset eats our words."""
        if self._phase is _Phase.OPEN:
            self._transport.write(close_frame(fault.code, fault.reason))
        if self._phase < _Phase.ENDING:
            self._leave_open(_Phase.ENDING)
            self._transport.write_eof()

    def _leave_open(self, phase: _Phase) -> None:
        self._phase = phase
        self.writable = False
        self._held = None
        loop = asyncio.get_running_loop()
        if self._paused:
            self._paused = False
            loop.call_soon(self._go_on)
        if self._deadline is None:
            self._deadline = loop.call_later(self._close_seconds, self._transport.abort)

    def pause_writing(self) -> None:
        """Note that the kernel takes no more."""
        self.writable = False

    def resume_writing(self) -> None:
        """Note that what waited is gone."""
        if self._phase is _Phase.OPEN:
            self.writable = True
            self._answer_ping()
            self._receiver.writable_again()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the cause changes nothing
        """Note the end."""
        self._phase = _Phase.LOST
        self.writable = False
        self._held = None
        self._unread = b""
        if self._deadline is not None:
            self._deadline.cancel()
        self._connections.discard(self)
        receiver = self._receiver
        del self._receiver  # it knows this object: without the cycle both are freed now
        receiver.lost()


def _keep_little_unsent(transport: asyncio.Transport) -> None:
    """Let the kernel take no more than it can send soon: what waits above it can still be conflated or merged."""
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if option is not None:
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, option, HIGH_WATER_BYTES)
