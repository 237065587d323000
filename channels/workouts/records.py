"""Personal records of a workout, against all that the person did before."""

from collections.abc import Sequence

from channels.wire.workout import Record
from channels.workouts.lived import Lived
from storage.records import BestsRecord


def records_of(lived: Lived, bests: Sequence[BestsRecord]) -> tuple[Record, ...]:
    """Return the records that a workout holds, of the exercises whose bests are given."""
    raise NotImplementedError


def gained(before: Sequence[Record], after: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records that are new."""
    raise NotImplementedError


def lost(before: Sequence[Record], after: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records that are none any more."""
    raise NotImplementedError
