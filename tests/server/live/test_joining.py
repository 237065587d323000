"""A socket joins a topic without missing or repeating an event, whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.errors import Code, Refused
from channels.recovery import REPLAY_EVENTS
from channels.snapshot import apply
from channels.topics import user_topic
from channels.wire.codec import read_event
from channels.wire.envelope import Epoch, Topic
from channels.wire.snapshot import UserSnapshot
from server.execution import Actor, Publication
from server.live.history import History
from server.live.hub import Hub
from server.live.joining import Joined, Joining
from server.live.joins import Joins
from server.live.kinds import Reader
from server.live.people import PREFIX, PeopleTopics
from server.live.tail import Tail
from server.supervisor import Supervisor
from storage.log import heads
from storage.postgres import Unavailable
from storage.redis.broker import Broker
from storage.redis.connection import open_redis
from tests.server.house import House, opened, start
from tests.server.live.ports import Recorder, renaming
from tests.waiting import eventually

EPOCH = Epoch("1")


class Client:
    """A device: what it has seen, as it keeps it between connections."""

    def __init__(self) -> None:
        self.follower = Recorder()
        self.position: tuple[str, int] | None = None
        self.snapshot: UserSnapshot | None = None
        self.joining: asyncio.Task[Joined] | None = None
        self.joined: Joined | None = None

    def take_in(self) -> None:
        """Fold what came into the snapshot; it must go on exactly where the client was."""
        for event in self.follower.events:
            assert self.position is not None
            assert self.snapshot is not None
            assert event["offset"] == self.position[1] + 1
            self.position = (EPOCH, event["offset"])
            self.snapshot = apply(self.snapshot, read_event(msgspec.json.encode(event)))
        self.follower.events.clear()


class World:
    """One node on a real log; its relay does what the test says."""

    def __init__(self, house: House, actor: Actor, history: History, supervisor: Supervisor) -> None:
        self.house, self.actor = house, actor
        self.topic = user_topic(actor.user_id)
        assert actor.family_id is not None
        self.reader = Reader(self.topic, actor.user_id, actor.family_id)
        kinds = {PREFIX: PeopleTopics()}
        self.hub = Hub(EPOCH, kinds, history.logged, supervisor)
        self.tail = Tail(self.hub, house.database)
        self.doubts = 0
        self.confirmed = asyncio.Event()
        self.confirmed.set()
        self.left: list[Topic] = []
        self.in_flight: list[Publication] = []
        self.joining = Joining(
            self.hub,
            Joins(house.database, kinds, supervisor),
            followed=self._followed,
            unfollow=self.left.append,
            history=history.recent,
            doubt=self._doubt,
        )

    async def _followed(self, topic: Topic) -> None:
        assert topic.startswith(f"{PREFIX}:")
        await self.confirmed.wait()

    def _doubt(self) -> None:
        self.doubts += 1

    async def commit(self, count: int = 1) -> None:
        """Let events be logged; their publications are on the way."""
        for _ in range(count):
            await self.house.give(self.actor, renaming(f"Ada {len(self.house.published)}"))
            self.in_flight.append(self.house.published[-1])

    def arrive(self, number: int = 0) -> None:
        """Let a publication come from the broker; unless the broker was lost, it follows."""
        if self.in_flight:
            publication = self.in_flight.pop(number % len(self.in_flight))
            if self.confirmed.is_set():
                self.hub.deliver(publication)

    async def join(self, client: Client) -> Joined:
        """Make a client ready."""
        return await self.joining.join(client.follower, self.reader, client.position)

    async def go_live(self, client: Client) -> Joined:
        """Let a client join, reply and replay."""
        joined = await self.join(client)
        self.attach(client, joined)
        return joined

    def attach(self, client: Client, joined: Joined) -> None:
        """Reply to a client and attach it."""
        state = joined.state
        assert state.epoch == EPOCH
        if state.recovered:
            assert state.snapshot is msgspec.UNSET
        else:
            assert state.snapshot is not msgspec.UNSET
            client.position = (EPOCH, state.offset)
            client.snapshot = msgspec.json.decode(state.snapshot, type=UserSnapshot)
        client.joined = joined
        self.joining.attach(joined)
        client.take_in()
        assert client.position is not None
        assert client.position[1] >= state.offset

    def leave(self, client: Client) -> None:
        """Let a client's connection end; what it has seen it keeps."""
        if client.joined is not None:
            client.take_in()
            self.joining.leave(client.joined.feed, client.follower)
            client.joined = None

    async def head(self) -> int:
        async with self.house.database.acquire() as link:
            return (await heads(link, [self.topic]))[self.topic]


@asynccontextmanager
async def world_of(database_url: str, redis_url: str) -> AsyncIterator[World]:
    redis = open_redis(redis_url)
    async with opened(database_url, size=4) as house, Supervisor() as supervisor:
        history = History(house.database, Broker(redis), lambda: EPOCH)
        yield World(house, await house.add_person(), history, supervisor)
    await redis.aclose()


