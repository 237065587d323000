"""Routines of Ada's and of Bob's, commands about them, and what is decided, for tests of decisions."""

from typing import Any
from uuid import UUID

from msgspec import json
from msgspec.structs import replace

from channels.decision import Decision
from channels.errors import Code, Refusal
from channels.wire.routine import (
    IntervalsBlock,
    Origin,
    OriginKind,
    PlannedExercise,
    PlannedSet,
    Routine,
    RoutineCopy,
    RoutineCopyData,
    RoutineDelete,
    RoutineDeleteData,
    RoutineSave,
    RoutineSaved,
    RoutineSaveData,
    RoutineShare,
    RoutineShareData,
    SetsBlock,
    Station,
)
from storage.records import RoutineRecord, SharedRoutineRecord
from tests.channels.fasting.facts import ADA, HOUR, NOON

OWN_ID = UUID("0199f3a1-5b20-7e51-b3c6-7d1f9e2a8c55")
NEW_ID = UUID(int=100)
LINK = "wq3V0mJ5xk2o8bYt1uZc7Lr4eNf6HgSdPa9iQTvXyEM"
FRESH = "A" * 43
ROWS = SetsBlock(exercises=(PlannedExercise(exercise_id="own:Rows", sets=(PlannedSet(reps=8),)),))
TABATA = IntervalsBlock(stations=(Station(work_seconds=20, rest_seconds=10),), rounds=8)
OWN = Origin(kind=OriginKind.OWN)

Decided = Decision[RoutineRecord] | Refusal


def saying(routine_id: str | UUID | None = None, **said: Any) -> RoutineSave:
    given = {"name": "Pull", "blocks": (ROWS,), **said}
    return RoutineSave(
        id=1, data=RoutineSaveData(routine_id=None if routine_id is None else str(routine_id), **given)
    )


def deleting() -> RoutineDelete:
    return RoutineDelete(id=1, data=RoutineDeleteData(routine_id=OWN_ID))


def sharing(*, shared: bool = True) -> RoutineShare:
    return RoutineShare(id=1, data=RoutineShareData(routine_id=OWN_ID, shared=shared))


def copying() -> RoutineCopy:
    return RoutineCopy(id=1, data=RoutineCopyData(link=LINK))


def kept(**changed: Any) -> RoutineRecord:
    """A routine of Ada's as it is stored."""
    routine = RoutineRecord(
        user_id=ADA.user_id,
        routine_id=OWN_ID,
        name="Legs",
        note="Slowly.",
        blocks=json.encode((TABATA,)).decode(),
        origin_kind=OriginKind.OWN,
        origin_of="",
        link=None,
        created_at=NOON - 2 * HOUR,
        updated_at=NOON - HOUR,
        deleted_at=None,
    )
    return replace(routine, **changed)


def bobs(**changed: Any) -> SharedRoutineRecord:
    """A routine of Bob's that his link opens."""
    return SharedRoutineRecord(routine=kept(user_id=UUID(int=2), link=LINK, **changed), author="Bob")


def decided(decision: Decided) -> Decision[RoutineRecord]:
    assert isinstance(decision, Decision)
    return decision


def saved(decision: Decided) -> RoutineRecord:
    """The one routine that a decision saves."""
    (routine,) = decided(decision).saves
    return routine


def told(decision: Decided) -> Routine:
    """The routine that a decision tells every device of."""
    (event,) = decided(decision).events
    assert isinstance(event, RoutineSaved)
    assert (event.topic, event.at) == (f"user:{ADA.user_id}", NOON)
    return event.data.routine


def code_of(decision: Decided) -> Code:
    assert isinstance(decision, Refusal)
    return decision.code


def origin(decision: Decided) -> Origin:
    routine = saved(decision)
    return Origin(kind=OriginKind(routine.origin_kind), of=routine.origin_of)
