"""Tries a hostile behaviour on a node beside a neighbour: what it came to, what the neighbour felt, what was left."""

import asyncio
import time

from msgspec import Struct

from tests.faults.hostile.holdings import Holdings
from tests.faults.hostile.neighbour import Neighbour, neighbour
from tests.faults.hostile.refusal import Act, Behaviour, People, Refused, slowest
from tests.nodes import Node, Person

_BASELINE = 20
_LEAST_SECONDS = 0.3
_LET_GO_SECONDS = 5.0
_SLOWER = 5.0
_SLOW_SECONDS = 0.5
"""A neighbour may be this many times slower, or take this long."""


class Trial(Struct, frozen=True):
    """What came of it. `before` and `during` are what the neighbour's commands took, in seconds."""

    refused: Refused
    before: list[float]
    during: list[float]
    held_before: Holdings
    held_after: Holdings

    @property
    def neighbour(self) -> float:
        """The neighbour's slowest hundredth meanwhile, in parts of the longest that it may take."""
        return p99(self.during) / max(_SLOWER * p99(self.before), _SLOW_SECONDS)


async def trial(node: Node, redis_url: str, behaviour: Behaviour, people: People, beside: Person) -> Trial:
    """Try a behaviour, again and again for a moment if it is short. Fails when the neighbour loses anything."""
    async with neighbour(node, beside) as friend:
        before = await friend.go_on(_BASELINE)
        held_before = await _settled(node, redis_url, None)
        refused = await _beside(friend, node, behaviour.act, people)
        held_after = await _settled(node, redis_url, held_before)
    return Trial(refused, before, friend.seconds, held_before, held_after)


def p99(seconds: list[float]) -> float:
    """Return what 99 of 100 do not exceed."""
    return sorted(seconds)[max(0, -(-99 * len(seconds) // 100) - 1)]


async def _beside(friend: Neighbour, node: Node, act: Act, people: People) -> Refused:
    enough = asyncio.Event()
    began = time.monotonic()
    refusals: list[Refused] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(friend.go_on_until(enough))
        while not refusals or time.monotonic() - began < _LEAST_SECONDS:
            refusals.append(await act(node, people))
        enough.set()
    return slowest(refusals)


async def _settled(node: Node, redis_url: str, wanted: Holdings | None) -> Holdings:
    """Return what the node holds, as soon as that is as wanted, or twice the same when nothing is; or else at last."""
    deadline = time.monotonic() + _LET_GO_SECONDS
    last = None
    while True:
        held = await Holdings.of(node, redis_url)
        if held == (last if wanted is None else wanted) or time.monotonic() > deadline:
            return held
        last = held
