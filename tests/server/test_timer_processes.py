"""Two workers in processes of their own; one is killed or frozen half-way, with timers in its hand.

Lateness is the database's: from when the timer was due to when its event was inserted.
"""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from msgspec import Struct

from channels.wire.codec import read_event
from channels.wire.fasting import FastingCompleted
from tests.server.house import House, few_at_once, opened, start

_LOGGED = "SELECT topic, inserted_at, body FROM events"
_HELD = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND xact_start < clock_timestamp() - interval '100 ms'
"""
_LEFT = "SELECT count(*) FROM timers"


class Acted(Struct, frozen=True):
    """A timer that acted: whose, when, how late."""

    topic: str
    at: datetime
    late_seconds: float


class Run(Struct, frozen=True):
    """How many timers come due over how long, and how far ahead the first."""

    timers: int
    spread_seconds: float
    ahead_seconds: float


AT_ONCE = 4
"""How many timers a worker holds at most."""
SHORT = Run(60, 2.0, 2.0)
LONG = Run(1000, 10.0, 8.0)
BOTH = [
    SHORT,
    pytest.param(LONG, marks=[pytest.mark.long, pytest.mark.timeout(120)]),
]


@asynccontextmanager
async def workers(dsn: str, *holds: str) -> AsyncIterator[list[Process]]:
    """Workers that are ready to work; each holds its transactions for so many seconds."""
    command = [sys.executable, "-m", "tests.server.timer_process", dsn]
    started = [await asyncio.create_subprocess_exec(*command, hold, stdout=PIPE) for hold in holds]
    try:
        for process in started:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        yield started
    finally:
        for process in started:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def set_timers(house: House, run: Run) -> datetime:
    """Start fasts that reach their targets one after the other; return when the middle one does."""
    first = await house.now() + timedelta(seconds=run.ahead_seconds)
    step = timedelta(seconds=run.spread_seconds / run.timers)
    began = [first + n * step - timedelta(hours=12) for n in range(run.timers)]
    people = await house.add_people(run.timers)
    await few_at_once(
        house.surely(person, start("12:12", at=at)) for person, at in zip(people, began, strict=True)
    )
    assert await house.count("timers") == run.timers
    return first + run.timers // 2 * step


async def stop_with_work_in_hand(house: House, process: Process) -> None:
    """Freeze a worker in the midst of transactions: let it go on until it is met in one."""
    while await house.database.fetchval(_LEFT):
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.12)
        if await house.database.fetchval(_HELD):
            return
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.01)
    pytest.fail("the worker was never met at work")


async def all_acted(house: House, run: Run) -> list[Acted]:
    """Wait until no timer is left; return those that acted, the latest last. Each acted once."""
    async with asyncio.timeout(run.ahead_seconds + run.spread_seconds + 30):
        while await house.database.fetchval(_LEFT):  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.05)
    acted = await logged(house)
    assert len(acted) == len({one.topic for one in acted}) == run.timers
    return acted


async def logged(house: House) -> list[Acted]:
    rows = [
        (row["topic"], row["inserted_at"], read_event(row["body"]))
        for row in await house.database.fetch(_LOGGED)
    ]
    found = [
        Acted(topic, event.at, (inserted - event.at).total_seconds())
        for topic, inserted, event in rows
        if isinstance(event, FastingCompleted)
    ]
    return sorted(found, key=lambda one: one.late_seconds)


async def moment(house: House, when: datetime) -> None:
    await asyncio.sleep(max(0.0, (when - await house.now()).total_seconds()))


@pytest.mark.parametrize("run", BOTH, ids=["short", "long"])
async def test_what_a_killed_worker_held_acts_on_the_other(database_url: str, run: Run) -> None:
    async with opened(database_url) as house, workers(database_url, "0.02", "0") as (doomed, _):
        middle = await set_timers(house, run)
        await moment(house, middle)
        await stop_with_work_in_hand(house, doomed)
        doomed.kill()
        acted = await all_acted(house, run)
        assert any(one.at < middle for one in acted)
        report(acted)
        assert healthy_99(acted) <= 1.0
        assert acted[-1].late_seconds <= 3.0


@pytest.mark.parametrize("run", BOTH, ids=["short", "long"])
async def test_what_a_frozen_worker_held_acts_on_the_other_and_it_changes_nothing_when_it_thaws(
    database_url: str, run: Run
) -> None:
    async with opened(database_url) as house, workers(database_url, "0.02", "0") as (frozen, sound):
        middle = await set_timers(house, run)
        await moment(house, middle)
        await stop_with_work_in_hand(house, frozen)
        acted = await all_acted(house, run)
        report(acted)
        assert healthy_99(acted) <= 1.0
        assert acted[-1].late_seconds <= 5.0
        heads = await house.count("events")
        sound.kill()
        frozen.send_signal(signal.SIGCONT)
        await works_again(house)
        assert await house.count("events") == heads + 2
        assert len(await logged(house)) == run.timers + 1


@pytest.mark.long
async def test_a_thousand_of_the_same_second_act_within_a_few(database_url: str) -> None:
    run = Run(1000, 1.0, 8.0)
    async with opened(database_url) as house, workers(database_url, "0", "0"):
        await set_timers(house, run)
        acted = await all_acted(house, run)
        report(acted)
        assert acted[-1].late_seconds <= 3.0


async def works_again(house: House) -> None:
    """Give the only worker that is left a timer of its own, and wait until it acted."""
    await set_timers(house, Run(1, 0.0, 0.0))
    async with asyncio.timeout(20):
        while await house.database.fetchval(_LEFT):  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.05)


def healthy_99(acted: list[Acted]) -> float:
    """The 99th percentile on the healthy worker: of all but the latest few that the other may have held."""
    healthy = acted[:-AT_ONCE]
    return healthy[(len(healthy) - 1) * 99 // 100].late_seconds


def report(acted: list[Acted]) -> None:
    """What was measured, for whoever runs the test with `-s`."""
    middle = acted[len(acted) // 2].late_seconds
    latest = [round(one.late_seconds, 3) for one in acted[-AT_ONCE - 1 :]]
    sys.stdout.write(f"\nlate by: p50 {middle:.3f} s, p99 {healthy_99(acted):.3f} s, the latest {latest}\n")
