"""What is Ada's own in exercises, and commands about it, for tests of decisions and of what is stored."""

from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from channels.decision import Decision
from channels.errors import Refusal
from channels.wire.exercise import (
    ExerciseDelete,
    ExerciseDeleteData,
    ExerciseMarkData,
    ExerciseMarkSet,
    ExerciseSave,
    ExerciseSaveData,
    TrainingProfileData,
    TrainingProfileSet,
)
from storage.library_records import ExerciseMarkRecord, Mine, OwnExerciseRecord, TrainingProfileRecord
from tests.channels.fasting.facts import ADA, HOUR, NOON

SLED = "own:Sled push"
SAID = OwnExerciseRecord(
    user_id=ADA.user_id,
    exercise_id=SLED,
    name="Sled push",
    aliases=("Prowler",),
    category="strongman",
    equipment=("sled",),
    primary_muscles=("quadriceps",),
    secondary_muscles=("glutes",),
    level="beginner",
    force="push",
    mechanic="compound",
    instructions=("Push it.",),
    updated_at=NOON - HOUR,
    deleted_at=None,
)
LIKED = ExerciseMarkRecord(
    user_id=ADA.user_id,
    exercise_id="Squat",
    favourite=True,
    disliked=False,
    note="",
    updated_at=NOON - HOUR,
)
TOLD = TrainingProfileRecord(
    user_id=ADA.user_id, equipment=("barbell",), limits=("knee",), level=None, updated_at=NOON - HOUR
)


def saving(exercise_id: str | None = None, *, name: str = "Sled push", **said: Any) -> ExerciseSave:
    return ExerciseSave(id=1, key=uuid4(), data=ExerciseSaveData(exercise_id=exercise_id, name=name, **said))


def deleting(exercise_id: str = SLED) -> ExerciseDelete:
    return ExerciseDelete(id=1, key=uuid4(), data=ExerciseDeleteData(exercise_id=exercise_id))


def marking(exercise_id: str = "Squat", **said: Any) -> ExerciseMarkSet:
    return ExerciseMarkSet(id=1, key=uuid4(), data=ExerciseMarkData(exercise_id=exercise_id, **said))


def telling(**said: Any) -> TrainingProfileSet:
    return TrainingProfileSet(id=1, key=uuid4(), data=TrainingProfileData(**said))


def decided(decision: Decision[Any] | Refusal) -> Decision[Any]:
    assert isinstance(decision, Decision)
    return decision


def saved(decision: Decision[Any] | Refusal) -> Any:
    """The one record that a decision saves."""
    (record,) = decided(decision).saves
    return record


def told(decision: Decision[Any] | Refusal) -> Any:
    """What the one event of a decision says."""
    event: Any
    (event,) = decided(decision).events
    assert (event.topic, event.at) == (f"user:{ADA.user_id}", NOON)
    return event.data


def refused(decision: Decision[Any] | Refusal) -> tuple[str, str]:
    """The code of a refusal and the field that it names."""
    assert isinstance(decision, Refusal)
    (detail,) = decision.details
    return decision.code, detail.field


def after(state: Mine, decision: Decision[Any] | Refusal) -> Mine:
    """The state of one exercise after a decision."""
    for record in decided(decision).saves:
        match record:
            case OwnExerciseRecord():
                state = replace(state, own=record, kept=int(record.deleted_at is None))
            case ExerciseMarkRecord():
                state = replace(state, mark=record)
            case _:
                state = replace(state, profile=record)
    return state
