"""What a person, a timer or the coach may ask of a workout.

`session_id` may be left out where the running workout is meant. Every change says by `at` when it was done, up to seven
days back: in what order changes arrive makes no difference to what they come to.
"""

from typing import Annotated, ClassVar, Final
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire.envelope import Command, Moment, Topic
from channels.wire.routine import Blocks, Effort, ExerciseId, PlanName, PlanNote, Seconds, Source, Turn
from channels.wire.workout import DoneSet, Planned, Record, WorkoutStatus

BACK_SECONDS: Final = 7 * 24 * 60 * 60
"""How far back a change to a workout may lie that waited in an offline queue."""


class WorkoutReply(Struct, frozen=True, kw_only=True):
    """Which workout, and where it is in its life: the rest is in its topic."""

    session_id: UUID
    topic: Topic
    status: WorkoutStatus


class SetReply(Struct, frozen=True, kw_only=True):
    """Which set, and the records that it is."""

    session_id: UUID
    set_id: UUID
    records: tuple[Record, ...] = ()


class OfWorkout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which workout; the running one when it is left out."""

    session_id: UUID | None = None


class WorkoutStartData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to start with: a routine, blocks of one's own or the coach's (`turn` says by which answer), or nothing.

    A device that is offline names the workout itself by a new UUID, so that what it queues can refer to it.
    """

    session_id: UUID | None = None
    routine_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    blocks: Blocks = ()
    turn: Turn | None = None
    name: PlanName | None = None
    note: PlanNote = ""


class WorkoutStart(Command, frozen=True, kw_only=True, tag="workout:start"):
    """Start a workout; one may run at a time. When its first block is of intervals their clock starts with it."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutStartData = WorkoutStartData()


class WorkoutSetLogData(OfWorkout, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was done, and how long to rest after it; a device may name the set itself."""

    set_id: UUID | None = None
    done: DoneSet
    rest_seconds: Seconds | None = None


class WorkoutSetLog(Command, frozen=True, kw_only=True, tag="workout:set_log"):
    """Log a set. Rest begins with it, as long as is said here, else as long as the plan says."""

    reply: ClassVar[type[Struct]] = SetReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutSetLogData


class WorkoutSetEditData(
    OfWorkout, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Which set, and what was done in it after all."""

    set_id: UUID
    done: DoneSet


class WorkoutSetEdit(Command, frozen=True, kw_only=True, tag="workout:set_edit"):
    """Say anew what was done in a set, also of a finished workout."""

    reply: ClassVar[type[Struct]] = SetReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutSetEditData


class WorkoutSetDeleteData(
    OfWorkout, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Which set."""

    set_id: UUID


class WorkoutSetDelete(Command, frozen=True, kw_only=True, tag="workout:set_delete"):
    """Take a set back, also of a finished workout."""

    reply: ClassVar[type[Struct]] = SetReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutSetDeleteData


class WorkoutSkipData(OfWorkout, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to skip of the plan: a block, an exercise, a set; the running interval when nothing is named."""

    planned: Planned | None = None


class WorkoutSkip(Command, frozen=True, kw_only=True, tag="workout:skip"):
    """Skip a part of the plan, or go on to the next interval at once."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutSkipData = WorkoutSkipData()


class WorkoutSwapData(OfWorkout, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which exercise of the plan, and what to do in its place."""

    planned: Planned
    exercise_id: ExerciseId


class WorkoutSwap(Command, frozen=True, kw_only=True, tag="workout:swap"):
    """Do another exercise than the one that was planned."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutSwapData


class WorkoutIntervalsData(
    OfWorkout, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Which block of intervals, counted from 0."""

    block: Annotated[int, Meta(ge=0, le=29)]


class WorkoutIntervals(Command, frozen=True, kw_only=True, tag="workout:intervals"):
    """Start the clock of a block of intervals, from its beginning."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutIntervalsData


class WorkoutRestData(OfWorkout, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long."""

    seconds: Seconds


class WorkoutRest(Command, frozen=True, kw_only=True, tag="workout:rest"):
    """Start to rest, in place of a rest that may be running."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutRestData


class WorkoutRestExtend(Command, frozen=True, kw_only=True, tag="workout:rest_extend"):
    """Rest longer."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutRestData


class WorkoutRestSkip(Command, frozen=True, kw_only=True, tag="workout:rest_skip"):
    """Rest no longer."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: OfWorkout = OfWorkout()


class WorkoutPause(Command, frozen=True, kw_only=True, tag="workout:pause"):
    """Stop all clocks of the workout."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: OfWorkout = OfWorkout()


class WorkoutResume(Command, frozen=True, kw_only=True, tag="workout:resume"):
    """Let all clocks go on where they stopped."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: OfWorkout = OfWorkout()


class WorkoutFinishData(OfWorkout, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How hard the whole was, and what is to be remembered."""

    rpe: Effort | None = None
    note: PlanNote | None = None


class WorkoutFinish(Command, frozen=True, kw_only=True, tag="workout:finish"):
    """Finish the workout."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: WorkoutFinishData = WorkoutFinishData()


class WorkoutDiscard(Command, frozen=True, kw_only=True, tag="workout:discard"):
    """Throw a workout away, running or finished: it counts for nothing any more."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: OfWorkout = OfWorkout()


class LoggedSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A set of a workout that is logged afterwards; without `at` the sets are spread over its time in their order."""

    done: DoneSet
    at: Moment | None = None


class WorkoutLogData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole workout, from any day; `source` says where it is from, when it was not typed in.

    A device may name the workout itself, so that what is logged twice, however much later, is one.
    """

    session_id: UUID | None = None
    name: PlanName
    started_at: Moment
    ended_at: Moment
    sets: Annotated[tuple[LoggedSet, ...], Meta(min_length=1, max_length=200)]
    rpe: Effort | None = None
    note: PlanNote = ""
    source: Source | None = None


class WorkoutLog(Command, frozen=True, kw_only=True, tag="workout:log"):
    """Log a workout that is over, whole."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    data: WorkoutLogData


class WorkoutTimerData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which workout."""

    session_id: UUID


class WorkoutTurn(Command, frozen=True, kw_only=True, tag="workout:turn"):
    """An interval has ended. Only timers send this."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    data: WorkoutTimerData


class WorkoutRested(Command, frozen=True, kw_only=True, tag="workout:rested"):
    """A rest has ended. Only timers send this."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    data: WorkoutTimerData


class WorkoutSilent(Command, frozen=True, kw_only=True, tag="workout:silent"):
    """Nothing was heard of a workout for hours. Only timers send this."""

    reply: ClassVar[type[Struct]] = WorkoutReply
    data: WorkoutTimerData
