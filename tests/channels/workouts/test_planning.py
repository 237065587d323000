from decimal import Decimal

import pytest
from msgspec.json import encode

from channels.errors import Code
from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.wire.routine import (
    Block,
    EffortLoad,
    IntervalsBlock,
    MassLoad,
    PlannedExercise,
    PlannedSet,
    SetsBlock,
    Station,
)
from channels.workouts.planning import MOST_INTERVALS, MOST_PLAN_BYTES, MOST_TIMELINE_BYTES, checked_plan
from channels.workouts.timeline import intervals_of
from storage.records import ExerciseRecord

SQUAT = ExerciseRecord(
    exercise_id="Barbell_Squat",
    name="Barbell Squat",
    primary_muscles=("quadriceps",),
    secondary_muscles=("glutes",),
    equipment="barbell",
    category="strength",
    met_code="02054",
    met=Decimal("3.5"),
    estimated=False,
)


def sets(*planned: PlannedSet, exercise_id: str = SQUAT.exercise_id, note: str = "") -> SetsBlock:
    exercise = PlannedExercise(exercise_id=exercise_id, sets=planned or (PlannedSet(reps=5),), note=note)
    return SetsBlock(exercises=(exercise,))


def rounds(number: int, *stations: Station) -> IntervalsBlock:
    return IntervalsBlock(stations=stations or (Station(work_seconds=20, rest_seconds=10),), rounds=number)


def field_of(*blocks: Block) -> str | None:
    """The field that is refused, or None."""
    refusal = checked_plan(blocks, (SQUAT,))
    if refusal is None:
        return None
    assert refusal.code is Code.VALIDATION
    return refusal.details[0].field


def kilograms(value: str) -> MassLoad:
    return MassLoad(mass=Mass(value=Decimal(value), unit=MassUnit.KG))


def kilometres(value: str) -> Length:
    return Length(value=Decimal(value), unit=LengthUnit.KM)


def test_a_plan_of_sets_and_intervals_passes() -> None:
    planned = PlannedSet(reps=5, most_reps=8, load=kilograms("102.5"), distance=kilometres("1"))
    assert field_of(sets(planned, PlannedSet(reps=3, load=EffortLoad(rpe=8))), rounds(8)) is None


def test_an_exercise_must_be_of_the_library_or_named_as_one_s_own() -> None:
    assert field_of(sets(exercise_id="own: Sled push")) is None
    for blocks in (sets(exercise_id="Squat"), rounds(1, Station(work_seconds=5, exercise_id="Squat"))):
        refusal = checked_plan((sets(), blocks), (SQUAT,))
        assert refusal is not None
        assert refusal.code is Code.UNKNOWN_EXERCISE
        assert refusal.details[0].value == "Squat"


@pytest.mark.parametrize(
    ("planned", "field"),
    [
        (PlannedSet(load=kilograms("-1")), "load.mass.value"),
        (PlannedSet(load=kilograms("NaN")), "load.mass.value"),
        (PlannedSet(distance=kilometres("1e9")), "distance.value"),
        (PlannedSet(load=kilograms("1"), distance=kilometres("0.0001")), "distance.value"),
        (PlannedSet(reps=8, most_reps=5), "most_reps"),
        (PlannedSet(most_reps=5), "most_reps"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(planned: PlannedSet, field: str) -> None:
    assert field_of(sets(), sets(PlannedSet(), planned)) == f"blocks.1.exercises.0.sets.1.{field}"


def test_a_plan_has_a_most_of_bytes() -> None:
    long = [sets(note="x" * 1000) for _ in range(MOST_PLAN_BYTES // 1100)]
    assert field_of(*long) is None
    assert field_of(*long, *long) == "blocks"


def test_a_block_has_a_most_of_intervals() -> None:
    assert field_of(rounds(MOST_INTERVALS // 2)) is None
    assert field_of(rounds(MOST_INTERVALS // 2, *[Station(work_seconds=20)] * 2)) is None
    assert field_of(sets(), rounds(67, *[Station(work_seconds=20)] * 3)) == "blocks.1.rounds"


def test_a_timeline_has_a_most_of_bytes() -> None:
    told = Station(work_seconds=20, target="x" * 100)
    few, many = rounds(90, told), rounds(100, told, told)
    assert len(encode(intervals_of(few))) < MOST_TIMELINE_BYTES
    assert field_of(few) is None
    assert len(intervals_of(many)) == MOST_INTERVALS
    assert field_of(many) == "blocks.0.rounds"
