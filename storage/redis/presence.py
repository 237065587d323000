"""Which devices of a person are connected, over all nodes: a sorted set of devices by the moment they count until.

Every arrival gets a number that is greater than all before among the person's, and is announced on the channel of their
topic, as offset 0, so that an older connection of the same device learns that it was replaced. Numbers are microseconds
where they can be, so that they go on rising when Redis has lost the last one.
"""

from collections.abc import Iterable
from typing import Any, Final

from redis.asyncio import Redis

from storage.redis.broker import channel

PRESENT_SECONDS: Final = 90

# KEYS: the person's set, their last number. ARGV: device, limit, seconds, channel, connection.
_ARRIVE: Final = """
local time = redis.call('TIME')
local now = tonumber(time[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
    return 0
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local number = string.format('%.0f', math.max(last + 1, now * 1000000 + tonumber(time[2])))
redis.call('SET', KEYS[2], number, 'EX', 86400)
redis.call('PUBLISH', ARGV[4], '0 ' .. number .. ' ' .. ARGV[5] .. ' ' .. ARGV[1])
return number
"""
_STAY: Final = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return redis.call('EXPIRE', KEYS[1], ARGV[2])
"""


class Devices:
    """Redis' own exceptions pass: callers go on with what the node itself knows."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._arrive = redis.register_script(_ARRIVE)
        self._stay = redis.register_script(_STAY)

    async def arrive(self, epoch: str, topic: str, device: str, connection: str, *, limit: int) -> int:
        """Count a device in and announce its connection; returns its number, 0 when there are too many."""
        keys = [_set(topic), f"{_set(topic)}:number"]
        arguments: list[str | int] = [device, limit, PRESENT_SECONDS, channel(epoch, topic), connection]
        number: Any = await self._arrive(keys=keys, args=arguments)
        return int(number)

    async def stay(self, present: Iterable[tuple[str, str]]) -> None:
        """Let (topic, device) pairs count on."""
        pipeline = self._redis.pipeline(transaction=False)
        for topic, device in present:
            await self._stay(keys=[_set(topic)], args=[device, PRESENT_SECONDS], client=pipeline)
        await pipeline.execute()

    async def leave(self, topic: str, device: str) -> None:
        """Count a device out."""
        await self._redis.zrem(_set(topic), device)


def _set(topic: str) -> str:
    return f"cornerman:devices:{{{topic}}}"
