from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import MassLoad, PlannedSet, SetKind
from channels.workouts.plates import SOLD, PlatePairs, plates
from channels.workouts.quantity import kg
from channels.workouts.warm_up import warm_up

BARS = {
    MassUnit.KG: Mass(value=Decimal(20), unit=MassUnit.KG),
    MassUnit.LB: Mass(value=Decimal(45), unit=MassUnit.LB),
}


def mass_of(one: PlannedSet) -> Mass:
    assert isinstance(one.load, MassLoad)
    return one.load.mass


def shown(
    working: str, unit: MassUnit = MassUnit.KG, bar: Mass | None = None
) -> list[tuple[float, int | None]]:
    sets = warm_up(Mass(value=Decimal(working), unit=unit), bar or BARS[unit])
    return [(float(mass_of(one).value), one.reps) for one in sets]


def test_the_empty_bar_twice_and_then_even_jumps_with_fewer_repetitions() -> None:
    assert shown("100") == [(20, 5), (20, 5), (40, 5), (60, 3), (80, 2)]


def test_pounds_rise_in_pounds() -> None:
    assert shown("95", MassUnit.LB) == [(45, 5), (45, 5), (55, 5), (70, 3), (80, 2)]
    assert shown("275", MassUnit.LB) == [(45, 5), (45, 5), (100, 5), (160, 3), (215, 2)]


def test_the_sets_are_for_warming_up() -> None:
    sets = warm_up(Mass(value=Decimal(100), unit=MassUnit.KG), BARS[MassUnit.KG])
    assert {one.kind for one in sets} == {SetKind.WARM_UP}


def test_a_set_that_is_no_heavier_than_the_one_before_is_left_out() -> None:
    assert shown("25") == [(20, 5), (20, 5), (22.5, 3)]
    assert shown("21") == [(20, 5), (20, 5)]


def test_a_machine_has_no_empty_bar_to_lift() -> None:
    assert shown("60", bar=Mass(value=Decimal(0), unit=MassUnit.KG)) == [(15, 5), (30, 3), (45, 2)]


@pytest.mark.parametrize(("working", "bar"), [("20", "20"), ("15", "20"), ("19.9", "0"), ("17.5", "15")])
def test_what_is_light_needs_no_warming_up(working: str, bar: str) -> None:
    assert shown(working, bar=Mass(value=Decimal(bar), unit=MassUnit.KG)) == []


def test_plates_below_a_kilogram_are_left_for_the_working_sets() -> None:
    small = {MassUnit.KG: [PlatePairs(value=Decimal("0.5"))]}
    sets = warm_up(Mass(value=Decimal(30), unit=MassUnit.KG), BARS[MassUnit.KG], small)
    assert [mass_of(one).value for one in sets] == [20, 20]


@given(
    st.integers(0, 400_000).map(lambda grams: Decimal(grams).scaleb(-3)),
    st.sampled_from(MassUnit),
    st.sampled_from(MassUnit),
)
def test_sets_rise_below_the_working_mass_and_can_be_loaded(
    value: Decimal, unit: MassUnit, bar_unit: MassUnit
) -> None:
    working, bar = Mass(value=value, unit=unit), BARS[bar_unit]
    masses = [mass_of(one) for one in warm_up(working, bar)]
    loads = [kg(one) for one in masses]
    assert loads == sorted(loads)
    assert len(set(loads[1:])) == len(loads[1:])
    assert all(load < kg(working) for load in loads)
    for one in masses:
        assert plates(one, bar, SOLD).missing.value == 0
