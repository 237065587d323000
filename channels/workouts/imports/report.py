"""What came of a file: the workouts, and what was made of each of its rows."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from channels.wire.workout_commands import WorkoutLogData


class Reason(StrEnum):
    """Why a row is no set of a workout.

    The first three are as it should be; a note goes to the first set of its exercise.
    """

    REST = "rest"
    NOTE = "note"
    EMPTY = "empty"
    NOT_A_SET = "not_a_set"
    NO_EXERCISE = "no_exercise"
    BAD_DATE = "bad_date"
    BAD_NUMBER = "bad_number"
    BAD_UNIT = "bad_unit"
    OUT_OF_BOUNDS = "out_of_bounds"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_MANY_SETS = "too_many_sets"
    FUTURE = "future"
    BROKEN = "broken"


class Skipped(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row that is no set: its line in the file, counted from 1, and the cell that is at fault, where one is."""

    line: int
    reason: Reason
    column: str = ""
    value: str = ""


class NamedExercise(Struct, frozen=True, kw_only=True):
    """What the file calls an exercise, which one that is here, and in how many sets."""

    name: str
    exercise_id: str
    sets: int


class Report(Struct, frozen=True, kw_only=True):
    """What was made of a file.

    `matched` are exercises of the library, `unmatched` become one's own. `skipped` tells the first thousand rows of
    `skipped_rows`. `unread` are columns that nothing was made of; of `untimed` workouts the file does not say, or not
    believably, how long they took.
    """

    source: str
    rows: int
    sets: int
    workouts: int
    untimed: int
    matched: tuple[NamedExercise, ...]
    unmatched: tuple[NamedExercise, ...]
    skipped: tuple[Skipped, ...]
    skipped_rows: int
    unread: tuple[str, ...]


class ImportedWorkout(Struct, frozen=True, kw_only=True):
    """A workout, to be logged under its key. The same workout of the same person has the same key in every file.

    The key is the workout's `session_id` as well, which holds longer than a command's key is remembered. `line` is
    that of its first row; `known_as` is its id where the file is from, which may be the same person's history.
    """

    key: UUID
    known_as: UUID | None = None
    line: int
    data: WorkoutLogData


class Imported(Struct, frozen=True, kw_only=True):
    """All workouts of a file, the oldest first."""

    workouts: tuple[ImportedWorkout, ...]
    report: Report
