"""The tail brings what was logged to every node, whatever became of its publication."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from channels.closing import CloseCode
from channels.topics import user_topic
from channels.wire.envelope import Epoch, Topic
from server.execution import Actor
from server.live.history import History
from server.live.hub import Hub
from server.live.people import PREFIX, PeopleTopics
from server.live.tail import OPEN_SECONDS, Tail
from server.supervisor import Supervisor
from server.witness import Witness
from storage.epoch import raise_from, settle
from storage.log import inserted_within
from storage.postgres import Unavailable, close_database, open_database
from storage.redis.broker import Broker
from storage.redis.connection import open_redis
from tests.server.house import House, opened
from tests.server.live.ports import Recorder, renaming
from tests.waiting import eventually


class Stand:
    """A hub and its tail on a real log, without any broker."""

    def __init__(self, house: House, history: History, supervisor: Supervisor, epoch: Epoch) -> None:
        self.house = house
        self.hub = Hub(epoch, {PREFIX: PeopleTopics()}, history.logged, supervisor)
        self.witness = Witness()
        self.witness.settled(int(epoch))
        self.witness.replaced = self.hub.renew
        self.tail = Tail(self.hub, house.database, self.witness.look)
        self.doubts = 0
        self.tail.doubted = self._doubt

    def _doubt(self) -> None:
        self.doubts += 1

    async def follow(self, actor: Actor) -> Recorder:
        """Let somebody's topic be followed from its head."""
        feed = self.hub.feed(user_topic(actor.user_id))
        assert feed is not None
        head, snapshot = await self.house.snapshot(actor.user_id)
        follower = Recorder()
        feed.followers.add(follower)
        self.hub.open(feed, head, snapshot)
        return follower

    async def commit(self, actor: Actor, count: int = 1) -> None:
        for number in range(count):
            await self.house.give(actor, renaming(f"Ada {len(self.house.published)} {number}"))


@pytest_asyncio.fixture
async def stand(database_url: str, redis_url: str) -> AsyncIterator[Stand]:
    redis = open_redis(redis_url)
    async with opened(database_url) as house, Supervisor() as supervisor:
        async with house.database.acquire() as link:
            epoch = Epoch(str(await settle(link)))
        history = History(house.database, Broker(redis), lambda: epoch, supervisor)
        yield Stand(house, history, supervisor, epoch)
    await redis.aclose()


async def test_one_reading_brings_every_feed_to_its_head(stand: Stand) -> None:
    ada, bea = await stand.house.add_person(), await stand.house.add_person()
    followers = [await stand.follow(ada), await stand.follow(bea)]
    await stand.commit(ada, 3)
    await stand.commit(bea, 2)
    await stand.tail.read()
    assert [follower.offsets for follower in followers] == [[1, 2, 3], [1, 2]]
    await stand.tail.read()
    assert [follower.offsets for follower in followers] == [[1, 2, 3], [1, 2]]


async def test_topics_that_nobody_here_follows_are_left_alone(stand: Stand) -> None:
    await stand.commit(await stand.house.add_person())
    await stand.tail.read()
    assert stand.hub.feeds == {}


async def test_a_feed_that_is_not_read_yet_is_left_to_who_reads_it(stand: Stand) -> None:
    ada = await stand.house.add_person()
    feed = stand.hub.feed(user_topic(ada.user_id))
    assert feed is not None
    await stand.commit(ada)
    await stand.tail.read()
    assert feed.cursor is None


async def test_what_was_open_longer_than_a_reading_ago_is_still_found(stand: Stand) -> None:
    ada = await stand.house.add_person()
    follower = await stand.follow(ada)
    await stand.commit(ada)
    await stand.house.database.execute(
        "UPDATE events SET inserted_at = inserted_at - make_interval(secs => $1)", OPEN_SECONDS
    )
    await stand.tail.read()
    assert follower.offsets == [1]


async def test_what_came_while_the_database_was_away_is_found_when_it_is_back(
    stand: Stand, database_url: str
) -> None:
    ada = await stand.house.add_person()
    follower = await stand.follow(ada)
    gone = await open_database(database_url, size=1)
    await close_database(gone)
    stand.tail._database, there = gone, stand.tail._database
    stand.tail._read_at -= 60.0
    with pytest.raises(Unavailable):
        await stand.tail.read()
    stand.tail._database = there
    await stand.commit(ada)
    await stand.house.database.execute("UPDATE events SET inserted_at = inserted_at - interval '60 s'")
    await stand.tail.read()
    assert follower.offsets == [1]


