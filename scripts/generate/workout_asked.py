"""One example of every command about routines and workouts: together the story of one workout."""

from collections.abc import Iterator

from msgspec.structs import replace

from channels.wire.envelope import Command, Offset
from channels.wire.routine import (
    RoutineCopy,
    RoutineCopyData,
    RoutineDelete,
    RoutineDeleteData,
    RoutineReply,
    RoutineSave,
    RoutineSaveData,
    RoutineShare,
    RoutineShareData,
    RoutineShareReply,
)
from channels.wire.workout import (
    Planned,
    WorkoutStatus,
)
from channels.wire.workout_commands import (
    LoggedSet,
    OfWorkout,
    SetReply,
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutFinishData,
    WorkoutIntervals,
    WorkoutIntervalsData,
    WorkoutLog,
    WorkoutLogData,
    WorkoutPause,
    WorkoutRest,
    WorkoutRestData,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutSetDelete,
    WorkoutSetDeleteData,
    WorkoutSetEdit,
    WorkoutSetEditData,
    WorkoutSetLog,
    WorkoutSetLogData,
    WorkoutSkip,
    WorkoutSkipData,
    WorkoutStart,
    WorkoutStartData,
    WorkoutSwap,
    WorkoutSwapData,
)
from scripts.generate.asked import Asked
from scripts.generate.workout_facts import (
    AT,
    BLOCKS,
    DONE,
    END,
    LATER,
    LINK,
    OWN,
    RECORD,
    ROOM,
    ROUTINE,
    RUNNING,
    SESSION,
    SET,
    START,
    key,
)


def _running(command: Command, offset: int) -> Asked:
    return Asked(command, RUNNING, {ROOM: Offset(offset)})


def commands(first: int) -> tuple[Asked, ...]:
    """Return the commands, in the registry's order; their numbers begin with `first`."""
    number = iter(range(first, first + 100))
    return (
        *_routines(number),
        *_beginning(number),
        *_detours(number),
        *_ending(number),
    )


def _routines(number: Iterator[int]) -> tuple[Asked, ...]:
    return (
        Asked(
            RoutineSave(id=next(number), key=key(1), data=RoutineSaveData(name="Legs, heavy", blocks=BLOCKS)),
            RoutineReply(routine_id=ROUTINE),
            {OWN: Offset(50)},
        ),
        Asked(
            RoutineDelete(id=next(number), key=key(2), data=RoutineDeleteData(routine_id=ROUTINE)),
            RoutineReply(routine_id=ROUTINE),
            {OWN: Offset(60)},
        ),
        Asked(
            RoutineShare(id=next(number), key=key(3), data=RoutineShareData(routine_id=ROUTINE)),
            RoutineShareReply(routine_id=ROUTINE, link=LINK),
            {OWN: Offset(49)},
        ),
        Asked(
            RoutineCopy(id=next(number), key=key(4), data=RoutineCopyData(link=LINK)),
            RoutineReply(routine_id=ROUTINE),
            {OWN: Offset(51)},
        ),
    )


def _beginning(number: Iterator[int]) -> tuple[Asked, ...]:
    return (
        Asked(
            WorkoutStart(id=next(number), key=key(5), data=WorkoutStartData(routine_id=str(ROUTINE))),
            RUNNING,
            {OWN: Offset(52)},
        ),
        Asked(
            WorkoutSetLog(id=next(number), key=key(6), at=AT, data=WorkoutSetLogData(done=DONE)),
            SetReply(session_id=SESSION, set_id=SET, records=(RECORD,)),
            {ROOM: Offset(1), OWN: Offset(53)},
        ),
        Asked(
            WorkoutSetEdit(id=next(number), key=key(7), data=WorkoutSetEditData(set_id=SET, done=DONE)),
            SetReply(session_id=SESSION, set_id=SET, records=(RECORD,)),
            {ROOM: Offset(2)},
        ),
        Asked(
            WorkoutSetDelete(id=next(number), key=key(8), data=WorkoutSetDeleteData(set_id=SET)),
            SetReply(session_id=SESSION, set_id=SET),
            {ROOM: Offset(3)},
        ),
    )


def _detours(number: Iterator[int]) -> tuple[Asked, ...]:
    return (
        _running(WorkoutSkip(id=next(number), key=key(9), data=WorkoutSkipData(planned=LATER)), 4),
        _running(
            WorkoutSwap(
                id=next(number),
                key=key(10),
                data=WorkoutSwapData(planned=Planned(block=0, exercise=0), exercise_id="Leg_Press"),
            ),
            5,
        ),
        _running(WorkoutIntervals(id=next(number), key=key(11), data=WorkoutIntervalsData(block=1)), 6),
        _running(WorkoutRest(id=next(number), key=key(12), data=WorkoutRestData(seconds=150)), 7),
        _running(WorkoutRestExtend(id=next(number), key=key(13), data=WorkoutRestData(seconds=30)), 8),
        _running(WorkoutRestSkip(id=next(number), key=key(14)), 9),
    )


def _ending(number: Iterator[int]) -> tuple[Asked, ...]:
    return (
        Asked(
            WorkoutPause(id=next(number), key=key(15)),
            replace(RUNNING, status=WorkoutStatus.PAUSED),
            {ROOM: Offset(10)},
        ),
        _running(WorkoutResume(id=next(number), key=key(16)), 11),
        Asked(
            WorkoutFinish(id=next(number), key=key(17), at=END, data=WorkoutFinishData(rpe=8)),
            replace(RUNNING, status=WorkoutStatus.FINISHED),
            {ROOM: Offset(12), OWN: Offset(54)},
        ),
        Asked(
            WorkoutDiscard(id=next(number), key=key(18), data=OfWorkout(session_id=SESSION)),
            replace(RUNNING, status=WorkoutStatus.DISCARDED),
            {ROOM: Offset(14), OWN: Offset(57)},
        ),
        Asked(
            WorkoutLog(
                id=next(number),
                key=key(19),
                data=WorkoutLogData(
                    name="Legs", started_at=START, ended_at=END, sets=(LoggedSet(done=DONE),)
                ),
            ),
            replace(RUNNING, status=WorkoutStatus.FINISHED),
            {OWN: Offset(58)},
        ),
    )
