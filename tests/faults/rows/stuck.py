"""One of many on a shared topic reads nothing any more, again and again; the others do not notice."""

import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import msgspec
from msgspec import Struct, field

from tests.bench.machine import Meter
from tests.crowd import Signed
from tests.faults.checks import Check, Size, at_most, exactly, percentile, told
from tests.faults.house import House, Place
from tests.faults.ledger import logged
from tests.faults.phone import Phone
from tests.faults.throng import straight
from tests.line import Line, each
from tests.waiting import eventually

_AT_ONCE = 50
_LOOK_SECONDS = 0.25
_CLOSED_SECONDS = 10.0
_SLOWER = 1.25
_MIB = 1024 * 1024
_TEXT = "🏃" * 3_900
"""16 KB on the wire."""


class Plan(Struct, frozen=True):
    """How much of it: pairs of a stretch without and one with a stuck reader, more where a busy machine hides the rest."""

    others: int
    notes: int
    per_second: float
    pairs: int
    most_pairs: int


_PLANS = {Size.SHORT: Plan(99, 60, 100, 1, 1), Size.LONG: Plan(999, 60, 10, 6, 12)}


class Stretch(Struct):
    """What was measured while notes were added."""

    latencies: list[float] = []
    closed_after: float = 0.0
    waiting_bytes: float = 0.0
    grown_bytes: int = 0

    @property
    def p99(self) -> float:
        """The others' p99 from publishing to receiving."""
        return percentile(self.latencies, 0.99)


class Stage(Struct):
    """One who adds notes, the many who follow, and the one who sometimes does not read."""

    house: House
    place: Place
    topic: str
    writer: Line
    phone: Phone
    others: list[Line] = []
    arrivals: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[int, float] = {}
    too_slow: float = 0.0
    resident: int = 0
    waiting: float = 0.0
    """The most memory of the node, and of what waits for one socket, since they were set to nothing."""

    def see(self, line: Line, frame: bytes, came_at: float) -> None:
        """Note when an event came, whoever got it."""
        if frame.startswith(b'{"offset":'):
            self.arrivals[int(frame[10 : frame.index(b",")])].append(came_at)
        elif frame.startswith(b'{"type":"ping"'):
            line.send(b'{"type":"pong"}')

    async def join(self, person: Signed) -> None:
        """Connect and follow the topic."""
        line = await Line.sign_in(self.place.port, person, "phone-1", self.see)
        self.others.append(line)
        await line.command("subscribe", {"topic": self.topic})

    async def add(self) -> int:
        """Add a note; return its offset."""
        began = time.monotonic()
        data = {"topic": self.topic, "text": f"{began} {_TEXT}"}
        reply, _ = await self.writer.command("note:add", data, uuid4())
        assert b"positions" in reply, reply
        offset: int = msgspec.json.decode(reply)["positions"][self.topic]
        self.sent[offset] = began
        return offset

    async def watch(self) -> None:
        """Look at the node all the while, in stretches of both kinds alike."""
        assert self.place.node is not None
        meter = Meter(self.place.node.process.pid)
        while True:
            self.too_slow = await self.house.measured(self.place, "sockets_too_slow_total", queue="events")
            waiting = await self.house.measured(self.place, "socket_waiting_bytes_most")
            self.waiting = max(self.waiting, waiting)
            self.resident = max(self.resident, meter.resident_bytes())
            await asyncio.sleep(_LOOK_SECONDS)

    async def stretch(self, plan: Plan, *, stuck: bool) -> Stretch:
        """Add notes; with a stuck reader until the node has closed it, and then on until it is back."""
        line = self.phone.line
        assert line is not None
        self.resident, self.waiting = 0, 0.0
        await eventually(lambda: self.resident > 0)
        resident, too_slow, began = self.resident, self.too_slow, time.monotonic()
        if stuck:
            line.stop_reading()
        offsets: list[int] = []
        while len(offsets) < plan.notes if not stuck else self.too_slow == too_slow:
            await asyncio.sleep(began + len(offsets) / plan.per_second - time.monotonic())
            offsets.append(await self.add())
            if time.monotonic() - began > 2 * _CLOSED_SECONDS:
                break
        closed_after = time.monotonic() - began
        grown, waiting = self.resident - resident, self.waiting
        line.read_on()
        last = offsets[-1]
        while stuck and (self.phone.line is line or not self.phone.live):
            await asyncio.sleep(1 / plan.per_second)
            last = await self.add()
        await self._received(last)
        late = [came - self.sent[offset] for offset in offsets for came in self.arrivals[offset]]
        return Stretch(late, closed_after, waiting, grown)

    async def _received(self, last: int) -> None:
        """Return when everybody has every note up to this one."""
        ledger = self.phone.ledgers[self.topic]
        await eventually(
            lambda: ledger.offset >= last and len(self.arrivals[last]) == len(self.others),
            2 * _CLOSED_SECONDS,
        )


