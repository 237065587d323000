"""Redis fails over to a replica that lags: it holds an older state, and says nothing of what it lacks."""

import asyncio
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from channels.wire.connection import SubscribeReply
from channels.wire.envelope import Reply, Topic
from tests.crowd import Signed
from tests.faults.checks import Check, Size, exactly, told
from tests.faults.house import House
from tests.faults.ledger import events_of, head_of
from tests.faults.rows.delivery import Crowd, crowd
from tests.line import Line

if TYPE_CHECKING:
    from redis.asyncio import Redis

LAG_EVENTS = 5
_ROUNDS = {Size.SHORT: 3, Size.LONG: 40}
_RESUMES = {Size.SHORT: 10, Size.LONG: 25}
_FIRST_EVENTS = 350
"""More than are replayed, so that positions lie on both sides of that bound."""

Kept = Sequence[tuple[Any, int, bytes]]
"""Keys with the milliseconds that they live and what they hold."""


async def run(house: House, size: Size) -> list[Check]:
    """Time and again restore an older Redis, and resume from anywhere."""
    await house.stand(2)
    chance = random.Random(13)
    (person,) = await house.people(1)
    resumes, claimed, wrong, denied = 0, 0, 0, 0
    async with crowd(house, 4, 2, seed=13) as people:
        topic = people.topics[0]
        await _add(people, topic, _FIRST_EVENTS)
        for number in range(_ROUNDS[size]):
            async with house.redis() as redis:
                kept = await _keep(redis)
                await _add(people, topic, LAG_EVENTS)
                await _restore(redis, kept, cut=number % 2 == 0)
            # In every other round more is published on top of what the replica has: a hole in its midst.
            await _add(people, topic, number // 2 % 2 * chance.randint(1, 3))
            head, frames = await _log(people, topic)
            for position in [chance.randint(max(0, head - 310), head) for _ in range(_RESUMES[size])]:
                recovered, seen = await _resume(people, person, chance, topic, position)
                resumes += 1
                claimed += recovered
                wrong += recovered and seen != frames[position:]
                denied += not recovered and head - position <= 300
        await people.healed()
        return [
            *await people.checks(),
            told("resumes", resumes),
            told("of them told that they are recovered", claimed),
            exactly("recovered, but not with what they missed", wrong),
            exactly("not recovered although near enough", denied),
        ]


async def _add(people: Crowd, topic: str, count: int) -> None:
    for number in range(0, count, 25):
        await asyncio.gather(
            *(people.phones[0].add(topic, f"{number + n}") for n in range(min(25, count - number)))
        )


async def _log(people: Crowd, topic: str) -> tuple[int, list[bytes]]:
    async with people.house.database() as link:
        rows = await link.fetch('SELECT "offset", body FROM events WHERE topic = $1 ORDER BY "offset"', topic)
    return rows[-1]["offset"], [b'{"offset":%d,%b' % (row["offset"], row["body"][1:]) for row in rows]


async def _keep(redis: "Redis") -> Kept:
    """Return all that Redis holds."""
    kept = []
    for key in await redis.keys("*"):
        held, lives = await redis.dump(key), await redis.pttl(key)
        if held is not None:
            kept.append((key, max(lives, 0), held))
    return kept


async def _restore(redis: "Redis", kept: Kept, *, cut: bool) -> None:
    """Let Redis hold that again, and nothing else; with `cut` everybody's connection breaks, as in a failover."""
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.flushdb()
        for key, lives, held in kept:
            pipeline.restore(key, lives, held)
        await pipeline.execute()
    if cut:
        for kind in ("normal", "pubsub"):
            await redis.client_kill_filter(_type=kind, skipme=True)


async def _resume(
    people: Crowd, person: Signed, chance: random.Random, topic: str, position: int
) -> tuple[bool, list[bytes]]:
    """Follow the topic from a position; return whether it was recovered, and what came."""
    epoch = people.phones[0].ledgers[topic].epoch
    seen: list[bytes] = []
    came = asyncio.Event()

    def frame(_line: Line, payload: bytes, _at: float) -> None:
        seen.extend(
            event
            for event in ([one for _, one in events_of(payload)] if payload.startswith(b"[") else [payload])
            if event.startswith(b'{"offset":') and head_of(event)[0] == topic
        )
        came.set()

    line = await Line.sign_in(people.house.port(chance), person, "resumes", frame)
    try:
        reply, _ = await line.command("subscribe", {"topic": topic, "position": [epoch, position]})
        data = msgspec.json.decode(reply, type=Reply).data
        assert isinstance(data, msgspec.Raw), reply
        state = msgspec.json.decode(data, type=SubscribeReply).topics[Topic(topic)]
        async with asyncio.timeout(5):
            while state.recovered and (head_of(seen[-1])[1] if seen else position) < state.offset:
                came.clear()
                await came.wait()
    finally:
        line.hang_up()
    return state.recovered, seen
