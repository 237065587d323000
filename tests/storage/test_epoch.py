"""The epoch is raised whenever offsets may have been given twice, and never comes back."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from storage.epoch import current, look, raise_from, settle
from storage.postgres import Link
from tests.conftest import Databases


@pytest.fixture
async def link(database_url: str) -> AsyncIterator[Link]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_it_begins_at_one_and_stays_while_nothing_changes(link: Link) -> None:
    assert await look(link) is None
    assert await settle(link) == 1
    assert await settle(link) == 1
    found = await look(link)
    assert found is not None
    assert (found.epoch, found.ours) == (1, True)


async def test_it_is_raised_above_what_the_caller_knows_and_once(link: Link) -> None:
    await settle(link)
    raised = await raise_from(link, 1)
    assert raised > 1
    assert await raise_from(link, 1) == raised
    assert await raise_from(link, raised + 10**9) > raised + 10**9


async def test_the_same_state_restored_twice_counts_in_two_epochs(link: Link) -> None:
    await settle(link)
    first = await raise_from(link, 1)
    await link.execute("UPDATE epoch SET epoch = 1")
    assert await raise_from(link, 1) not in {1, first}


@pytest.mark.parametrize("column", ["system_identifier", "timeline", "database_id", "table_id"])
async def test_another_history_than_the_stored_one_raises_it(link: Link, column: str) -> None:
    await settle(link)
    await link.execute(f"UPDATE epoch SET {column} = 7")
    found = await look(link)
    assert found is not None
    assert not found.ours
    raised = await settle(link)
    assert raised > 1
    assert await settle(link) == raised
    assert (await look(link) or found).ours


async def test_a_copy_of_a_database_is_another_history(
    databases: Databases, database_url: str, link: Link
) -> None:
    await settle(link)
    await link.close()
    copy = await asyncio.to_thread(databases.create, template=urlsplit(database_url).path[1:])
    there = await asyncpg.connect(copy)
    assert await settle(there) > 1
    await there.close()
    await asyncio.to_thread(databases.drop, copy)


async def test_the_log_is_written_on_and_on(link: Link) -> None:
    await link.execute("SET synchronous_commit = on")
    await settle(link)
    before = await look(link)
    await raise_from(link, 1)
    after = await look(link)
    assert before is not None
    assert after is not None
    assert (after.written or 0) > (before.written or 0) > 0
    assert after.epoch == await current(link)
