"""What the examples of workouts are about: one routine, one workout, one set that was mistyped first."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from channels.topics import user_topic, workout_topic
from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import (
    IntervalsBlock,
    MassLoad,
    Origin,
    OriginKind,
    PlannedExercise,
    PlannedSet,
    Routine,
    SetsBlock,
    Station,
)
from channels.wire.workout import (
    DoneSet,
    EnergyShare,
    ExerciseSummary,
    LoadMethod,
    MuscleSummary,
    OneRepMaximum,
    Planned,
    PreviousSet,
    Record,
    RecordKind,
    Rest,
    TrainingLoad,
    WorkoutBrief,
    WorkoutSet,
    WorkoutStatus,
    WorkoutSummary,
)
from channels.wire.workout_commands import (
    WorkoutReply,
)
from channels.wire.workout_events import (
    FinishedWorkout,
)

USER: Final = UUID("019365a0-5c00-7a10-8f2e-0a6c1c7e9b11")
SESSION: Final = UUID("019365a2-77d0-7f33-8c58-1be2f0a4d9c6")
ROUTINE: Final = UUID("019365a2-0c11-7d02-a7e5-5b1f0f6c2a90")
SET: Final = UUID("019365a3-1f20-7a4d-9b61-c3e8d2a4f701")
OWN: Final = user_topic(USER)
ROOM: Final = workout_topic(SESSION)
LINK: Final = "wq3V0mJ5xk2o8bYt1uZc7Lr4eNf6HgSdPa9iQTvXyEM"
START: Final = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
AT: Final = START + timedelta(minutes=6)
END: Final = START + timedelta(minutes=48)

SQUATS: Final = SetsBlock(
    exercises=(
        PlannedExercise(
            exercise_id="Barbell_Squat",
            sets=(PlannedSet(reps=5, load=MassLoad(mass=Mass(value=Decimal(100), unit=MassUnit.KG)), rir=2),)
            * 3,
        ),
    ),
    rest_seconds=150,
)
TABATA: Final = IntervalsBlock(
    stations=(Station(work_seconds=20, rest_seconds=10),), rounds=8, prepare_seconds=10
)
BLOCKS: Final = (SQUATS, TABATA)
DONE: Final = DoneSet(
    exercise_id="Barbell_Squat",
    mass=Mass(value=Decimal("102.5"), unit=MassUnit.KG),
    reps=5,
    rpe=8,
    planned=Planned(block=0, exercise=0, set=0),
)
MISTYPED: Final = replace(DONE, mass=Mass(value=Decimal(1025), unit=MassUnit.KG))
LOGGED: Final = WorkoutSet(set_id=SET, at=AT, changed_at=AT, done=DONE)
REST: Final = Rest(started_at=AT, ends_at=AT + timedelta(seconds=150))
PREVIOUS: Final = (
    PreviousSet(
        at=START - timedelta(days=3), done=replace(DONE, mass=Mass(value=Decimal(100), unit=MassUnit.KG))
    ),
)
BRIEF: Final = WorkoutBrief(session_id=SESSION, topic=ROOM, name="Legs, heavy", started_at=START)
RECORD: Final = Record(
    exercise_id="Barbell_Squat",
    kind=RecordKind.HEAVIEST,
    value=Decimal("102.5"),
    session_id=SESSION,
    set_id=SET,
    at=AT,
    before=Decimal(100),
    mass_unit=MassUnit.KG,
)
SUMMARY: Final = WorkoutSummary(
    moving_seconds=2880,
    paused_seconds=0,
    sets=1,
    reps=5,
    volume_kg=Decimal("512.5"),
    exercises=(
        ExerciseSummary(
            exercise_id="Barbell_Squat",
            name="Barbell Squat",
            sets=1,
            reps=5,
            volume_kg=Decimal("512.5"),
            one_rep_maximum=OneRepMaximum(epley_kg=Decimal("119.58"), brzycki_kg=Decimal("115.31")),
            mass_unit=MassUnit.KG,
        ),
    ),
    muscles=(
        MuscleSummary(muscle="quadriceps", sets=Decimal(1), volume_kg=Decimal("512.5")),
        MuscleSummary(muscle="glutes", sets=Decimal("0.5"), volume_kg=Decimal("256.25")),
    ),
    energy=(EnergyShare(code="02054", met=Decimal("3.5"), seconds=2880),),
    load=TrainingLoad(method=LoadMethod.SESSION_RPE, value=Decimal(384)),
    mass_unit=MassUnit.KG,
)
FINISHED: Final = FinishedWorkout(
    session_id=SESSION,
    name="Legs, heavy",
    origin=Origin(kind=OriginKind.OWN),
    routine_id=str(ROUTINE),
    started_at=START,
    ended_at=END,
    time_zone="Europe/Berlin",
    rpe=8,
    planned_sets=3,
    planned_done=1,
    summary=SUMMARY,
    records=(RECORD,),
)
MISTAKEN: Final = replace(FINISHED, summary=replace(SUMMARY, volume_kg=Decimal(5125)), records=())
RUNNING: Final = WorkoutReply(session_id=SESSION, topic=ROOM, status=WorkoutStatus.RUNNING)
LEGS: Final = Routine(
    routine_id=str(ROUTINE),
    name="Legs, heavy",
    blocks=BLOCKS,
    origin=Origin(kind=OriginKind.OWN),
    created_at=START,
    updated_at=START,
)
LATER: Final = Planned(block=0, exercise=0, set=2)


def key(number: int) -> UUID:
    """Return a command's key."""
    return UUID(f"1d4e9a70-3b62-4c58-8f17-0000000000{number:02}")
