"""What the examples of operations on workouts are made of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from channels.errors import Code
from channels.topics import user_topic, workout_topic
from channels.wire.envelope import Offset
from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import Origin, OriginKind, PlannedExercise, PlannedSet, SetsBlock
from channels.wire.workout import (
    DoneSet,
    EnergyShare,
    ExerciseSummary,
    LoadMethod,
    MuscleSummary,
    OneRepMaximum,
    TrainingLoad,
    Workout,
    WorkoutSet,
    WorkoutStatus,
    WorkoutSummary,
)
from channels.wire.workout_commands import (
    LoggedSet,
    WorkoutLogData,
)
from channels.wire.workout_events import FinishedWorkout
from server.rest.contract import EXAMPLE_META, EXAMPLE_NOW, Exchange, refused

SESSION: Final = UUID("0199f3a1-5b20-7e51-b3c6-7d1f9e2a8c55")
SET: Final = UUID("0199f3a1-7d44-7c21-8f3e-4b6a9d1c2e33")
NOBODYS: Final = "0199f3a1-5b20-7e51-b3c6-000000000000"
PERSON: Final = user_topic(UUID("0199f3a1-2c44-7d10-8a3b-5f2e6d9c0b11"))
TOPIC: Final = workout_topic(SESSION)
SQUAT: Final = "Barbell_Squat"
KEY: Final = {"Idempotency-Key": "5f0c2d3e-8a41-4b6f-9e77-1c2d3e4f5a6b"}
PATH: Final = {"session_id": str(SESSION)}
SET_PATH: Final = {**PATH, "set_id": str(SET)}

PLAN: Final = (
    SetsBlock(
        exercises=(PlannedExercise(exercise_id=SQUAT, sets=(PlannedSet(reps=5),) * 3),), rest_seconds=180
    ),
)
DONE: Final = DoneSet(exercise_id=SQUAT, mass=Mass(value=Decimal("102.5"), unit=MassUnit.KG), reps=5, rpe=8.0)
RUNNING: Final = Workout(
    session_id=SESSION,
    topic=TOPIC,
    name="Legs, heavy",
    status=WorkoutStatus.RUNNING,
    started_at=EXAMPLE_NOW - timedelta(minutes=10),
    origin=Origin(kind=OriginKind.OWN),
    sets=(WorkoutSet(set_id=SET, at=EXAMPLE_NOW, changed_at=EXAMPLE_NOW, done=DONE),),
    previous={SQUAT: ()},
)

MONDAY: Final = datetime(2025, 11, 17, 17, tzinfo=UTC)
"""A year ago, so that no clock lies before it on which the examples are tried."""
AN_HOUR: Final = timedelta(hours=1)
LOGGED: Final = WorkoutLogData(
    name="Legs, heavy",
    started_at=MONDAY,
    ended_at=MONDAY + AN_HOUR,
    sets=(LoggedSet(done=DONE), LoggedSet(done=DONE)),
    rpe=8.0,
)
MAXIMUM: Final = OneRepMaximum(epley_kg=Decimal("119.58"), brzycki_kg=Decimal("115.31"))
LOAD: Final = TrainingLoad(method=LoadMethod.SESSION_RPE, value=Decimal(480))
MUSCLES: Final = (
    MuscleSummary(muscle="quadriceps", sets=Decimal(2), volume_kg=Decimal(1025)),
    *(
        MuscleSummary(muscle=muscle, sets=Decimal(1), volume_kg=Decimal("512.5"))
        for muscle in ("calves", "glutes", "hamstrings", "lower back")
    ),
)
FINISHED: Final = FinishedWorkout(
    session_id=SESSION,
    name=LOGGED.name,
    origin=Origin(kind=OriginKind.OWN),
    started_at=MONDAY,
    ended_at=MONDAY + AN_HOUR,
    time_zone="Europe/Berlin",
    rpe=8.0,
    summary=WorkoutSummary(
        moving_seconds=3600,
        paused_seconds=0,
        sets=2,
        reps=10,
        volume_kg=Decimal(1025),
        exercises=(
            ExerciseSummary(
                exercise_id=SQUAT,
                name="Barbell Squat",
                sets=2,
                reps=10,
                volume_kg=Decimal(1025),
                metres=Decimal(0),
                one_rep_maximum=MAXIMUM,
                mass_unit=MassUnit.KG,
            ),
        ),
        muscles=MUSCLES,
        energy=(EnergyShare(code="02054", met=Decimal("3.5"), seconds=3600),),
        load=LOAD,
        mass_unit=MassUnit.KG,
    ),
)
PAST: Final = Workout(
    session_id=SESSION,
    topic=TOPIC,
    name=LOGGED.name,
    status=WorkoutStatus.FINISHED,
    started_at=MONDAY,
    ended_at=MONDAY + AN_HOUR,
    origin=Origin(kind=OriginKind.OWN),
    sets=(WorkoutSet(set_id=SET, at=MONDAY, changed_at=MONDAY, done=DONE),),
    previous={SQUAT: ()},
)

LIVED: Final = replace(EXAMPLE_META, positions={TOPIC: Offset(7)})
ENDED: Final = replace(EXAMPLE_META, positions={TOPIC: Offset(8), PERSON: Offset(42)})
BEGUN: Final = replace(EXAMPLE_META, positions={PERSON: Offset(41)})


def nobodys(**path: str) -> Exchange:
    """Return the example of a workout that is not the person's, or of nobody."""
    return Exchange(
        name="not_yours",
        summary="No workout of this person's",
        path={"session_id": NOBODYS, **path},
        answer=refused(Code.NO_SUCH_WORKOUT),
    )
