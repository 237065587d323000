"""A node's loop stands still, in the moment in which every socket owes it an answer."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from msgspec import Struct

from tests.crowd import Signed
from tests.faults.checks import Check, Size, at_least, at_most, exactly, told
from tests.faults.house import House, Place
from tests.faults.ledger import head_of
from tests.faults.node import IMPATIENT
from tests.flow import Way, no_delay
from tests.line import Line, each
from tests.nodes import free_port
from tests.proxy import Proxy
from tests.waiting import eventually

_AT_ONCE = 50
_GREETERS = 20
"""Sockets that are open when the node freezes: half connect in this moment, half while it is frozen."""
_APART_SECONDS = 0.01
"""Between one who connects before the node freezes and the next."""
_STORE_SECONDS = 0.02
"""How far the stores are away from the node, so that it freezes in the midst of every step of connecting."""
_PONG = b'{"type":"pong"}'
_AWAKE_SECONDS = 0.2
"""Between two freezes, where they come in twos: less than the node takes before it judges."""
_OWED_SECONDS = 2.0
"""How long an answer is held back before the node freezes: with one freeze on top it is still in time."""
_ANSWER_SECONDS = 10.0


class Plan(Struct, frozen=True):
    """How much of it. Each freeze is a number of stalls, of so many seconds each."""

    sockets: int
    freezes: tuple[tuple[int, float], ...]
    ping_seconds: float
    environment: dict[str, str] = {}


_PLANS = {
    Size.SHORT: Plan(100, ((1, 2.0),), 3.0, {IMPATIENT: "1"}),
    Size.LONG: Plan(500, ((1, 2.0), (1, 12.0), (2, 6.0)), 40.0),
}


class Healthy:
    """A device that answers every ping, some of them late."""

    def __init__(self) -> None:
        self.line: Line
        self.offsets: list[int] = []
        self.owes_since = 0.0
        self.pinged_at = 0.0
        self.prompt = True

    def see(self, line: Line, frame: bytes, came_at: float) -> None:
        """Take a frame; a ping is answered at once, or when `answer` is called."""
        if frame.startswith(b'{"offset":'):
            self.offsets.append(head_of(frame)[1])
        elif frame.startswith(b'{"type":"ping"'):
            self.line = line
            self.pinged_at = came_at
            self.owes_since = self.owes_since or came_at
            if self.prompt:
                self.answer()

    def answer(self) -> None:
        """Answer what is still to be answered."""
        if self.owes_since:
            self.owes_since = 0.0
            self.line.send(_PONG)

    async def join(self, port: int, person: Signed, topic: str) -> None:
        """Connect and follow the topic."""
        self.line = await Line.sign_in(port, person, "phone-1", self.see)
        await self.line.command("subscribe", {"topic": topic})


class Stage(Struct):
    """A node with many sockets, and one that writes through another node."""

    place: Place
    healthy: list[Healthy]
    greeters: list[Signed]
    writer: Line
    topic: str
    lines: list[Line]
    """All that there are."""
    owing: list[int] = []
    """How many owed an answer, at each freeze."""
    notes: int = 0

    def unasked(self, seconds: float) -> bool:
        """Say whether nobody was pinged for so long: those who connected together are pinged together."""
        return time.monotonic() - max(one.pinged_at for one in self.healthy) > seconds

    def all_owe(self) -> bool:
        """Say whether everybody owes the node an answer, or somebody does for as long as may be."""
        owed = [one.owes_since for one in self.healthy if one.owes_since]
        late = bool(owed) and time.monotonic() - min(owed) > _OWED_SECONDS
        return late or len(owed) == len(self.healthy)

    def answer(self) -> None:
        """Let everybody answer, and from now on at once."""
        for one in self.healthy:
            one.prompt = True
            one.answer()

    async def add(self) -> None:
        """Add a note."""
        data = {"topic": self.topic, "text": f"note {self.notes}"}
        reply, _ = await self.writer.command("note:add", data, uuid4())
        assert b'"data"' in reply, reply
        self.notes += 1


@asynccontextmanager
async def _stage(house: House, plan: Plan) -> AsyncIterator[Stage]:
    await house.stand(2)
    [topic] = house.topics(1)
    people = await house.people(plan.sockets + _GREETERS + 1)
    place = Place(free_port(), Proxy(0, Way(), Way()))
    await house.start(place, **plan.environment)
    lines: list[Line] = []
    for door in (house.database_door, house.redis_door):
        door.there.delay = lambda: _STORE_SECONDS
    try:
        writer = await Line.sign_in(house.places[0].port, people[-1], "writer", _answering)
        lines.append(writer)
        healthy = [Healthy() for _ in range(plan.sockets)]
        joins = (one.join(place.port, person, topic) for one, person in zip(healthy, people, strict=False))
        await each(joins, _AT_ONCE)
        lines += [one.line for one in healthy]
        yield Stage(place, healthy, people[plan.sockets : -1], writer, topic, lines)
    finally:
        for door in (house.database_door, house.redis_door):
            door.there.delay = no_delay
        for line in lines:
            line.hang_up()
        await house.end(place)


def _answering(line: Line, frame: bytes, _came_at: float) -> None:
    if frame.startswith(b'{"type":"ping"'):
        line.send(_PONG)


async def run(house: House, size: Size) -> list[Check]:
    """Freeze the node when all owe it an answer; they give it while it is frozen."""
    plan = _PLANS[size]
    stalls = [seconds for times, seconds in plan.freezes for _ in range(times)]
    async with _stage(house, plan) as stage:
        lags = await _lags(house, stage.place)
        closed = await house.measured(stage.place, "sockets_closed_total")
        greeted, awaited = [], []
        for times, seconds in plan.freezes:
            greeted += await _freeze(stage, plan, times, seconds)
            awaited.append(await _caught_up(stage))
        shown = await _lags(house, stage.place) - lags
        seconds = await house.measured(stage.place, "loop_lag_seconds_sum")
        closed = await house.measured(stage.place, "sockets_closed_total") - closed
        return [
            told("sockets", plan.sockets),
            at_least("that owed a pong at a freeze, the fewest", min(stage.owing), plan.sockets / 5, ""),
            told("stalls, the longest", max(stalls), "s"),
            exactly("healthy sockets closed", sum(line.ended.is_set() for line in stage.lines)),
            exactly("closes that the node counted", int(closed)),
            exactly(
                f"refused that connected while it was frozen {' '.join(filter(None, greeted))[:300]}".strip(),
                sum(map(bool, greeted)),
            ),
            # A busy machine may add some of its own.
            at_least("stalls that the lag metric shows", shown, len(stalls), ""),
            at_least("lag that it shows, in all", seconds, sum(stalls) - 0.3 * len(stalls), "s"),
            at_most("events of meanwhile are there after", max(awaited), 5.0, "s"),
            exactly("events lost, repeated or out of order", _wrong(stage)),
        ]


async def _lags(house: House, place: Place) -> float:
    """Return how many lags of more than a second the node has measured."""
    count = await house.measured(place, "loop_lag_seconds_count")
    return count - await house.measured(place, "loop_lag_seconds_bucket", le="1.0")


async def _freeze(stage: Stage, plan: Plan, times: int, seconds: float) -> list[str]:
    """Freeze the node so many times in a row; say of each who connected meanwhile why it could not, if so."""
    node = stage.place.node
    assert node is not None
    # Not in the midst of a round of pings, of which only the rest would be owed.
    await eventually(lambda: stage.unasked(plan.ping_seconds / 8), plan.ping_seconds)
    for one in stage.healthy:
        one.prompt = False
    await eventually(stage.all_owe, plan.ping_seconds)
    lines = [await Line.dial(node.port, _answering) for _ in stage.greeters]
    stage.lines += lines
    device = f"phone-{len(stage.owing)}"
    greets = [_greet(line, person, device) for line, person in zip(lines, stage.greeters, strict=True)]
    try:
        async with asyncio.TaskGroup() as group:
            greetings = []
            for greet in greets[::2]:
                greetings.append(group.create_task(greet))
                await asyncio.sleep(_APART_SECONDS)
            for number in range(times):
                if number:
                    await asyncio.sleep(_AWAKE_SECONDS)
                node.freeze()
                began = time.monotonic()
                if not number:
                    stage.owing.append(sum(one.owes_since > 0 for one in stage.healthy))
                    greetings += [group.create_task(greet) for greet in greets[1::2]]
                    await stage.add()
                if number == times - 1:
                    stage.answer()
                await asyncio.sleep(began + seconds - time.monotonic())
                node.thaw()
        return [greeting.result() for greeting in greetings]
    finally:
        node.thaw()


async def _greet(line: Line, person: Signed, device: str) -> str:
    try:
        async with asyncio.timeout(3 * _ANSWER_SECONDS):
            reply, _ = await line.command("connect", {"token": person.token, "device": device})
    except OSError as error:
        return f"{error} {line.closed_with}"
    return "" if b'"connection"' in reply else reply.decode()


async def _caught_up(stage: Stage) -> float:
    """Return how long it takes until everybody has every note, and has been answered a question."""
    began = time.monotonic()
    await stage.add()
    await eventually(
        lambda: all(len(one.offsets) >= stage.notes or one.line.ended.is_set() for one in stage.healthy),
        _ANSWER_SECONDS,
    )
    async with asyncio.timeout(_ANSWER_SECONDS):
        for one in stage.healthy:
            if not one.line.ended.is_set():
                await one.line.command("clock", {})
    return time.monotonic() - began


def _wrong(stage: Stage) -> int:
    return sum(one.offsets != list(range(1, stage.notes + 1)) for one in stage.healthy)
