"""A client as light as Python lets it be: it shakes hands, sends, and hands each frame on as it comes."""

import asyncio
import base64
import itertools
import os
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar, Self, TypeVar, cast
from uuid import UUID

import msgspec

from tests.crowd import Signed

OnFrame = Callable[["Line", bytes, float], None]
"""Gets the socket, the frame's payload and the monotonic moment at which its bytes came."""
Result = TypeVar("Result")

_TEXT = 0x81
_CLOSE = 0x88
_NORMAL = (1000).to_bytes(2, "big")
_MASKED = 0x80
_NO_MASK = bytes(4)
"""The mask of all frames here: a valid one that changes nothing, for the server masks anyway."""
_ROOM = 64 * 1024
"""As it is at first. With less than it has offered already the kernel would drop what comes, and wait for long."""
_HEAD_END = b"\r\n\r\n"
_LINGER_NOT = struct.pack("ii", 1, 0)


class Line(asyncio.Protocol):
    """One socket. Replies go to whoever waits for them, other frames to `on_frame`.

    `welcome` is the reply to `connect`; `closed_with` is the server's close code and reason, once it has said them;
    `ended` is set when the connection is.
    """

    __slots__ = (
        "_buffer",
        "_numbers",
        "_open",
        "_replies",
        "_transport",
        "closed_with",
        "ended",
        "on_frame",
        "welcome",
    )

    watched: ClassVar[Callable[[bytes], None]] = staticmethod(lambda _frame: None)
    """Gets every frame of every line; a benchmark goes without."""

    _transport: asyncio.Transport

    def __init__(self, on_frame: OnFrame | None = None) -> None:
        self.on_frame = on_frame
        self.welcome = b""
        self.closed_with: tuple[int, str] | None = None
        self.ended = asyncio.Event()
        self._buffer = b""
        self._numbers = itertools.count(1)
        self._open: asyncio.Future[None] | None = asyncio.get_running_loop().create_future()
        self._replies: dict[int, asyncio.Future[tuple[bytes, float]]] = {}

    @classmethod
    async def dial(cls, port: int, on_frame: OnFrame | None = None) -> Self:
        """Open a socket, up to the end of the handshake. Raises OSError, also when the node refuses it."""
        _, line = await asyncio.get_running_loop().create_connection(lambda: cls(on_frame), "127.0.0.1", port)
        key = base64.b64encode(os.urandom(16))
        line._transport.write(
            b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: cornerman.v1.json\r\n"
            b"Sec-WebSocket-Key: " + key + _HEAD_END
        )
        assert line._open is not None
        try:
            await line._open
        except BaseException:
            line.hang_up()
            raise
        line._open = None
        return line

    @classmethod
    async def sign_in(
        cls, port: int, person: Signed, device: str, on_frame: OnFrame | None = None, **data: Any
    ) -> Self:
        """Open a socket and connect a device. Raises OSError, also when the node refuses it."""
        line = await cls.dial(port, on_frame)
        try:
            line.welcome, _ = await line.command("connect", {"token": person.token, "device": device, **data})
            line._check_welcome()
        except BaseException:
            line.hang_up()
            raise
        return line

    def _check_welcome(self) -> None:
        if b'"connection"' not in self.welcome:
            raise ConnectionRefusedError(self.welcome.decode())

    async def command(self, type_: str, data: dict[str, Any], key: UUID | None = None) -> tuple[bytes, float]:
        """Send a command; return its reply and the moment when it came. Raises OSError when the socket ends."""
        if self._transport.is_closing() or self.ended.is_set():
            raise ConnectionResetError("the socket has ended")
        number = next(self._numbers)
        message = {"id": number, "type": type_, "data": data}
        if key is not None:
            message["key"] = key
        future: asyncio.Future[tuple[bytes, float]] = asyncio.get_running_loop().create_future()
        self._replies[number] = future
        self.send(msgspec.json.encode(message))
        return await future

    def send(self, payload: bytes) -> None:
        """Send a text frame."""
        length = len(payload)
        head = (
            bytes((_TEXT, _MASKED | length))
            if length < 126
            else bytes((_TEXT, _MASKED | 126)) + length.to_bytes(2, "big")
        )
        self._transport.write(head + _NO_MASK + payload)

    def goodbye(self) -> None:
        """Close with a close frame; `ended` is set once the node has answered."""
        self._transport.write(bytes((_CLOSE, _MASKED | 2)) + _NO_MASK + _NORMAL)

    def stop_reading(self) -> None:
        """Read nothing any more. What comes all the same fills the kernel's room, which does not grow, and then nothing."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
        self._transport.pause_reading()

    def read_on(self) -> None:
        """Read again."""
        self._transport.resume_reading()

    def hang_up(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    def reset(self) -> None:
        """Break the connection, as a network does that fails: the node is told of a reset."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if self._open is not None and self._open.cancelled():
            return
        if self._open is not None and not self._open.done():
            data = self._shaken(self._buffer + data)
        elif self._buffer:
            data = self._buffer + data
        at, end = 0, len(data)
        while end - at >= 2:
            start, length = at + 2, data[at + 1]
            if length >= 126:
                size = 2 if length == 126 else 8
                length = int.from_bytes(data[start : start + size], "big")
                start += size
            if start + length > end:
                break
            if data[at] == _CLOSE:
                self._closed(data[start : start + length])
            else:
                self._take(data[start : start + length], now)
            at = start + length
        self._buffer = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()
        for future in (self._open, *self._replies.values()):
            if future is not None and not future.done():
                future.set_exception(exc or ConnectionResetError("the node closed the socket"))

    def _shaken(self, data: bytes) -> bytes:
        head, found, rest = data.partition(_HEAD_END)
        self._buffer = b"" if found else data
        if found and self._open is not None:
            if head.startswith(b"HTTP/1.1 101 "):
                self._open.set_result(None)
            else:
                self._open.set_exception(ConnectionRefusedError(head.decode()))
                self._transport.abort()
        return rest

    def _closed(self, payload: bytes) -> None:
        self.closed_with = int.from_bytes(payload[:2], "big"), payload[2:].decode()
        self._transport.close()

    def _take(self, payload: bytes, now: float) -> None:
        Line.watched(payload)
        if payload.startswith(b'{"re":'):
            future = self._replies.pop(int(payload[6 : payload.index(b",")]))
            if not future.done():  # else nobody waits any more
                future.set_result((payload, now))
        elif self.on_frame is not None:
            self.on_frame(self, payload, now)


async def each(work: Iterable[Awaitable[Result]], at_once: int) -> list[Result]:
    """Do all the work, so much of it at once, and return the results in the order in which they came."""
    waiting = iter(work)
    results: list[Result] = []

    async def some() -> None:
        for one in waiting:
            results.append(await one)  # noqa: PERF401 - others append meanwhile

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(some())
    return results
