"""Every wait on the database ends, and in words that callers know."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from storage.postgres import (
    AGAIN_SECONDS,
    LENT_SECONDS,
    USE_SECONDS,
    Database,
    Unavailable,
    again_after_stall,
    close_database,
    linked,
    open_database,
)
from tests.proxy import proxy_to, target_of


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url, size=1)
    yield opened
    await close_database(opened)


async def test_a_link_that_is_cut_in_the_midst_of_a_statement_is_unavailable(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with linked(database, seconds=USE_SECONDS + 0.05) as link:
            await link.execute("SELECT pg_sleep(1)")


async def test_a_link_that_is_cut_between_two_steps_of_the_driver_is_unavailable(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver: Any = asyncpg.Connection
    prepare = driver._get_statement

    async def prepare_late(*arguments: Any, **named: Any) -> Any:
        statement = await prepare(*arguments, **named)
        await asyncio.sleep(USE_SECONDS + 0.1)
        return statement

    with monkeypatch.context() as patched:
        patched.setattr(driver, "_get_statement", prepare_late)
        with pytest.raises(Unavailable):
            async with linked(database, seconds=USE_SECONDS + 0.05) as link:
                await link.fetchval("SELECT $1::int", 1)
    async with linked(database) as link:
        assert await link.fetchval("SELECT $1::int", 2) == 2


async def test_a_link_that_the_server_ends_between_two_steps_is_unavailable(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver: Any = asyncpg.Connection
    prepare = driver._get_statement

    async def prepare_and_lose(link: Any, *arguments: Any, **named: Any) -> Any:
        statement = await prepare(link, *arguments, **named)
        link.terminate()
        return statement

    monkeypatch.setattr(driver, "_get_statement", prepare_and_lose)
    with pytest.raises(Unavailable):
        async with linked(database) as link:
            await link.fetchval("SELECT $1::int", 1)


async def test_a_mistake_of_the_caller_stays_what_it_is(database: Database) -> None:
    with pytest.raises(AttributeError):
        async with linked(database) as link:
            await link.no_such_thing()  # type: ignore[union-attr]  # the point


async def test_who_waits_too_long_to_be_served_leaves_the_others_their_connection(database: Database) -> None:
    async with linked(database) as link:
        served = await link.fetchval("SELECT pg_backend_pid()")

    async def work() -> int:
        async with linked(database, seconds=USE_SECONDS + 0.3) as link:
            await link.execute("SELECT pg_sleep(0.1)")
            pid: int = await link.fetchval("SELECT pg_backend_pid()")
            return pid

    outcomes = await asyncio.gather(*(work() for _ in range(50)), return_exceptions=True)
    done = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert set(done) == {served}
    assert 2 <= len(done) <= 5
    assert all(isinstance(outcome, int | Unavailable) for outcome in outcomes)


async def test_a_server_that_is_away_is_tried_a_few_times_a_second(database_url: str) -> None:
    tried = 0

    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tried
        tried += 1
        writer.transport.abort()

    async with proxy_to(target_of(database_url)) as door:
        database = await open_database(door.before(database_url), size=10)
        door.refuse()
        door.reset()
        listener = await asyncio.start_server(refuse, "127.0.0.1", door.port)
        until = asyncio.get_running_loop().time() + 1.0
        while asyncio.get_running_loop().time() < until:
            with pytest.raises(Unavailable):
                async with linked(database) as link:
                    await link.execute("SELECT 1")
            await asyncio.sleep(0.001)
        listener.close()
        assert 3 <= tried <= 12
        await door.listen()
        await asyncio.sleep(AGAIN_SECONDS)
        async with linked(database) as link:
            assert await link.fetchval("SELECT 1") == 1
        await close_database(database)


async def test_of_a_server_that_is_silent_few_connections_are_asked_however_many_wait(
    database_url: str,
) -> None:
    loop = asyncio.get_running_loop()
    async with proxy_to(target_of(database_url)) as door:
        database = await open_database(door.before(database_url), size=10)
        door.black_hole = True
        silent_until = loop.time() + 3.0

        async def ask() -> None:
            while loop.time() < silent_until:
                with pytest.raises(Unavailable):
                    async with linked(database) as link:
                        await link.execute("SELECT 1")
                await asyncio.sleep(0.01)

        await asyncio.gather(*(ask() for _ in range(100)))
        # Ten at once while nobody knows, and five a second from then on.
        assert len(door.connections) <= 10 + 6 / AGAIN_SECONDS
        door.black_hole = False
        await asyncio.sleep(AGAIN_SECONDS)
        async with linked(database) as link:
            assert await link.fetchval("SELECT 1") == 1
        await close_database(database)


@pytest.mark.parametrize("stalls", [1, 2])
async def test_what_is_cut_because_the_loop_stood_still_is_read_again(
    database: Database, stalls: int
) -> None:
    reads, begun = 0, asyncio.Semaphore(0)

    async def read() -> int:
        nonlocal reads
        reads += 1
        begun.release()
        async with linked(database) as link:
            return int(await link.fetchval("SELECT 7 FROM pg_sleep($1)", 0.0 if reads > stalls else 5.0))

    reading = asyncio.create_task(again_after_stall(read))
    for _ in range(stalls):
        await begun.acquire()
        await asyncio.sleep(0.1)
        time.sleep(LENT_SECONDS)  # the stall
    assert await reading == 7
    assert reads == stalls + 1


async def test_what_the_server_is_too_slow_for_is_not_read_again(database: Database) -> None:
    reads = 0

    async def read() -> None:
        nonlocal reads
        reads += 1
        async with linked(database) as link:
            await link.execute("SELECT pg_sleep(3)")

    with pytest.raises(Unavailable):
        await again_after_stall(read)
    assert reads == 1
