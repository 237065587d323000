"""The relay on a cluster: each topic is followed where it lives, also after it has moved or its server has died."""

from collections.abc import Iterator
from itertools import chain

import pytest

from channels.wire.envelope import Topic
from storage.redis.broker import channel
from tests.cluster import Cluster, cluster_of
from tests.server.live.test_relay import Stand, running
from tests.waiting import eventually

TOPICS = [Topic(f"user:{number}") for number in range(30)]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster of the test's own; the first primary has a replica."""
    with cluster_of(replica=True) as made:
        yield made


def living_on(cluster: Cluster, number: int) -> list[Topic]:
    """The topics of a primary."""
    return [topic for topic in TOPICS if cluster.owner(channel("1", topic)) is cluster.primaries[number]]


async def follow(stand: Stand) -> None:
    """Follow all topics."""
    await eventually(lambda: stand.relay.connected)
    for topic in TOPICS:
        await stand.relay.followed(topic)


async def arrives(stand: Stand, topic: Topic, offset: int) -> None:
    """Publish an event and see it come."""
    await stand.publish(topic, offset)
    await eventually(lambda: offset in stand.offsets(topic))


async def test_every_topic_is_followed_on_its_own_server_alone(redis_cluster_url: str) -> None:
    async with running(redis_cluster_url) as stand:
        await follow(stand)
        assert [await stand.listeners(topic) for topic in TOPICS] == [1] * len(TOPICS)
        for topic in TOPICS:
            await stand.publish(topic, 1)
        await eventually(lambda: len(stand.delivered) == len(TOPICS))
        assert {publication.topic for publication in stand.delivered} == set(TOPICS)
        assert 0 <= stand.relay.lag_seconds < 1


async def test_a_topic_that_moves_to_another_server_is_followed_there_and_caught_up(cluster: Cluster) -> None:
    async with running(cluster.url) as stand:
        await follow(stand)
        topic = living_on(cluster, 1)[0]
        cluster.move(channel("1", topic), cluster.primaries[2])
        await eventually(lambda: topic in chain(*stand.caught_up), 10)
        await arrives(stand, topic, 1)
        assert await stand.listeners(topic) == 1


async def test_a_server_that_dies_is_followed_to_its_replica_while_the_others_go_on(cluster: Cluster) -> None:
    async with running(cluster.url) as stand:
        await follow(stand)
        cluster.primaries[0].kill()
        await arrives(stand, living_on(cluster, 1)[0], 1)
        orphans = living_on(cluster, 0)
        await eventually(lambda: set(orphans) <= set(chain(*stand.caught_up)), 20)
        await arrives(stand, orphans[0], 2)


async def test_a_server_that_dies_for_good_leaves_the_topics_of_the_others_alone(cluster: Cluster) -> None:
    async with running(cluster.url) as stand:
        await follow(stand)
        cluster.primaries[1].kill()
        await eventually(lambda: not stand.relay.connected)
        for number, topic in enumerate(living_on(cluster, 2), start=1):
            await arrives(stand, topic, number)
        assert not set(chain(*stand.caught_up)) & set(living_on(cluster, 2))
