"""Thousands of sockets of one node break in one moment, and all come back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
_MEASURE_SECONDS = 60
_READING = """
SELECT count(*) FROM pg_stat_activity
WHERE state = 'active' AND query LIKE '%FROM events%ORDER BY "offset"%' AND pid <> pg_backend_pid()
"""
"""How many reads of a topic's log run now."""


class Plan(Struct, frozen=True):
    """How much of it."""

    sockets: int
    topics: int
    notes: int


_PLANS = {Size.SHORT: Plan(200, 2, 20), Size.LONG: Plan(5_000, 4, 48)}


class Witness:
    """Looks at PostgreSQL and at the node's pool all the while."""

    def __init__(self) -> None:
        self.reads_at_once = 0
        self.lent = 0.0


async def run(house: House, size: Size) -> list[Check]:
    """Drop all but the writers; have notes written, and take the shared topics' history away from Redis."""
    plan = _PLANS[size]
    async with (
        straight(house, 1, size) as front,
        throng(house, front, _WRITERS + plan.sockets, plan.topics, seed=29) as people,
    ):
        (place,) = front.places
        writers, dropped = people.phones[:_WRITERS], people.phones[_WRITERS:]
        for phone in people.phones:
            phone.failures.clear()
        reads = await house.measured(place, "history_reads_total")
        async with _witnessed(house, place) as witness:
            assert place.node is not None
            meter, ours = Meter(place.node.process.pid), time.process_time()
            began = time.monotonic()
            for phone in dropped:
                assert phone.line is not None
                phone.line.reset()
            await _write(people, writers, plan.notes)
            await all_live(dropped, 2 * ALL_BACK_SECONDS)
            await people.healed()
            cpu, ours = meter.spent().cpu_seconds, time.process_time() - ours
        reads = await house.measured(place, "history_reads_total") - reads
        most = await house.measured(place, "database_connections_most")
        failures = [failure for phone in people.phones for failure in phone.failures]
        back = [phone.live_since - began for phone in dropped]
        return [
            told("sockets of one node, dropped at once", len(dropped)),
            at_most("99 % back", percentile(back, 0.99), MOST_BACK_SECONDS, "s"),
            at_most("all back", max(back), ALL_BACK_SECONDS, "s"),
            told("the node's CPU meanwhile", cpu / len(dropped) * 1000, "ms a socket"),
            told("the clients' CPU meanwhile", ours / len(dropped) * 1000, "ms a socket"),
            told("attempts that failed", len(failures)),
            exactly(
                "attempts told that something is away",
                sum('"temporary":true' in failure for failure in failures),
            ),
            at_most("database connections lent at once", witness.lent, most - 1, f"of {most:.0f}"),
            at_most(f"log reads at once, of {plan.topics} topics", witness.reads_at_once, plan.topics, ""),
            told("reads for all replays, from Redis or the log", reads),
            *await people.checks(),
        ]


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


@asynccontextmanager
async def _witnessed(house: House, place: Place) -> AsyncIterator[Witness]:
    witness = Witness()

    async def look() -> None:
        async with house.database() as link:
            while True:
                witness.reads_at_once = max(witness.reads_at_once, await link.fetchval(_READING))
                await asyncio.sleep(_LOOK_SECONDS)

    async def measure() -> None:
        while True:
            lent = await house.measured(place, "database_connections_lent")
            witness.lent = max(witness.lent, lent)
            await asyncio.sleep(_MEASURE_SECONDS)

    async with asyncio.TaskGroup() as group:
        looking = [group.create_task(look()), group.create_task(measure())]
        yield witness
        for task in looking:
            task.cancel()
