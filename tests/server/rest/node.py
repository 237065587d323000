"""A node's REST side over real HTTP: uvicorn on a free port, PostgreSQL and Valkey of the test's own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import uvicorn
from litestar import Litestar
from litestar.types import Scope
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from channels.connection import Allowance
from channels.wire.envelope import Command, UserId
from channels.wire.fasting import FastingComplete, FastingEnd, FastingStart, FastingStartData
from server.accounts.tokens import Tokens
from server.app import Doors, create_app
from server.clock import FleetClock, monotonic, new_id
from server.execution import Actor, Due, Giver, Outcome
from server.executor import Executor
from server.nouns import capabilities, kinds
from server.past.node import NodePast
from server.rest.auth.controller import auth_routes
from server.rest.limiting import Limiter
from server.rest.parts import Parts
from server.rest.workouts.importing import Imports
from server.search.node import NodeSearch
from server.telemetry import Measures
from storage import epoch, families, users
from storage.postgres import Database, close_database, linked, open_database
from storage.records import FamilyRecord
from storage.redis.limits import Limits
from tests.searching import ShippedSearch
from tests.waiting import eventually

DOCUMENTS = Path(__file__).parents[3] / "docs"
METRICS_TOKEN = "a-token-of-the-operator-for-the-tests"
ORIGIN = "https://app.example"
NO_ACCOUNTS: Any = None
"""Accounts have tests of their own; here nobody gets past the guards of their routes."""
PLENTY = Allowance(per_second=100_000, burst=100_000)


class Person(NamedTuple):
    """Somebody who is signed in."""

    user_id: UUID
    family_id: UUID
    email: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def topic(self) -> str:
        return f"user:{self.user_id}"


class Stores(NamedTuple):
    """The stores of a node, and their clock."""

    database: Database
    redis: Redis
    clock: FleetClock


@asynccontextmanager
async def opened(database_url: str, redis_url: str) -> AsyncIterator[Stores]:
    """Open the stores."""
    database = await open_database(database_url, size=8)
    redis = Redis.from_url(redis_url)
    clock = FleetClock()
    async with linked(database) as link:
        await epoch.settle(link)
    await clock.measure(database)
    yield Stores(database, redis, clock)
    await redis.aclose()
    await close_database(database)


def _outer(_: Scope) -> bool:
    return False


class RestNode:
    """One node, and the hands to change what it stands on. Set `url` when it is served."""

    def __init__(self, stores: Stores, tokens: Tokens) -> None:
        self.stores = stores
        self.tokens = tokens
        self.registry = CollectorRegistry()
        self.executor = Executor(stores.database, capabilities(sandbox=True), lambda _: None)
        self.limits = Limits(stores.redis, monotonic)
        self.url = ""
        self.be_well()

    def be_well(self) -> None:
        """Neither drain nor lack anything."""
        self.draining = False
        self.redis_is_up = True
        self.redis_answers: Callable[[], Awaitable[bool]] | None = None

    async def person(self, name: str = "Ada", time_zone: str = "Europe/Berlin") -> Person:
        """Register and sign in somebody new."""
        user_id, family_id = new_id(), new_id()
        email = f"{user_id}@example.org"
        now = self.stores.clock.now()
        user = users.NewUser(user_id=user_id, email=email, password_hash="-", name=name, time_zone=time_zone)
        family = FamilyRecord(
            user_id=user_id,
            family_id=family_id,
            device="phone",
            generation=0,
            rotated_at=now,
            expires_at=now.replace(year=now.year + 1),
            revoked_at=None,
        )
        async with linked(self.stores.database) as link:
            await users.create(link, user)
            await families.open_family(link, family)
        return Person(user_id, family_id, email, self.tokens.issue(user_id, family_id, now, str(new_id())))

    async def give(self, person: Person, command: Command) -> Outcome:
        """Run a command as the socket would."""
        actor = Actor(user_id=UserId(person.user_id), family_id=person.family_id)
        return await self.executor.execute(actor, command)

    async def fast(self, person: Person, protocol_id: str = "16:8") -> None:
        """Start a fast and end it."""
        started = await self.give(person, FastingStart(id=1, data=FastingStartData(protocol_id=protocol_id)))
        ended = await self.give(person, FastingEnd(id=2))
        assert started.refusal is None
        assert ended.refusal is None

    async def complete(self, person: Person) -> None:
        """Let the running fast reach its target now, by its timer."""
        async with linked(self.stores.database) as link:
            timer = await link.fetchrow(
                "SELECT cause, version, payload FROM timers WHERE owner = $1", person.user_id
            )
        assert timer is not None
        command = msgspec.json.decode(timer["payload"], type=FastingComplete)
        actor = Actor(user_id=UserId(person.user_id), giver=Giver.TIMER)
        done = await self.executor.execute(
            actor, command, Due(cause=timer["cause"], version=timer["version"])
        )
        assert done.refusal is None

    async def execute(self, statement: str, *arguments: object) -> None:
        """Change rows as no command does."""
        async with linked(self.stores.database) as link:
            await link.execute(statement, *arguments)

    def limiter(
        self,
        requests: Allowance = PLENTY,
        commands: Allowance = PLENTY,
        files: Allowance = PLENTY,
    ) -> Limiter:
        return Limiter(limits=self.limits, requests=requests, commands=commands, files=files)

    def app(
        self,
        *,
        hosts: tuple[str, ...] = (),
        origins: tuple[str, ...] = (ORIGIN,),
        metrics_token: str | None = METRICS_TOKEN,
        inner: Callable[[Scope], bool] = _outer,
        limiter: Limiter | None = None,
        registry: CollectorRegistry | None = None,
        imports: Imports | None = None,
        search: NodeSearch | None = None,
        past: NodePast | None = None,
        controllers: tuple[Any, ...] = (),
    ) -> Litestar:
        """The application, with doors as a test wants them."""
        search = search or ShippedSearch(self.stores.database)
        parts = Parts(
            database=self.stores.database,
            executor=self.executor,
            kinds=kinds(),
            tokens=self.tokens,
            limiter=limiter or self.limiter(),
            imports=imports or Imports(Measures()),
            search=search,
            past=past or NodePast(self.stores.database, search, Measures()),
            now=self.stores.clock.now,
            registry=registry or CollectorRegistry(),
            redis_answers=self._redis_answers,
            draining=lambda: self.draining,
        )
        doors = Doors(hosts=hosts, origins=origins, metrics_token=metrics_token, inner=inner)
        return create_app(
            parts,
            doors,
            live=None,
            controllers=(auth_routes(NO_ACCOUNTS), *controllers),
            documents=DOCUMENTS,
        )

    async def _redis_answers(self) -> bool:
        return self.redis_is_up if self.redis_answers is None else await self.redis_answers()


class _Server(uvicorn.Server):
    def capture_signals(self) -> Any:
        """Signals are the test run's business."""
        return nullcontext()


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an ASGI application on a free port; gives its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none"
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await eventually(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
