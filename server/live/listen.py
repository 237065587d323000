"""uvicorn as this server runs it: our protocols, no luxury per connection, and a stop that drains first."""

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn

from channels.wire.codec import MAX_MESSAGE_BYTES
from server.live.turnstile import Turnstile
from server.live.uvicorn_protocol import SocketProtocol, passing

_log = structlog.get_logger(__name__)

_BACKLOG: Final = 4096
"""Connections that wait for us: after a deploy everybody comes back within seconds."""

_DOORS: Final = 4
"""How many connections a turn of the loop takes: uvloop takes one from each listening socket, and in a storm of them a
turn is long. So we listen on so many copies of each; a copy costs some microseconds a connection."""

HANDSHAKES: Final = 2
"""How many opening handshakes a turn of the loop takes: a millisecond, and what follows them takes two more. Others wait
ten turns and more for an answer, so that turns are to be short; and fewer than connections, so that who wants something
else comes in past those who wait."""

_GRACE_SECONDS: Final = 5
"""How long requests under way may still take after the drain."""

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class NotStarted(Exception):  # noqa: N818 - what became of it
    """The application refused to start; the log says why."""


async def listen(
    app: Callable[..., Any],
    *,
    host: str,
    port: int,
    sockets: list[socket.socket] | None = None,
    handshakes: Turnstile | None = None,
    on_started: Callable[[], None],
    drain: Callable[[], Awaitable[None]],
) -> None:
    """Serve until SIGTERM or SIGINT; then drain, while still serving, and stop. A second SIGINT cuts the drain short.

    Listens on `sockets` where given (and closes them), else on host and port. Opening handshakes wait at `handshakes`
    for their turn. Runs on the caller's loop, which is meant to be uvloop's. Signals are taken over in the main thread
    alone, and given back. Cancelling it stops in order but without the drain. Raises OSError when the address is not to
    be had, NotStarted.
    """
    if sockets is None:
        sockets = [bind(host, port)]
    sockets = [copy for sock in sockets for copy in (sock, *(sock.dup() for _ in range(_DOORS - 1)))]
    if handshakes is None:
        handshakes = Turnstile(HANDSHAKES)
    server = _Server(_config(app, handshakes), on_started, drain)
    try:
        await server.serve(sockets)
    finally:
        await server.stop_now(sockets)


def bind(host: str, port: int) -> socket.socket:
    """Open a listening socket; port 0 takes a free one. Raises OSError."""
    six = ":" in host
    family = socket.AF_INET6 if six else socket.AF_INET
    both = host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server((host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=both)


def _config(app: Callable[..., Any], handshakes: Turnstile) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        http=passing(handshakes),
        ws=SocketProtocol,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="on",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        workers=1,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, with the drain between the signal and the stop, and signals that are not raised again."""

    def __init__(
        self, config: uvicorn.Config, on_started: Callable[[], None], drain: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._on_started = on_started
        self._drain = drain
        self._loop = asyncio.get_running_loop()
        self._enough = asyncio.Event()  # the drain is over, or was cut short
        self._stopping = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        try:
            await super().startup(sockets)
        except SystemExit:
            raise NotStarted from None
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then stop listening, close what is left, and end the application."""
        self._stopping = True
        try:
            await self._drained()
        finally:
            await super().shutdown(sockets)

    async def stop_now(self, sockets: list[socket.socket]) -> None:
        """Stop without draining, unless that was done."""
        if self.started and not self._stopping:
            self._stopping = True
            await super().shutdown(sockets)
        for sock in sockets:
            sock.close()

    async def _drained(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                draining = group.create_task(self._drain_fully(), name="drain")
                await self._enough.wait()
                draining.cancel()
        except Exception:  # noqa: BLE001 - whatever it was, the stop goes on
            _log.exception("the drain failed; stopping all the same")

    async def _drain_fully(self) -> None:
        await self._drain()
        self._enough.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal: the first one ends the serving, a further SIGINT the draining."""
        super().handle_exit(sig, frame)
        if self.force_exit:
            self._loop.call_soon_threadsafe(self._enough.set)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals over. uvicorn's own would raise them again at the end, before the caller can clean up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