@pytest_asyncio.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world_of(database_url, redis_url) as made:
        yield made


async def test_a_first_join_gets_the_facts_and_then_what_comes(world: World) -> None:
    await world.house.give(world.actor, start())
    client = Client()
    joined = await world.go_live(client)
    assert (joined.state.recovered, joined.state.offset) == (False, 1)
    assert client.snapshot == (await world.house.snapshot(world.actor.user_id))[1]
    await world.commit()
    world.arrive()
    client.take_in()
    assert client.position == (EPOCH, 2)


async def test_a_client_that_comes_back_gets_exactly_what_it_missed(world: World) -> None:
    client = Client()
    await world.go_live(client)
    world.leave(client)
    await world.commit(3)
    joined = await world.go_live(client)
    assert (joined.state.recovered, joined.state.offset, len(joined.replay)) == (True, 3, 3)
    assert client.position == (EPOCH, 3)


async def test_a_client_that_missed_nothing_recovers_with_nothing(world: World) -> None:
    await world.commit()
    client = Client()
    await world.go_live(client)
    world.leave(client)
    joined = await world.go_live(client)
    assert (joined.state.recovered, joined.replay) == (True, [])


@pytest.mark.parametrize("position", [("0", 1), (EPOCH, 5), None])
async def test_a_position_that_does_not_fit_gets_the_facts(
    world: World, position: tuple[str, int] | None
) -> None:
    await world.commit(2)
    client = Client()
    client.position = position
    joined = await world.go_live(client)
    assert (joined.state.recovered, joined.state.offset) == (False, 2)


async def test_a_client_too_far_behind_gets_the_facts(world: World) -> None:
    client = Client()
    await world.go_live(client)
    world.leave(client)
    await world.commit(REPLAY_EVENTS + 1)
    joined = await world.go_live(client)
    assert not joined.state.recovered
    assert joined.replay == []
    assert client.position == (EPOCH, REPLAY_EVENTS + 1)


async def test_a_log_that_was_pruned_below_the_position_gets_the_facts(world: World) -> None:
    client = Client()
    await world.go_live(client)
    world.leave(client)
    await world.commit(3)
    await world.house.database.execute('DELETE FROM events WHERE topic = $1 AND "offset" <= 1', world.topic)
    joined = await world.go_live(client)
    assert not joined.state.recovered
    assert client.position == (EPOCH, 3)


async def test_what_comes_while_a_client_joins_follows_its_replay_once(world: World) -> None:
    client, other = Client(), Client()
    await world.go_live(client)
    await world.go_live(other)
    world.leave(client)
    await world.commit(2)
    joined = await world.join(client)
    await world.commit(2)
    for _ in range(4):
        world.arrive()
    assert client.follower.events == []
    world.attach(client, joined)
    assert client.position == (EPOCH, 4)


async def test_what_was_on_the_way_when_a_client_joined_does_not_come_to_it_twice(world: World) -> None:
    early, late = Client(), Client()
    await world.go_live(early)
    await world.commit(3)
    await world.go_live(late)
    for _ in range(3):
        world.arrive()
    for client in (early, late):
        client.take_in()
        assert client.position == (EPOCH, 3)


async def test_a_refused_reader_leaves_no_trace(world: World) -> None:
    eve = await world.house.add_person()
    assert eve.family_id is not None
    with pytest.raises(Refused) as caught:
        await world.joining.join(Recorder(), Reader(world.topic, eve.user_id, eve.family_id), None)
    assert caught.value.refusal.code is Code.NOT_FOUND
    assert world.hub.feeds == {}
    assert world.left == [world.topic]


async def test_there_is_no_such_kind_of_topic(world: World) -> None:
    with pytest.raises(Refused):
        await world.joining.join(
            Recorder(), msgspec.structs.replace(world.reader, topic=Topic("nothing:1")), None
        )


async def test_the_last_to_leave_ends_the_subscription(world: World) -> None:
    one, two = Client(), Client()
    await world.go_live(one)
    await world.go_live(two)
    world.leave(one)
    assert world.left == []
    world.leave(two)
    assert world.left == [world.topic]


async def test_a_client_that_is_gone_before_it_is_live_is_let_go(world: World) -> None:
    joined = await world.join(Client())
    world.joining.abandon(joined)
    world.joining.abandon(joined)
    assert world.hub.feeds == {}
    assert world.left == [world.topic]


async def test_a_head_behind_what_was_delivered_puts_the_log_in_doubt(world: World) -> None:
    client = Client()
    await world.go_live(client)
    await world.commit(3)
    for _ in range(3):
        world.arrive()
    await world.house.database.execute("UPDATE topic_heads SET head = 2 WHERE topic = $1", world.topic)
    with pytest.raises(Unavailable):
        await world.join(Client())
    assert world.doubts == 1


