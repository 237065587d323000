"""The worker in this process; tests/server/test_timer_processes.py kills and freezes workers of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from channels.errors import Code, Refusal
from channels.fasting import session
from channels.wire.fasting import FastingComplete
from server.execution import Actor
from server.timers import TimerWorker
from storage.embedded.postgres import Postgres
from storage.migrate import migrate
from storage.timers import due_timers
from tests.server.house import House, code_of, end, few_at_once, instead, opened, rate, start
from tests.waiting import eventually

COMPLETED = "convert_from(body, 'UTF8')::jsonb ->> 'type' = 'fasting:completed'"


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


@asynccontextmanager
async def working(*workers: TimerWorker) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
        assert not [task for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def fast_until(house: House, actor: Actor, seconds: float) -> None:
    """Start a fast that reaches its target in some seconds."""
    began = await house.now() - timedelta(hours=12) + timedelta(seconds=seconds)
    assert code_of(await house.surely(actor, start("12:12", at=began))) is None


async def until(house: House, question: str, seconds: float = 30) -> None:
    """Wait until the database says yes."""
    async with asyncio.timeout(seconds):
        while not await house.database.fetchval(question):  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.02)


async def gone(house: House, seconds: float = 30) -> None:
    """Wait until no timer is left."""
    await until(house, "SELECT NOT EXISTS (SELECT FROM timers)", seconds)


async def completions(house: House) -> int:
    found: int = await house.database.fetchval(f"SELECT count(*) FROM events WHERE {COMPLETED}")
    return found


class TestDue:
    async def test_a_timer_acts_at_its_time_and_its_event_bears_that_time(self, house: House) -> None:
        actor = await house.add_person()
        late: list[float] = []
        async with working(TimerWorker(house.database, house.executor, observe=late.append)):
            await fast_until(house, actor, 0.5)
            await eventually(lambda: bool(late))
        _, completed = await house.events(actor.user_id)
        _, snapshot = await house.snapshot(actor.user_id)
        assert snapshot.fast is not None
        assert completed.at == snapshot.fast.target_end_at == snapshot.fast.target_reached_at
        assert 0 < late[0] < 1
        assert await house.count("timers") == 0

    async def test_one_that_came_due_while_nobody_worked_acts_at_once(self, house: House) -> None:
        actor = await house.add_person()
        await fast_until(house, actor, -3600)
        async with working(TimerWorker(house.database, house.executor)):
            await gone(house, seconds=5)
        assert await completions(house) == 1

    async def test_one_that_was_cleared_does_not_act(self, house: House) -> None:
        early, later = await house.add_people(2)
        await fast_until(house, early, 0.2)
        await fast_until(house, later, 0.4)
        await house.give(early, end())
        async with working(TimerWorker(house.database, house.executor)):
            await gone(house)
        assert [type(event).__name__ for event in await house.events(early.user_id)] == [
            "FastingStarted",
            "FastingEnded",
        ]

    async def test_in_a_sandbox_it_acts_as_soon_as_the_person_s_time_gets_there(self, house: House) -> None:
        actor = await house.add_person()
        async with working(TimerWorker(house.database, house.executor)):
            await fast_until(house, actor, 3600)
            await house.give(actor, rate(10_000))
            await gone(house)
        assert await completions(house) == 1
        assert code_of(await house.give(actor, end())) is None

    async def test_one_of_a_type_that_this_node_does_not_know_is_left_to_others(self, house: House) -> None:
        actor = await house.add_person()
        await fast_until(house, actor, -1)
        async with house.database.acquire() as link:
            assert await due_timers(link, within_seconds=1, commands=["workout:rest_over"], limit=9) == []


class TestOnce:
    @pytest.mark.parametrize("at_once", [1, 4])
    async def test_two_workers_act_once_each_timer(self, database_url: str, at_once: int) -> None:
        async with opened(database_url) as here, opened(database_url) as there:
            people = await here.add_people(200)
            await few_at_once(fast_until(here, actor, 0) for actor in people)
            workers = [
                TimerWorker(house.database, house.executor, at_once=at_once) for house in (here, there)
            ]
            async with working(*workers):
                await gone(here)
                # What is committed is handed on a moment later.
                await eventually(lambda: len(here.published) + len(there.published) >= 400)
            assert await completions(here) == 200
            both = len(here.published) - 200, len(there.published)
            assert sum(both) == 200
            assert min(both) > 0, "both have their part in the work"

    async def test_a_person_whose_command_is_under_way_keeps_no_other_waiting(self, house: House) -> None:
        held, *others = await house.add_people(5)
        for actor in (held, *others):
            await fast_until(house, actor, -1)
        async with (
            working(TimerWorker(house.database, house.executor, at_once=1)),
            house.database.acquire() as link,
            link.transaction(),
        ):
            await link.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", held.user_id)
            await until(house, f"SELECT count(*) = 4 FROM events WHERE {COMPLETED}", seconds=1)
        async with working(TimerWorker(house.database, house.executor)):
            await gone(house)
        assert await completions(house) == 5


class TestFaults:
    async def test_a_final_refusal_removes_the_timer(self, database_url: str) -> None:
        asked: list[object] = []

        def refuse(*arguments: Any) -> Refusal:
            asked.append(arguments)
            return Refusal(code=Code.VALIDATION)

        async with opened(database_url, [instead(FastingComplete, decide=refuse)]) as house:
            await fast_until(house, await house.add_person(), -1)
            async with working(TimerWorker(house.database, house.executor)):
                await gone(house)
            assert len(asked) == 1
            assert await house.count("command_keys") == 2

    async def test_a_fault_of_ours_puts_that_timer_off_and_no_other(self, database_url: str) -> None:
        bad: list[Actor] = []
        tries: list[object] = []

        def decide(person: Any, *arguments: Any) -> Any:
            if person.user_id == bad[0].user_id:
                tries.append(person)
                raise LookupError("a fault of ours")
            return session.complete(person, *arguments)

        async with opened(database_url, [instead(FastingComplete, decide=decide)]) as house:
            people = await house.add_people(5)
            bad.append(people[2])
            for actor in people:
                await fast_until(house, actor, -1)
            async with working(TimerWorker(house.database, house.executor, at_once=1)):
                await until(house, f"SELECT count(*) = 4 FROM events WHERE {COMPLETED}")
                await until(house, "SELECT due > now() + interval '5 s' FROM timers")
            assert len(tries) == 1

    async def test_one_that_cannot_act_just_now_acts_as_soon_as_it_can(self, house: House) -> None:
        actor = await house.add_person()
        await fast_until(house, actor, -1)
        async with working(TimerWorker(house.database, house.executor)):
            async with house.database.acquire() as link, link.transaction():
                await link.execute("SELECT FROM topic_heads FOR UPDATE")
                await eventually(lambda: ("fasting:complete", "INT_002") in house.ran)
            await gone(house)
        assert await completions(house) == 1

    async def test_one_that_cannot_be_read_is_put_off(self, house: House) -> None:
        await fast_until(house, await house.add_person(), -1)
        await house.database.execute("UPDATE timers SET payload = 'no JSON'")
        async with working(TimerWorker(house.database, house.executor)):
            await until(house, "SELECT due > now() FROM timers")
        assert await completions(house) == 0

    async def test_a_database_that_goes_and_comes_back_is_waited_for(
        self, own_postgres: Callable[[], Postgres]
    ) -> None:
        dsn = own_postgres().dsn
        await migrate(dsn)
        async with opened(dsn) as house:
            await fast_until(house, await house.add_person(), 1)
            async with working(TimerWorker(house.database, house.executor)):
                assert own_postgres().dsn == dsn
                async with opened(dsn) as back:
                    await gone(back)
                    assert await completions(back) == 1
