"""What operations on workouts are asked and what they answer."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from channels.wire.envelope import WITHOUT_NUL, Moment
from channels.wire.routine import Effort, ExerciseId, PlanNote, Seconds
from channels.wire.workout import (
    DoneSet,
    MuscleSummary,
    OneRepMaximum,
    Record,
    TrainingLoad,
    Workout,
)
from channels.wire.workout_commands import SetReply, WorkoutReply
from channels.wire.workout_events import FinishedWorkout
from server.rest.envelope import CursorText, Page, Success

Since = Annotated[date, Meta(description="Begun on this day or later, by the person's calendar.")]
Until = Annotated[date, Meta(description="Begun on this day or earlier, by the person's calendar.")]
Muscle = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=40,
        pattern=WITHOUT_NUL,
        examples=["quadriceps"],
        description="With a set for this muscle, primary or secondary, warm-up sets aside.",
    ),
]
RecordsCursor = Annotated[
    str,
    Meta(min_length=1, max_length=700, description="Where to go on: `pagination.cursor` of the page before."),
]


class SetBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was done, and how long to rest after it; a device may name the set itself."""

    set_id: UUID | None = None
    done: DoneSet
    rest_seconds: Seconds | None = None


class SetChangeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was done in the set after all."""

    done: DoneSet


class FinishBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How hard the whole was, and what is to be remembered."""

    rpe: Effort | None = None
    note: PlanNote | None = None


class CurrentWorkout(Struct, frozen=True, kw_only=True):
    """The workout that runs, or null when none does."""

    session: Workout | None


class WholeWorkout(Struct, frozen=True, kw_only=True):
    """A workout with all its sets; what it came to, once it is finished.

    `kcal` are MET times kg times hours, by what the person weighed then, where that is known.
    """

    workout: Workout
    finished: FinishedWorkout | None
    kcal: int | None


class ExerciseRecords(Struct, frozen=True, kw_only=True):
    """The best of each kind that was reached with an exercise: repetitions at each mass, times at each distance."""

    exercise_id: str
    name: str
    records: tuple[Record, ...]


class TrainingWeek(Struct, frozen=True, kw_only=True):
    """What the workouts of a week came to, which begins with the Monday `week`; warm-up sets aside.

    `days` are those with a workout. Of `planned_sets`, the skipped ones among them, `planned_done` were done. Loads by
    different methods do not add up.
    """

    week: date
    workouts: int
    days: int
    sets: int
    volume_kg: Decimal
    planned_sets: int
    planned_done: int
    load: tuple[TrainingLoad, ...]
    muscles: tuple[MuscleSummary, ...]


class StrengthPoint(Struct, frozen=True, kw_only=True):
    """The best estimate of a week, by each formula."""

    week: date
    best: OneRepMaximum


class ExerciseStrength(Struct, frozen=True, kw_only=True):
    """The one-repetition maximum of an exercise over time."""

    exercise_id: str
    name: str
    points: tuple[StrengthPoint, ...]


class Training(Struct, frozen=True, kw_only=True):
    """Weeks with a workout, the earliest first, and one-repetition maxima by exercise."""

    weeks: tuple[TrainingWeek, ...]
    strength: tuple[ExerciseStrength, ...]


class RawTraining(Struct, frozen=True, kw_only=True):
    """A Training as the database has written it."""

    weeks: Raw
    strength: Raw


class WorkoutAnswer(Success[WorkoutReply], frozen=True, kw_only=True):
    """Which workout, and where it is in its life."""


class SetAnswer(Success[SetReply], frozen=True, kw_only=True):
    """Which set, and the records that it is."""


class CurrentWorkoutAnswer(Success[CurrentWorkout], frozen=True, kw_only=True):
    """The workout that runs, or null when none does."""


class WholeWorkoutAnswer(Success[WholeWorkout], frozen=True, kw_only=True):
    """One workout, whole."""


class WorkoutsAnswer(Page[FinishedWorkout], frozen=True, kw_only=True):
    """Finished workouts, the newest first."""


class RawWorkouts(Page[Raw], frozen=True, kw_only=True):
    """A WorkoutsAnswer as the workouts were written when they were finished or last corrected."""


class RecordsAnswer(Page[ExerciseRecords], frozen=True, kw_only=True):
    """What was reached, exercise by exercise."""


class RawRecords(Page[Raw], frozen=True, kw_only=True):
    """A RecordsAnswer as the database has written it."""


class TrainingAnswer(Success[Training], frozen=True, kw_only=True):
    """What training came to, week by week."""


class RawTrainingAnswer(Success[RawTraining], frozen=True, kw_only=True):
    """A TrainingAnswer as the database has written it."""


class WorkoutsQuery(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """Which workouts of the history."""

    since: Since | UnsetType = UNSET
    until: Until | UnsetType = UNSET
    exercise: (
        Annotated[ExerciseId, Meta(description="With a set of this exercise, warm-up sets aside.")]
        | UnsetType
    ) = UNSET
    muscle: Muscle | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=100, description="How many at most.")] = 20
    cursor: CursorText | UnsetType = UNSET


class WorkoutKey(Struct, frozen=True, array_like=True):
    """Where a workout stands in the history."""

    started_at: Moment
    session_id: UUID


class RecordsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose records."""

    exercise: Annotated[ExerciseId, Meta(description="Of this exercise alone.")] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=10, description="How many exercises at most.")] = 10
    cursor: RecordsCursor | UnsetType = UNSET


class RecordsKey(Struct, frozen=True, array_like=True):
    """Behind which exercise the records go on."""

    exercise_id: ExerciseId


class TrainingQuery(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """Which time of the training."""

    since: (
        Annotated[
            date,
            Meta(
                description="Begun on this day or later, by the person's calendar, 732 days before `to` at most; "
                "the last 26 weeks when it is left out."
            ),
        ]
        | UnsetType
    ) = UNSET
    until: Until | UnsetType = UNSET
    exercise: (
        Annotated[ExerciseId, Meta(description="Whose one-repetition maximum; of all when left out.")]
        | UnsetType
    ) = UNSET
