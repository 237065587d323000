"""`make bench`: measure one node on this machine; takes some five minutes.

The node has one core and we another; PostgreSQL (durable) and Valkey run where there is room.
"""

import argparse
import asyncio
import gc
import os
from collections.abc import Awaitable, Callable

import uvloop

from tests.bench import commands, fanout, finding, idle, past, ticks, training
from tests.bench.figures import Figure, machine, table, write
from tests.bench.machine import ALL_CORES, OUR_CORES, Meter, pin
from tests.bench.stand import Stand, allow_files, data_folder, stand
from tests.nodes import Node

Part = Callable[[Stand, Node, Meter], Awaitable[list[Figure]]]

_FILES = 16_384
_PART_SECONDS = 300
PARTS: dict[str, Part] = {
    "commands": lambda stand, node, meter: commands.measure(
        stand, node, meter, commands.Load(seconds=3, rounds=3)
    ),
    "devices": lambda stand, node, meter: fanout.own_devices(
        stand, node, meter, people=50, devices=20, events=500
    ),
    "topic": lambda stand, node, meter: fanout.one_topic(stand, node, meter, sockets=1_000, events=100),
    "idle": lambda stand, node, meter: idle.measure(stand, node, meter, sockets=5_000),
    "ticks": lambda stand, node, meter: ticks.measure(stand, node, meter, sockets=1_000, seconds=10),
    "finding": lambda stand, node, meter: finding.measure(
        stand, node, meter, exercises=1_000, sockets=200, searches=50, seconds=6
    ),
    "past": lambda stand, node, meter: past.measure(stand, node, meter, entries=100_000, times=30),
    "training": lambda stand, node, meter: training.measure(
        stand, node, meter, sessions=1_000, days=1_826, sets=20, times=50
    ),
}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="may be given more than once")
    chosen = parser.parse_args().only or list(PARTS)
    allow_files(_FILES)
    figures: list[Figure] = []
    with stand(data_folder()) as ready:
        for name in chosen:
            # A fresh node for each part: what an earlier one left behind is nobody's figure.
            with ready.node() as (node, meter):
                pin(os.getpid(), OUR_CORES)
                figures += uvloop.run(_bounded(PARTS[name](ready, node, meter)))
            pin(os.getpid(), ALL_CORES)
    write(data_folder() / "bench", figures)
    print(f"{machine()}\n\n{table(figures)}")


async def _bounded(part: Awaitable[list[Figure]]) -> list[Figure]:
    gc.collect()
    gc.disable()  # our own pauses are not the node's
    try:
        async with asyncio.timeout(_PART_SECONDS):
            return await part
    finally:
        gc.enable()


if __name__ == "__main__":
    main()
