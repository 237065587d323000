"""The relay follows topics at a real broker, and notices when the broker or the link to it is gone."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import chain
from math import isinf
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from channels.wire.envelope import Epoch, Offset, Topic
from server.clock import new_id
from server.execution import Publication
from server.live.link import LOST_SECONDS
from server.live.relay import Relay
from server.supervisor import Supervisor
from storage.embedded.valkey import Valkey
from storage.redis.broker import Broker, channel
from storage.redis.connection import open_redis
from storage.redis.shards import Shards
from tests.waiting import eventually

ONE, TWO, THREE = Topic("user:1"), Topic("user:2"), Topic("user:3")
Followed = Callable[[Relay, Topic], Awaitable[None]]


class Stand:
    """A relay on a Redis, with what it tells."""

    def __init__(self, url: str, supervisor: Supervisor) -> None:
        self.epoch = Epoch("1")
        self.redis = open_redis(url)
        self.delivered: list[Publication] = []
        self.announced: list[tuple[Topic, bytes]] = []
        self.told: list[tuple[Topic, bytes]] = []
        self.caught_up: list[list[Topic]] = []
        self.relay = Relay(
            self.redis,
            new_id(),
            lambda: self.epoch,
            supervisor,
            deliver=self.delivered.append,
            announced=lambda topic, body: self.announced.append((topic, body)),
            told=lambda topic, body: self.told.append((topic, body)),
            subscribed=self._subscribed,
        )

    async def _subscribed(self, topics: list[Topic]) -> None:
        self.caught_up.append(topics)

    async def cut(self) -> None:
        """Cut the link as a proxy between does: the broker closes it, nobody is told."""
        async for server in self._servers():
            await server.execute_command("CLIENT", "KILL", "TYPE", "pubsub")  # type: ignore[no-untyped-call]

    async def publish(self, topic: Topic, offset: int) -> None:
        await Broker(self.redis).publish(self.epoch, [(topic, offset, b"{}")])

    async def listeners(self, topic: Topic) -> int:
        """How many are subscribed to a topic, as the broker says."""
        total = 0
        async for server in self._servers():
            ((_, count),) = await server.pubsub_shardnumsub(channel(self.epoch, topic))
            total += int(count)
        return total

    async def left(self, topic: Topic) -> None:
        """Return when nobody follows the topic."""
        async with asyncio.timeout(5):
            while await self.listeners(topic):
                continue  # to ask takes a round trip

    async def _servers(self) -> AsyncIterator[Redis]:
        shards = Shards(self.redis)
        await shards.look()
        for server in shards.servers:
            async with shards.client(server) as client:
                yield client

    def offsets(self, topic: Topic = ONE) -> list[int]:
        return [publication.offset for publication in self.delivered if publication.topic == topic]


class HalfOpen:
    """A way to a broker on which links that subscribe may fall silent, and nobody closes them."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._open = asyncio.Event()
        self._open.set()

    def freeze(self) -> None:
        self._open.clear()

    def thaw(self) -> None:
        self._open.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one link both ways."""
        from_broker, to_broker = await asyncio.open_unix_connection(self._path)
        subscribes = asyncio.Event()

        async def up() -> None:
            while data := await reader.read(65536):
                if b"SUBSCRIBE" in data:
                    subscribes.set()
                to_broker.write(data)
            to_broker.close()

        async def down() -> None:
            while data := await from_broker.read(65536):
                if subscribes.is_set():
                    await self._open.wait()
                writer.write(data)
            writer.close()

        with suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(up(), down())


@asynccontextmanager
async def half_open(url: str, folder: Path) -> AsyncIterator[tuple[HalfOpen, str]]:
    """A way to the broker at `url`, and its own address."""
    way = HalfOpen(urlsplit(url).path)
    server = await asyncio.start_unix_server(way.carry, folder / "way")
    yield way, f"unix://{folder / 'way'}"
    way.thaw()
    server.close()


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Stand]:
    async with Supervisor() as supervisor:
        stand = Stand(url, supervisor)
        supervisor.start("relay", stand.relay.run)
        yield stand
    await stand.redis.aclose()


@pytest_asyncio.fixture
async def stand(any_redis_url: str) -> AsyncIterator[Stand]:
    async with running(any_redis_url) as made:
        await eventually(lambda: made.relay.connected)
        yield made


async def test_a_state_is_told_to_those_who_follow_its_topic(stand: Stand) -> None:
    await stand.relay.followed(ONE)
    await Broker(stand.redis).tell(stand.epoch, [(TWO, b"{}"), (ONE, b'{"n":1}'), (ONE, b'{"n":2}')])
    await eventually(lambda: len(stand.told) == 2)
    assert stand.told == [(ONE, b'{"n":1}'), (ONE, b'{"n":2}')]
    assert (stand.delivered, stand.announced) == ([], [])


async def test_a_followed_topic_is_confirmed_before_the_wait_ends(stand: Stand) -> None:
    await stand.relay.followed(ONE)
    assert await stand.listeners(ONE) == 1
    await stand.publish(ONE, 7)
    await eventually(lambda: stand.delivered == [Publication(ONE, Offset(7), b"{}")])


async def test_topics_that_nobody_follows_do_not_come(stand: Stand) -> None:
    await stand.relay.followed(ONE)
    await stand.publish(TWO, 1)
    await stand.publish(ONE, 1)
    await eventually(lambda: stand.offsets() == [1])
    assert len(stand.delivered) == 1


async def test_all_who_follow_a_topic_wait_for_the_same_confirmation(stand: Stand) -> None:
    await asyncio.gather(*(stand.relay.followed(topic) for topic in (ONE, TWO, ONE)))
    assert [await stand.listeners(topic) for topic in (ONE, TWO)] == [1, 1]


async def test_an_announcement_is_no_event(stand: Stand) -> None:
    await stand.relay.followed(ONE)
    await stand.redis.execute_command("SPUBLISH", channel(stand.epoch, ONE), b"0 5 some connection")
    await eventually(lambda: stand.announced == [(ONE, b"5 some connection")])
    assert stand.delivered == []


async def test_a_topic_that_was_left_is_left_at_the_broker(stand: Stand) -> None:
    await stand.relay.followed(ONE)
    assert stand.relay.subscriptions == 1
    stand.relay.unfollow(ONE)
    stand.relay.unfollow(ONE)
    await stand.left(ONE)
    assert stand.relay.subscriptions == 0


async def test_a_topic_that_is_left_and_followed_at_once_stays(stand: Stand) -> None:
    await stand.relay.followed(ONE)
    stand.relay.unfollow(ONE)
    await stand.relay.followed(ONE)
    await stand.publish(ONE, 1)
    await eventually(lambda: stand.offsets() == [1])


async def test_canaries_measure_the_way_through_the_broker(stand: Stand) -> None:
    await eventually(lambda: 0 <= stand.relay.lag_seconds < 1)


@pytest.mark.load  # thousands of confirmations: debug mode takes seconds over them
async def test_thousands_of_topics_are_followed_again_after_the_link_was_lost(stand: Stand) -> None:
    topics = [Topic(f"user:{number}") for number in range(1_500)]
    await asyncio.gather(*(stand.relay.followed(topic) for topic in topics))
    await stand.cut()
    await eventually(lambda: sorted(chain(*stand.caught_up)) == sorted(topics), 10)
    await stand.publish(topics[-1], 1)
    await eventually(lambda: stand.offsets(topics[-1]) == [1])


async def test_a_link_that_the_driver_mends_by_itself_is_not_taken_for_whole(stand: Stand) -> None:
    await stand.relay.followed(ONE)
    assert stand.caught_up == []
    await stand.cut()
    await eventually(lambda: stand.caught_up == [[ONE]])


async def test_a_topic_that_is_left_meanwhile_does_not_hold_up_what_the_others_missed(stand: Stand) -> None:
    for topic in (ONE, TWO):
        await stand.relay.followed(topic)
    await stand.cut()
    # From the moment that the relay begins anew until it has read the confirmation.
    await eventually(lambda: not stand.relay.connected)
    stand.relay.unfollow(TWO)
    await eventually(lambda: any(ONE in told for told in stand.caught_up), LOST_SECONDS + 5)


async def test_a_new_epoch_leaves_the_old_channels(stand: Stand) -> None:
    await stand.relay.followed(ONE)
    stand.epoch = Epoch("2")
    stand.relay.renew()
    assert not stand.relay.connected
    await stand.relay.followed(TWO)
    await eventually(lambda: [TWO] in stand.caught_up)
    assert stand.caught_up == [[TWO]]
    stand.epoch = Epoch("1")
    await stand.left(ONE)
    stand.epoch = Epoch("2")
    await stand.publish(TWO, 1)
    await eventually(lambda: stand.offsets(TWO) == [1])


@pytest.mark.load  # fifty links at once: debug mode takes seconds over them
async def test_it_ends_soon_wherever_in_its_beginning_it_is_stopped(redis_url: str) -> None:
    async def stopped_after(turns: int) -> None:
        async with running(redis_url):
            for _ in range(turns):
                await asyncio.sleep(0)

    # Far below what the supervisor waits before it leaves a task behind.
    async with asyncio.timeout(3):
        await asyncio.gather(*map(stopped_after, range(50)))


async def test_a_broker_that_is_away_at_the_start_holds_nobody_up(
    own_valkey: Callable[[], Valkey],
) -> None:
    server = own_valkey()
    server.stop()
    async with running(server.url) as stand:
        await asyncio.wait_for(stand.relay.followed(ONE), 0.1)
        assert not stand.relay.connected
        own_valkey()
        await eventually(lambda: stand.caught_up == [[ONE]])
        await stand.publish(ONE, 1)
        await eventually(lambda: stand.offsets() == [1])


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGTERM])
async def test_a_broker_that_comes_back_empty_is_followed_again_and_the_heads_are_read(
    own_valkey: Callable[[], Valkey], kind: signal.Signals
) -> None:
    server = own_valkey()
    async with running(server.url) as stand:
        await eventually(lambda: stand.relay.connected)
        for topic in (ONE, TWO, THREE):
            await stand.relay.followed(topic)
        os.kill(server.pid, kind)
        await eventually(lambda: not stand.relay.connected)
        stand.relay.unfollow(TWO)
        await asyncio.wait_for(stand.relay.followed(ONE), 0.1)
        own_valkey()
        await eventually(lambda: [set(told) for told in stand.caught_up] == [{ONE, THREE}])
        await stand.publish(THREE, 1)
        await eventually(lambda: stand.offsets(THREE) == [1])
        assert await stand.listeners(TWO) == 0


async def test_a_broker_that_freezes_is_noticed_and_followed_again_when_it_thaws(
    own_valkey: Callable[[], Valkey],
) -> None:
    server = own_valkey()
    async with running(server.url) as stand:
        await eventually(lambda: stand.relay.connected)
        await stand.relay.followed(ONE)
        os.kill(server.pid, signal.SIGSTOP)
        try:
            await eventually(lambda: not stand.relay.connected, LOST_SECONDS + 1)
            await asyncio.wait_for(stand.relay.followed(TWO), 0.1)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        await eventually(lambda: any(set(told) == {ONE, TWO} for told in stand.caught_up), 10)
        await stand.publish(TWO, 1)
        await eventually(lambda: stand.offsets(TWO) == [1])


async def test_a_link_that_is_half_open_is_noticed_by_the_silence_of_its_canaries(
    redis_url: str, servers_folder: Path
) -> None:
    async with half_open(redis_url, servers_folder) as (way, url), running(url) as stand:
        await eventually(lambda: not isinf(stand.relay.lag_seconds))
        await stand.relay.followed(ONE)
        way.freeze()
        await stand.publish(ONE, 1)
        await eventually(lambda: isinf(stand.relay.lag_seconds), LOST_SECONDS + 2)
        assert stand.caught_up == []
        way.thaw()
        await eventually(lambda: stand.caught_up != [])
        await stand.publish(ONE, 2)
        await eventually(lambda: stand.offsets()[-1:] == [2])


async def test_a_broker_that_freezes_while_a_topic_is_asked_for_is_waited_for_only_briefly(
    own_valkey: Callable[[], Valkey],
) -> None:
    server = own_valkey()
    async with running(server.url) as stand:
        await eventually(lambda: stand.relay.connected)
        os.kill(server.pid, signal.SIGSTOP)
        try:
            await asyncio.wait_for(stand.relay.followed(ONE), 1.0)
        finally:
            os.kill(server.pid, signal.SIGCONT)
