"""The stand on which all is measured: durable PostgreSQL, Valkey, a node as an operator runs it, people in it."""

import os
import resource
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from msgspec import Struct

from storage.embedded.postgres import start_postgres
from storage.embedded.valkey import start_valkey
from storage.postgres import Link
from tests.bench.machine import NODE_CORES, Meter, pin
from tests.crowd import Signed, new_signing_key, sign_up
from tests.nodes import QUIET, Node, free_port

_NO_LIMITS = {
    "CORNERMAN_COMMANDS_PER_SECOND": "100000",
    "CORNERMAN_COMMANDS_BURST": "100000",
    "CORNERMAN_REQUESTS_PER_SECOND": "100000",
    "CORNERMAN_REQUESTS_BURST": "100000",
    "CORNERMAN_SOCKETS_PER_PERSON": "1000",
    "CORNERMAN_LOG_LEVEL": "warning",
    "CORNERMAN_DRAIN_SECONDS": "2",
    **QUIET,
}


class Stand(Struct, frozen=True):
    """The two stores, and the key with which tokens are made here and checked by nodes."""

    folder: Path
    database_url: str
    redis_url: str
    signing_key: str

    @property
    def data_dir(self) -> Path:
        """Where nodes keep their files."""
        return self.folder / "node"

    @contextmanager
    def node(self, **environment: str) -> Iterator[tuple[Node, Meter]]:
        """Start a node on its core, with limits that are not in the way, and with settings of its own."""
        settings = {
            **_NO_LIMITS,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "CORNERMAN_SIGNING_KEY": self.signing_key,
            "CORNERMAN_DATA_DIR": str(self.data_dir),
            **environment,
        }
        node = Node(free_port(), settings, self.folder / "node.log")
        try:
            node.wait_ready()
            pin(node.process.pid, NODE_CORES)
            yield node, Meter(node.process.pid)
        finally:
            node.stop()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Link]:
        """Lend a bare connection."""
        link = await asyncpg.connect(self.database_url)
        try:
            yield link
        finally:
            await link.close()

    async def people(self, count: int) -> list[Signed]:
        """Put people into the database and sign them in."""
        async with self.database() as link:
            return await sign_up(link, self.signing_key, count)


@contextmanager
def stand(data_dir: Path) -> Iterator[Stand]:
    """Start empty stores below the data folder (on its disk, not in memory), for as long as a run takes."""
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=data_dir.resolve()))
    folder.chmod(0o711)
    postgres = valkey = None
    try:
        postgres = start_postgres(folder / "postgres")
        valkey = start_valkey(folder / "valkey")
        yield Stand(folder, postgres.dsn, valkey.url, new_signing_key())
    finally:
        for server in (valkey, postgres):
            if server is not None:
                server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def allow_files(count: int) -> None:
    """Let this process have so many open files. Raises ValueError when the system does not let it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise ValueError(f"{count} open files are needed and {hard} allowed: raise `ulimit -Hn`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def data_folder() -> Path:
    """Return where results go."""
    return Path(os.environ.get("CORNERMAN_DATA_DIR") or ".cornerman")
