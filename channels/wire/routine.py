"""Messages about routines: named plans of blocks, that workouts start from."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire.envelope import WITHOUT_NUL, Command, Event, Moment
from channels.wire.quantity import Length, Mass

ExerciseId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=120,
        pattern=WITHOUT_NUL,
        examples=["Barbell_Squat"],
        description="An exercise of the library, or `own:` and a name of one's own.",
    ),
]
PlanName = Annotated[str, Meta(min_length=1, max_length=100, pattern=WITHOUT_NUL, examples=["Legs, heavy"])]
PlanNote = Annotated[str, Meta(max_length=1000, pattern=WITHOUT_NUL)]
Seconds = Annotated[int, Meta(ge=1, le=4 * 60 * 60)]
Repetitions = Annotated[int, Meta(ge=1, le=1000)]
Effort = Annotated[
    float, Meta(ge=1, le=10, multiple_of=0.5, description="RPE: 10 is nothing left, 8 is two more.")
]
Rounds = Annotated[int, Meta(ge=1, le=100)]
Turn = Annotated[str, Meta(min_length=1, max_length=64, pattern=WITHOUT_NUL)]
Source = Annotated[str, Meta(min_length=1, max_length=64, pattern=WITHOUT_NUL, examples=["strong"])]
Link = Annotated[
    str,
    Meta(
        min_length=16,
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        examples=["wq3V0mJ5xk2o8bYt1uZc7Lr4eNf6HgSdPa9iQTvXyEM"],
        description="What opens a shared routine for everybody who has it.",
    ),
]


class SetKind(StrEnum):
    """What a set is for. Warm-up sets count for no record and no volume."""

    WARM_UP = "warm_up"
    WORKING = "working"
    DROP = "drop"
    FAILURE = "failure"


class MassLoad(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by", tag="mass"):
    """So much on the bar."""

    mass: Mass


class PercentLoad(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by", tag="percent"
):
    """So much of the one-repetition maximum."""

    percent: Annotated[float, Meta(gt=0, le=150)]


class EffortLoad(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by", tag="rpe"):
    """As much as feels like this."""

    rpe: Effort


Load = MassLoad | PercentLoad | EffortLoad


class PlannedSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One set of a plan. With `most_reps` it is a range; `rir` is how many repetitions are to be left.

    `tempo` is seconds down, held, up, held, as in `3-1-2-0`; an X is as fast as it goes.
    """

    kind: SetKind = SetKind.WORKING
    reps: Repetitions | None = None
    most_reps: Repetitions | None = None
    seconds: Seconds | None = None
    distance: Length | None = None
    load: Load | None = None
    rir: Annotated[int, Meta(ge=0, le=10)] | None = None
    tempo: (
        Annotated[str, Meta(pattern=r"^[0-9Xx]{1,2}(-[0-9Xx]{1,2}){2,3}$", examples=["3-1-2-0"])] | None
    ) = None
    rest_seconds: Seconds | None = None


