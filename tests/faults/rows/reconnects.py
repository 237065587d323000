"""Thousands of sockets break in one moment, and all come back."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from msgspec import Struct

from storage.epoch import current
from storage.redis.broker import channel
from tests.bench.machine import Meter
from tests.faults.checks import Check, Size, at_most, exactly, percentile, told
from tests.faults.house import House, Place
from tests.faults.phone import Phone
from tests.faults.rows.delivery import Crowd
from tests.faults.throng import all_live, straight, throng

MOST_BACK_SECONDS = 10.0
ALL_BACK_SECONDS = 30.0
_WRITERS = 4
"""Devices that are not dropped, and add notes while the others are away."""
_LOOK_SECONDS = 0.02
_ASK_SECONDS = 0.5
_READING = """
SELECT count(*) FROM pg_stat_activity
WHERE state = 'active' AND query LIKE '%FROM events%ORDER BY "offset"%' AND pid <> pg_backend_pid()
"""
"""How many reads of a topic's log run now."""


class Plan(Struct, frozen=True):
    """How much of it."""

    sockets: int
    nodes: int
    topics: int
    notes: int


_PLANS = {Size.SHORT: Plan(200, 2, 2, 20), Size.LONG: Plan(5_000, 2, 4, 48)}


class Witness:
    """Looks at PostgreSQL and asks the nodes, all the while."""

    def __init__(self, house: House, places: Sequence[Place]) -> None:
        self.reads_at_once = 0
        self.lent = 0.0
        self.slowest = 0.0
        """The most seconds in which a node answered a request meanwhile."""
        self._house = house
        self._places = places

    async def look(self) -> None:
        """Count the reads of the log at PostgreSQL."""
        async with self._house.database() as link:
            while True:
                self.reads_at_once = max(self.reads_at_once, await link.fetchval(_READING))
                await asyncio.sleep(_LOOK_SECONDS)

    async def ask(self, place: Place) -> None:
        """Ask a node how many connections are lent."""
        while True:
            began = time.monotonic()
            try:
                lent = await self._house.measured(place, "database_connections_lent")
                self.lent = max(self.lent, lent)
            except httpx.TimeoutException:
                pass  # the time says it
            self.slowest = max(self.slowest, time.monotonic() - began)
            await asyncio.sleep(_ASK_SECONDS)

    async def total(self, name: str) -> float:
        """Return the sum of a measure over the nodes."""
        return sum([await self._house.measured(place, name) for place in self._places])

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look and ask meanwhile."""
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(self.ask(place)) for place in self._places]
            looking = group.create_task(self.look())
            yield
            for task in (looking, *asking):
                task.cancel()


async def run(house: House, size: Size) -> list[Check]:
    """Drop all but the writers; have notes written, and take the shared topics' history away from Redis."""
    plan = _PLANS[size]
    async with (
        straight(house, plan.nodes, size) as front,
        throng(house, front, _WRITERS + plan.sockets, plan.topics, seed=29) as people,
    ):
        witness = Witness(house, front.places)
        for phone in people.phones:
            phone.failures.clear()
        reads = await witness.total("history_reads_total")
        async with witness.watching():
            cpu = _CPU(front.places)
            back = await _drop(people, plan)
            costs = cpu.checks(plan.sockets)
        reads = await witness.total("history_reads_total") - reads
        most = await house.measured(front.places[0], "database_connections_most")
        failures = [failure for phone in people.phones for failure in phone.failures]
        away = sum(phone.temporary for phone in people.phones) + sum(
            '"temporary":true' in failure for failure in failures
        )
        topics, at_once = f"of {plan.topics} topics on {plan.nodes} nodes", plan.topics * plan.nodes
        return [
            told(f"sockets of {plan.nodes} nodes, dropped at once", plan.sockets),
            at_most("99 % back", percentile(back, 0.99), MOST_BACK_SECONDS, "s"),
            at_most("all back", max(back), ALL_BACK_SECONDS, "s"),
            *costs,
            told("slowest answer of /metrics meanwhile", witness.slowest, "s"),
            told("attempts that failed", len(failures)),
            exactly("told that something is away", away),
            at_most("database connections lent at once", witness.lent, most - 1, f"of {most:.0f} a node"),
            at_most(f"log reads at once, {topics}", witness.reads_at_once, at_once, ""),
            told("reads for all replays", reads),
            *await people.checks(),
        ]


async def _drop(people: Crowd, plan: Plan) -> list[float]:
    """Break all sockets but the writers'; return after how many seconds each was back."""
    dropped = people.phones[_WRITERS:]
    began = time.monotonic()
    for phone in dropped:
        assert phone.line is not None
        phone.line.reset()
    await _write(people, people.phones[:_WRITERS], plan.notes)
    await all_live(dropped, 2 * ALL_BACK_SECONDS)
    await people.healed()
    return [phone.live_since - began for phone in dropped]


async def _write(people: Crowd, writers: list[Phone], notes: int) -> None:
    """Add notes to every topic, in the midst of it lose what Redis has of them: who is away has to read the log."""
    async with asyncio.TaskGroup() as group:
        for number in range(notes):
            if number == notes // 2:
                await _lose_history(people)
            topic = people.topics[number % len(people.topics)]
            group.create_task(writers[number % len(writers)].add(topic, f"while away {number}"))
            await asyncio.sleep(1.5 / notes)


async def _lose_history(people: Crowd) -> None:
    async with people.house.database() as link:
        epoch = str(await current(link))
    async with people.house.redis() as redis:
        await redis.delete(*(channel(epoch, topic) for topic in people.topics))


class _CPU:
    """What nodes and clients use from now on."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._meters = [Meter(place.node.process.pid) for place in places if place.node is not None]
        self._ours = time.process_time()

    def checks(self, sockets: int) -> list[Check]:
        """Tell it for each socket."""
        nodes = sum(meter.spent().cpu_seconds for meter in self._meters)
        return [
            told("the nodes' CPU meanwhile", nodes / sockets * 1000, "ms a socket"),
            told(
                "the clients' CPU meanwhile",
                (time.process_time() - self._ours) / sockets * 1000,
                "ms a socket",
            ),
        ]
