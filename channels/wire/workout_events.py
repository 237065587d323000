"""What happens in a workout: each fact in the workout's own topic, or in the person's.

To the person's go its start, its end, corrections and records: what matters after it. A device that follows a workout
reads its topic, which begins with the snapshot.
"""

from uuid import UUID

from msgspec import Struct

from channels.wire.envelope import Event, Moment, State
from channels.wire.routine import Origin
from channels.wire.workout import (
    IntervalKind,
    Planned,
    PreviousSet,
    Record,
    Rest,
    Swap,
    WorkoutBrief,
    WorkoutSet,
    WorkoutStatus,
    WorkoutSummary,
    WorkoutTime,
)


class WorkoutStartedData(Struct, frozen=True, kw_only=True):
    """The workout that runs now."""

    session_id: UUID
    workout: WorkoutBrief


class WorkoutStarted(Event, frozen=True, kw_only=True, tag="workout:started"):
    """A workout began. In the person's topic."""

    data: WorkoutStartedData


class FinishedWorkout(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finished workout, with all that streaks, goals and the coach derive from it. `time_zone` is the person's then."""

    session_id: UUID
    name: str
    origin: Origin
    routine_id: str | None = None
    started_at: Moment
    ended_at: Moment
    time_zone: str
    rpe: float | None = None
    note: str = ""
    planned_sets: int = 0
    planned_done: int = 0
    summary: WorkoutSummary
    records: tuple[Record, ...] = ()


class WorkoutFinishedData(Struct, frozen=True, kw_only=True):
    """The workout."""

    session_id: UUID
    workout: FinishedWorkout


class WorkoutFinished(Event, frozen=True, kw_only=True, tag="workout:finished"):
    """A workout was finished, or logged afterwards. In the person's topic."""

    data: WorkoutFinishedData


class WorkoutCorrectedData(Struct, frozen=True, kw_only=True):
    """The workout as it was and as it is."""

    session_id: UUID
    before: FinishedWorkout
    after: FinishedWorkout


class WorkoutCorrected(Event, frozen=True, kw_only=True, tag="workout:corrected"):
    """A finished workout was changed: a set was edited, deleted or came late. In the person's topic."""

    data: WorkoutCorrectedData


class WorkoutDiscardedData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which workout; `before` is what counted until now, when it was finished."""

    session_id: UUID
    before: FinishedWorkout | None = None


class WorkoutDiscarded(Event, frozen=True, kw_only=True, tag="workout:discarded"):
    """A workout was thrown away. In the person's topic."""

    data: WorkoutDiscardedData


class RecordData(Struct, frozen=True, kw_only=True):
    """The record."""

    session_id: UUID
    record: Record


class WorkoutRecord(Event, frozen=True, kw_only=True, tag="workout:record"):
    """A set is a record. The first time of an exercise is none, and of what was imported none is told. In the person's topic."""

    data: RecordData


class WorkoutRecordWithdrawn(Event, frozen=True, kw_only=True, tag="workout:record_withdrawn"):
    """What was told as a record is none: its set was edited or deleted. In the person's topic."""

    data: RecordData


class SetLoggedData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The set, the rest that runs after it, and the sets of the last time of its exercise."""

    session_id: UUID
    set: WorkoutSet
    rest: Rest | None = None
    previous: tuple[PreviousSet, ...] = ()


class WorkoutSetLogged(Event, frozen=True, kw_only=True, tag="workout:set_logged"):
    """A set was done."""

    data: SetLoggedData


class SetEditedData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The set as it was and as it is."""

    session_id: UUID
    before: WorkoutSet
    set: WorkoutSet
    rest: Rest | None = None
    previous: tuple[PreviousSet, ...] = ()


class WorkoutSetEdited(Event, frozen=True, kw_only=True, tag="workout:set_edited"):
    """A set was said anew."""

    data: SetEditedData


class SetDeletedData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The set that counts no more."""

    session_id: UUID
    before: WorkoutSet
    rest: Rest | None = None


class WorkoutSetDeleted(Event, frozen=True, kw_only=True, tag="workout:set_deleted"):
    """A set was taken back."""

    data: SetDeletedData


class PlanChangedData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is skipped and swapped now, in all; `previous` of an exercise that is new."""

    session_id: UUID
    skipped: tuple[Planned, ...]
    swaps: tuple[Swap, ...]
    exercise_id: str | None = None
    previous: tuple[PreviousSet, ...] = ()


class WorkoutPlanChanged(Event, frozen=True, kw_only=True, tag="workout:plan_changed"):
    """A part of the plan was skipped or swapped."""

    data: PlanChangedData


class WorkoutTimeData(Struct, frozen=True, kw_only=True):
    """All clocks, and whether they run."""

    session_id: UUID
    status: WorkoutStatus
    time: WorkoutTime


class WorkoutPaused(Event, frozen=True, kw_only=True, tag="workout:paused"):
    """All clocks stopped."""

    data: WorkoutTimeData


class WorkoutResumed(Event, frozen=True, kw_only=True, tag="workout:resumed"):
    """All clocks go on."""

    data: WorkoutTimeData


class WorkoutClockSet(Event, frozen=True, kw_only=True, tag="workout:clock_set"):
    """A block's clock was started or moved: by a start, a skip, or a change that came late."""

    data: WorkoutTimeData


class WorkoutRestSet(Event, frozen=True, kw_only=True, tag="workout:rest_set"):
    """A rest began, got longer or was skipped; without `rest` nobody rests any more."""

    data: WorkoutTimeData


class RestOverData(Struct, frozen=True, kw_only=True):
    """The workout, with what a notification says: how long the rest was, and what comes next, as far as it is planned."""

    session_id: UUID
    rested_seconds: int
    next: Planned | None = None
    next_exercise: str = ""


class WorkoutRestOver(Event, frozen=True, kw_only=True, tag="workout:rest_over"):
    """A rest is over; `at` is its second."""

    data: RestOverData


class IntervalData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which interval of the timeline began, counted from 0; past the last one the block is done."""

    session_id: UUID
    block: int
    index: int
    kind: IntervalKind | None = None
    seconds: int = 0
    exercise: str = ""
    done: bool = False


class WorkoutInterval(Event, frozen=True, kw_only=True, tag="workout:interval"):
    """An interval began, or the last one ended; `at` is its second."""

    data: IntervalData


class WorkoutEndedData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it ended; one that was thrown away has no end."""

    session_id: UUID
    status: WorkoutStatus
    ended_at: Moment | None = None
    note: str = ""
    time: WorkoutTime
    summary: WorkoutSummary | None = None


class WorkoutEnded(Event, frozen=True, kw_only=True, tag="workout:ended"):
    """The workout was finished or thrown away; after that only corrections come."""

    data: WorkoutEndedData


class WorkoutTickData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clocks in whole seconds: of the workout, of the running interval, of the rest."""

    session_id: UUID
    elapsed_seconds: int
    paused: bool = False
    interval: int | None = None
    interval_remaining_seconds: int | None = None
    rest_remaining_seconds: int | None = None


class WorkoutTick(State, frozen=True, kw_only=True, tag="workout:tick"):
    """A running workout's clocks; sent every `tick_seconds` to devices in the foreground."""

    data: WorkoutTickData
