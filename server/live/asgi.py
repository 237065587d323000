"""A socket over plain ASGI, for servers and connections that cannot hand theirs over: TLS in the process, tests.

The application's task stays and runs two more, a sender and a reader, until the socket is gone. A message costs a
call of its own, and below us lies the server's buffer, so that less can be conflated than on a handed-over socket.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from channels.wire.codec import Subprotocol
from server.live.encoded import Encoded
from server.live.transport import CLOSE_SECONDS, HIGH_WATER_BYTES, MakeReceiver, Receiver


async def run(
    receive: Callable[[], Awaitable[Any]],
    send: Callable[[Any], Awaitable[None]],
    make_receiver: MakeReceiver,
    *,
    peer: str = "",
    close_seconds: float = CLOSE_SECONDS,
) -> None:
    """Serve an accepted socket until it is gone. `peer` is the client's address."""
    transport = AsgiTransport(peer, close_seconds)
    receiver = make_receiver(transport)
    try:
        async with asyncio.TaskGroup() as group:
            ends = group.create_task(transport.send_all(send, receiver), name="live-send")
            reads = group.create_task(transport.receive_all(receive, receiver), name="live-receive")
            await transport.gone.wait()
            ends.cancel()
            reads.cancel()
    finally:
        transport.end()
        receiver.lost()


class AsgiTransport:
    """One WebSocket over ASGI's `send` and `receive`."""

    __slots__ = (
        "_close_seconds",
        "_deadline",
        "_farewell",
        "_reading",
        "_waiting",
        "_waiting_bytes",
        "_wake",
        "gone",
        "peer",
        "writable",
    )

    def __init__(self, peer: str, close_seconds: float) -> None:
        self.peer = peer
        self.writable = True
        self.gone = asyncio.Event()
        self._close_seconds = close_seconds
        self._deadline: asyncio.TimerHandle | None = None
        self._farewell: dict[str, Any] | None = None
        self._waiting: deque[tuple[bytes, bool]] = deque()  # payloads, and whether each is text
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()

    @property
    def _open(self) -> bool:
        return self._farewell is None and not self.gone.is_set()

    def write(self, frames: Sequence[Encoded], subprotocol: Subprotocol) -> None:
        """Send messages, one call each."""
        if not self._open:
            return
        text = subprotocol is Subprotocol.JSON
        for encoded in frames:
            payload = encoded.payload(subprotocol)
            self._waiting.append((payload, text))
            self._waiting_bytes += len(payload)
        self.writable = self._waiting_bytes <= HIGH_WATER_BYTES
        self._wake.set()

    def close(self, code: int, reason: str = "") -> None:
        """Send a close after what waits, and end at the client's own or at the deadline."""
        if self._open:
            self._farewell = {"type": "websocket.close", "code": code, "reason": reason}
            self.writable = False
            self._wake.set()
            self._reading.set()
            self._deadline = asyncio.get_running_loop().call_later(self._close_seconds, self.gone.set)

    def abort(self) -> None:
        """End now; the server closes the connection."""
        self.writable = False
        self.gone.set()

    def pause_reading(self) -> None:
        """Hold back all that comes."""
        if self._open:
            self._reading.clear()

    def resume_reading(self) -> None:
        """Receive again."""
        self._reading.set()

    def end(self) -> None:
        """Keep nothing: whoever still knows this object finds it closed."""
        self.abort()
        self._waiting.clear()
        if self._deadline is not None:
            self._deadline.cancel()

    async def send_all(self, send: Callable[[Any], Awaitable[None]], receiver: Receiver) -> None:
        """Send what is written until the close; when the client is gone, so are we."""
        with suppress(OSError):
            while True:
                while self._waiting:
                    await self._send_next(send, receiver)
                if self._farewell is not None:
                    await send(self._farewell)
                    return
                self._wake.clear()
                await self._wake.wait()
        self.gone.set()

    async def _send_next(self, send: Callable[[Any], Awaitable[None]], receiver: Receiver) -> None:
        payload, text = self._waiting.popleft()
        if text:
            await send({"type": "websocket.send", "text": payload.decode()})
        else:
            await send({"type": "websocket.send", "bytes": payload})
        self._waiting_bytes -= len(payload)
        if self._open and not self.writable and self._waiting_bytes <= HIGH_WATER_BYTES // 4:
            self.writable = True
            receiver.writable_again()

    async def receive_all(self, receive: Callable[[], Awaitable[Any]], receiver: Receiver) -> None:
        """Receive until the end; after a close nothing but the end counts.

        While reading is paused one message is fetched all the same, so that the end of the connection is seen.
        """
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                self.gone.set()
                return
            while not self._reading.is_set():  # again: it may be paused anew before this task runs
                await self._reading.wait()
            if self._open:
                _pass_on(message, receiver)


def _pass_on(message: dict[str, Any], receiver: Receiver) -> None:
    receiver.alive()
    text = message.get("text")
    if text is not None:
        receiver.received(text.encode(), text=True)
    else:
        receiver.received(message["bytes"], text=False)
