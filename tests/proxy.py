"""A TCP proxy between a client and nodes: it delays each way, cuts, freezes and changes where it leads."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

Delay = Callable[[], float]
"""Returns the seconds that the next piece of bytes takes; pieces never overtake each other."""


def no_delay() -> float:
    """Pass bytes on at once."""
    return 0.0


class Proxy:
    """Listens on `port` and leads to `target` (a port), which may change; new connections go to the newest."""

    def __init__(self, target: int, there: Delay, back: Delay) -> None:
        self.target = target
        self.there = there
        self.back = back
        self.port = 0
        self.frozen = False
        """Nothing passes, nothing closes: a half-open connection."""
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pipes: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where clients go."""
        return f"http://127.0.0.1:{self.port}"

    async def listen(self) -> None:
        """Begin to take connections."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection; new ones are taken."""
        for writer in self._writers:
            writer.transport.abort()

    def close(self) -> None:
        """Break every connection and take no new ones."""
        if self._server is not None:
            self._server.close()
        self.cut()
        for pipe in self._pipes:
            pipe.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        self._pipe(reader, far_writer, self.there)
        self._pipe(far_reader, writer, self.back)

    def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: Delay) -> None:
        pipe = asyncio.create_task(self._pass_on(reader, writer, delay))
        self._pipes.add(pipe)
        pipe.add_done_callback(self._pipes.discard)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: Delay
    ) -> None:
        loop = asyncio.get_running_loop()
        arrives = 0.0
        # Timers of the same moment fire in any order: each takes the oldest piece, not its own.
        under_way: deque[bytes] = deque()
        with suppress(ConnectionError):
            while piece := await reader.read(65536):
                arrives = max(arrives, loop.time() + delay())
                under_way.append(piece)
                loop.call_at(arrives, self._write, writer, under_way)
        await asyncio.sleep(max(0.0, arrives - loop.time()))
        while under_way:
            self._write(writer, under_way)
        writer.transport.abort()
        self._writers.discard(writer)

    def _write(self, writer: asyncio.StreamWriter, under_way: deque[bytes]) -> None:
        if under_way:
            piece = under_way.popleft()
            if not self.frozen and not writer.transport.is_closing():
                writer.write(piece)


@asynccontextmanager
async def proxy_to(target: int, there: Delay = no_delay, back: Delay = no_delay) -> AsyncIterator[Proxy]:
    """A proxy that listens until the end."""
    proxy = Proxy(target, there, back)
    await proxy.listen()
    try:
        yield proxy
    finally:
        proxy.close()
