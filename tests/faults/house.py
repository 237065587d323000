"""The house under fire: PostgreSQL, Valkey and nodes, each behind a proxy, and all that can be done to them."""

import asyncio
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from unittest.mock import patch

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from storage.embedded import child
from storage.embedded.postgres import Postgres, start_postgres
from storage.embedded.valkey import Valkey, start_valkey
from storage.migrate import migrate
from storage.postgres import Link
from tests.crowd import Signed, new_signing_key, sign_up
from tests.faults.main_thread import MainThread
from tests.faults.noun import TABLE
from tests.flow import Way
from tests.nodes import QUIET, Node, free_port
from tests.proxy import Proxy, target_of
from tests.visitor import visitor

_SIGNED_AT_ONCE = 100
_MODULE = "tests.faults.node"
_PROGRAM = (sys.executable, "-m", _MODULE)
_ENVIRONMENT = {
    "CORNERMAN_COMMANDS_PER_SECOND": "100000",
    "CORNERMAN_COMMANDS_BURST": "100000",
    "CORNERMAN_REQUESTS_PER_SECOND": "100000",
    "CORNERMAN_REQUESTS_BURST": "100000",
    "CORNERMAN_LOG_LEVEL": "info",
    "CORNERMAN_DRAIN_SECONDS": "5",
    **QUIET,
}


class Place:
    """Where a node stands: its port and the proxy before it stay when it is killed and started again."""

    def __init__(self, port: int, door: Proxy) -> None:
        self.port = port
        self.door = door
        self.node: Node | None = None
        self.starts = 0

    @property
    def up(self) -> bool:
        """Whether clients are led here."""
        return self.node is not None and self.node.process.poll() is None


