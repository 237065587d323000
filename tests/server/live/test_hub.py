"""The hub hands each publication to its followers once and in order, whatever it gets and in which order."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.closing import CloseCode
from channels.topics import user_topic
from channels.wire.account import SignOutReason
from channels.wire.envelope import Epoch, Offset, Topic, UserId
from server.execution import Publication
from server.live.feed import Feed, Joiner
from server.live.history import History
from server.live.hub import AHEAD, HOLE_SECONDS, Hub
from server.live.people import PREFIX, PeopleTopics
from server.supervisor import Supervisor
from storage.postgres import Unavailable
from storage.redis.broker import Broker
from storage.redis.connection import open_redis
from tests.server.house import data_of, opened, start
from tests.server.live.ports import (
    FAMILY,
    TOPIC,
    Log,
    Recorder,
    publication,
    renamed,
    renaming,
    signed_out,
    snapshot,
)
from tests.waiting import eventually


class Stand:
    """A hub over a log in memory, with one feed that is open at `head` and one follower."""

    def __init__(self, supervisor: Supervisor, head: int = 0, page: int = 300) -> None:
        self.log = Log(page=page)
        self.log.append(head)
        self.hub = Hub(Epoch("1"), {PREFIX: PeopleTopics()}, self.log.read, supervisor)
        self.told: list[tuple[int | None, str | None]] = []
        self.hub.changed.append(self._changed)
        found = self.hub.feed(TOPIC)
        assert found is not None
        self.feed = found
        self.follower = Recorder()
        self.feed.followers.add(self.follower)
        self.hub.open(self.feed, head, snapshot())

    def _changed(self, feed: Feed) -> None:
        self.told.append((feed.cursor, feed.snapshot.person.name if feed.snapshot else None))


@pytest_asyncio.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    async with Supervisor() as made:
        yield made


@pytest.fixture
def stand(supervisor: Supervisor) -> Stand:
    return Stand(supervisor)


async def test_publications_in_order_go_out_at_once_and_change_the_snapshot(stand: Stand) -> None:
    for each in stand.log.append(3):
        stand.hub.deliver(each)
    assert stand.follower.offsets == [1, 2, 3]
    assert stand.told == [(0, "Ada"), (1, "name 1"), (2, "name 2"), (3, "name 3")]
    assert stand.log.reads == []


async def test_a_repetition_is_dropped(stand: Stand) -> None:
    first, second = stand.log.append(2)
    for each in (first, first, second, first, second):
        stand.hub.deliver(each)
    assert stand.follower.offsets == [1, 2]


async def test_a_hole_that_fills_by_itself_is_not_read_from_the_log(stand: Stand) -> None:
    first, second, third = stand.log.append(3)
    stand.hub.deliver(third)
    stand.hub.deliver(second)
    assert stand.follower.offsets == []
    stand.hub.deliver(first)
    assert stand.follower.offsets == [1, 2, 3]
    await asyncio.sleep(2 * HOLE_SECONDS)
    assert stand.log.reads == []


async def test_a_hole_that_stays_is_read_from_the_log_after_its_time(stand: Stand) -> None:
    loop = asyncio.get_running_loop()
    _, _, third = stand.log.append(3)
    began = loop.time()
    stand.hub.deliver(third)
    await eventually(lambda: stand.follower.offsets == [1, 2, 3])
    assert loop.time() - began >= HOLE_SECONDS * 0.9
    assert stand.log.reads == [(0, 3)]


async def test_a_hole_behind_a_hole_is_waited_for_as_well(stand: Stand) -> None:
    all_of_them = stand.log.append(5)
    stand.hub.deliver(all_of_them[1])
    stand.hub.deliver(all_of_them[4])
    stand.hub.deliver(all_of_them[0])
    assert stand.follower.offsets == [1, 2]
    await eventually(lambda: stand.follower.offsets == [1, 2, 3, 4, 5])


async def test_one_reader_at_a_time_fills_for_all_who_wait(stand: Stand) -> None:
    stand.log.append(5)
    stand.log.gate.clear()
    waiting = [asyncio.ensure_future(stand.hub.bring_up_to(stand.feed, 5)) for _ in range(10)]
    await eventually(lambda: bool(stand.log.reads))
    stand.log.gate.set()
    await asyncio.gather(*waiting)
    assert stand.log.reads == [(0, 5)]
    assert stand.follower.offsets == [1, 2, 3, 4, 5]


async def test_who_waits_for_more_than_is_being_read_is_not_told_that_the_log_ends(stand: Stand) -> None:
    first, *_ = stand.log.append(3)
    stand.log.gate.clear()
    nearer = asyncio.ensure_future(stand.hub.bring_up_to(stand.feed, 1))
    await eventually(lambda: bool(stand.log.reads))
    stand.hub.deliver(first)
    further = asyncio.ensure_future(stand.hub.bring_up_to(stand.feed, 3))
    await asyncio.sleep(0)
    stand.log.gate.set()
    await asyncio.gather(nearer, further)
    assert stand.follower.offsets == [1, 2, 3]


async def test_a_long_way_is_read_in_pages(supervisor: Supervisor) -> None:
    stand = Stand(supervisor, page=10)
    stand.log.append(35)
    await stand.hub.bring_up_to(stand.feed, 35)
    assert stand.follower.offsets == list(range(1, 36))
    assert [after for after, _ in stand.log.reads] == [0, 10, 20, 30]


async def test_a_log_that_ends_before_its_head_is_unavailable(stand: Stand) -> None:
    stand.log.append(2)
    with pytest.raises(Unavailable):
        await stand.hub.bring_up_to(stand.feed, 3)
    assert stand.follower.offsets == [1, 2]


async def test_a_log_that_is_away_leaves_the_hole_to_the_next_who_knows_of_it(stand: Stand) -> None:
    stand.log.failure = Unavailable("away")
    _, second = stand.log.append(2)
    stand.hub.deliver(second)
    await eventually(lambda: bool(stand.log.reads))
    with pytest.raises(Unavailable):
        await stand.hub.bring_up_to(stand.feed, 2)
    stand.log.failure = None
    await stand.hub.bring_up_to(stand.feed, 2)
    assert stand.follower.offsets == [1, 2]


async def test_what_comes_before_the_feed_is_open_waits_for_its_place(supervisor: Supervisor) -> None:
    stand = Stand(supervisor, head=0)
    topic = user_topic(UUID(int=9))
    feed = stand.hub.feed(topic)
    assert feed is not None
    follower = Recorder()
    feed.joiners.append(Joiner(follower))
    for offset in (2, 5, 4, 1):
        stand.hub.deliver(publication(offset, renamed(f"name {offset}", topic)))
    stand.hub.open(feed, 3, snapshot())
    assert [offset for offset, _ in feed.joiners[0].arrived] == [4, 5]
    assert feed.cursor == 5
    assert feed.ahead == {}
    stand.hub.open(feed, 1, snapshot("another"))
    assert (feed.cursor, feed.snapshot.person.name) == (5, "name 5")


async def test_a_node_that_can_start_no_more_tasks_leaves_the_hole_to_the_tail() -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    async with Supervisor(most=0) as full:
        stand = Stand(full)
        _, late = stand.log.append(2)
        stand.hub.deliver(late)
        await eventually(lambda: stand.feed.waiting is None)
    assert stand.follower.offsets == []
    assert faults == []


async def test_only_so_many_publications_wait_for_a_hole_and_the_log_has_the_rest(stand: Stand) -> None:
    publications = stand.log.append(AHEAD + 50)
    for each in publications[1:]:
        stand.hub.deliver(each)
    assert len(stand.feed.ahead) == AHEAD
    await stand.hub.bring_up_to(stand.feed, len(publications))
    assert stand.follower.offsets == list(range(1, len(publications) + 1))


async def test_a_topic_that_nobody_follows_here_is_nobodys_business(stand: Stand) -> None:
    stand.hub.deliver(publication(1, renamed("Eve", Topic("user:somebody"))))
    assert list(stand.hub.feeds) == [TOPIC]
    assert stand.hub.feed(Topic("nothing:such")) is None


async def test_a_feed_is_dropped_once_and_only_when_nobody_follows_it(stand: Stand) -> None:
    assert not stand.hub.drop(stand.feed)
    stand.feed.followers.clear()
    assert stand.hub.drop(stand.feed)
    assert not stand.hub.drop(stand.feed)
    assert stand.told[-1] == (0, None)


async def test_a_dropped_feed_forgets_its_hole_and_takes_no_more(stand: Stand) -> None:
    _, second = stand.log.append(2)
    stand.hub.deliver(second)
    stand.feed.followers.clear()
    stand.hub.drop(stand.feed)
    await asyncio.sleep(2 * HOLE_SECONDS)
    await stand.hub.bring_up_to(stand.feed, 2)
    assert stand.log.reads == []
    assert stand.feed.cursor == 0


async def test_a_feed_that_ends_while_the_log_is_read_is_left_as_it_was(stand: Stand) -> None:
    stand.log.append(2)
    stand.log.gate.clear()
    filling = asyncio.ensure_future(stand.hub.bring_up_to(stand.feed, 2))
    await eventually(lambda: bool(stand.log.reads))
    stand.hub.renew(Epoch("2"))
    stand.log.gate.set()
    await filling
    assert stand.follower.offsets == []
    assert stand.told[-1] == (0, None)


async def test_a_new_epoch_sends_everybody_away_to_come_back(stand: Stand) -> None:
    joining = Recorder()
    stand.feed.joiners.append(Joiner(joining))
    stand.hub.renew(Epoch("2"))
    assert stand.hub.epoch == "2"
    assert [code for code, _ in stand.follower.left + joining.left] == [CloseCode.STATE_IN_DOUBT] * 2
    assert stand.hub.feeds == {}


async def test_an_event_of_a_newer_node_is_passed_on_and_holds_up_nothing(stand: Stand) -> None:
    unknown = {"type": "badge:earned", "topic": TOPIC, "at": "2026-11-21T12:00:00Z", "data": {"badge": 7}}
    stand.hub.deliver(Publication(TOPIC, Offset(1), msgspec.json.encode(unknown)))
    stand.hub.deliver(publication(2, renamed("Ada L.")))
    assert stand.follower.events[0] == {**unknown, "offset": 1}
    assert stand.follower.offsets == [1, 2]
    assert stand.feed.snapshot.person.name == "Ada L."


@pytest.mark.parametrize("reason", SignOutReason)
async def test_a_sign_out_closes_the_sockets_of_its_sign_in_after_telling_them(
    stand: Stand, reason: SignOutReason
) -> None:
    other, joining = Recorder(family_id=UUID(int=77)), Recorder()
    stand.feed.followers.add(other)
    stand.feed.joiners.append(Joiner(joining))
    stand.hub.deliver(publication(1, signed_out(FAMILY, reason)))
    code = CloseCode.TOKEN_REFUSED if reason is SignOutReason.TOKEN_REUSED else CloseCode.SIGNED_OUT
    assert stand.follower.offsets == other.offsets == [1]
    assert stand.follower.left == joining.left == [(code, reason)]
    assert other.left == []


async def test_a_sign_out_everywhere_closes_all_of_the_persons_sockets_and_nobody_elses(stand: Stand) -> None:
    other = Recorder(family_id=UUID(int=77))
    stranger = Recorder(user_id=UserId(UUID(int=66)), family_id=UUID(int=67))
    stand.feed.followers.add(other)
    stand.feed.joiners.append(Joiner(stranger))
    stand.hub.deliver(publication(1, signed_out(None)))
    assert [code for code, _ in stand.follower.left + other.left] == [CloseCode.SIGNED_OUT] * 2
    assert stranger.left == []


@settings(max_examples=60)
@given(st.data())
def test_any_order_with_repetitions_and_losses_comes_out_as_one_to_n(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 30), "count")
    arriving = data.draw(st.lists(st.integers(1, count), max_size=60), "arriving")
    if data.draw(st.booleans(), "all arrive"):
        arriving += data.draw(st.permutations(range(1, count + 1)), "and")

    async def run() -> None:
        async with Supervisor() as supervisor:
            stand = Stand(supervisor, page=data.draw(st.integers(1, 5), "page"))
            stand.log.append(count)
            second = Recorder()
            stand.feed.followers.add(second)
            for offset in arriving:
                stand.hub.deliver(stand.log.publication(offset))
                assert stand.follower.offsets == list(range(1, len(stand.follower.offsets) + 1))
                if data.draw(st.booleans(), "a turn passes"):
                    await asyncio.sleep(0)
            if set(arriving) != set(range(1, count + 1)):
                await stand.hub.bring_up_to(stand.feed, count)
            assert stand.follower.offsets == second.offsets == list(range(1, count + 1))
            assert stand.feed.ahead == {}

    asyncio.run(run())


async def test_a_hole_is_filled_from_a_real_log(
    database_url: str, redis_url: str, supervisor: Supervisor
) -> None:
    redis = open_redis(redis_url)
    async with opened(database_url) as house:
        history = History(house.database, Broker(redis), lambda: Epoch("1"), supervisor)
        hub = Hub(Epoch("1"), {PREFIX: PeopleTopics()}, history.logged, supervisor)
        actor = await house.add_person()
        topic = user_topic(actor.user_id)
        head, facts = await house.snapshot(actor.user_id)
        feed = hub.feed(topic)
        assert feed is not None
        follower = Recorder()
        feed.followers.add(follower)
        hub.open(feed, head, facts)
        session = data_of(await house.give(actor, start()))["session"]
        for number in range(3):
            await house.give(actor, renaming(f"Ada {number}"))
        hub.deliver(house.published[-1])
        await eventually(lambda: follower.offsets == [1, 2, 3, 4])
        assert follower.events[0]["data"]["session"] == session
        assert feed.snapshot == (await house.snapshot(actor.user_id))[1]
    await redis.aclose()
