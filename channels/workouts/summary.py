"""What a finished workout came to."""

from collections.abc import Sequence

from channels.wire.workout import Record
from channels.wire.workout_events import FinishedWorkout
from channels.workouts.lived import Lived
from storage.records import PersonRecord, Workouts


def finished_workout(
    person: PersonRecord, lived: Lived, state: Workouts, records: Sequence[Record]
) -> FinishedWorkout:
    """Return it."""
    raise NotImplementedError