class House:
    """See the module. Made by `house`."""

    def __init__(
        self,
        main: MainThread,
        folder: Path,
        postgres: Postgres,
        valkey: Valkey,
        program: tuple[str, ...] | str,
    ) -> None:
        self._main = main
        self._program = program
        self.folder = folder
        self.signing_key = new_signing_key()
        self._admin_token = secrets.token_hex(32)
        self.places: list[Place] = []
        self.database_door = Proxy(target_of(postgres.dsn), Way(), Way())
        self.redis_door = Proxy(target_of(valkey.url), Way(), Way())
        self._postgres = postgres
        self._valkey = valkey
        self._topics = 0

    @property
    def dsn(self) -> str:
        """PostgreSQL itself, past the proxy."""
        return self._postgres.dsn

    @property
    def redis_url(self) -> str:
        """Valkey itself, past the proxy."""
        return self._valkey.url

    @property
    def postgres_pid(self) -> int:
        """PostgreSQL's process."""
        return self._postgres.child.pid

    @property
    def postgres_runs(self) -> bool:
        """Whether PostgreSQL has not ended by itself."""
        return self._postgres.child.poll() is None

    @property
    def valkey_pid(self) -> int:
        """Valkey's process."""
        return self._valkey.pid

    def port(self, chance: random.Random) -> int:
        """Return the port of some node that is up, as a load balancer would."""
        up = [place.door.port for place in self.places if place.up]
        if not up:
            raise ConnectionRefusedError("no node is up")
        return chance.choice(up)

    def topics(self, count: int) -> list[str]:
        """Return topics that nobody has used."""
        self._topics += count
        return [f"notes:{number}" for number in range(self._topics - count, self._topics)]

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Link]:
        """Lend a connection past the proxy."""
        link = await asyncpg.connect(self.dsn)
        try:
            yield link
        finally:
            await link.close()

    @asynccontextmanager
    async def redis(self) -> AsyncIterator[Redis]:
        """Lend a connection to Valkey past the proxy."""
        redis = Redis.from_url(self._valkey.url)
        try:
            yield redis
        finally:
            await redis.aclose()

    async def people(self, count: int) -> list[Signed]:
        """Put people into the database and sign them in."""
        signed = []
        async with self.database() as link:
            # Not all at once: signing takes a while, and the proxies on this loop serve others.
            for start in range(0, count, _SIGNED_AT_ONCE):
                signed += await sign_up(link, self.signing_key, min(_SIGNED_AT_ONCE, count - start))
        return signed

    async def stand(self, nodes: int) -> None:
        """Have so many nodes up and ready, and both stores in reach."""
        while len(self.places) < nodes:
            port = free_port()
            door = Proxy(port, Way(), Way())
            await door.listen()
            self.places.append(Place(port, door))
        for place in self.places[nodes:]:
            await self.end(place)
        async with asyncio.TaskGroup() as group:
            for place in self.places[:nodes]:
                if not place.up:
                    group.create_task(self.start(place))

    async def start(self, place: Place, **environment: str) -> None:
        """Start a node and wait until it is ready."""
        place.starts += 1
        name = f"node-{place.port}"
        settings = {
            **_ENVIRONMENT,
            "DATABASE_URL": self.database_door.before(self._postgres.dsn),
            "REDIS_URL": self.redis_door.before(self._valkey.url),
            "CORNERMAN_SIGNING_KEY": self.signing_key,
            "CORNERMAN_ADMIN_TOKEN": self._admin_token,
            "CORNERMAN_DATA_DIR": str(self.folder / name),
            **environment,
        }
        # What is imported before a fork is as it is: settings that change the server itself need a process of its own.
        program = _PROGRAM if environment else self._program
        node = Node(place.port, settings, self.folder / f"{name}.log", program=program)
        try:
            await asyncio.to_thread(node.wait_ready)
        except BaseException:
            node.process.kill()
            raise
        place.node = node

    async def measured(self, place: Place, name: str, **labels: str) -> float:
        """Return the sum of what a node's /metrics say under this name, where it has these labels."""
        headers = {"Authorization": f"Bearer {self._admin_token}"}
        async with visitor(f"http://127.0.0.1:{place.port}", timeout=5, headers=headers) as http:
            answer = await http.get("/metrics")
        assert answer.status_code == httpx.codes.OK, answer.text
        return sum(
            sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
            if sample.name == f"cornerman_{name}" and labels.items() <= sample.labels.items()
        )

    async def kill(self, place: Place) -> None:
        """Kill a node without a word."""
        node, place.node = place.node, None
        if node is not None:
            await asyncio.to_thread(node.kill)

    async def end(self, place: Place) -> None:
        """Ask a node to stop, as a deploy does, and wait for it; clients are led elsewhere from the beginning."""
        node, place.node = place.node, None
        if node is not None:
            assert await asyncio.to_thread(node.stop) == 0, "the node did not stop cleanly"

    async def restart_redis(self, seconds: float = 0.5) -> None:
        """Kill Valkey; after so many seconds an empty one takes its place."""
        self._valkey.child.kill()
        await self._main.do(self._valkey.stop)
        await asyncio.sleep(seconds)
        self._valkey = await self._main.do(lambda: start_valkey(self.folder / "valkey"))

    async def crash_postgres(self) -> None:
        """Kill PostgreSQL as a power cut would, as far as a process can tell."""
        self._postgres.child.kill()
        await self._main.do(self._postgres.stop)

    async def start_postgres(self, **environment: str) -> None:
        """Start PostgreSQL on the data that it left."""

        def start() -> Postgres:
            # An embedded server gets nothing of our environment, and has no setting for that.
            with patch.dict(child._ENVIRONMENT, environment):
                return start_postgres(self.folder / "postgres")

        self._postgres = await self._main.do(start)

    async def close(self) -> None:
        """End everything, whatever state it is in."""
        for door in (self.database_door, self.redis_door, *(place.door for place in self.places)):
            door.close()
        await self._main.do(self._end_processes)

    def _end_processes(self) -> None:
        for place in self.places:
            if place.node is not None:
                place.node.process.kill()
                place.node.stop()
        for pid in (self.valkey_pid, self.postgres_pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._valkey.stop()
        self._postgres.stop()

    def errors(self) -> list[str]:
        """Return what the nodes logged as errors of their own, from all their lives."""
        return [
            line
            for log in sorted(self.folder.glob("node-*.log"))
            for line in log.read_text(errors="replace").splitlines()
            if "[error" in line or "Traceback" in line
        ]


@asynccontextmanager
async def house(main: MainThread, data_dir: Path, *, forked: bool) -> AsyncIterator[House]:
    """Start the stores, empty and durable, below the data folder; the nodes come with `stand`.

    They are processes as an operator runs them, or forked from one that has imported all: that is quicker.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="fire-", dir=data_dir.resolve()))
    folder.chmod(0o711)
    try:
        postgres = await main.do(lambda: start_postgres(folder / "postgres"))
        valkey = await main.do(lambda: start_valkey(folder / "valkey"))
        built = House(main, folder, postgres, valkey, _MODULE if forked else _PROGRAM)
        try:
            await built.database_door.listen()
            await built.redis_door.listen()
            await migrate(built.dsn)
            async with built.database() as link:
                await link.execute(TABLE)
            yield built
        finally:
            await built.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
