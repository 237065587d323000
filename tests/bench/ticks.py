"""What ticking costs, and how late ticks are."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import uuid4

from server.live.ticker import SLOTS
from tests.bench.figures import Figure, percentile
from tests.bench.machine import Meter
from tests.bench.stand import Stand
from tests.line import Line, OnFrame, each
from tests.nodes import Node

_RUNNING = """
INSERT INTO fasting_sessions (user_id, session_id, protocol_id, started_at, target_end_at, status)
SELECT user_id, session_id, '16:8', started_at, started_at + interval '16 hours', 'active'
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS f (user_id, session_id, started_at)
"""
_AT_ONCE = 64
_SETTLE_SECONDS = 1.5
_JUST_BEFORE = timedelta(microseconds=500)


class Ticking:
    """People whose fasts run, each signed in with one device; `late` has the seconds by which each tick came late."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._lines: list[Line] = []

    @classmethod
    async def start(cls, stand: Stand, node: Node, begun: Sequence[datetime]) -> Self:
        """Sign as many people in as fasts were begun; returns when all tick."""
        ticking = cls()
        people = await stand.people(len(begun))
        async with stand.database() as link:
            ids = [person.user_id for person in people]
            await link.execute(_RUNNING, ids, [uuid4() for _ in people], begun)
        ticking._lines = await each(
            (
                Line.sign_in(node.port, person, "phone-1", ticking._listen(at.timestamp()))
                for person, at in zip(people, begun, strict=True)
            ),
            _AT_ONCE,
        )
        await asyncio.sleep(_SETTLE_SECONDS)
        ticking.late.clear()
        return ticking

    def hang_up(self) -> None:
        """End."""
        for line in self._lines:
            assert not line.ended.is_set()
            line.hang_up()

    def _listen(self, begun_at: float) -> OnFrame:
        def take(_line: Line, payload: bytes, _now: float) -> None:
            if b'"fasting:tick"' in payload:
                turned = (time.time() - begun_at) % 1.0
                self.late.append(turned if turned < 0.9 else turned - 1.0)

        return take


def at_any_moment(count: int) -> list[datetime]:
    """Return beginnings of fasts whose seconds turn at moments of their own."""
    now = datetime.now(UTC)
    return [now - timedelta(seconds=60 + number / count) for number in range(count)]


def at_slots(count: int) -> list[datetime]:
    """Return beginnings of fasts whose seconds turn just before nodes tick: what comes late is the node's alone."""
    second = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=60)
    return [second + timedelta(seconds=number % SLOTS / SLOTS) - _JUST_BEFORE for number in range(count)]


async def measure(stand: Stand, node: Node, meter: Meter, *, sockets: int, seconds: float) -> list[Figure]:
    """Sign people in whose fasts run, each with seconds that turn at a moment of its own."""
    ticking = await Ticking.start(stand, node, at_any_moment(sockets))
    meter.spent()
    await asyncio.sleep(seconds)
    late, spent = list(ticking.late), meter.spent()
    ticking.hang_up()
    part = f"ticks, {sockets:,} sockets"
    return [
        Figure(part, "ticks", "per second", len(late) / spent.seconds),
        Figure(part, "lateness, p50", "ms", percentile(late, 0.5) * 1000),
        Figure(part, "lateness, p99", "ms", percentile(late, 0.99) * 1000),
        Figure(part, "node's CPU", "ms a second", spent.cpu_seconds / spent.seconds * 1000),
    ]
