"""Takes what sensors say of workouts: shows it to all who follow, and keeps one row for each second.

Rows are written every five seconds and at the end of the node, so a crash may lose as much. While PostgreSQL is away
they wait; when too many do the oldest go.
"""

import asyncio
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog

from channels.wire.sample import WorkoutSample
from channels.wire.workout import Workout
from channels.workouts.samples import Pace, Seconds, reading, record, shown
from server.clock import monotonic
from server.live.socket import LiveSocket
from server.live.states import States
from storage.postgres import Database, Unavailable, linked
from storage.samples import keep

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger(__name__)

WRITE_SECONDS: Final = 5.0
_BATCH: Final = 1_000


class Samples:
    """See the module. `dropped` is told how many seconds had to go, `hurried` of each sample beyond a device's pace."""

    def __init__(self, database: Database, states: States, *, capacity: int) -> None:
        self.dropped: Callable[[int], None] = lambda count: None  # noqa: ARG005 - until the wiring counts
        self.hurried: Callable[[], None] = lambda: None
        self._database = database
        self._states = states
        self._seconds = Seconds(capacity)
        self._paces: dict[UUID, Pace] = {}
        self._writing = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._seconds)

    def take(self, socket: LiveSocket, sample: WorkoutSample, now: datetime) -> None:
        """Take a sample at `now` of the person's time; what is of no running workout that is followed is nothing."""
        feed = next((feed for feed in socket.feeds if feed.topic == sample.topic), None)
        if feed is None or not isinstance(feed.snapshot, Workout) or socket.user_id is None:
            return
        if not self._paces.setdefault(socket.id, Pace(monotonic())).allows(monotonic()):
            self.hurried()
            return
        read = reading(feed.snapshot, sample.data, now)
        if read is None:
            return
        for state in shown(feed.snapshot, socket.user_id, read):
            self._states.tell(state)
        if read.counts:
            gone = self._seconds.take(socket.user_id, feed.snapshot.session_id, read)
            if gone:
                self.dropped(gone)

    def forget(self, socket: LiveSocket) -> None:
        """Let go of a socket that is gone; what it said is kept."""
        self._paces.pop(socket.id, None)

    async def run(self) -> None:
        """Write every five seconds, for as long as the node runs."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.settle()

    async def settle(self) -> None:
        """Write what waits, as far as PostgreSQL takes it now."""
        if not len(self):
            return
        try:
            async with self._writing:
                await self._write()
        except Unavailable as error:
            _log.warning("samples_not_written", count=len(self), reason=str(error))

    async def _write(self) -> None:
        waiting = iter(self._seconds.waiting().items())
        while batch := dict(islice(waiting, _BATCH)):
            async with linked(self._database) as link:
                await keep(link, [record(key, second) for key, second in sorted(batch.items(), key=_place)])
            self._seconds.stored(batch)


def _place(waiting: tuple[tuple[UUID, UUID, datetime], object]) -> tuple[UUID, UUID, datetime]:
    """Return in what order rows are written: in one order on all nodes, or two would wait for each other."""
    return waiting[0]
