"""Which devices of a person are connected, over all nodes: a sorted set of devices by the moment they count until.

Every arrival gets a number that is greater than all before among the person's, and is announced on the channel of their
topic, as offset 0, so that an older connection of the same device learns that it was replaced. Numbers are microseconds
where they can be, so that they go on rising when Redis has lost the last one.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from storage.redis.broker import channel
from storage.redis.connection import AnyRedis
from storage.redis.scripts import Script

PRESENT_SECONDS: Final = 90

# KEYS: the person's set, their last number, their channel. ARGV: device, limit, seconds, connection.
_ARRIVE: Final = Script("""
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
redis.call('SPUBLISH', KEYS[3], '0 ' .. number .. ' ' .. ARGV[4] .. ' ' .. ARGV[1])
return number
""")
_STAY: Final = Script("""
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return redis.call('EXPIRE', KEYS[1], ARGV[2])
""")


class Arrival(Struct, frozen=True):
    """A connection of a person's device has come."""

    topic: str
    device: str
    connection: str


class Departure(Struct, frozen=True):
    """A person's device has no connection any more: this one was its newest."""

    topic: str
    device: str
    connection: str


class Devices:
    """Redis' own exceptions pass: callers go on with what the node itself knows."""

    def __init__(self, redis: AnyRedis) -> None:
        self._redis = redis

    async def tell(self, epoch: str, changes: Sequence[Arrival | Departure], *, limit: int) -> list[int]:
        """Count devices in and out, in this order; announce those that come.

        Returns for each that comes its number, 0 when there are too many; for others whatever.
        """
        # When the script was not known, what was told already is told again, which changes nothing but numbers.

        async def send(command: str, script: str) -> list[int]:
            pipeline = self._redis.pipeline(transaction=False)
            for change in changes:
                place = _set(change.topic)
                if isinstance(change, Departure):
                    pipeline.zrem(place, change.device)
                    continue
                keys = (place, f"{place}:number", channel(epoch, change.topic))
                arguments = (change.device, limit, PRESENT_SECONDS, change.connection)
                pipeline.execute_command(command, script, len(keys), *keys, *arguments)
            return [int(number) for number in await pipeline.execute()]

        return await _ARRIVE.run(send)

    async def stay(self, present: Sequence[tuple[str, str]]) -> None:
        """Let (topic, device) pairs count on."""

        async def send(command: str, script: str) -> None:
            pipeline = self._redis.pipeline(transaction=False)
            for topic, device in present:
                pipeline.execute_command(command, script, 1, _set(topic), device, PRESENT_SECONDS)
            await pipeline.execute()

        await _STAY.run(send)


def _set(topic: str) -> str:
    return f"cornerman:devices:{{{topic}}}"
