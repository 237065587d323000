"""Limits, counted in Redis for all nodes at once; while Redis is away each node counts by itself, with the same sizes.

So limits loosen when Redis goes, and never open. Keys may be anything that names who is limited (an address, an
email): Redis gets only their hashes. The clock is Redis' own, so that nodes cannot disagree about it.
"""

import asyncio
import hashlib
import math
from collections.abc import Callable
from typing import Any, Final

import structlog

from storage.redis.connection import AWAY, WAIT_SECONDS, AnyRedis
from storage.redis.scripts import Script
from storage.redis.spare import Spare

_log = structlog.get_logger(__name__)

AWAY_SECONDS: Final = 1.0
"""How long Redis is left alone after it did not answer; then one caller attempts it, while the others go on without."""

# A bucket as one number: when it will be full again, in microseconds. ARGV: the time that one cost takes to flow back,
# and that a whole bucket takes. Returns how long the cost has to wait.
_TAKE: Final = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + tonumber(ARGV[1])
local wait = full_at - now - tonumber(ARGV[2])
if wait > 0 then
    return wait
end
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000))
return 0
""")
# The attempts in a window, by their marks. ARGV: how many, the window in microseconds, the mark of this one. Returns how
# long it has to wait until the oldest that stands in its way leaves the window.
_ATTEMPT: Final = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1])
if over >= 0 then
    return redis.call('ZRANGE', KEYS[1], over, over, 'WITHSCORES')[2] + window - now
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
return 0
""")
_MICROSECONDS: Final = 1_000_000


class Limits:
    """Counts. `monotonic` gives seconds; `most_keys` bounds what a node keeps of its own while Redis is away."""

    def __init__(self, redis: AnyRedis, monotonic: Callable[[], float], *, most_keys: int = 100_000) -> None:
        self._redis = redis
        self._monotonic = monotonic
        self._spare = Spare(most_keys)
        self._away_until: float | None = None

    async def take(
        self, name: str, key: str, capacity: float, refill_per_second: float, cost: float = 1
    ) -> float:
        """Take `cost` (`capacity` at most) out of a bucket; return 0, or the seconds until it can be taken."""
        place = _place(name, key)
        share = cost / refill_per_second
        whole = capacity / refill_per_second
        wait = await self._ask(
            _TAKE, place, math.floor(share * _MICROSECONDS), math.ceil(whole * _MICROSECONDS)
        )
        return self._spare.take(place, share, whole, self._monotonic()) if wait is None else wait

    async def attempt(self, name: str, key: str, most: int, window_seconds: float, mark: str) -> float:
        """Count an attempt, of which any window may hold `most`; return 0, or the seconds until it can be made.

        `mark` names the attempt and is its own. One that has to wait does not count.
        """
        place = _place(name, key)
        wait = await self._ask(_ATTEMPT, place, most, math.ceil(window_seconds * _MICROSECONDS), mark)
        if wait is None:
            return self._spare.attempt(place, most, window_seconds, mark, self._monotonic())
        return wait

    async def forgive(self, name: str, key: str, mark: str) -> None:
        """Let an attempt count no more, as far as Redis can be reached."""
        place = _place(name, key)
        self._spare.forgive(place, mark)
        if not self._left_alone():
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await self._redis.zrem(place, mark)
            except AWAY as error:
                self._went_away(error)

    async def _ask(self, script: Script, place: str, *arguments: Any) -> float | None:
        """Return the seconds that a script says to wait; None when Redis does not answer."""
        if self._left_alone():
            return None

        async def send(command: str, source: str) -> Any:
            return await self._redis.execute_command(command, source, 1, place, *arguments)

        try:
            async with asyncio.timeout(WAIT_SECONDS):
                wait = int(await script.run(send))
        except AWAY as error:
            self._went_away(error)
            return None
        self._away_until = None
        return wait / _MICROSECONDS

    def _left_alone(self) -> bool:
        """Say whether Redis is not to be asked now; who is told to ask first after a while does so alone."""
        now = self._monotonic()
        if self._away_until is None:
            return False
        if now < self._away_until:
            return True
        self._away_until = now + AWAY_SECONDS
        return False

    def _went_away(self, error: BaseException) -> None:
        if self._away_until is None:
            _log.warning("limits_counted_by_the_node", reason=repr(error))
        self._away_until = self._monotonic() + AWAY_SECONDS


def _place(name: str, key: str) -> str:
    return f"cornerman:limit:{name}:{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
