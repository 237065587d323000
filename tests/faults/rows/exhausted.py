"""PostgreSQL has no room on its disk or no connection to give, and Redis no memory."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from enum import StrEnum

import asyncpg
from msgspec import Struct

from storage.postgres import Link
from tests.faults.checks import Check, Size, at_least, at_most, exactly, told
from tests.faults.disk import Disk
from tests.faults.house import House
from tests.faults.rows.database import REFUSED_SECONDS
from tests.faults.rows.delivery import HEALED_SECONDS, Crowd, crowd
from tests.waiting import eventually

_TEXT = "what takes room " * 100
"""Some notes fill a page."""
_NODES = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cornerman'"


class Lack(StrEnum):
    """What there is none of."""

    ROOM_TO_GROW = "no room for files to grow"
    ROOM_AT_ALL = "no room to write at all"
    CONNECTIONS = "no connection to PostgreSQL"
    MEMORY = "no memory at Redis"
    MEMORY_NOTHING_GIVEN_UP = "no memory at Redis, which gives up nothing"


class Plan(Struct, frozen=True):
    """How much of it."""

    phones: int
    per_second: float
    seconds: float
    """How long each of them lasts, from the moment when it is felt."""
    lacks: tuple[Lack, ...]


_PLANS = {
    Size.SHORT: Plan(40, 150, 0.3, (Lack.ROOM_AT_ALL, Lack.CONNECTIONS, Lack.MEMORY_NOTHING_GIVEN_UP)),
    Size.LONG: Plan(200, 200, 15, tuple(Lack)),
}


class Felt(Struct, frozen=True):
    """What one lack did."""

    lack: Lack
    temporary: int
    acknowledged: int
    healed: float

    def checks(self) -> list[Check]:
        """Say it. Redis is nothing that anybody has to wait for."""
        if self.lack in {Lack.MEMORY, Lack.MEMORY_NOTHING_GIVEN_UP}:
            refused = exactly(f"{self.lack}: temporary errors", self.temporary)
            taken = at_least("commands acknowledged meanwhile", self.acknowledged, 1, "commands")
        else:
            refused = at_least(f"{self.lack}: temporary errors", self.temporary, 1, "errors")
            taken = told("commands acknowledged meanwhile", self.acknowledged)
        return [refused, taken, at_most("healed", self.healed, HEALED_SECONDS, "s")]


async def run(house: House, size: Size) -> list[Check]:
    """Take one thing after another away under load and give it back."""
    plan = _PLANS[size]
    await house.stand(2)
    async with _disk(house) as disk, crowd(house, plan.phones, 6, seed=23) as people:
        lacks = Lacks(people, disk, plan)
        lines = [phone.line for phone in people.phones]
        felt = [await lacks.felt(lack) for lack in plan.lacks]
        stayed = sum(phone.line is line for phone, line in zip(people.phones, lines, strict=True))
        return [
            *(check for one in felt for check in one.checks()),
            at_most(
                "command to temporary error",
                max(phone.slowest_refusal for phone in people.phones),
                REFUSED_SECONDS,
                "s",
            ),
            exactly("sockets that stayed", stayed, len(people.phones)),
            *await people.checks(),
        ]


@asynccontextmanager
async def _disk(house: House) -> AsyncIterator[Disk]:
    """Have PostgreSQL run on a disk that can be filled."""
    disk = Disk(house.folder)
    await house.crash_postgres()
    await house.start_postgres(**disk.environment)
    try:
        yield disk
    finally:
        disk.free()
        await house.crash_postgres()
        await house.start_postgres()


class Lacks:
    """The ways to take something away."""

    def __init__(self, people: Crowd, disk: Disk, plan: Plan) -> None:
        self._people = people
        self._house = people.house
        self._disk = disk
        self._plan = plan

    async def felt(self, lack: Lack) -> Felt:
        """Let devices publish while something is lacking and until they are told, and for a while longer."""
        enough = asyncio.Event()
        temporary = self._temporary()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish(enough))
            try:
                async with self._ways()[lack]:
                    acknowledged = self._acknowledged()
                    await self._is_felt(lack, temporary, acknowledged)
                    await asyncio.sleep(self._plan.seconds)
                    acknowledged = self._acknowledged() - acknowledged
            finally:
                enough.set()
            began = time.monotonic()
        await self._people.healed()
        return Felt(lack, self._temporary() - temporary, acknowledged, time.monotonic() - began)

    def _ways(self) -> dict[Lack, AbstractAsyncContextManager[None]]:
        return {
            Lack.ROOM_TO_GROW: self._no_room(in_place=True),
            Lack.ROOM_AT_ALL: self._no_room(in_place=False),
            Lack.CONNECTIONS: self._no_connections(),
            Lack.MEMORY: self._no_memory("volatile-lru"),
            Lack.MEMORY_NOTHING_GIVEN_UP: self._no_memory("noeviction"),
        }

    async def _is_felt(self, lack: Lack, temporary: int, acknowledged: int) -> None:
        if lack in {Lack.MEMORY, Lack.MEMORY_NOTHING_GIVEN_UP}:
            await eventually(lambda: self._acknowledged() > acknowledged + 20, 30.0)
        else:
            await eventually(lambda: self._temporary() > temporary + 5, 30.0)

    async def _publish(self, enough: asyncio.Event) -> None:
        """Add long notes, one after another by each of some devices."""
        people = self._people
        numbers = itertools.count()

        async def go_on() -> None:
            while not enough.is_set():
                number = next(numbers)
                topic = people.topics[number % len(people.topics)]
                phone = people.phones[number % len(people.phones)]
                await asyncio.gather(
                    phone.add(topic, f"{number} {_TEXT}"), asyncio.sleep(10 / self._plan.per_second)
                )

        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(go_on())

    @asynccontextmanager
    async def _no_room(self, *, in_place: bool) -> AsyncIterator[None]:
        self._disk.fill(in_place=in_place)
        try:
            yield
        finally:
            self._disk.free()
            await self._takes_connections()

    async def _takes_connections(self) -> None:
        """Wait for PostgreSQL; it gives up when it cannot recover, and whoever runs it starts it again."""
        async with asyncio.timeout(30):
            while True:
                try:
                    async with self._house.database():
                        return
                except (OSError, asyncpg.PostgresError):
                    if not self._house.postgres_runs:
                        await self._house.crash_postgres()
                        await self._house.start_postgres(**self._disk.environment)
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def _no_connections(self) -> AsyncIterator[None]:
        """Let others take all connections, those of the nodes too."""
        door = self._house.database_door
        async with AsyncExitStack() as stack:
            door.refuse()
            try:
                door.reset()
                link = await self._connected(stack)
                while await link.fetchval(_NODES):
                    await self._take_all(stack)
                await self._take_all(stack)
            finally:
                await door.listen()
            yield

    async def _take_all(self, stack: AsyncExitStack) -> None:
        with suppress(asyncpg.TooManyConnectionsError):
            while True:
                await self._connected(stack)

    async def _connected(self, stack: AsyncExitStack) -> Link:
        link = await asyncpg.connect(self._house.dsn)
        stack.push_async_callback(link.close)
        return link

    @asynccontextmanager
    async def _no_memory(self, policy: str) -> AsyncIterator[None]:
        async with self._house.redis() as redis:
            before = await redis.config_get("maxmemory*")
            await redis.config_set("maxmemory-policy", policy)
            await redis.config_set("maxmemory", 1)
            try:
                yield
            finally:
                for name in ("maxmemory", "maxmemory-policy"):
                    await redis.config_set(name, before[name] or "")

    def _temporary(self) -> int:
        return sum(phone.temporary for phone in self._people.phones)

    def _acknowledged(self) -> int:
        return sum(len(phone.added) for phone in self._people.phones)
