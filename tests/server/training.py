"""Commands of somebody who trains."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import Block, IntervalsBlock, PlannedExercise, PlannedSet, SetsBlock, Station
from channels.wire.workout import DoneSet
from channels.wire.workout_commands import (
    LoggedSet,
    OfWorkout,
    WorkoutDiscard,
    WorkoutLog,
    WorkoutLogData,
    WorkoutPause,
    WorkoutRest,
    WorkoutRestData,
    WorkoutResume,
    WorkoutSetDelete,
    WorkoutSetDeleteData,
    WorkoutSetEdit,
    WorkoutSetEditData,
    WorkoutSetLog,
    WorkoutSetLogData,
    WorkoutStart,
    WorkoutStartData,
)

SQUAT: Final = "Barbell_Squat"
TABATA: Final[tuple[Block, ...]] = (
    IntervalsBlock(stations=(Station(work_seconds=20, rest_seconds=10),), rounds=8),
)


def plan(*exercises: str, rest_seconds: int | None = None) -> tuple[Block, ...]:
    """Three sets of five of each exercise, one exercise after another."""
    sets = (PlannedSet(reps=5),) * 3
    return tuple(
        SetsBlock(exercises=(PlannedExercise(exercise_id=one, sets=sets),), rest_seconds=rest_seconds)
        for one in exercises or (SQUAT,)
    )


def start_workout(
    blocks: tuple[Block, ...] = (), session_id: UUID | None = None, at: datetime | None = None
) -> WorkoutStart:
    """Start with a plan, or with nothing."""
    return WorkoutStart(id=1, at=at, data=WorkoutStartData(session_id=session_id, blocks=blocks))


def done(exercise: str = SQUAT, mass: str = "100", unit: str = "kg", reps: int = 5) -> DoneSet:
    """A set."""
    return DoneSet(exercise_id=exercise, mass=Mass(value=Decimal(mass), unit=MassUnit(unit)), reps=reps)


def log_set(session_id: UUID | None = None, **what: Any) -> WorkoutSetLog:
    """Log a set."""
    return WorkoutSetLog(id=1, data=WorkoutSetLogData(session_id=session_id, done=done(**what)))


def edit_set(set_id: UUID, session_id: UUID | None = None, **what: Any) -> WorkoutSetEdit:
    """Say anew what was done."""
    return WorkoutSetEdit(
        id=1, data=WorkoutSetEditData(session_id=session_id, set_id=set_id, done=done(**what))
    )


def delete_set(set_id: UUID, session_id: UUID | None = None) -> WorkoutSetDelete:
    """Take a set back."""
    return WorkoutSetDelete(id=1, data=WorkoutSetDeleteData(session_id=session_id, set_id=set_id))


def rest(seconds: int) -> WorkoutRest:
    """Rest."""
    return WorkoutRest(id=1, data=WorkoutRestData(seconds=seconds))


def pause(session_id: UUID | None = None) -> WorkoutPause:
    """Stop all clocks."""
    return WorkoutPause(id=1, data=OfWorkout(session_id=session_id))


def resume() -> WorkoutResume:
    """Let them go on."""
    return WorkoutResume(id=1)


def discard(session_id: UUID) -> WorkoutDiscard:
    """Throw a workout away."""
    return WorkoutDiscard(id=1, data=OfWorkout(session_id=session_id))


def log_whole(began: datetime, key: UUID | None = None) -> WorkoutLog:
    """Log an hour of squats."""
    data = WorkoutLogData(
        name="Legs",
        started_at=began,
        ended_at=began + timedelta(hours=1),
        sets=tuple(LoggedSet(done=done(mass=mass)) for mass in ("60", "80", "100")),
    )
    return WorkoutLog(id=1, key=key, data=data)
