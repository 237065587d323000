"""uvicorn's protocols, so changed that a socket can leave them.

A socket that a live endpoint accepts goes over to a protocol of our own (`server.live.handover`). Until the
application asks uvicorn for more than the handshake, nothing that the client sends reaches uvicorn's parser: reading
is paused, and what had come along with the handshake waits. So whoever takes the socket over gets the stream from
its first byte, and an application that does not is served by uvicorn as ever.
"""

import asyncio
import socket
import sys
from typing import Any, Final, cast

from httptools import HttpParserUpgrade
from msgspec import Struct
from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from server.live.opening import MALFORMED, TOO_LARGE, Fault, fault, resource, upgrade
from server.live.transport import CLOSE_SECONDS
from server.live.turnstile import Turnstile

EXTENSION: Final = "cornerman"
"""Key in the scope's `extensions` of the protocol whose socket can be taken over."""

MAX_HEAD_BYTES: Final = 64 * 1024
"""The most bytes, or a slice more, that may come on a connection without ending a head or being of a body."""

_SLICE_BYTES: Final = 16 * 1024
"""How much the parser is given at once, so that it is not given much more than a head may be."""


class Detached(Struct, frozen=True):
    """A socket without a protocol: reading is paused, `early` is what was read and not looked at."""

    transport: asyncio.Transport
    connections: set[Any]
    early: bytes


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP. What follows an upgrade request in the same segment, which uvicorn drops, is passed on.

    A request has to be there within `request_seconds` of the connection, or of its first byte, and its head has a
    bound; uvicorn would wait for ever and keep whatever comes, and whoever opens connections and says little, or does
    not end a header, would hold them all. Nor would it ever give up on a client that asks and does not read: an answer
    of which nothing leaves for `answer_seconds` ends with its connection.

    Opening handshakes pass the `turnstile`, for they cost most of all that comes at once.
    """

    turnstile: Turnstile
    request_seconds = 20.0
    answer_seconds = 20.0
    _segment = b""
    _late: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None
    _refused = False
    _behind: bytes | None = None  # what came behind an opening handshake that waits for its turn
    _head_bytes = 0  # how much came since the last end of a head, or part of a body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection."""
        super().connection_made(transport)
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the connection."""
        self._has_come()
        self._moves()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Take note that the client does not read as fast as is written, and watch it."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """Take note that it has read."""
        self._moves()
        super().resume_writing()

    def _watch(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._stuck = self.loop.call_later(self.answer_seconds, self._judge, left)

    def _judge(self, left: int) -> None:
        if self.transport.get_write_buffer_size() < left:
            self._watch()
        else:
            self.transport.abort()

    def _moves(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def on_headers_complete(self) -> None:
        """Take note that the head has come whole."""
        self._head_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take note of a part of the body; how large it may become is the application's business."""
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take note that the request has come whole."""
        self._has_come()
        self._head_bytes = 0
        super().on_message_complete()

    def _expect_request(self) -> None:
        self._late = self.loop.call_later(self.request_seconds, self.transport.close)

    def _has_come(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def data_received(self, data: bytes) -> None:
        """Read requests."""
        if self._behind is not None:
            self._keep(data)
            return
        if self._late is None and self.cycle.response_complete:
            self._expect_request()
        for start in range(0, len(data), _SLICE_BYTES):
            if self._parsed():
                return
            self._parse(data, start)

    def _parsed(self) -> bool:
        """Say whether the parser gets no more."""
        return self._refused or self._behind is not None or self.transport.is_closing()

    def _parse(self, data: bytes, start: int) -> None:
        piece = data[start : start + _SLICE_BYTES]
        self._segment = data[start:]
        counted = self._head_bytes = self._head_bytes + len(piece)
        super().data_received(piece)
        self._segment = b""
        if self._head_bytes == counted > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)

    def _refuse(self, why: Fault) -> None:
        """Answer and end our half; what the client still sends is read away, so that no reset eats the answer."""
        self._has_come()
        self._refused = True
        if not self.transport.is_closing():
            self.transport.write(why.answer)
            self.transport.write_eof()
            self._late = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def _get_upgrade(self) -> bytes | None:
        return upgrade(self.headers)

    def handle_websocket_upgrade(self) -> None:
        """Go over to the WebSocket protocol soon. Called while the parser's exception is handled."""
        self._has_come()
        wrong = fault(self.parser.get_http_version(), self.headers)
        if wrong is not None:
            self._refuse(wrong)
            return
        self.url = resource(self.url)
        pause = sys.exception()
        self._behind = self._segment[pause.args[0] :] if isinstance(pause, HttpParserUpgrade) else b""
        self.turnstile.enter(self._go_over)

    def _keep(self, data: bytes) -> None:
        """Keep what comes while the handshake waits. Reading goes on, so that we see who gives up."""
        self._behind = (self._behind or b"") + data
        if len(self._behind) > MAX_HEAD_BYTES:
            self.transport.pause_reading()

    def _go_over(self) -> None:
        if self.transport.is_closing():
            return
        super().handle_websocket_upgrade()
        del self.parser  # it knows this object: without the cycle both are freed now
        protocol = self.transport.get_protocol()
        if isinstance(protocol, SocketProtocol):
            protocol.data_received(self._behind or b"")


