"""PostgreSQL is away, comes back, and crashes in the midst of transactions."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

from tests.crowd import Signed
from tests.faults.checks import Check, Size, at_most, exactly, told
from tests.faults.house import House
from tests.faults.rows.delivery import HEALED_SECONDS, crowd
from tests.line import Line
from tests.waiting import eventually

REFUSED_SECONDS = 2.0
_AWAY_SECONDS = {Size.SHORT: 1.0, Size.LONG: 30.0}
_PER_SECOND = 20.0
_FASTING = 20
_TICK_SECONDS = 2.0
"""The longest that a person may see their clock stand still: it ticks once a second."""


class Watch:
    """A socket of somebody who fasts: when its ticks came."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.ticks: list[float] = []
        line.on_frame = self._frame

    def _frame(self, line: Line, frame: bytes, came_at: float) -> None:
        if b'"fasting:tick"' in frame:
            self.ticks.append(came_at)
        elif b'"type":"ping"' in frame:
            line.send(b'{"type":"pong"}')

    def longest_pause(self, began: float, ended: float) -> float:
        """Return the longest time between two ticks in a stretch of time."""
        moments = [began, *(at for at in self.ticks if began <= at <= ended), ended]
        return max(later - earlier for earlier, later in itertools.pairwise(moments))


async def run(house: House, size: Size) -> list[Check]:
    """Take PostgreSQL away under load, once as a crash and once as a silence; then crash it and start it at once."""
    await house.stand(2)
    async with crowd(house, 60, 6, seed=17) as people, AsyncExitStack() as stack:
        watches = [await _fasting(house, person, stack) for person in await house.people(_FASTING)]
        lines = [phone.line for phone in people.phones]
        seconds = _AWAY_SECONDS[size]
        pauses, healed = [], []
        async with asyncio.TaskGroup() as group:
            group.create_task(people.publish(int(_PER_SECOND * (2 * seconds + 2)), _PER_SECOND))
            for away in (_crashed, _silent):
                await eventually(lambda: any(phone.added for phone in people.phones))
                began = time.monotonic()
                async with away(house):
                    await asyncio.sleep(seconds)
                    ended = time.monotonic()
                pauses += [watch.longest_pause(began, ended) for watch in watches]
                healed.append(await people.healed())
            async with _crashed(house):
                pass
        healed.append(await people.healed())
        stayed = sum(phone.line is line for phone, line in zip(people.phones, lines, strict=True))
        refusals = [phone.slowest_refusal for phone in people.phones]
        return [
            *await people.checks(),
            told("away, crashed and then silent", seconds, "s each"),
            told("temporary errors meanwhile", sum(phone.temporary for phone in people.phones)),
            at_most("command to temporary error", max(refusals), REFUSED_SECONDS, "s"),
            exactly("sockets that stayed", stayed, len(people.phones)),
            exactly("clocks' sockets that ended", sum(watch.line.ended.is_set() for watch in watches)),
            at_most("longest pause of a ticking clock", max(pauses), _TICK_SECONDS, "s"),
            at_most("healed", max(healed), HEALED_SECONDS, "s"),
        ]


@asynccontextmanager
async def _crashed(house: House) -> AsyncIterator[None]:
    await house.crash_postgres()
    try:
        yield
    finally:
        await house.start_postgres()


@asynccontextmanager
async def _silent(house: House) -> AsyncIterator[None]:
    house.database_door.black_hole = True
    try:
        yield
    finally:
        house.database_door.black_hole = False


async def _fasting(house: House, person: Signed, stack: AsyncExitStack) -> Watch:
    line = await Line.sign_in(house.places[0].door.port, person, "clock")
    stack.callback(line.hang_up)
    await line.command("fasting:start", {"protocol_id": "16:8"}, uuid4())
    return Watch(line)
