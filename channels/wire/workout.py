"""A workout as facts: what is planned, what was done, and what its clocks stand at."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire.envelope import WITHOUT_NUL, Moment, Topic
from channels.wire.quantity import Length, Mass, MassUnit
from channels.wire.routine import Block, Effort, ExerciseId, Origin, Repetitions, SetKind

SetNote = Annotated[str, Meta(max_length=500, pattern=WITHOUT_NUL)]
DoneSeconds = Annotated[int, Meta(ge=1, le=24 * 60 * 60)]


class WorkoutStatus(StrEnum):
    """Where a workout is in its life."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    DISCARDED = "discarded"


class Side(StrEnum):
    """Which side a set was done with."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class RecordKind(StrEnum):
    """What a record is of, each for one exercise.

    Repetitions are compared at exactly the same mass, times at exactly the same distance; `volume` is of one workout.
    """

    HEAVIEST = "heaviest"
    REPS = "reps"
    E1RM = "e1rm"
    VOLUME = "volume"
    LONGEST = "longest"
    FARTHEST = "farthest"
    FASTEST = "fastest"


class Planned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A place in the plan, counted from 0: a block, an exercise of it, a set of that."""

    block: Annotated[int, Meta(ge=0, le=29)]
    exercise: Annotated[int, Meta(ge=0, le=29)] | None = None
    set: Annotated[int, Meta(ge=0, le=29)] | None = None


class DoneSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was done in one set, as entered. Something of it must be said: repetitions, a time or a distance."""

    exercise_id: ExerciseId
    kind: SetKind = SetKind.WORKING
    mass: Mass | None = None
    reps: Repetitions | None = None
    seconds: DoneSeconds | None = None
    distance: Length | None = None
    rpe: Effort | None = None
    side: Side | None = None
    planned: Planned | None = None
    note: SetNote = ""


class WorkoutSet(Struct, frozen=True, kw_only=True):
    """A set of a workout: what was done, when, and when that was last said. Sets are in the order of `at`, `set_id`."""

    set_id: UUID
    at: Moment
    changed_at: Moment
    done: DoneSet


class IntervalKind(StrEnum):
    """What a stretch of an interval block is for."""

    PREPARE = "prepare"
    WARM_UP = "warm_up"
    WORK = "work"
    REST = "rest"
    ROUND_REST = "round_rest"
    COOL_DOWN = "cool_down"


class Interval(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One stretch of the timeline. Rounds and stations are counted from 1; outside of the rounds both are 0."""

    kind: IntervalKind
    seconds: int
    round: int = 0
    station: int = 0
    exercise_id: str | None = None
    target: str = ""


class IntervalClock(Struct, frozen=True, kw_only=True):
    """Where the timeline of a block is: its first interval began at `starts_at`, pauses and skips reckoned in.

    What runs at a moment follows from that and the intervals' seconds, on every device alike; while the workout is
    paused the moment is `paused_at`.
    """

    block: int
    starts_at: Moment
    intervals: tuple[Interval, ...]


class Rest(Struct, frozen=True, kw_only=True):
    """A rest between sets, pauses reckoned in."""

    started_at: Moment
    ends_at: Moment


