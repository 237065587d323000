"""What many missed at once is read once, each getting their part of it; one read of a topic is under way at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from channels.recovery import REPLAY_EVENTS
from channels.topics import user_topic
from channels.wire.envelope import Epoch
from server.execution import Actor
from server.live.history import History
from server.supervisor import Supervisor
from storage.postgres import Unavailable, close_database
from storage.redis.broker import Batch, Broker
from storage.redis.connection import open_redis
from tests.server.house import House, opened
from tests.server.live.ports import renaming
from tests.server.live.site import eventually

_EPOCH = Epoch("1")


class Shelf:
    """Somebody's topic with events in it, and what was read of it from where."""

    def __init__(self, house: House, actor: Actor, broker: Broker, supervisor: Supervisor) -> None:
        self.house = house
        self.actor = actor
        self.topic = user_topic(actor.user_id)
        self.broker = broker
        self.reads: list[str] = []
        self.history = History(house.database, broker, lambda: _EPOCH, supervisor, count=self.reads.append)

    async def fill(self, count: int) -> None:
        for number in range(count):
            await self.house.give(self.actor, renaming(f"Ada {number}"))

    async def publish(self, first: int = 1) -> None:
        found: Batch = [
            (each.topic, each.offset, each.body) for each in self.house.published if each.offset >= first
        ]
        await self.broker.publish(_EPOCH, found)

    async def recent(self, after: int, until: int) -> list[int]:
        return [offset for offset, _ in await self.history.recent(self.topic, after, until)]

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Let nobody read the log meanwhile."""
        async with self.house.database.acquire() as link, link.transaction():
            await link.execute("LOCK TABLE events")
            yield


@pytest_asyncio.fixture
async def shelf(database_url: str, redis_url: str) -> AsyncIterator[Shelf]:
    redis = open_redis(redis_url)
    async with opened(database_url, size=4) as house, Supervisor() as supervisor:
        made = Shelf(house, await house.add_person(), Broker(redis), supervisor)
        await made.fill(6)
        yield made
    await redis.aclose()


async def test_all_who_ask_at_once_share_a_read_and_get_their_part(shelf: Shelf) -> None:
    wanted = [(after, until) for after in range(6) for until in range(after + 1, 7)]
    found = await asyncio.gather(*(shelf.recent(after, until) for after, until in wanted))
    assert found == [list(range(after + 1, until + 1)) for after, until in wanted]
    assert shelf.reads == ["log"]


async def test_who_asks_while_a_read_is_under_way_shares_the_next_one(shelf: Shelf) -> None:
    async with shelf.held():
        early = asyncio.ensure_future(shelf.recent(0, 4))
        await eventually(lambda: shelf.reads == ["log"])
        late = [asyncio.ensure_future(shelf.recent(after, 6)) for after in range(5)]
        mending = asyncio.ensure_future(shelf.history.logged(shelf.topic, 4, 6))
        await asyncio.sleep(0.05)
        assert shelf.reads == ["log"]
    assert await early == [1, 2, 3, 4]
    assert await asyncio.gather(*late) == [list(range(after + 1, 7)) for after in range(5)]
    assert [offset for offset, _ in await mending] == [5, 6]
    assert shelf.reads == ["log", "log"]


async def test_topics_do_not_wait_for_each_other(shelf: Shelf) -> None:
    async with shelf.held():
        held = asyncio.ensure_future(shelf.recent(0, 6))
        await eventually(lambda: shelf.reads == ["log"])
        assert await shelf.history.recent("user:nobody", 0, 0) == []
        assert not held.done()
    await held


async def test_redis_serves_what_it_has_the_whole_of(shelf: Shelf) -> None:
    await shelf.publish(first=4)
    assert await shelf.recent(3, 6) == [4, 5, 6]
    assert await shelf.recent(2, 6) == [3, 4, 5, 6]
    assert shelf.reads == ["redis", "log"]


async def test_who_wants_the_log_itself_gets_it(shelf: Shelf) -> None:
    await shelf.publish()
    await asyncio.gather(shelf.recent(0, 6), shelf.history.logged(shelf.topic, 0, 6))
    assert shelf.reads == ["log"]


async def test_those_who_are_further_apart_than_a_page_get_a_read_each(shelf: Shelf) -> None:
    far = REPLAY_EVENTS + 6
    near, nothing_yet = await asyncio.gather(shelf.recent(0, 6), shelf.recent(far - 1, far))
    assert (near, nothing_yet) == ([1, 2, 3, 4, 5, 6], [])
    assert shelf.reads == ["log", "log"]


async def test_a_database_that_is_away_is_told_to_all_who_wait(shelf: Shelf) -> None:
    await close_database(shelf.house.database)
    answers = await asyncio.gather(*(shelf.recent(after, 6) for after in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * 3


@pytest.mark.parametrize("gone", [0, 1])
async def test_who_does_not_wait_any_more_costs_nobody_their_answer(shelf: Shelf, gone: int) -> None:
    async with shelf.held():
        asking = [asyncio.ensure_future(shelf.recent(number, 6)) for number in range(2)]
        await eventually(lambda: shelf.reads == ["log"])
        asking[gone].cancel()
        await asyncio.wait([asking[gone]])
    assert await asking[1 - gone] == list(range(2 - gone, 7))
