"""The publisher hands events to Redis in the background; what it cannot is dropped, counted, and left to the tail."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from redis.asyncio.client import PubSub
from structlog.testing import capture_logs

from channels.wire.envelope import Epoch, Offset, Topic
from server.execution import Publication
from server.live.publisher import Publisher
from server.supervisor import Supervisor
from storage.embedded.valkey import Valkey
from storage.redis.broker import Broker, channel
from storage.redis.connection import open_redis
from storage.redis.shards import Shards
from tests.waiting import eventually

EPOCH = Epoch("1")
TOPIC = Topic("user:1")


class Stand:
    """A publisher to a Redis, and how many it dropped."""

    def __init__(self, url: str, capacity: int = 1_000) -> None:
        self.redis = open_redis(url)
        self.broker = Broker(self.redis)
        self.publisher = Publisher(self.broker, lambda: EPOCH, capacity=capacity)
        self.dropped: list[int] = []
        self.publisher.dropped = self.dropped.append

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[PubSub]:
        """Listen to the topic, where it lives."""
        shards, name = Shards(self.redis), channel(EPOCH, TOPIC)
        await shards.look()
        async with shards.client(str(shards.owner(name))) as redis, redis.pubsub() as pubsub:
            await pubsub.ssubscribe(name)
            yield pubsub

    async def kept(self, until: int) -> list[int] | None:
        """The offsets that Redis has, if it has all of them."""
        events = await self.broker.history(EPOCH, TOPIC, 0, until)
        return None if events is None else [offset for offset, _ in events]


def events(numbers: Iterable[int]) -> list[Publication]:
    return [Publication(TOPIC, Offset(number), b'{"n":%d}' % number) for number in numbers]


@asynccontextmanager
async def running(stand: Stand) -> AsyncIterator[Stand]:
    async with Supervisor() as supervisor:
        supervisor.start("publisher", stand.publisher.run)
        yield stand
    await stand.redis.aclose()


@pytest_asyncio.fixture
async def stand(any_redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stand]:
    # A machine that stands still for a second is not what is tried here.
    monkeypatch.setattr("server.live.publisher._PUBLISH_SECONDS", 30)
    made = Stand(any_redis_url)
    yield made
    await made.redis.aclose()


async def test_what_is_offered_is_published_in_order_and_kept(stand: Stand) -> None:
    async with running(stand):
        async with stand.listening() as listening:
            await listening.get_message(timeout=5)
            stand.publisher.offer(events(range(1, 101)))
            stand.publisher.offer(events(range(101, 201)))
            heard = [await listening.get_message(timeout=5) for _ in range(200)]
        assert [message["data"] for message in heard if message] == [
            b'%d {"n":%d}' % (number, number) for number in range(1, 201)
        ]
        assert await stand.kept(200) == list(range(1, 201))
    assert stand.dropped == []


async def test_offering_never_waits_and_a_full_queue_loses_its_oldest(redis_url: str) -> None:
    stand = Stand(redis_url, capacity=10)
    stand.publisher.offer(events(range(1, 9)))
    stand.publisher.offer(events(range(9, 16)))
    assert (len(stand.publisher), stand.dropped) == (10, [5])
    await stand.publisher.drain(5)
    assert [offset for offset, _ in await stand.broker.history(EPOCH, TOPIC, 5, 15) or []] == list(
        range(6, 16)
    )
    await stand.redis.aclose()


async def test_a_drain_publishes_what_waits(stand: Stand) -> None:
    stand.publisher.offer(events(range(1, 201)))
    await stand.publisher.drain(30)
    assert len(stand.publisher) == 0
    assert await stand.kept(200) == list(range(1, 201))


async def test_a_drain_beside_the_running_publisher_keeps_the_order(stand: Stand) -> None:
    async with running(stand):
        stand.publisher.offer(events(range(1, 301)))
        await asyncio.sleep(0)
        await stand.publisher.drain(5)
        # Redis keeps only what comes in the order of the offsets.
        assert await stand.kept(300) == list(range(1, 301))


async def test_a_redis_that_is_away_costs_a_count_and_no_time(own_valkey: Callable[[], Valkey]) -> None:
    server = own_valkey()
    server.stop()
    async with running(Stand(server.url)) as stand:
        stand.publisher.offer(events(range(1, 101)))
        await eventually(lambda: sum(stand.dropped) == 100)
        own_valkey()
        stand.publisher.offer(events(range(101, 103)))
        # An empty queue says only that the last batch is under way.
        await stand.publisher.drain(5)
        found = await stand.broker.history(EPOCH, TOPIC, 100, 102)
        assert found == [(101, b'{"n":101}'), (102, b'{"n":102}')]


async def test_a_redis_that_hangs_is_waited_for_only_so_long(own_valkey: Callable[[], Valkey]) -> None:
    server = own_valkey()
    async with running(Stand(server.url)) as stand:
        await stand.redis.ping()
        os.kill(server.pid, signal.SIGSTOP)
        try:
            stand.publisher.offer(events([1]))
            await eventually(lambda: stand.dropped == [1], 2)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        stand.publisher.offer(events([2]))
        await stand.publisher.drain(5)
        assert await stand.broker.history(EPOCH, TOPIC, 1, 2) == [(2, b'{"n":2}')]
        assert stand.dropped == [1]


async def test_a_drain_that_ends_too_early_leaves_the_rest_to_the_tail(
    own_valkey: Callable[[], Valkey],
) -> None:
    server = own_valkey()
    stand = Stand(server.url)
    await stand.redis.ping()
    os.kill(server.pid, signal.SIGSTOP)
    try:
        stand.publisher.offer(events(range(1, 201)))
        with capture_logs() as logs:
            await stand.publisher.drain(0.1)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert logs[-1]["event"] == "publications_left_to_the_tail"
    await stand.redis.aclose()


async def test_what_waits_is_forgotten_when_its_epoch_ends(stand: Stand) -> None:
    stand.publisher.offer(events(range(1, 4)))
    stand.publisher.renew()
    stand.publisher.offer(events([1]))
    async with running(stand):
        await eventually(lambda: not len(stand.publisher), 30)
        await stand.publisher.drain(30)
        assert await stand.kept(1) == [1]
        assert await stand.kept(2) is None
    assert stand.dropped == []
