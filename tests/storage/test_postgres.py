"""Every wait on the database ends, and in words that callers know."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from storage.postgres import Database, Unavailable, close_database, linked, open_database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await open_database(database_url, size=1)
    yield opened
    await close_database(opened)


async def test_a_link_that_is_cut_in_the_midst_of_a_statement_is_unavailable(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with linked(database, seconds=0.05) as link:
            await link.execute("SELECT pg_sleep(1)")


async def test_a_link_that_is_cut_between_two_steps_of_the_driver_is_unavailable(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver: Any = asyncpg.Connection
    prepare = driver._get_statement

    async def prepare_late(*arguments: Any, **named: Any) -> Any:
        statement = await prepare(*arguments, **named)
        await asyncio.sleep(0.1)
        return statement

    with monkeypatch.context() as patched:
        patched.setattr(driver, "_get_statement", prepare_late)
        with pytest.raises(Unavailable):
            async with linked(database, seconds=0.05) as link:
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
