"""States that are told reach whoever follows, on every node, newest first and last."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from channels.wire.codec import encode
from channels.wire.envelope import Epoch, Topic
from channels.wire.sample import HeartRateData, WorkoutHeartRate
from server.clock import monotonic, new_id
from server.live.feed import Feed
from server.live.hub import Hub
from server.live.relay import Relay
from server.live.states import CURRENT_SECONDS, States
from server.live.workouts import WorkoutTopics
from server.supervisor import Supervisor
from storage.redis.broker import Broker
from storage.redis.connection import open_redis
from tests.nodes import free_port
from tests.server.live.ports import NOON, Log, Recorder
from tests.waiting import eventually

SESSION = UUID(int=5)
TOPIC = Topic(f"workout:{SESSION}")


def beating(heart_rate: int, version: int, of: str = "ada") -> WorkoutHeartRate:
    data = HeartRateData(session_id=SESSION, at=NOON + timedelta(seconds=version), heart_rate=heart_rate)
    return WorkoutHeartRate(topic=TOPIC, of=of, version=version, data=data)


def seen(follower: Recorder) -> list[tuple[str, int]]:
    return [(key[2], state["data"]["heart_rate"]) for key, state in follower.states]


class NodeHere:
    """One node's states, with its own way to the broker and one follower of the topic."""

    def __init__(self, url: str, supervisor: Supervisor, capacity: int) -> None:
        self.redis = open_redis(url)
        kinds = {"workout": WorkoutTopics()}
        self.hub = Hub(Epoch("1"), kinds, Log().read, supervisor)
        self.states = States(self.hub, Broker(self.redis), capacity=capacity)
        self.dropped = 0
        self.states.dropped = self._drop
        self.relay = Relay(
            self.redis,
            new_id(),
            lambda: self.hub.epoch,
            supervisor,
            deliver=self.hub.deliver,
            announced=lambda _topic, _body: None,
            told=self.states.told,
            subscribed=_nothing,
        )
        self.follower = self.follow()

    def _drop(self, count: int) -> None:
        self.dropped += count

    @property
    def feed(self) -> Feed:
        feed = self.hub.feed(TOPIC)
        assert feed is not None
        return feed

    def follow(self) -> Recorder:
        follower = Recorder()
        self.feed.followers.add(follower)
        return follower


async def _nothing(_topics: list[Any]) -> None: ...


@asynccontextmanager
async def nodes(
    url: str, count: int, *, capacity: int = 100, running: bool = True
) -> AsyncIterator[list[NodeHere]]:
    async with Supervisor() as supervisor:
        made = [NodeHere(url, supervisor, capacity) for _ in range(count)]
        for number, node in enumerate(made if running else ()):
            supervisor.start(f"relay {number}", node.relay.run)
            supervisor.start(f"states {number}", node.states.run)
        yield made
    for node in made:
        await node.redis.aclose()


@pytest_asyncio.fixture
async def pair(any_redis_url: str) -> AsyncIterator[list[NodeHere]]:
    async with nodes(any_redis_url, 2) as made:
        for node in made:
            await eventually(lambda node=node: node.relay.connected)  # type: ignore[misc]
            await node.relay.followed(TOPIC)
        yield made


@pytest_asyncio.fixture
async def alone(redis_url: str) -> AsyncIterator[NodeHere]:
    async with nodes(redis_url, 1, capacity=3, running=False) as (node,):
        yield node


async def test_what_one_node_tells_the_followers_on_all_nodes_get_once(pair: list[NodeHere]) -> None:
    one, two = pair
    one.states.tell(beating(120, 1))
    assert seen(one.follower) == [("ada", 120)], "at once where it is told"
    await eventually(lambda: seen(two.follower) == [("ada", 120)])
    two.states.tell(beating(121, 2))
    await eventually(lambda: seen(one.follower) == [("ada", 120), ("ada", 121)])
    assert seen(two.follower) == [("ada", 120), ("ada", 121)]


async def test_of_many_only_the_newest_goes_to_other_nodes(pair: list[NodeHere]) -> None:
    one, two = pair
    for version in range(1, 50):
        one.states.tell(beating(100 + version, version))
    await eventually(lambda: bool(seen(two.follower)))
    assert seen(two.follower) == [("ada", 149)]


async def test_nothing_of_it_is_kept_in_redis(pair: list[NodeHere]) -> None:
    one, two = pair
    one.states.tell(beating(120, 1))
    await eventually(lambda: bool(seen(two.follower)))
    assert await Broker(one.redis).history("1", TOPIC, 0, 1) is None


async def test_an_older_value_than_the_one_shown_is_not_shown(alone: NodeHere) -> None:
    alone.states.tell(beating(120, 7))
    alone.states.tell(beating(119, 6))
    alone.states.told(TOPIC, encode(beating(118, 5)))
    alone.states.told(TOPIC, encode(beating(117, 5, of="bea")))
    assert seen(alone.follower) == [("ada", 120), ("bea", 117)]


async def test_who_comes_later_gets_what_was_told_lately(
    alone: NodeHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.states.tell(beating(120, 7))
    alone.states.tell(beating(121, 8))
    late = Recorder()
    alone.states.show(alone.feed, late)
    assert seen(late) == [("ada", 121)]
    later = monotonic() + CURRENT_SECONDS + 1
    monkeypatch.setattr("server.live.states.monotonic", lambda: later)
    much_later = Recorder()
    alone.states.show(alone.feed, much_later)
    assert seen(much_later) == []


async def test_of_a_topic_without_states_nothing_is_shown(alone: NodeHere) -> None:
    late = Recorder()
    alone.states.show(alone.feed, late)
    assert seen(late) == []


async def test_what_nobody_here_follows_only_goes_to_others(alone: NodeHere) -> None:
    elsewhere = Topic(f"workout:{UUID(int=6)}")
    alone.states.told(elsewhere, encode(beating(120, 1)))
    assert elsewhere not in alone.hub.feeds


async def test_what_is_no_state_changes_nothing(alone: NodeHere) -> None:
    for body in (b"", b"[]", b'{"type":"workout:heart_rate"}', b"\xff"):
        alone.states.told(TOPIC, body)
    assert seen(alone.follower) == []


async def test_beyond_its_capacity_the_oldest_wait_no_more_and_are_counted(alone: NodeHere) -> None:
    for number in range(5):
        alone.states.tell(beating(100, 1, of=f"person-{number}"))
        alone.states.tell(beating(101, 2, of=f"person-{number}"))
    assert (len(alone.states), alone.dropped) == (3, 2)
    assert len(seen(alone.follower)) == 10, "whoever follows here misses nothing"


async def test_while_redis_is_away_they_stay_on_their_node_and_are_counted() -> None:
    async with nodes(f"redis://127.0.0.1:{free_port()}", 1) as (node,):
        node.states.tell(beating(120, 1))
        await eventually(lambda: node.dropped == 1)
        assert seen(node.follower) == [("ada", 120)]
        assert len(node.states) == 0
