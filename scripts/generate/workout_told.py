"""One example of every event of routines and workouts: together the story of one workout."""

from typing import Final

from msgspec.structs import replace

from channels.wire.envelope import Event, Offset
from channels.wire.routine import (
    RoutineDeleted,
    RoutineDeletedData,
    RoutineSaved,
    RoutineSavedData,
)
from channels.wire.workout import (
    IntervalKind,
    Planned,
    Swap,
    WorkoutStatus,
    WorkoutTime,
)
from channels.wire.workout_events import (
    IntervalData,
    PlanChangedData,
    RecordData,
    RestOverData,
    SetDeletedData,
    SetEditedData,
    SetLoggedData,
    WorkoutClockSet,
    WorkoutCorrected,
    WorkoutCorrectedData,
    WorkoutDiscarded,
    WorkoutDiscardedData,
    WorkoutEnded,
    WorkoutEndedData,
    WorkoutFinished,
    WorkoutFinishedData,
    WorkoutInterval,
    WorkoutPaused,
    WorkoutPlanChanged,
    WorkoutRecord,
    WorkoutRecordWithdrawn,
    WorkoutRestOver,
    WorkoutRestSet,
    WorkoutResumed,
    WorkoutSetDeleted,
    WorkoutSetEdited,
    WorkoutSetLogged,
    WorkoutStarted,
    WorkoutStartedData,
    WorkoutTick,
    WorkoutTickData,
    WorkoutTimeData,
)
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.timeline import times_of
from scripts.generate.workout_facts import (
    AT,
    BLOCKS,
    BRIEF,
    END,
    FINISHED,
    LATER,
    LEGS,
    LOGGED,
    MISTAKEN,
    MISTYPED,
    OWN,
    PREVIOUS,
    RECORD,
    REST,
    ROOM,
    ROUTINE,
    SESSION,
    START,
    SUMMARY,
    key,
)

_TIME: Final = WorkoutTime(rest=REST)
_CLOCK: Final = times_of(BLOCKS, (Mark(kind=MarkKind.INTERVALS, at=AT, key=key(11), block=1),))

USER_EVENTS: Final[tuple[Event, ...]] = (
    RoutineSaved(topic=OWN, offset=Offset(50), at=START, data=RoutineSavedData(routine=LEGS)),
    RoutineDeleted(topic=OWN, offset=Offset(60), at=END, data=RoutineDeletedData(routine_id=ROUTINE)),
    WorkoutStarted(
        topic=OWN,
        offset=Offset(52),
        at=START,
        data=WorkoutStartedData(session_id=SESSION, workout=BRIEF),
    ),
    WorkoutFinished(
        topic=OWN,
        offset=Offset(54),
        at=END,
        data=WorkoutFinishedData(session_id=SESSION, workout=FINISHED),
    ),
    WorkoutCorrected(
        topic=OWN,
        offset=Offset(56),
        at=END,
        data=WorkoutCorrectedData(session_id=SESSION, before=MISTAKEN, after=FINISHED),
    ),
    WorkoutDiscarded(
        topic=OWN,
        offset=Offset(57),
        at=END,
        data=WorkoutDiscardedData(session_id=SESSION, before=FINISHED),
    ),
    WorkoutRecord(topic=OWN, offset=Offset(53), at=AT, data=RecordData(session_id=SESSION, record=RECORD)),
    WorkoutRecordWithdrawn(
        topic=OWN, offset=Offset(55), at=END, data=RecordData(session_id=SESSION, record=RECORD)
    ),
)
"""What the person's own topic holds, in the registry's order."""


def _times(status: WorkoutStatus, time: WorkoutTime) -> WorkoutTimeData:
    return WorkoutTimeData(session_id=SESSION, status=status, time=time)


WORKOUT_EVENTS: Final[tuple[Event, ...]] = (
    WorkoutSetLogged(
        topic=ROOM,
        offset=Offset(1),
        at=AT,
        data=SetLoggedData(session_id=SESSION, set=LOGGED, rest=REST, previous=PREVIOUS),
    ),
    WorkoutSetEdited(
        topic=ROOM,
        offset=Offset(2),
        at=AT,
        data=SetEditedData(
            session_id=SESSION,
            before=replace(LOGGED, done=MISTYPED),
            set=LOGGED,
            rest=REST,
            previous=PREVIOUS,
        ),
    ),
    WorkoutSetDeleted(
        topic=ROOM, offset=Offset(3), at=AT, data=SetDeletedData(session_id=SESSION, before=LOGGED)
    ),
    WorkoutPlanChanged(
        topic=ROOM,
        offset=Offset(5),
        at=AT,
        data=PlanChangedData(
            session_id=SESSION,
            skipped=(LATER,),
            swaps=(Swap(planned=Planned(block=0, exercise=0), exercise_id="Leg_Press"),),
            exercise_id="Leg_Press",
        ),
    ),
    WorkoutPaused(
        topic=ROOM,
        offset=Offset(10),
        at=AT,
        data=_times(WorkoutStatus.PAUSED, replace(_TIME, paused_at=AT)),
    ),
    WorkoutResumed(topic=ROOM, offset=Offset(11), at=AT, data=_times(WorkoutStatus.RUNNING, _TIME)),
    WorkoutClockSet(topic=ROOM, offset=Offset(6), at=AT, data=_times(WorkoutStatus.RUNNING, _CLOCK)),
    WorkoutRestSet(topic=ROOM, offset=Offset(7), at=AT, data=_times(WorkoutStatus.RUNNING, _TIME)),
    WorkoutRestOver(
        topic=ROOM,
        offset=Offset(8),
        at=REST.ends_at,
        data=RestOverData(
            session_id=SESSION,
            rested_seconds=150,
            next=Planned(block=0, exercise=0, set=1),
            next_exercise="Barbell Squat",
        ),
    ),
    WorkoutInterval(
        topic=ROOM,
        offset=Offset(9),
        at=AT,
        data=IntervalData(session_id=SESSION, block=1, index=1, kind=IntervalKind.WORK, seconds=20),
    ),
    WorkoutEnded(
        topic=ROOM,
        offset=Offset(12),
        at=END,
        data=WorkoutEndedData(
            session_id=SESSION,
            status=WorkoutStatus.FINISHED,
            ended_at=END,
            time=WorkoutTime(),
            summary=SUMMARY,
        ),
    ),
)
"""What a workout's topic holds, in the registry's order."""

TICK: Final = WorkoutTick(
    topic=ROOM,
    of=str(SESSION),
    version=1795330000000,
    data=WorkoutTickData(session_id=SESSION, elapsed_seconds=372, interval=1, interval_remaining_seconds=18),
)
