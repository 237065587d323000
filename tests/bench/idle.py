"""What idle sockets cost, and how fast they come."""

import asyncio
import time

from tests.bench.figures import Figure
from tests.bench.machine import Meter
from tests.bench.stand import Stand
from tests.line import Line, each
from tests.nodes import Node

_AT_ONCE = 64
_WARM = 500


async def measure(stand: Stand, node: Node, meter: Meter, *, sockets: int) -> list[Figure]:
    """Sign people in, each with one device, on a fresh node; measure what each further one adds."""
    people = await stand.people(_WARM + sockets)
    lines = await each((Line.sign_in(node.port, person, "phone-1") for person in people[:_WARM]), _AT_ONCE)
    await asyncio.sleep(1.5)
    before = meter.resident_bytes()
    meter.spent()
    began = time.monotonic()
    async with asyncio.timeout(120):
        lines += await each(
            (Line.sign_in(node.port, person, "phone-1") for person in people[_WARM:]), _AT_ONCE
        )
    seconds = time.monotonic() - began
    cpu = meter.spent().cpu_seconds
    await asyncio.sleep(1.5)
    bytes_each = (meter.resident_bytes() - before) / sockets
    meter.spent()
    await asyncio.sleep(3)
    idle = meter.spent()
    for line in lines:
        assert not line.ended.is_set()
        line.hang_up()
    part = f"idle, {sockets:,} sockets"
    return [
        Figure(part, "memory", "KiB a socket", bytes_each / 1024),
        Figure(part, "connects", "per second", sockets / seconds),
        Figure(part, "node's CPU for a connect", "µs", cpu / sockets * 1e6),
        Figure(part, "node's CPU when idle", "ms a second", idle.cpu_seconds / idle.seconds * 1000),
    ]