class PlannedExercise(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An exercise and its sets."""

    exercise_id: ExerciseId
    sets: Annotated[tuple[PlannedSet, ...], Meta(min_length=1, max_length=30)]
    note: PlanNote = ""


class SetsBlock(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="sets",
):
    """Sets of one exercise; of several in turn it is a superset, or a circuit.

    Rest is what the set says; else what the block says, in a superset after the last exercise of each turn.
    """

    exercises: Annotated[tuple[PlannedExercise, ...], Meta(min_length=1, max_length=12)]
    rest_seconds: Seconds | None = None
    name: Annotated[str, Meta(max_length=100, pattern=WITHOUT_NUL)] = ""


class Station(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One stretch of work of an interval block, and the rest after it.

    `target` is what to aim at, in words (`90-95 % of HRmax`).
    """

    work_seconds: Seconds
    rest_seconds: Annotated[int, Meta(ge=0, le=4 * 60 * 60)] = 0
    exercise_id: ExerciseId | None = None
    target: Annotated[str, Meta(max_length=100, pattern=WITHOUT_NUL)] = ""


class IntervalsBlock(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="intervals",
):
    """Timed work: its stations one after another, so many rounds of them. After the very last work there is no rest.

    `prepare_seconds` count down before the first; `round_rest_seconds` take the place of the last station's rest
    between two rounds where they are given.
    """

    stations: Annotated[tuple[Station, ...], Meta(min_length=1, max_length=30)]
    rounds: Rounds = 1
    round_rest_seconds: Annotated[int, Meta(ge=1, le=4 * 60 * 60)] | None = None
    prepare_seconds: Annotated[int, Meta(ge=0, le=600)] = 0
    warm_up_seconds: Annotated[int, Meta(ge=0, le=3600)] = 0
    cool_down_seconds: Annotated[int, Meta(ge=0, le=3600)] = 0
    name: Annotated[str, Meta(max_length=100, pattern=WITHOUT_NUL)] = ""


Block = SetsBlock | IntervalsBlock
Blocks = Annotated[tuple[Block, ...], Meta(max_length=30)]


class OriginKind(StrEnum):
    """Where a routine or a workout came from."""

    OWN = "own"
    READY = "ready"
    COACH = "coach"
    SHARED = "shared"
    IMPORTED = "imported"


class Origin(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where something came from, and which one: the coach's turn, the routine's author, the tool it was exported by."""

    kind: OriginKind
    of: str = ""


class Routine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One routine. `source` says where a ready-made one was published.

    `routine_id` is a UUID of one's own, the name of a ready-made one, the link of one that somebody shared. `link` is
    what opens one's own for others, while it is shared.
    """

    routine_id: str
    name: str
    blocks: tuple[Block, ...]
    note: str = ""
    origin: Origin
    source: str = ""
    link: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class RoutineReply(Struct, frozen=True, kw_only=True):
    """Which routine it became: read it over REST, or from its event."""

    routine_id: UUID


class RoutinePlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a routine says. Where a new one is from: `turn` names the coach's answer, `source` the tool it was exported by."""

    name: PlanName
    blocks: Annotated[tuple[Block, ...], Meta(min_length=1, max_length=30)]
    note: PlanNote = ""
    turn: Turn | None = None
    source: Source | None = None


class RoutineSaveData(RoutinePlan, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole routine. Without `routine_id` it becomes a new one, with that of a ready-made or shared one a copy.

    A device that is offline names a new one itself by a new UUID, so that what it queues can refer to it.
    """

    routine_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class RoutineSave(Command, frozen=True, kw_only=True, tag="routine:save"):
    """Keep a routine, new or changed. To change one that is not one's own makes a copy of it."""

    reply: ClassVar[type[Struct]] = RoutineReply
    data: RoutineSaveData


class RoutineDeleteData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which one."""

    routine_id: UUID


class RoutineDelete(Command, frozen=True, kw_only=True, tag="routine:delete"):
    """Delete a routine of one's own. Workouts that began with it keep their plan."""

    reply: ClassVar[type[Struct]] = RoutineReply
    data: RoutineDeleteData


class RoutineShareData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which one; with `shared: false` its link opens nothing any more."""

    routine_id: UUID
    shared: bool = True


class RoutineShareReply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What opens it for everybody who has it, until it is withdrawn; none when nothing does."""

    routine_id: UUID
    link: str | None = None


class RoutineShare(Command, frozen=True, kw_only=True, tag="routine:share"):
    """Share a routine by a link."""

    reply: ClassVar[type[Struct]] = RoutineShareReply
    data: RoutineShareData


class RoutineCopyData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What its author gave out."""

    link: Link


class RoutineCopy(Command, frozen=True, kw_only=True, tag="routine:copy"):
    """Keep a copy of a routine that somebody shared, under one's own routines."""

    reply: ClassVar[type[Struct]] = RoutineReply
    data: RoutineCopyData


class RoutineSavedData(Struct, frozen=True, kw_only=True):
    """The routine as it is now."""

    routine: Routine


class RoutineSaved(Event, frozen=True, kw_only=True, tag="routine:saved"):
    """A routine is new, has changed, is shared or is so no longer."""

    data: RoutineSavedData


class RoutineDeletedData(Struct, frozen=True, kw_only=True):
    """Which one is gone."""

    routine_id: UUID


class RoutineDeleted(Event, frozen=True, kw_only=True, tag="routine:deleted"):
    """A routine was deleted."""

    data: RoutineDeletedData
