"""People come and go in waves, in every way in which one can go; afterwards a node has what it had before."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path

import msgspec
import psutil
from msgspec import Struct

from tests import flow
from tests.crowd import Signed
from tests.faults.census import PLACE, Census
from tests.faults.checks import Check, Size, at_most, exactly, told
from tests.faults.house import House, Place
from tests.line import Line, each
from tests.nodes import free_port
from tests.proxy import Proxy
from tests.waiting import eventually

_AT_ONCE = 100
_WAVE_SECONDS = 120.0
_BACK_SECONDS = 20.0
_MIB = 1024 * 1024
_LOOK_SECONDS = 0.1
_GONE = ("sockets", "topics", "subscriptions")
_GAUGES = (*_GONE, "tasks")
_MOMENT_SECONDS = 0.02
_HALF_A_HANDSHAKE = b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nSec-WebS"


class Plan(Struct, frozen=True):
    """How much of it."""

    people: int
    warm_up: int
    waves: int
    bytes_a_cycle: float | None = None
    blocks_a_cycle: float | None = None
    """Without a bound: over a few hundred cycles a trend is that of free lists that fill."""


_PLANS = {Size.SHORT: Plan(100, 1, 2), Size.LONG: Plan(2_000, 3, 10, 100, 1)}


Counts = dict[str, int]
"""What there is, by what it is."""


class Way(StrEnum):
    """How one can go."""

    GOODBYE = "with a close frame"
    RESET = "with a reset"
    CUT = "cut off"
    HANDSHAKE = "in the handshake"
    JOINING = "while joining"


_WAYS = (
    Way.GOODBYE,
    Way.RESET,
    Way.CUT,
    Way.GOODBYE,
    Way.RESET,
    Way.JOINING,
    Way.GOODBYE,
    Way.RESET,
    Way.HANDSHAKE,
)
_STAYING = {Way.GOODBYE, Way.RESET, Way.CUT}


class Stage(Struct):
    """A node of its own, and how to look into it."""

    house: House
    place: Place
    topic: str
    chance: random.Random
    censuses: Path
    failed: int = 0
    """Attempts to come that did not succeed, on a machine that has other things to do as well."""

    @property
    def pid(self) -> int:
        """The node's process."""
        assert self.place.node is not None
        return self.place.node.process.pid

    async def wave(self, people: list[Signed]) -> None:
        """Let all of these come, and when the last has come all go."""
        async with asyncio.timeout(_WAVE_SECONDS):
            await self._wave(people)

    async def _wave(self, people: list[Signed]) -> None:
        ways = [_WAYS[number % len(_WAYS)] for number in range(len(people))]
        self.chance.shuffle(ways)
        pairs = list(zip(people, ways, strict=True))
        lines = await each((self._come(person, way) for person, way in pairs if way in _STAYING), _AT_ONCE)
        self.chance.shuffle(lines)
        await each(
            [
                *(self._go(line, way) for line, way in lines),
                *(self._go_half_way(person, way) for person, way in pairs if way not in _STAYING),
            ],
            _AT_ONCE,
        )

    async def _come(self, person: Signed, way: Way) -> tuple[Line, Way]:
        while True:
            try:
                line = await Line.sign_in(self.place.port, person, "phone-1")
                await line.command("subscribe", {"topic": self.topic})
            except OSError:
                # As a device does, and no less a cycle.
                self.failed += 1
                await asyncio.sleep(self.chance.random())
            else:
                return line, way

    async def _go(self, line: Line, way: Way) -> None:
        match way:
            case Way.GOODBYE:
                line.goodbye()
            case Way.RESET:
                line.reset()
            case _:
                line.hang_up()
        await line.ended.wait()

    async def _go_half_way(self, person: Signed, way: Way) -> None:
        if way is Way.HANDSHAKE:
            _, writer = await asyncio.open_connection("127.0.0.1", self.place.port)
            writer.write(_HALF_A_HANDSHAKE)
            await asyncio.sleep(self.chance.uniform(0, _MOMENT_SECONDS))
            writer.transport.abort()
            return
        line = await Line.dial(self.place.port)
        joining = asyncio.gather(
            line.command("connect", {"token": person.token, "device": "phone-1"}),
            line.command("subscribe", {"topic": self.topic}),
            return_exceptions=True,
        )
        await asyncio.sleep(self.chance.uniform(0, _MOMENT_SECONDS))
        line.reset()
        await joining

    async def counts(self) -> Counts:
        """Count what there is."""
        async with self.house.redis() as redis:
            channels = await redis.pubsub_shardchannels("cornerman:*")
        return {
            **{name: int(await self.house.measured(self.place, name)) for name in _GAUGES},
            "subscriptions at Valkey": len(channels),
            "descriptors": self._descriptors(),
        }

    def _descriptors(self) -> int:
        """Count the node's open files, but for its connections to PostgreSQL, of which it may have more and less."""
        process = psutil.Process(self.pid)
        database = self.house.database_door.port
        pooled = [one for one in process.net_connections("tcp") if database in one.raddr]
        return process.num_fds() - len(pooled)

    async def at_rest(self) -> Counts:
        """Return what there is when nothing changes any more; of what comes with people there has to be nothing."""
        deadline = time.monotonic() + _BACK_SECONDS
        counts: Counts = {}
        newer = await self.counts()
        while counts != newer or (any(newer[name] for name in _GONE) and time.monotonic() < deadline):
            await asyncio.sleep(_LOOK_SECONDS)
            counts, newer = newer, await self.counts()
        return {**counts, **dict.fromkeys(_GONE, 0)}

    async def back_to(self, before: Counts) -> Counts:
        """Return what there is as soon as it is what there was before, or after a while."""
        deadline = time.monotonic() + _BACK_SECONDS
        while True:
            counts = await self.counts()
            if counts == before or time.monotonic() > deadline:
                return counts
            await asyncio.sleep(_LOOK_SECONDS)

    async def census(self) -> Census:
        """Have the node's memory counted."""
        self.censuses.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGUSR1)
        await eventually(self.censuses.exists, _BACK_SECONDS)
        return msgspec.json.decode(self.censuses.read_bytes(), type=Census)


