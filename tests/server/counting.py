"""A relay in front of PostgreSQL that counts round trips: how often the server says that it waits for the next one."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

_SOCKET = ".s.PGSQL.5432"
_READY = ord("Z")
_HEAD = 5


class Counting:
    """`dsn` leads through the relay; `trips` counts the server's answers since it was last set to 0."""

    def __init__(self, dsn: str, folder: Path) -> None:
        parts = urlsplit(dsn)
        (real,) = parse_qs(parts.query)["host"]
        self._target = f"{real}/{_SOCKET}"
        self._tasks: set[asyncio.Task[None]] = set()
        self.folder = folder
        self.dsn = parts._replace(query=f"host={quote(str(folder))}&port=5432").geturl()
        self.trips = 0

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection's bytes in both directions."""
        from_server, to_server = await asyncio.open_unix_connection(self._target)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._up(reader, to_server))
                group.create_task(self._down(from_server, writer))
        except* (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            to_server.close()

    async def _up(self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            to_server.write(data)
        to_server.close()

    async def _down(self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await from_server.readexactly(_HEAD)
            body = await from_server.readexactly(int.from_bytes(head[1:], "big") - 4)
            self.trips += head[0] == _READY
            writer.write(head + body)


@asynccontextmanager
async def counting(dsn: str) -> AsyncIterator[Counting]:
    """A relay to the server of `dsn`."""
    with tempfile.TemporaryDirectory() as folder:
        relay = Counting(dsn, Path(folder))
        server = await asyncio.start_unix_server(relay.relay, Path(folder) / _SOCKET)
        try:
            yield relay
        finally:
            server.close()
