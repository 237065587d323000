"""What ticking costs, and how late ticks are."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

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


async def measure(stand: Stand, node: Node, meter: Meter, *, sockets: int, seconds: float) -> list[Figure]:
    """Sign people in whose fasts run, each with seconds that turn at a moment of its own."""
    people = await stand.people(sockets)
    now = datetime.now(UTC)
    begun = [now - timedelta(seconds=60 + number / sockets) for number in range(sockets)]
    async with stand.database() as link:
        await link.execute(_RUNNING, [person.user_id for person in people], [uuid4() for _ in people], begun)
    late: list[float] = []

    def listen(begun_at: float) -> OnFrame:
        def take(_line: Line, payload: bytes, _now: float) -> None:
            if b'"fasting:tick"' in payload:
                turned = (time.time() - begun_at) % 1.0
                late.append(turned if turned < 0.9 else turned - 1.0)

        return take

    lines = await each(
        (
            Line.sign_in(node.port, person, "phone-1", listen(begun_at.timestamp()))
            for person, begun_at in zip(people, begun, strict=True)
        ),
        _AT_ONCE,
    )
    await asyncio.sleep(1.5)
    late.clear()
    meter.spent()
    await asyncio.sleep(seconds)
    count, spent = len(late), meter.spent()
    for line in lines:
        assert not line.ended.is_set()
        line.hang_up()
    part = f"ticks, {sockets:,} sockets"
    return [
        Figure(part, "ticks", "per second", count / spent.seconds),
        Figure(part, "lateness, p50", "ms", percentile(late, 0.5) * 1000),
        Figure(part, "lateness, p99", "ms", percentile(late, 0.99) * 1000),
        Figure(part, "node's CPU", "ms a second", spent.cpu_seconds / spent.seconds * 1000),
    ]