def passing(handshakes: Turnstile) -> type[HttpProtocol]:
    """Return a protocol whose opening handshakes pass this turnstile: uvicorn makes one for each connection."""

    class Passing(HttpProtocol):
        turnstile = handshakes

    return Passing


class _Left(asyncio.Transport):
    """Stands in uvicorn's object for the transport that left it: closing it closes nothing."""

    def close(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0


_LEFT: Final = _Left()


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, whose socket can be detached between `websocket.accept` and the first use of it."""

    _early: bytearray | None = None

    def handle_connect(self, event: Request) -> None:
        """Start the application, which finds this object in its scope."""
        super().handle_connect(event)
        if not self.transport.is_closing():
            self._early = bytearray()
            self.transport.pause_reading()
            self._extensions[EXTENSION] = self

    @property
    def _extensions(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.scope["extensions"])

    def data_received(self, data: bytes) -> None:
        """Keep what comes with the handshake; it is bounded by what was read at once."""
        if self._early is not None:
            self._early += data
            return
        super().data_received(data)
        if not self.handshake_initiated:
            # The head is whole, and yet the parser took it for none: too many lines, a body. It says so to nobody.
            self.transport.write(b"".join(self.conn.data_to_send()) or MALFORMED.answer)
            self.transport.close()

    async def receive(self) -> ASGIReceiveEvent:
        """Give the application its next event. Behind the first one uvicorn does the reading."""
        if self.queue.empty():
            self._read_here()
        return await super().receive()

    async def send(self, message: ASGISendEvent) -> None:
        """Take what the application sends. Behind the handshake uvicorn does the reading."""
        await super().send(message)
        if message["type"] in {"websocket.send", "websocket.close"}:
            self._read_here()

    def _read_here(self) -> None:
        if self._early is not None:
            early, self._early = bytes(self._early), None
            self.transport.resume_reading()
            if early:
                super().data_received(early)

    async def run_asgi(self) -> None:
        """Run the application. A client that does not read what is left for it is cut off."""
        await super().run_asgi()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    @property
    def detachable(self) -> bool:
        """Say whether `detach` would give the socket: accepted, plain TCP, still open, not yet used."""
        sock = self.transport.get_extra_info("socket")
        return (
            self._early is not None
            and self.handshake_complete
            and not self.transport.is_closing()
            and not self.transport.get_extra_info("sslcontext")
            and sock is not None
            and sock.family in {socket.AF_INET, socket.AF_INET6}
        )

    def detach(self) -> Detached:
        """Give the socket away. To the application it is a lost connection from then on, and may be left."""
        detached = Detached(self.transport, self.connections, bytes(self._early or b""))
        self._early = None
        self.transport = _LEFT
        self.disconnected = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006})
        self.connections.discard(self)
        # Nothing of the handshake may wait for the garbage collector: thousands connect at once after a deploy. The
        # application may hold this object in a cycle of its own, so that what is heavy goes now.
        self.conn.parser.close()
        del self.conn, self.request, self.response
        del self._extensions[EXTENSION]
        return detached