async def test_a_new_epoch_while_a_client_joins_sends_it_back_and_raises_no_further_doubt(
    world: World,
) -> None:
    first = Client()
    await world.go_live(first)
    await world.commit(3)
    for _ in range(3):
        world.arrive()
    await world.house.database.execute("UPDATE topic_heads SET head = 2 WHERE topic = $1", world.topic)
    world.confirmed.clear()
    late = Client()
    joining = asyncio.ensure_future(world.join(late))
    await asyncio.sleep(0)
    told: list[Any] = []
    world.hub.changed.append(told.append)
    world.hub.renew(Epoch("2"))
    told.clear()
    world.confirmed.set()
    with pytest.raises(Unavailable):
        await joining
    assert world.doubts == 0
    assert late.follower.left
    # Nobody is told of the feed that went: who keeps feeds by what they are told would keep it for ever.
    assert told == []
    assert world.hub.feeds == {}


async def test_the_broker_that_does_not_confirm_holds_up_only_until_the_relay_gives_in(world: World) -> None:
    world.confirmed.clear()
    client = Client()
    joining = asyncio.ensure_future(world.go_live(client))
    await world.commit(2)
    world.confirmed.set()
    await joining
    assert client.position == (EPOCH, 2)


STEPS = st.one_of(
    st.tuples(st.just("commit"), st.integers(1, 3)),
    st.tuples(st.just("arrive"), st.integers(0, 9)),
    st.tuples(st.just("repeat"), st.integers(0, 9)),
    st.tuples(st.just("lose"), st.integers(0, 9)),
    st.tuples(st.just("break"), st.just(0)),
    st.tuples(st.just("mend"), st.just(0)),
    st.tuples(st.just("tail"), st.just(0)),
    st.tuples(st.just("join"), st.integers(0, 2)),
    st.tuples(st.just("attach"), st.integers(0, 2)),
    st.tuples(st.just("leave"), st.integers(0, 2)),
    st.tuples(st.just("turns"), st.integers(1, 8)),
)
# Long ones from the start: what goes wrong takes a client that is live, one that joins, and what comes late.
STORIES = st.integers(10, 40).flatmap(lambda length: st.lists(STEPS, min_size=length, max_size=length))


class Story:
    """Carries out a list of steps with three clients."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = [Client(), Client(), Client()]

    async def step(self, name: str, number: int) -> None:
        await getattr(self, f"_{name}")(number)

    async def _commit(self, number: int) -> None:
        await self.world.commit(number)

    async def _arrive(self, number: int) -> None:
        self.world.arrive(number)

    async def _repeat(self, number: int) -> None:
        published = self.world.house.published
        if published and self.world.confirmed.is_set():
            self.world.hub.deliver(published[number % len(published)])

    async def _lose(self, number: int) -> None:
        if self.world.in_flight:
            self.world.in_flight.pop(number % len(self.world.in_flight))

    async def _break(self, _number: int) -> None:
        self.world.confirmed.clear()
        self.world.in_flight.clear()

    async def _mend(self, number: int) -> None:
        self.world.confirmed.set()
        await self._tail(number)

    async def _tail(self, _number: int) -> None:
        await self.world.tail.catch_up([self.world.topic])

    async def _turns(self, number: int) -> None:
        for _ in range(number):
            await asyncio.sleep(0)

    async def _join(self, number: int) -> None:
        client = self.clients[number]
        if client.joining is None and client.joined is None:
            client.joining = asyncio.ensure_future(self.world.join(client))

    async def _attach(self, number: int) -> None:
        client = self.clients[number]
        if client.joining is not None and self.world.confirmed.is_set():
            joined = await client.joining
            client.joining = None
            self.world.attach(client, joined)

    async def _leave(self, number: int) -> None:
        self.world.leave(self.clients[number])

    async def end(self) -> None:
        """Let everybody join and all arrive; then all clients are where the log is."""
        await self.step("mend", 0)
        for number in range(len(self.clients)):
            await self.step("join", number)
            await self.step("attach", number)
        await self.step("tail", 0)
        head = await self.world.head()
        for client in self.clients:
            await eventually(partial(self._arrived, client, head))
            assert client.snapshot == (await self.world.house.snapshot(self.world.actor.user_id))[1]
            self.world.leave(client)
        assert self.world.hub.feeds == {}
        assert self.world.doubts == 0

    @staticmethod
    def _arrived(client: Client, head: int) -> bool:
        client.take_in()
        return client.position == (EPOCH, head)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STORIES)
def test_whatever_happens_while_clients_come_and_go_each_sees_every_event_once(
    database_url: str, redis_url: str, steps: list[tuple[str, int]]
) -> None:
    async def run() -> None:
        async with world_of(database_url, redis_url) as world:
            story = Story(world)
            for step in steps:
                await story.step(*step)
            await story.end()

    asyncio.run(run())
