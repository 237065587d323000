"""The countdown of an interval on three phones, two of them behind bad networks: all show the server's second."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest

from cornerman_client import types
from cornerman_client.client import Client
from cornerman_client.clocks import running_interval
from tests.clients.python.phones import signed_up
from tests.flow import Way
from tests.nodes import Node, Standing
from tests.proxy import proxy_to
from tests.waiting import eventually

CLOSE = 0.05
"""How many seconds a countdown may be off, in 95 of 100 looks."""
LOOKS = 60
_LOOK_SECONDS = 0.02
_SETTLED = 0.085
"""How wrong a phone says that its clock may be, once an answer came quickly both ways."""
INTERVALS = types.IntervalsBlock(
    stations=(types.Station(work_seconds=5, rest_seconds=4),), rounds=8, name="Intervals"
)


@asynccontextmanager
async def phones_of_one(node: Node) -> AsyncIterator[list[Client]]:
    """Three phones of one person: one beside the server, two behind 40 to 200 ms, the one way longer than the other."""
    _, login = await signed_up(node.url)
    chance = random.Random(5)

    def way(share: float) -> Way:
        return Way(lambda: 2 * share * chance.uniform(0.04, 0.2))

    async with AsyncExitStack() as stack:
        slow = await stack.enter_async_context(proxy_to(node.port, way(0.6), way(0.4)))
        unequal = await stack.enter_async_context(proxy_to(node.port, way(0.4), way(0.6)))
        phones = [
            await stack.enter_async_context(Client(url, credentials=login, device=f"phone-{number}"))
            for number, url in enumerate((node.url, slow.url, unequal.url))
        ]
        for phone in phones:
            await phone.until_online()
        yield phones


def shown(workout: types.Workout | None, now: datetime) -> float:
    """How many seconds of the intervals are behind, as a phone shows it: those before this one, and its countdown."""
    assert workout is not None
    assert workout.time.clock is not None
    turn = running_interval(workout, now)
    assert turn is not None
    begun = sum(interval.seconds for interval in workout.time.clock.intervals[: turn.index + 1])
    return begun - (turn.ends_at - now).total_seconds()


async def errors_of(phones: list[Client], topic: str) -> list[list[float]]:
    """How far what each shows is from the server's own clock, which is this machine's."""
    errors: list[list[float]] = [[] for _ in phones]
    for _ in range(LOOKS):
        await asyncio.sleep(_LOOK_SECONDS)
        for phone, its in zip(phones, errors, strict=True):
            truth = shown(phones[0].followed(topic), datetime.now(UTC))
            its.append(abs(shown(phone.followed(topic), phone.now()) - truth))
    return errors


@pytest.mark.timeout(120)
async def test_all_phones_show_the_second_that_the_server_counts_also_after_a_pause_and_a_skip(
    standing: Standing,
) -> None:
    node = standing.start()
    async with phones_of_one(node) as phones:
        first, *others = phones
        started = await first.training.start(blocks=(INTERVALS,))
        for phone in phones:
            await phone.follow(started.topic)
        await eventually(lambda: all(phone.clock_error < _SETTLED for phone in phones), 30)

        async def in_step(told: Callable[[types.WorkoutTime], bool]) -> None:
            def all_know() -> bool:
                known = [phone.followed(started.topic) for phone in phones]
                return all(one is not None and one == known[0] and told(one.time) for one in known)

            await eventually(all_know)
            for errors in await errors_of(phones, started.topic):
                assert sorted(errors)[int(len(errors) * 0.95)] <= CLOSE

        await in_step(lambda time: time.clock is not None)
        await others[0].training.pause()
        await in_step(lambda time: time.paused_at is not None)
        await others[1].training.resume()
        await in_step(lambda time: time.paused_at is None and time.paused_seconds > 0)
        before = first.followed(started.topic)
        assert before is not None
        await others[0].training.skip()
        await in_step(lambda time: time.clock != before.time.clock)
