"""Who comes and goes is told in order, many at a time, and nobody waits twice for a broker that does not answer."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from channels.wire.envelope import Epoch
from server.live.roll import Roll
from server.supervisor import Supervisor
from storage.embedded.valkey import Valkey
from storage.redis.connection import open_redis
from storage.redis.presence import Arrival, Departure, Devices
from tests.waiting import eventually

TOPIC = "user:01930000-0000-7000-8000-000000000001"
SET = f"cornerman:devices:{{{TOPIC}}}"


class Counted(Devices):
    """Notes how many are told at once."""

    sizes: list[int]

    async def tell(self, epoch: str, changes: Sequence[Arrival | Departure], *, limit: int) -> list[int]:
        self.sizes.append(len(changes))
        return await super().tell(epoch, changes, limit=limit)


@asynccontextmanager
async def rolls(url: str, limit: int = 20) -> AsyncIterator[tuple[Roll, Counted]]:
    redis = open_redis(url)
    devices = Counted(redis)
    devices.sizes = []
    async with Supervisor() as supervisor:
        yield Roll(devices, lambda: Epoch("1"), supervisor, limit=limit), devices
    await redis.aclose()


def arrival(number: int, device: str = "phone") -> Arrival:
    return Arrival(f"user:{number}", device, f"connection {number}")


@pytest.mark.load
async def test_all_who_come_in_one_turn_share_a_round_trip(redis_url: str) -> None:
    async with rolls(redis_url) as (roll, devices):
        numbers = await asyncio.gather(*(roll.arrive(arrival(number)) for number in range(1_200)))
        assert all(numbers)
        assert devices.sizes == [500, 500, 200]


async def test_each_gets_a_greater_number_than_the_one_before(redis_url: str) -> None:
    async with rolls(redis_url) as (roll, _):
        numbers = await asyncio.gather(*(roll.arrive(Arrival(TOPIC, "phone", str(n))) for n in range(50)))
        assert numbers == sorted(set(numbers), key=lambda number: number or 0)


async def test_a_device_that_comes_back_at_once_is_counted(redis_url: str) -> None:
    redis = open_redis(redis_url)
    async with rolls(redis_url) as (roll, devices):
        for number in range(20):
            assert await roll.arrive(Arrival(TOPIC, "phone", f"one {number}"))
            roll.leave(Departure(TOPIC, "phone", f"one {number}"))
            assert await roll.arrive(Arrival(TOPIC, "phone", f"two {number}"))
            assert await redis.zscore(SET, "phone") is not None
        assert sum(devices.sizes) == 60
    await redis.aclose()


async def test_of_one_who_left_before_it_was_told_nothing_is_told(redis_url: str) -> None:
    async with rolls(redis_url) as (roll, devices):
        arriving = asyncio.create_task(roll.arrive(arrival(1)))
        other = asyncio.create_task(roll.arrive(arrival(2)))
        await asyncio.sleep(0)
        roll.leave(Departure("user:1", "phone", "connection 1"))
        assert await arriving is None
        assert await other
        assert devices.sizes == [1]
        assert roll._untold == {}


async def test_one_who_was_told_and_left_while_redis_answered_is_counted_out(redis_url: str) -> None:
    redis = open_redis(redis_url)
    async with rolls(redis_url) as (roll, devices):
        arriving = asyncio.create_task(roll.arrive(Arrival(TOPIC, "phone", "one")))
        await eventually(lambda: devices.sizes == [1])
        roll.leave(Departure(TOPIC, "phone", "one"))
        assert await arriving
        await eventually(lambda: devices.sizes == [1, 1])
        assert await redis.zscore(SET, "phone") is None
    await redis.aclose()


async def test_one_too_many_gets_nothing_until_another_has_left(redis_url: str) -> None:
    async with rolls(redis_url, limit=2) as (roll, _):
        told = [roll.arrive(Arrival(TOPIC, device, device)) for device in ("phone", "tablet", "watch")]
        phone, tablet, watch = await asyncio.gather(*told)
        assert phone
        assert tablet
        assert watch == 0
        roll.leave(Departure(TOPIC, "phone", "phone"))
        assert await roll.arrive(Arrival(TOPIC, "watch", "watch"))


async def test_one_who_has_gone_meanwhile_keeps_nobody_waiting(redis_url: str) -> None:
    async with rolls(redis_url) as (roll, _):
        gone = asyncio.create_task(roll.arrive(arrival(1)))
        stays = asyncio.create_task(roll.arrive(arrival(2)))
        await asyncio.sleep(0)
        gone.cancel()
        assert await stays


async def test_while_redis_is_frozen_all_are_told_so_at_once(own_valkey: Callable[[], Valkey]) -> None:
    valkey = own_valkey()
    async with rolls(valkey.url) as (roll, devices):
        assert await roll.arrive(arrival(0))
        valkey.child.send_signal(signal.SIGSTOP)
        numbers = await asyncio.gather(*(roll.arrive(arrival(number)) for number in range(1_200)))
        valkey.child.send_signal(signal.SIGCONT)
        assert set(numbers) == {None}
        assert devices.sizes == [1, 500]


async def test_a_redis_that_forgot_its_scripts_learns_them_again(redis_url: str) -> None:
    redis = open_redis(redis_url)
    async with rolls(redis_url) as (roll, _):
        assert await roll.arrive(arrival(1))
        await redis.script_flush()
        assert await roll.arrive(arrival(2))
    await redis.aclose()