class WorkoutTime(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All clocks of a workout. `paused_seconds` is what earlier pauses took."""

    paused_at: Moment | None = None
    paused_seconds: float = 0.0
    clock: IntervalClock | None = None
    rest: Rest | None = None


class PreviousSet(Struct, frozen=True, kw_only=True):
    """A set of the last workout that had the exercise."""

    at: Moment
    done: DoneSet


class Swap(Struct, frozen=True, kw_only=True):
    """What is done in place of what was planned; a swap is of an exercise of a block."""

    planned: Planned
    exercise_id: str


class Workout(Struct, frozen=True, kw_only=True):
    """One workout, whole: what a device needs to show it without asking again.

    `previous` are the sets of the last time, by exercise, for all exercises that are planned or were done.
    """

    session_id: UUID
    topic: Topic
    name: str
    status: WorkoutStatus
    started_at: Moment
    ended_at: Moment | None = None
    origin: Origin
    routine_id: str | None = None
    note: str = ""
    blocks: tuple[Block, ...] = ()
    sets: tuple[WorkoutSet, ...] = ()
    skipped: tuple[Planned, ...] = ()
    swaps: tuple[Swap, ...] = ()
    time: WorkoutTime = WorkoutTime()
    previous: dict[str, tuple[PreviousSet, ...]] = {}


class WorkoutBrief(Struct, frozen=True, kw_only=True):
    """Which workout runs: the rest is in its topic."""

    session_id: UUID
    topic: Topic
    name: str
    started_at: Moment


class OneRepMaximum(Struct, frozen=True, kw_only=True):
    """An estimate, by both formulas, in kg; from sets of 1 to 12 repetitions. The better of a workout's sets counts."""

    epley_kg: Decimal
    brzycki_kg: Decimal


class ExerciseSummary(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one exercise came to, warm-up sets aside. `mass_unit` is what most of its masses were entered in."""

    exercise_id: str
    name: str
    sets: int
    reps: int = 0
    volume_kg: Decimal = Decimal(0)
    seconds: int = 0
    metres: Decimal = Decimal(0)
    one_rep_maximum: OneRepMaximum | None = None
    mass_unit: MassUnit | None = None


class MuscleSummary(Struct, frozen=True, kw_only=True):
    """What one muscle got: a set counts 1 where it is primary and 0.5 where it is secondary, its volume alike."""

    muscle: str
    sets: Decimal
    volume_kg: Decimal


class LoadMethod(StrEnum):
    """How training load was reckoned: Banister's TRIMP by heart rate, or session RPE times minutes (Foster)."""

    TRIMP = "trimp"
    SESSION_RPE = "session_rpe"


class TrainingLoad(Struct, frozen=True, kw_only=True):
    """The load, in the units of its method."""

    method: LoadMethod
    value: Decimal


class HeartSummary(Struct, frozen=True, kw_only=True):
    """What the heart did. Five zones from 50 % on by tenths; `zones_by` names what they are reckoned from."""

    average: int
    maximum: int
    covered: Decimal
    """The share of the time that has a heart rate, 0 to 1."""
    zone_seconds: tuple[int, int, int, int, int]
    zones_by: str


class EnergyShare(Struct, frozen=True, kw_only=True):
    """A stretch of time and what it cost: kcal are MET times kg times hours, by the weight at that time.

    `code` is the 2024 Compendium's.
    """

    code: str
    met: Decimal
    seconds: int


class WorkoutSummary(Struct, frozen=True, kw_only=True):
    """What a workout came to. `moving_seconds` is its time less pauses.

    `mass_unit` is what most of its masses were entered in: show `volume_kg` in that, a pound being 0.45359237 kg.
    """

    moving_seconds: int
    paused_seconds: int
    sets: int
    reps: int
    volume_kg: Decimal
    exercises: tuple[ExerciseSummary, ...]
    muscles: tuple[MuscleSummary, ...]
    energy: tuple[EnergyShare, ...]
    load: TrainingLoad | None = None
    heart: HeartSummary | None = None
    mass_unit: MassUnit | None = None


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record: the value, what it was reached with, and what stood before.

    Masses and volumes are in kg, times in seconds, distances in metres. `at_kg` and `at_metres` are what repetitions
    and times are compared at. `mass_unit` is what the mass of its set was entered in, for volume that of most sets: in
    that the value is exact too, a pound being 0.45359237 kg.
    """

    exercise_id: str
    kind: RecordKind
    value: Decimal
    at_kg: Decimal | None = None
    at_metres: Decimal | None = None
    session_id: UUID
    set_id: UUID | None = None
    at: Moment
    before: Decimal | None = None
    mass_unit: MassUnit | None = None