@asynccontextmanager
async def _stage(house: House) -> AsyncIterator[Stage]:
    [topic] = house.topics(1)
    place = Place(free_port(), Proxy(0, flow.Way(), flow.Way()))
    censuses = house.folder / f"census-{place.port}"
    # Redis past its proxy: the people of a wave share a loop with that, and it would be what is slow.
    await house.start(place, **{PLACE: str(censuses), "REDIS_URL": house.redis_url})
    try:
        yield Stage(house, place, topic, random.Random(20), censuses)
    finally:
        await house.end(place)


async def run(house: House, size: Size) -> list[Check]:
    """Let waves of people come and go, new ones each time."""
    plan = _PLANS[size]
    async with _stage(house) as stage:
        for _ in range(plan.warm_up):
            await stage.wave(await house.people(plan.people))
        before = await stage.at_rest()
        first = await stage.census()
        found, counts = [], []
        for _ in range(plan.waves):
            await stage.wave(await house.people(plan.people))
            counts.append(await stage.back_to(before))
            found.append(await stage.census())
    return [
        told("connects and leaves", plan.people * plan.waves),
        told("attempts that failed", stage.failed),
        *_memory(plan, [first, *found]),
        *(
            exactly(
                f"{name} that stayed, in any wave",
                _most_unlike([count[name] for count in counts], before[name]),
            )
            for name in before
        ),
        exactly("kinds of objects that became more", len(_more(first, found[-1]))),
    ]


def _memory(plan: Plan, found: list[Census]) -> list[Check]:
    resident = [float(census.resident_bytes) for census in found]
    blocks = [float(census.blocks) for census in found]
    return [
        told("memory after the warm-up", resident[0] / _MIB, "MiB"),
        at_most("memory, first to last", (resident[-1] - resident[0]) / _MIB, 2.0, "MiB"),
        _trend("memory, its trend", resident, plan.people, plan.bytes_a_cycle, "bytes a cycle"),
        _trend("Python's blocks, their trend", blocks, plan.people, plan.blocks_a_cycle, "a cycle"),
    ]


def _trend(what: str, values: list[float], cycles: int, bound: float | None, unit: str) -> Check:
    measured = slope(values) / cycles
    return told(what, measured, unit) if bound is None else at_most(what, measured, bound, unit)


def slope(values: list[float]) -> float:
    """Return how much there is more from one value to the next, by least squares."""
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values)
    moment = sum((at - middle) * (value - mean) for at, value in enumerate(values))
    return moment / sum((at - middle) ** 2 for at in range(len(values)))


def _most_unlike(counts: list[int], before: int) -> int:
    return max((count - before for count in counts), key=abs)


def _more(first: Census, last: Census) -> dict[str, int]:
    """Return of which of our classes there are more objects now."""
    return {name: count for name, count in last.objects.items() if count > first.objects.get(name, 0)}
