"""Kilograms and pounds beside one another: compared exactly, told in the unit in which they were entered."""

from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import MassLoad
from channels.wire.workout import DoneSet, RecordKind
from channels.workouts.plates import plates
from channels.workouts.quantity import kg
from channels.workouts.records import reached, standing
from channels.workouts.sets import done_of, said
from channels.workouts.stock import BARS
from channels.workouts.summary import summary_of
from channels.workouts.warm_up import warm_up
from storage.records import BestsRecord, SetRecord, Workouts
from tests.channels.workouts.lives import SQUAT, at, lived

POUND = Decimal("0.45359237")
MASSES = st.builds(
    Mass,
    value=st.integers(1, 900_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3)),
    unit=st.sampled_from(MassUnit),
)


def lifted(mass: Mass, number: int = 1, reps: int = 3) -> SetRecord:
    entered = DoneSet(exercise_id=SQUAT.exercise_id, mass=mass, reps=reps)
    return said(UUID(int=number), entered, at(60 * number))


@given(MASSES)
def test_a_mass_is_kept_as_it_was_entered(mass: Mass) -> None:
    kept = done_of(lifted(mass)).mass
    assert kept is not None
    assert (str(kept.value), kept.unit) == (str(mass.value), mass.unit)


@given(MASSES, MASSES)
def test_a_set_is_the_heaviest_when_it_is_heavier_to_the_last_digit(now: Mass, before: Mass) -> None:
    bests = [BestsRecord(exercise_id=SQUAT.exercise_id, efforts=((kg(before), 3),))]
    records = {one.kind: one for one in standing(reached(lived([lifted(now)], status="running"), bests))}
    assert (RecordKind.HEAVIEST in records) == (kg(now) > kg(before))
    for record in records.values():
        assert record.mass_unit == now.unit
    if RecordKind.HEAVIEST in records:
        factor = POUND if now.unit is MassUnit.LB else Decimal(1)
        assert records[RecordKind.HEAVIEST].value / factor == now.value


@given(st.lists(st.tuples(MASSES, st.integers(1, 100)), min_size=1, max_size=8))
def test_a_volume_in_one_unit_is_the_sum_of_what_was_entered_in_it(sets: list[tuple[Mass, int]]) -> None:
    unit = sets[0][0].unit
    alike = [(Mass(value=mass.value, unit=unit), reps) for mass, reps in sets]
    done = [lifted(mass, number, reps) for number, (mass, reps) in enumerate(alike, 1)]
    summary = summary_of(lived(done), Workouts(exercises=(SQUAT,)))
    assert (summary.mass_unit, summary.exercises[0].mass_unit) == (unit, unit)
    factor = POUND if unit is MassUnit.LB else Decimal(1)
    assert summary.volume_kg / factor == sum(mass.value * reps for mass, reps in alike)


@given(MASSES)
def test_plates_and_warm_up_are_of_the_unit_of_the_bar_and_add_up_in_it(working: Mass) -> None:
    bar = BARS[working.unit]
    loading = plates(working, bar)
    assert {plate.unit for plate in loading.per_side} <= {working.unit}
    assert loading.missing.unit == loading.mass.unit == working.unit
    assert loading.mass.value + loading.missing.value == working.value
    masses = [one.load.mass for one in warm_up(working, bar) if isinstance(one.load, MassLoad)]
    assert {mass.unit for mass in masses} <= {working.unit}
