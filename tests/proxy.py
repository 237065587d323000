"""A TCP proxy in front of a node or a store, and what a network does: delay, throttle, reset, swallow, refuse.

It holds at most 8 KiB of each direction of a connection, in its own memory: who is throttled or does not read pushes
back on who sends, as if the proxy were not there. It reads only for what it has room for, and writes only while the
socket takes it, so that nothing gathers in a transport either. A delay is a queue of pieces with their moment of
arrival; it counts to the 8 KiB, so that a way with a delay of 100 ms carries 80 KiB/s.
"""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from tests.flow import HELD_BYTES, Connection, Way

Target: TypeAlias = int | Path
"""A port of this machine, or the path of a Unix socket."""

_SEGMENT_BYTES = 1448
_BACKLOG = 4096


class Proxy:
    """Listens on `port` and leads to `target`, which may change; new connections go to the newest."""

    def __init__(self, target: Target, there: Way, back: Way) -> None:
        self.target = target
        self.there = there
        """The way from the client to the target."""
        self.back = back
        self.port = 0
        self.connections: dict[Connection, None] = {}
        """Those that are open, the oldest first."""
        self.scratch = memoryview(bytearray(HELD_BYTES))
        self._open = asyncio.Event()
        self._open.set()
        self._place: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._connecting: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where clients of a node go."""
        return f"http://127.0.0.1:{self.port}"

    def before(self, url: str) -> str:
        """The URL of a store, as reached through this proxy."""
        parts = urlsplit(url)
        account = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        options = {name: value for name, value in options.items() if name not in {"host", "port"}}
        scheme, path = ("redis", "") if parts.scheme == "unix" else (parts.scheme, parts.path)
        query = f"?{urlencode(options, quote_via=quote)}" if options else ""
        return f"{scheme}://{account}127.0.0.1:{self.port}{path}{query}"

    async def listen(self) -> None:
        """Take connections, also again after `refuse`."""
        if self._place is None:
            self._place = _bound(0)
            self.port = self._place.getsockname()[1]
        loop = asyncio.get_running_loop()
        listener = _bound(self.port)
        _narrow(listener, sends=self.back, receives=self.there)
        self._server = await loop.create_server(
            lambda: Connection(self, self.there, self.back).near, sock=listener, backlog=_BACKLOG
        )

    def refuse(self) -> None:
        """Close the port, which stays ours; what is connected stays so."""
        if self._server is not None:
            self._server.close()
            self._server = None

    @property
    def black_hole(self) -> bool:
        """Connections are taken and stay open, and nothing passes: a half-open link. What was sent passes afterwards."""
        return not self._open.is_set()

    @black_hole.setter
    def black_hole(self, value: bool) -> None:
        if value:
            self._open.clear()
        else:
            self._open.set()
        for connection in tuple(self.connections):
            connection.look_again()

    @property
    def passable(self) -> bool:
        """Whether it is no black hole."""
        return self._open.is_set()

    def reset(self) -> None:
        """Break every connection, both ends at once; new ones are taken."""
        for connection in tuple(self.connections):
            connection.reset()

    def reset_one(self, chance: random.Random) -> None:
        """Break one of the connections, if there is one."""
        if self.connections:
            chance.choice(list(self.connections)).reset()

    def close(self) -> None:
        """Break every connection and take no new ones."""
        self.refuse()
        if self._place is not None:
            self._place.close()
        for task in self._connecting:
            task.cancel()
        self.reset()

    def entered(self, connection: Connection) -> None:
        """Lead a new connection on to the target."""
        self.connections[connection] = None
        task = asyncio.create_task(self._lead_on(connection))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    def left(self, connection: Connection) -> None:
        """Forget a connection that is gone."""
        self.connections.pop(connection, None)

    async def _lead_on(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        await self._open.wait()
        try:
            far = await self._reached()
        except OSError:
            connection.reset()
            return
        if isinstance(self.target, Path):
            await loop.create_unix_connection(lambda: connection.far, sock=far)
        else:
            await loop.create_connection(lambda: connection.far, sock=far)
        connection.look_again()

    async def _reached(self) -> socket.socket:
        target = self.target
        family = socket.AF_UNIX if isinstance(target, Path) else socket.AF_INET
        far = socket.socket(family, socket.SOCK_STREAM)
        far.setblocking(False)  # noqa: FBT003 - the standard library's signature
        _narrow(far, sends=self.there, receives=self.back)
        try:
            address = str(target) if isinstance(target, Path) else ("127.0.0.1", target)
            await asyncio.get_running_loop().sock_connect(far, address)
        except BaseException:
            far.close()
            raise
        return far


def _bound(port: int) -> socket.socket:
    # The port stays ours while nobody listens: a socket that is bound and does not listen keeps it.
    listener = socket.socket()
    for shared in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        listener.setsockopt(socket.SOL_SOCKET, shared, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _narrow(end: socket.socket, *, sends: Way, receives: Way) -> None:
    """Leave little room in the kernel where a way is throttled."""
    if sends.rate:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, sends.holds)
    if receives.rate:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives.holds)
        if end.family == socket.AF_INET:
            # Segments of this machine's own net are 64 KiB: a window below that would move in jerks.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT_BYTES)


def target_of(url: str) -> Target:
    """Where a store listens."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return Path(unquote(parts.path))
    options = parse_qs(parts.query)
    if "host" in options:
        return Path(options["host"][0]) / f".s.PGSQL.{options['port'][0]}"
    assert parts.port is not None
    return parts.port


@asynccontextmanager
async def proxy_to(target: Target, there: Way | None = None, back: Way | None = None) -> AsyncIterator[Proxy]:
    """A proxy that listens until the end."""
    proxy = Proxy(target, there or Way(), back or Way())
    await proxy.listen()
    try:
        yield proxy
    finally:
        proxy.close()
        await asyncio.sleep(0)
