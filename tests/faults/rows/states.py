"""States that change far more often than a narrow line carries, and events between them."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import msgspec
from msgspec import Struct

from tests.faults.checks import Check, Size, at_least, at_most, exactly, percentile, told
from tests.faults.house import House
from tests.faults.ledger import head_of
from tests.faults.pulses import PER_SECOND, pulsing
from tests.faults.wire import NotePulse
from tests.flow import Way
from tests.line import Line
from tests.proxy import proxy_to
from tests.schema import check_server_frame
from tests.waiting import eventually

_KEYS = 8
_BYTES_PER_SECOND = 32_000
_LINE_HOLDS = 2048
"""And the kernel before it twice as much: what waits in the line alone is up to a fifth of a second old."""
_LATE_SECONDS = 0.5
_EVENTS_PER_SECOND = 5.0
_SETTLES_SECONDS = 10.0


class Plan(Struct, frozen=True):
    """How much of it."""

    narrow: int
    events: int


_PLANS = {Size.SHORT: Plan(2, 10), Size.LONG: Plan(4, 300)}


class Watcher:
    """A device that notes of every key the newest version and when it came, and of every event when it came."""

    def __init__(self) -> None:
        self.newest: dict[str, tuple[NotePulse, float]] = {}
        self.events: dict[int, float] = {}
        self.ages: list[float] = []
        self.backwards = 0

    def see(self, line: Line, frame: bytes, came_at: float) -> None:
        check_server_frame(frame)
        if frame.startswith(b'{"offset":'):
            self.events[head_of(frame)[1]] = came_at
        elif frame.startswith(b'{"type":"note:pulse"'):
            state = msgspec.json.decode(frame, type=NotePulse)
            before = self.newest.get(state.of)
            self.backwards += before is not None and before[0].version >= state.version
            self.newest[state.of] = state, came_at
            self.ages.append(came_at - state.data.sent_at)
        elif frame.startswith(b'{"type":"ping"'):
            line.send(b'{"type":"pong"}')

    @property
    def versions(self) -> dict[str, int]:
        """The newest version of each key."""
        return {key: state.version for key, (state, _) in self.newest.items()}


class Stage(Struct):
    """One who writes, one whose line is as wide as can be, and those with narrow lines."""

    writer: Line
    wide: Watcher
    narrow: list[Watcher]
    topic: str
    sent: dict[int, float]

    async def add(self, text: str) -> None:
        """Add a note, and remember when."""
        began, key = time.monotonic(), uuid4()
        while True:
            reply, _ = await self.writer.command("note:add", {"topic": self.topic, "text": text}, key)
            check_server_frame(reply)
            answer = msgspec.json.decode(reply)
            # A machine that stood still costs a command its connection to the database: it is sent again.
            if not answer.get("error", {}).get("temporary"):
                self.sent[answer["positions"][self.topic]] = began
                return

    async def settled(self) -> bool:
        """Say whether in the end everybody has the same."""
        try:
            await eventually(
                lambda: all(
                    watcher.versions == self.wide.versions and watcher.events.keys() >= self.sent.keys()
                    for watcher in self.narrow
                ),
                _SETTLES_SECONDS,
            )
        except AssertionError:
            return False
        return True


@asynccontextmanager
async def _stage(house: House, narrow: int) -> AsyncIterator[Stage]:
    await house.stand(1)
    [topic] = house.topics(1)
    person, *others = await house.people(1 + narrow)
    port = house.places[0].port
    lines = []
    async with proxy_to(port, back=Way(rate=_BYTES_PER_SECOND, holds=_LINE_HOLDS)) as door:
        try:
            watchers = [Watcher() for _ in range(1 + narrow)]
            for watcher, device in zip(watchers, (person, *others), strict=True):
                way = port if watcher is watchers[0] else door.port
                line = await Line.sign_in(way, device, "phone-1", watcher.see)
                lines.append(line)
                await line.command("subscribe", {"topic": topic})
            writer = await Line.sign_in(port, person, "writer")
            lines.append(writer)
            yield Stage(writer, watchers[0], watchers[1:], topic, {})
        finally:
            for line in lines:
                line.hang_up()


async def run(house: House, size: Size) -> list[Check]:
    """Let keys pulse, add notes meanwhile, and see what comes through."""
    plan = _PLANS[size]
    async with _stage(house, plan.narrow) as stage:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(plan.events):
            await asyncio.sleep(began + number / _EVENTS_PER_SECOND - loop.time())
            await stage.add(pulsing(_KEYS, number))
        await asyncio.sleep(began + plan.events / _EVENTS_PER_SECOND - loop.time())
        await stage.add("rest")
        settled = await stage.settled()
        return _checks(stage, settled=settled, seconds=plan.events / _EVENTS_PER_SECOND)


def _checks(stage: Stage, *, settled: bool, seconds: float) -> list[Check]:
    late = [
        watcher.events[offset] - began
        for watcher in stage.narrow
        for offset, began in stage.sent.items()
        if offset in watcher.events
    ]
    newest = [
        came_at - state.data.sent_at
        for watcher in stage.narrow
        for state, came_at in watcher.newest.values()
        if state.version == stage.wide.versions[state.of]
    ]
    came = stage.wide.events
    wide = [came[offset] - began for offset, began in stage.sent.items() if offset in came]
    ages = [age for watcher in stage.narrow for age in watcher.ages]
    return [
        at_least("updates sent a second", len(stage.wide.ages) / seconds, 0.9 * PER_SECOND * _KEYS, "/s"),
        told("updates that came through 256 kbit/s", len(ages) / len(stage.narrow) / seconds, "/s"),
        exactly("keys whose newest value did not come", len(stage.narrow) * _KEYS - len(newest)),
        at_most(
            "newest value after the last update, the latest",
            max(newest, default=math.inf),
            _LATE_SECONDS,
            "s",
        ),
        told("states' age when they come, p99", percentile(ages, 0.99), "s"),
        exactly("versions that went back", sum(watcher.backwards for watcher in stage.narrow)),
        exactly("events lost", len(stage.narrow) * len(stage.sent) - len(late)),
        told("events to who has a wide line, p99", percentile(wide, 0.99), "s"),
        at_most("events meanwhile, p99", percentile(late, 0.99), _LATE_SECONDS, "s"),
        exactly("did not settle", not settled),
    ]