async def test_it_reads_by_itself(stand: Stand) -> None:
    ada = await stand.house.add_person()
    follower = await stand.follow(ada)
    async with Supervisor() as supervisor:
        supervisor.start("tail", stand.tail.run)
        await stand.commit(ada, 2)
        await eventually(lambda: follower.offsets == [1, 2])


async def test_a_database_that_is_away_for_a_while_does_not_end_it(stand: Stand, database_url: str) -> None:
    ada = await stand.house.add_person()
    follower = await stand.follow(ada)
    failures: list[str] = []
    gone = await open_database(database_url, size=1)
    await close_database(gone)
    stand.tail._database, there = gone, stand.tail._database
    with capture_logs() as logs:
        async with Supervisor(failed=failures.append) as supervisor:
            supervisor.start("tail", stand.tail.run)
            await eventually(lambda: [entry["event"] for entry in logs] == ["tail_not_read"])
            stand.tail._database = there
            await stand.commit(ada)
            await eventually(lambda: follower.offsets == [1])
    assert failures == []


async def test_a_topic_whose_log_lacks_something_holds_up_no_other(stand: Stand) -> None:
    people = [await stand.house.add_person() for _ in range(5)]
    followers = [await stand.follow(person) for person in people]
    for person in people:
        await stand.commit(person, 2)
    await stand.house.database.execute(
        'DELETE FROM events WHERE topic = $1 AND "offset" = 1', user_topic(people[2].user_id)
    )
    with pytest.raises(Unavailable):
        await stand.tail.read()
    assert [follower.offsets for follower in followers] == [[1, 2], [1, 2], [], [1, 2], [1, 2]]


async def test_an_epoch_that_was_raised_elsewhere_begins_and_nothing_of_it_is_delivered(stand: Stand) -> None:
    ada = await stand.house.add_person()
    follower = await stand.follow(ada)
    async with stand.house.database.acquire() as link:
        raised = await raise_from(link, int(stand.hub.epoch))
    await stand.commit(ada)
    await stand.tail.read()
    assert stand.hub.epoch == str(raised)
    assert [code for code, _ in follower.left] == [CloseCode.STATE_IN_DOUBT]
    assert follower.offsets == []


async def test_an_event_behind_what_was_delivered_puts_the_log_in_doubt(stand: Stand) -> None:
    ada = await stand.house.add_person()
    follower = await stand.follow(ada)
    await stand.commit(ada, 3)
    await stand.tail.read()
    assert stand.doubts == 0
    topic = user_topic(ada.user_id)
    await stand.house.database.execute("UPDATE topic_heads SET head = 1 WHERE topic = $1", topic)
    await stand.house.database.execute('DELETE FROM events WHERE topic = $1 AND "offset" > 1', topic)
    await stand.commit(ada)
    await stand.tail.read()
    assert stand.doubts == 1
    assert follower.offsets == [1, 2, 3]


async def test_an_event_that_was_delivered_before_it_is_read_is_no_doubt(stand: Stand) -> None:
    ada = await stand.house.add_person()
    await stand.follow(ada)
    await stand.commit(ada)
    async with stand.house.database.acquire() as link:
        found = await inserted_within(link, 60)
        await stand.commit(ada)
        for publication in stand.house.published:
            stand.hub.deliver(publication)
        assert not await stand.tail._behind(link, found)


async def test_heads_are_read_a_thousand_at_a_time(stand: Stand) -> None:
    ada = await stand.house.add_person()
    follower = await stand.follow(ada)
    await stand.commit(ada, 2)
    others = [Topic(f"user:nobody-{number}") for number in range(1_500)]
    await stand.tail.catch_up([*others, user_topic(ada.user_id)])
    assert follower.offsets == [1, 2]


async def test_heads_that_cannot_be_read_are_left_to_the_next_reading(
    stand: Stand, database_url: str
) -> None:
    gone = await open_database(database_url, size=1)
    await close_database(gone)
    stand.tail._database = gone
    await stand.tail.catch_up([Topic("user:1")])
