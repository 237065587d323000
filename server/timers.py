"""The timer worker: gives what is due to the executor, on every node, each timer once.

Any worker may give any timer: the claim skips what another has in hand, and claim, decision and events are one
transaction, so a killed worker's timers are free at once. A worker reads what is due or soon will be, gives it out a
few at a time, and sleeps until the next one it knows of, a quarter of a second at most, for others set timers meanwhile.

Workers see the same timers. Each begins at a random place of what it read, and one that comes upon timers which others
have had reads anew, so that little work is done in vain.
"""

import asyncio
from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec
import structlog

from channels.errors import Code
from channels.wire.envelope import UserId
from server.clock import chance, monotonic
from server.execution import Actor, Due, Giver, Outcome
from server.executor import Executor, NotClaimed
from storage.postgres import Database, Unavailable, linked
from storage.records import TimerRecord
from storage.timers import due_timers, postpone

_log = structlog.get_logger(__name__)

SLEEP_SECONDS: Final = 0.2
"""The longest that a worker sleeps, before the spread, and how far ahead it reads."""
BATCH: Final = 16
"""How many timers a worker reads at a time, for each that it gives at once."""
SPREAD_SECONDS: Final = 0.05
"""Workers that sleep to the same moment wake apart by up to this, so that mostly one finds the timer."""
_AWAY_SECONDS: Final = 0.5
_VAIN_SECONDS: Final = 0.02
_FAULT_SECONDS: Final = 10.0

_Hold = tuple[UUID, str, int]


class TimerWorker:
    """Gives due timers, `at_once` at a time; `observe` is told how many seconds late each was when it had acted."""

    def __init__(
        self,
        database: Database,
        executor: Executor,
        *,
        at_once: int = 4,
        observe: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._database = database
        self._executor = executor
        self._at_once = at_once
        self._observe = observe
        self._queue: asyncio.Queue[tuple[TimerRecord, float]] = asyncio.Queue(at_once)
        self._held: set[_Hold] = set()
        self._acted = 0
        self._missed = 0

    async def run(self) -> None:
        """Give timers for as long as the node runs."""
        async with asyncio.TaskGroup() as group:
            for number in range(self._at_once):
                group.create_task(self._give_on(), name=f"timers {number}")
            group.create_task(self._read_on(), name="timers read")

    async def _read_on(self) -> None:
        while True:
            try:
                timers = await self._read()
            except Unavailable as error:
                _log.warning("timers_not_read", reason=str(error))
                await asyncio.sleep(_AWAY_SECONDS * (1 + chance()))
                continue
            await self._hand_out(timers, monotonic())

    async def _read(self) -> list[TimerRecord]:
        async with linked(self._database) as link:
            return await due_timers(
                link,
                within_seconds=SLEEP_SECONDS,
                commands=self._executor.timer_types,
                limit=BATCH * self._at_once,
            )

    async def _hand_out(self, timers: list[TimerRecord], read_at: float) -> None:
        """Give out what is due, then wait until it is worth while to read again."""
        self._acted = self._missed = 0
        ripe = [timer for timer in timers if timer.wait_seconds <= 0 and _hold(timer) not in self._held]
        first = int(chance() * len(ripe))
        for timer in ripe[first:] + ripe[:first]:
            if self._missed >= self._at_once:
                break
            self._held.add(_hold(timer))
            await self._queue.put((timer, read_at))
        if self._missed and not self._acted:
            await asyncio.sleep(_VAIN_SECONDS * (1 + chance()))
        if not ripe or (len(timers) < BATCH * self._at_once and self._missed < self._at_once):
            await asyncio.sleep(_seconds_to_next(timers, monotonic() - read_at) + SPREAD_SECONDS * chance())

    async def _give_on(self) -> None:
        while True:
            timer, read_at = await self._queue.get()
            try:
                await self._give(timer, read_at)
            finally:
                self._held.discard(_hold(timer))

    async def _give(self, timer: TimerRecord, read_at: float) -> None:
        command_type = self._executor.command_type(timer.command)
        actor = Actor(user_id=UserId(timer.owner), giver=Giver.TIMER)
        try:
            command = msgspec.json.decode(timer.payload, type=command_type)
            outcome = await self._executor.execute(
                actor, command, Due(cause=timer.cause, version=timer.version)
            )
        except NotClaimed:
            self._missed += 1
        except msgspec.DecodeError as error:
            _log.error("timer_unreadable", cause=timer.cause, user=str(timer.owner), reason=str(error))
            await self._postpone(timer)
        else:
            await self._take(outcome, timer, monotonic() - read_at - timer.wait_seconds)

    async def _take(self, outcome: Outcome, timer: TimerRecord, late_seconds: float) -> None:
        refusal = outcome.refusal
        if refusal is not None and refusal.code is Code.UNAVAILABLE:
            await asyncio.sleep(_AWAY_SECONDS * chance())
        elif refusal is not None and refusal.entry.temporary:
            await self._postpone(timer)
        else:
            self._acted += 1
            self._observe(late_seconds)
            if refusal is not None:
                _log.warning("timer_refused", cause=timer.cause, user=str(timer.owner), code=refusal.code)

    async def _postpone(self, timer: TimerRecord) -> None:
        """Put off a timer that fails by a fault of ours, so that it neither spins nor keeps others waiting."""
        try:
            async with linked(self._database) as link:
                await postpone(link, timer, seconds=_FAULT_SECONDS)
        except Unavailable as error:
            _log.warning("timer_not_postponed", cause=timer.cause, reason=str(error))
            await asyncio.sleep(_AWAY_SECONDS * chance())


def _hold(timer: TimerRecord) -> _Hold:
    return (timer.owner, timer.cause, timer.version)


def _seconds_to_next(timers: list[TimerRecord], elapsed: float) -> float:
    """Return how long to sleep: to the first timer that was not due yet when it was read."""
    waits = [timer.wait_seconds for timer in timers if timer.wait_seconds > 0]
    return max(0.0, min([*waits, SLEEP_SECONDS]) - elapsed)
