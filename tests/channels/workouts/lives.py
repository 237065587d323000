"""Workouts as they were lived, for tests of what they come to."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from channels.wire.routine import Block
from channels.workouts.lived import Lived, unfolded
from channels.workouts.marks import Mark, MarkKind
from storage.records import ExerciseRecord, SetRecord, WorkoutRecord

START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
SESSION = UUID(int=500)
SQUAT = ExerciseRecord(
    exercise_id="Barbell_Squat",
    name="Barbell Squat",
    primary_muscles=("quadriceps",),
    secondary_muscles=("glutes", "lower back"),
    equipment="barbell",
    category="powerlifting",
    met_code="02050",
    met=Decimal("6.0"),
    estimated=False,
)
ROWING = ExerciseRecord(
    exercise_id="Rowing_Stationary",
    name="Rowing, Stationary",
    primary_muscles=("quadriceps",),
    secondary_muscles=("quadriceps", "biceps"),
    equipment="machine",
    category="cardio",
    met_code="02071",
    met=Decimal("5.0"),
    estimated=False,
)


def at(seconds: float) -> datetime:
    """So many seconds after the start."""
    return START + timedelta(seconds=seconds)


def done(
    number: int,
    *,
    seconds_in: float | None = None,
    exercise: str = SQUAT.exercise_id,
    kg: str | None = None,
    reps: int | None = None,
    seconds: int | None = None,
    metres: str | None = None,
    kind: str = "working",
    deleted: bool = False,
    place: tuple[int, int, int] | None = None,
) -> SetRecord:
    """Set number so and so; done in the minute of its number when nothing else is said."""
    moment = at(60 * number if seconds_in is None else seconds_in)
    block, block_exercise, block_set = place or (None, None, None)
    return SetRecord(
        set_id=UUID(int=number),
        exercise_id=exercise,
        kind=kind,
        at=moment,
        changed_at=moment,
        deleted=deleted,
        mass=None if kg is None else Decimal(kg),
        mass_unit=None if kg is None else "kg",
        mass_kg=None if kg is None else Decimal(kg),
        reps=reps,
        seconds=seconds,
        distance=None if metres is None else Decimal(metres),
        distance_unit=None if metres is None else "m",
        metres=None if metres is None else Decimal(metres),
        block=block,
        block_exercise=block_exercise,
        block_set=block_set,
    )


def marked(*marks: tuple[MarkKind, float], block: int = 0) -> list[Mark]:
    """Marks with their seconds; their keys are in their order."""
    return [
        Mark(kind=kind, at=at(seconds), key=UUID(int=number), block=block)
        for number, (kind, seconds) in enumerate(marks, 1000)
    ]


def lived(
    sets: Iterable[SetRecord] = (),
    *,
    seconds: float = 3600,
    blocks: Sequence[Block] = (),
    marks: Sequence[Mark] = (),
    status: str = "finished",
    rpe: str | None = None,
) -> Lived:
    """A workout that took so long; one that runs was last heard of then."""
    record = WorkoutRecord(
        user_id=UUID(int=1),
        session_id=SESSION,
        name="Legs",
        status=status,
        started_at=START,
        ended_at=at(seconds) if status == "finished" else None,
        last_at=at(seconds),
        time_zone="Europe/Berlin",
        origin_kind="ready",
        origin_of="",
        routine_id="tabata",
        note="good",
        rpe=None if rpe is None else Decimal(rpe),
        blocks=msgspec.json.encode(blocks).decode(),
        marks=msgspec.json.encode(marks).decode(),
        previous="{}",
        finished=None,
    )
    return unfolded(record, sorted(sets, key=lambda one: (one.at, one.set_id)))
