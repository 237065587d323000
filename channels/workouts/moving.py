"""The time of a workout that was not paused."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from channels.workouts.lived import Lived
from channels.workouts.marks import Mark, MarkKind, in_order

SECOND: Final = timedelta(seconds=1)


class MovingTime(Struct, frozen=True):
    """A workout's time without its pauses, counted from its start; `pauses` lie in it, one after another."""

    started_at: datetime
    ended_at: datetime
    pauses: tuple[tuple[datetime, datetime], ...]

    @property
    def whole(self) -> timedelta:
        """How long it is."""
        return self.until(self.ended_at)

    @property
    def seconds(self) -> int:
        """How long it is, in whole seconds."""
        return self.whole // SECOND

    @property
    def paused_seconds(self) -> int:
        """What pauses took: both together are the whole seconds from start to end."""
        return (self.ended_at - self.started_at) // SECOND - self.seconds

    def until(self, at: datetime) -> timedelta:
        """Return how much of it had passed at a moment; in a pause it stands still."""
        reached = min(max(at, self.started_at), self.ended_at)
        paused = (min(end, reached) - begin for begin, end in self.pauses if begin < reached)
        return reached - self.started_at - sum(paused, timedelta())


def moving_time(lived: Lived) -> MovingTime:
    """Return the time of a workout in which it was not paused; that of one that runs ends with what was last heard.

    A pause from which nobody came back lasts to the end.
    """
    started_at = lived.record.started_at
    ended_at = lived.record.ended_at or lived.record.last_at
    pauses = ((max(begin, started_at), min(end, ended_at)) for begin, end in _pauses(lived.marks, ended_at))
    return MovingTime(started_at, ended_at, tuple((begin, end) for begin, end in pauses if begin < end))


def _pauses(marks: Iterable[Mark], ended_at: datetime) -> Iterator[tuple[datetime, datetime]]:
    began: datetime | None = None
    for mark in in_order(marks):
        if mark.kind is MarkKind.PAUSE:
            began = began or mark.at
        elif mark.kind is MarkKind.RESUME and began is not None:
            yield began, mark.at
            began = None
    if began is not None:
        yield began, ended_at
