"""What stands in for the stores answers as they do: both are asked the same things in the same order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis.asyncio

from server.live.people import PREFIX
from storage import epoch, log
from storage.postgres import linked
from storage.redis.broker import Broker, channel
from tests.server.house import House, opened
from tests.server.live.machine.nodes import NOTHING
from tests.server.live.machine.outside import Postgres, Redis, Statements
from tests.server.live.ports import renaming
from tests.waiting import eventually

TOPIC = "user:1"
Told = tuple[str, bytes]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


class TestPostgres:
    async def test_reads_the_log_as_the_real_one(self, house: House) -> None:
        actor = await house.add_person()
        topic = f"{PREFIX}:{actor.user_id}"
        stand_in = Postgres(asyncio.get_running_loop(), NOTHING)
        for number in range(5):
            await house.give(actor, renaming(f"{number} "))
            stand_in.append(topic, house.published[-1].body)
        async with linked(house.database) as link:
            for each in (
                lambda link: log.heads(link, [topic, "user:of nobody"]),
                lambda link: log.read(link, topic, 1, 4, limit=10),
                lambda link: log.read(link, topic, 1, 4, limit=2),
                lambda link: log.read(link, topic, 5, 9, limit=2),
                lambda link: log.inserted_within(link, 60.0),
                lambda link: log.inserted_within(link, 0.0),
            ):
                assert await each(link) == await each(Statements(stand_in))

    async def test_counts_epochs_as_the_real_one(self, house: House) -> None:
        stand_in = Postgres(asyncio.get_running_loop(), NOTHING)
        async with linked(house.database) as link:
            both: tuple[Any, Any] = (link, Statements(stand_in))
            assert [await epoch.settle(each) for each in both] == [1, 1]
            for each in both:
                found = await epoch.look(each)
                assert found is not None
                assert (found.epoch, found.ours) == (1, True)
                raised = await epoch.raise_from(each, 1)
                assert raised > 1
                assert await epoch.raise_from(each, 1) == raised, "raised meanwhile, and that is enough"
                assert await epoch.settle(each) == await epoch.current(each) == raised


@asynccontextmanager
async def both(
    url: str,
) -> AsyncIterator[tuple[Any, Any, list[Told], list[Told]]]:
    """The stand-in and the real one, and what those who listen at each are told."""
    stand_in: Any = Redis()
    name = channel("1", TOPIC)
    told: list[Told] = []
    heard: list[Told] = []
    stand_in.ears[name].append(lambda name, message: told.append((name, message)))
    async with redis.asyncio.Redis.from_url(url) as real, real.pubsub() as pubsub:
        await pubsub.ssubscribe(name)

        async def listen() -> None:
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=None)
                if message is not None and message["type"] == "smessage":
                    heard.append((message["channel"].decode(), message["data"]))

        listening = asyncio.create_task(listen())
        yield stand_in, real, told, heard
        listening.cancel()


class TestRedis:
    async def test_publishes_and_keeps_events_as_the_real_one(self, redis_url: str) -> None:
        async with both(redis_url) as (stand_in, real, told, heard):
            for offset in (1, 2, 4, 3, 4, 5, *range(8, 320)):
                for one in (stand_in, real):
                    await Broker(one).publish("1", [(TOPIC, offset, b"%d" % offset)])
            await eventually(lambda: len(heard) == len(told))
            assert heard == told
            for after, until in ((0, 2), (1, 5), (4, 5), (5, 8), (18, 19), (19, 20), (20, 319), (318, 400)):
                kept = [await Broker(one).history("1", TOPIC, after, until) for one in (stand_in, real)]
                assert kept[0] == kept[1], (after, until)
