"""A small ASGI application on the real server, its sockets handed over or served over ASGI, and a bare client."""

import asyncio
import base64
import os
import socket
import struct
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

from websockets.frames import Frame, Opcode

from channels.wire.codec import Subprotocol
from server.live import asgi
from server.live.encoded import Encoded
from server.live.handover import hand_over
from server.live.listen import bind, listen
from server.live.transport import Transport
from server.live.turnstile import Turnstile


class Probe:
    """A receiver that keeps what it is told; `on_message` may do more with a message."""

    def __init__(self, transport: Transport, on_message: "OnMessage | None" = None) -> None:
        self.transport = transport
        self.messages: list[bytes] = []
        self.texts: list[bool] = []
        self.signs_of_life = 0
        self.times_writable = 0
        self.losses = 0
        self._on_message = on_message
        self._news = asyncio.Event()

    def received(self, payload: bytes, *, text: bool) -> None:
        assert self.losses == 0
        self.messages.append(payload)
        self.texts.append(text)
        if self._on_message is not None:
            self._on_message(self, payload)
        self._news.set()

    def alive(self) -> None:
        assert self.losses == 0
        self.signs_of_life += 1

    def writable_again(self) -> None:
        assert self.losses == 0
        assert self.transport.writable
        self.times_writable += 1
        self._news.set()

    def lost(self) -> None:
        self.losses += 1
        self._news.set()

    def is_lost(self) -> bool:
        return self.losses > 0

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until what was told makes the condition true."""
        async with asyncio.timeout(10):
            while not condition():
                self._news.clear()
                await self._news.wait()


OnMessage = Callable[[Probe, bytes], None]


Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Site:
    """The application: accepts every socket and serves it on one of the two paths, or as `accepted` does."""

    def __init__(self, *, hands_over: bool = True, close_seconds: float = 0.3) -> None:
        self.hands_over = hands_over
        self.close_seconds = close_seconds
        self.on_message: OnMessage | None = None
        self.before_accept: Application | None = None
        self.accepted: Application = self._accepted
        self.port = 0
        self.probes: asyncio.Queue[Probe] = asyncio.Queue()
        self._probes: weakref.WeakSet[Probe] = weakref.WeakSet()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})
        else:
            assert (await receive())["type"] == "websocket.connect"
            if self.before_accept is not None:
                await self.before_accept(scope, receive, send)
            offered = scope["subprotocols"]
            await send({"type": "websocket.accept", "subprotocol": offered[0] if offered else None})
            await self.accepted(scope, receive, send)

    async def _accepted(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self.hands_over:
            assert hand_over(scope, self.make_probe, close_seconds=self.close_seconds)
        else:
            await asgi.run(receive, send, self.make_probe, close_seconds=self.close_seconds)

    def make_probe(self, transport: Transport) -> Probe:
        """Make the receiver of a socket, for the test to find."""
        probe = Probe(transport, self.on_message)
        self.probes.put_nowait(probe)
        self._probes.add(probe)
        return probe

    def abandon(self) -> None:
        """Cut all sockets."""
        for probe in self._probes:
            probe.transport.abort()

    async def probe(self) -> Probe:
        """Return the receiver of the next socket."""
        async with asyncio.timeout(10):
            return await self.probes.get()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/live"


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        step = (await receive())["type"]
        await send({"type": f"{step}.complete"})
        if step == "lifespan.shutdown":
            return


def echo(probe: Probe, payload: bytes) -> None:
    """Send a JSON message back in the codec it came in."""
    if probe.texts[-1]:
        probe.transport.write([Encoded(payload)], Subprotocol.JSON)
    else:
        probe.transport.write([Encoded(b'{"binary":true}')], Subprotocol.MSGPACK)


async def _nothing() -> None:
    pass


@asynccontextmanager
async def serving(
    site: Site, drain: Callable[[], Awaitable[None]] = _nothing, handshakes: Turnstile | None = None
) -> AsyncIterator[Site]:
    """Serve the site on a free port."""
    listener = bind("127.0.0.1", 0)
    site.port = listener.getsockname()[1]
    started = asyncio.Event()
    task = asyncio.create_task(
        listen(
            site,
            host="",
            port=0,
            sockets=[listener],
            handshakes=handshakes,
            on_started=started.set,
            drain=drain,
        )
    )
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        yield site
    finally:
        task.cancel()
        await asyncio.wait([task])


class Bare:
    """A client without manners: it sends the bytes it is told to, when it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int, *, early: bytes = b"", receive_buffer: int = 0) -> Self:
        """Shake hands, with `early` in the same segment."""
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(0)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=receive_buffer or 65_536)
        key = base64.b64encode(os.urandom(16))
        writer.write(
            b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n\r\n" + early
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        return cls(reader, writer)

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def frame(self) -> tuple[int, bytes]:
        """Return the opcode and the payload of the next frame."""
        async with asyncio.timeout(10):
            first, length = await self.reader.readexactly(2)
            if length == 126:
                (length,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
            return first & 0x0F, await self.reader.readexactly(length)

    async def close_code(self) -> int:
        """Return the code of the next frame, which is a close."""
        opcode, payload = await self.frame()
        assert opcode == Opcode.CLOSE, (opcode, payload)
        return int.from_bytes(payload[:2], "big")

    async def end(self) -> bytes:
        """Return what comes until the server ends the connection."""
        async with asyncio.timeout(10):
            return await self.reader.read()

    def reset(self) -> None:
        """End the connection as a dying process does."""
        self.writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.writer.transport.abort()


def masked(opcode: Opcode, payload: bytes = b"", *, fin: bool = True) -> bytes:
    """Return a client's frame."""
    return Frame(opcode, payload, fin=fin).serialize(mask=True)


async def eventually(condition: Callable[[], object]) -> None:
    """Wait for what tells nobody that it happened."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.005)
