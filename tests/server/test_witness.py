"""A node finds out by itself that another log is in the place of the one it knew."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from server.witness import Witness
from storage.epoch import current, raise_from, settle
from storage.postgres import Link, close_database, linked, open_database


class Stand:
    """A witness of a log, and what it told."""

    def __init__(self, link: Link, epoch: int) -> None:
        self.link = link
        self.told: list[str] = []
        self.witness = Witness()
        self.witness.settled(epoch)
        self.witness.replaced = self.told.append

    async def epoch(self) -> str:
        return str(await current(self.link))


@pytest.fixture
async def stand(database_url: str) -> AsyncIterator[Stand]:
    link = await asyncpg.connect(database_url)
    made = Stand(link, await settle(link))
    await made.witness.look(link)
    yield made
    await link.close()


async def test_a_log_that_is_written_on_is_no_news(stand: Stand) -> None:
    await stand.link.execute("CREATE TABLE written (on_it int)")
    await stand.witness.look(stand.link)
    assert stand.told == []


async def test_nothing_is_doubted_before_the_node_knows_its_epoch(stand: Stand) -> None:
    await stand.link.execute("UPDATE epoch SET timeline = 7")
    await Witness().look(stand.link)
    assert await stand.epoch() == "1"


async def test_a_log_that_is_written_less_far_than_was_seen_was_replaced(stand: Stand) -> None:
    stand.witness._written += 10**9
    await stand.witness.look(stand.link)
    assert stand.told == [await stand.epoch()]
    assert stand.told != ["1"]
    await stand.witness.look(stand.link)
    assert len(stand.told) == 1


async def test_a_log_of_another_history_was_replaced(stand: Stand) -> None:
    await stand.link.execute("UPDATE epoch SET table_id = 7")
    await stand.witness.look(stand.link)
    await stand.witness.look(stand.link)
    assert stand.told == [await stand.epoch()]


async def test_an_epoch_older_than_the_known_one_is_raised_and_not_taken_over(stand: Stand) -> None:
    raised = await raise_from(stand.link, 1)
    await stand.witness.look(stand.link)
    await stand.link.execute("UPDATE epoch SET epoch = 1")
    await stand.witness.look(stand.link)
    assert stand.told == [str(raised), await stand.epoch()]
    assert int(stand.told[1]) > raised


async def test_one_raised_by_others_is_taken_over_and_raised_no_further(stand: Stand) -> None:
    stand.witness._written += 10**9
    raised = await raise_from(stand.link, 1)
    await stand.witness.look(stand.link)
    assert stand.told == [str(raised)]
    assert await stand.epoch() == str(raised)


async def test_all_who_see_it_at_once_raise_it_once(stand: Stand, database_url: str) -> None:
    other = Stand(stand.link, 1)
    stand.witness._written = other.witness._written = 10**18
    await other.witness.look(stand.link)
    await stand.witness.look(stand.link)
    assert stand.told == other.told == [await stand.epoch()]


async def test_each_new_connection_is_looked_at_before_anybody_uses_it(
    stand: Stand, database_url: str
) -> None:
    database = await open_database(database_url, size=1, first=stand.witness.look)
    async with linked(database) as link:
        await link.execute("UPDATE epoch SET database_id = 7")
    await database.expire_connections()
    async with linked(database) as link:
        assert stand.told == [str(await current(link))]
    await close_database(database)