@asynccontextmanager
async def _stage(house: House, plan: Plan, size: Size) -> AsyncIterator[Stage]:
    [topic] = house.topics(1)
    first, second, *people = await house.people(2 + plan.others)
    async with straight(house, 1, size) as front:
        [place] = front.places
        phone = Phone(front, first, [topic], random.Random(3))
        stage = Stage(house, place, topic, await Line.sign_in(place.port, second, "writer"), phone)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(phone.run()), group.create_task(stage.watch())]
                await each((stage.join(person) for person in people), _AT_ONCE)
                await eventually(lambda: phone.live, 10.0)
                yield stage
                for task in tasks:
                    task.cancel()
        finally:
            for line in (stage.writer, *stage.others):
                line.hang_up()


async def run(house: House, size: Size) -> list[Check]:
    """Stretches without and with a stuck reader in turn, so that what else the machine does falls on both."""
    plan = _PLANS[size]
    without: list[Stretch] = []
    stuck: list[Stretch] = []
    async with _stage(house, plan, size) as stage:
        closed = await house.measured(stage.place, "sockets_closed_total", code="4008")
        await stage.stretch(plan, stuck=False)
        while len(stuck) < plan.pairs or (_ratio(without, stuck) > _SLOWER and len(stuck) < plan.most_pairs):
            without.append(await stage.stretch(plan, stuck=False))
            stuck.append(await stage.stretch(plan, stuck=True))
        closed = await house.measured(stage.place, "sockets_closed_total", code="4008") - closed
        return [
            told("sockets on one topic of one node", plan.others + 1),
            told("notes of 16 KB to each", len(stage.sent)),
            *_others(stage, without, stuck),
            at_most(
                "closed after it stopped, the latest",
                max(one.closed_after for one in stuck),
                _CLOSED_SECONDS,
                "s",
            ),
            exactly("closed with 4008, as the node counts", int(closed), len(stuck)),
            exactly("that it saw when it read again", stage.phone.closes[4008], len(stuck)),
            at_most(
                "what waited for it, the most", max(one.waiting_bytes / _MIB for one in stuck), 2.0, "MiB"
            ),
            told("the whole node's growth, the most", max(one.grown_bytes / _MIB for one in stuck), "MiB"),
            *await _ledger(stage),
        ]


def _others(stage: Stage, without: list[Stretch], stuck: list[Stretch]) -> list[Check]:
    return [
        told("others' p99 without it", statistics.median(one.p99 for one in without) * 1000, "ms"),
        told("others' p99 with it", statistics.median(one.p99 for one in stuck) * 1000, "ms"),
        at_most(f"one by the other, {len(stuck)} pairs", _ratio(without, stuck), _SLOWER, "times"),
        exactly("others that were closed", sum(line.ended.is_set() for line in stage.others)),
    ]


def _ratio(without: list[Stretch], stuck: list[Stretch]) -> float:
    return statistics.median(one.p99 for one in stuck) / statistics.median(one.p99 for one in without)


async def _ledger(stage: Stage) -> list[Check]:
    ledger = stage.phone.ledgers[stage.topic]
    async with stage.house.database() as link:
        head, digest = await logged(link, stage.topic)
    return [
        exactly("its ledger unlike the log, by hash", (ledger.offset, ledger.digest) != (head, digest)),
        exactly("lost or seen twice by it", ledger.lost + ledger.repeated),
        told("mended over REST", ledger.mended),
        exactly("told to mend within 300 events and 256 KiB", ledger.wrongly_unrecovered),
    ]
