"""The stand on which all is measured: durable PostgreSQL, Valkey, a node as an operator runs it, people in it."""

import os
import resource
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Struct

from server.accounts.keys import read_keys
from server.accounts.tokens import Tokens
from server.clock import FleetClock
from storage.embedded.postgres import start_postgres
from storage.embedded.valkey import start_valkey
from storage.postgres import Link
from tests.bench.machine import NODE_CORES, Meter, pin
from tests.nodes import Node, free_port

_ADD_PEOPLE = """
INSERT INTO users (id, email, password_hash, name)
SELECT id, id::text || '@example.org', 'none', 'Ada' FROM unnest($1::uuid[]) id
"""
_ADD_FAMILIES = """
INSERT INTO families (user_id, family_id, device, expires_at)
SELECT id, id, 'phone-1', now() + interval '7 days' FROM unnest($1::uuid[]) id
"""
_NO_LIMITS = {
    "CORNERMAN_COMMANDS_PER_SECOND": "100000",
    "CORNERMAN_COMMANDS_BURST": "100000",
    "CORNERMAN_SOCKETS_PER_PERSON": "1000",
    "CORNERMAN_LOG_LEVEL": "warning",
    "CORNERMAN_DRAIN_SECONDS": "2",
}


class Signed(Struct, frozen=True):
    """A person with one sign-in (whose family has their id) and its token."""

    user_id: UUID
    token: str

    @property
    def topic(self) -> str:
        """Their own topic."""
        return f"user:{self.user_id}"


class Stand(Struct, frozen=True):
    """The two stores, and the key with which tokens are made here and checked by nodes."""

    folder: Path
    database_url: str
    redis_url: str
    signing_key: str

    @contextmanager
    def node(self) -> Iterator[tuple[Node, Meter]]:
        """Start a node on its core, with limits that are not in the way."""
        settings = {
            **_NO_LIMITS,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "CORNERMAN_SIGNING_KEY": self.signing_key,
            "CORNERMAN_DATA_DIR": str(self.folder / "node"),
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
        keys = read_keys(self.signing_key)
        tokens = Tokens(keys, issuer="cornerman", audience="cornerman", seconds=3600)
        issued_at = FleetClock().now() - timedelta(seconds=1)
        ids = [uuid4() for _ in range(count)]
        async with self.database() as link:
            await link.execute(_ADD_PEOPLE, ids)
            await link.execute(_ADD_FAMILIES, ids)
        return [Signed(user_id, tokens.issue(user_id, user_id, issued_at, "bench")) for user_id in ids]


@contextmanager
def stand(data_dir: Path) -> Iterator[Stand]:
    """Start empty stores below the data folder (on its disk, not in memory), for as long as a run takes."""
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=data_dir.resolve()))
    folder.chmod(0o711)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    postgres = valkey = None
    try:
        postgres = start_postgres(folder / "postgres")
        valkey = start_valkey(folder / "valkey")
        yield Stand(folder, postgres.dsn, valkey.url, pem)
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
