"""Commands of somebody who keeps routines."""

from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import (
    IntervalsBlock,
    MassLoad,
    PlannedExercise,
    PlannedSet,
    RoutineCopy,
    RoutineCopyData,
    RoutineDelete,
    RoutineDeleteData,
    RoutineSave,
    RoutineSaveData,
    RoutineShare,
    RoutineShareData,
    SetsBlock,
    Station,
)

POUNDS: Final = SetsBlock(
    exercises=(
        PlannedExercise(
            exercise_id="Barbell_Squat",
            sets=(PlannedSet(reps=5, load=MassLoad(mass=Mass(value=Decimal("225.50"), unit=MassUnit.LB))),),
        ),
    ),
    rest_seconds=180,
)
SPRINTS: Final = IntervalsBlock(stations=(Station(work_seconds=20, rest_seconds=10),), rounds=8)


def keep(routine_id: str | UUID | None = None, *, key: UUID | None = None, **said: Any) -> RoutineSave:
    """Keep a routine, new or changed."""
    named = None if routine_id is None else str(routine_id)
    given = {"name": "Legs", "blocks": (POUNDS, SPRINTS), **said}
    return RoutineSave(id=1, key=key or uuid4(), data=RoutineSaveData(routine_id=named, **given))


def drop(routine_id: UUID) -> RoutineDelete:
    """Delete a routine."""
    return RoutineDelete(id=1, key=uuid4(), data=RoutineDeleteData(routine_id=routine_id))


def give_out(routine_id: UUID, *, shared: bool = True) -> RoutineShare:
    """Share a routine by a link, or withdraw that."""
    return RoutineShare(id=1, key=uuid4(), data=RoutineShareData(routine_id=routine_id, shared=shared))


def take(link: str) -> RoutineCopy:
    """Copy what a link opens."""
    return RoutineCopy(id=1, key=uuid4(), data=RoutineCopyData(link=link))
