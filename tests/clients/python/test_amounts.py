"""Who entered pounds is shown pounds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.quantity import Mass as WireMass
from channels.wire.quantity import MassUnit as WireUnit
from channels.workouts.quantity import kg
from cornerman_client.amounts import in_unit
from cornerman_client.types import MassUnit

ENTERED = st.integers(0, 4_000_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))


def in_kg(value: Decimal, unit: MassUnit) -> Decimal:
    return kg(WireMass(value=value, unit=WireUnit(unit)))


@given(ENTERED, st.sampled_from(MassUnit))
def test_what_was_entered_is_what_is_shown(value: Decimal, unit: MassUnit) -> None:
    shown = in_unit(in_kg(value, unit), unit)
    assert (shown.value, shown.unit) == (value, unit)
    assert "E" not in str(shown.value)


@given(st.lists(st.tuples(ENTERED, st.integers(1, 1000)), max_size=200), st.sampled_from(MassUnit))
def test_a_volume_of_sets_in_one_unit_is_their_sum_in_that_unit(
    sets: list[tuple[Decimal, int]], unit: MassUnit
) -> None:
    volume = sum((in_kg(value, unit) * reps for value, reps in sets), Decimal(0))
    assert in_unit(volume, unit).value == sum((value * reps for value, reps in sets), Decimal(0))


@pytest.mark.parametrize(
    ("value", "unit", "places", "shown"),
    [
        ("100", MassUnit.LB, 3, "220.462"),
        ("100", MassUnit.LB, 1, "220.5"),
        ("100.00", None, 3, "100"),
        ("119.58", MassUnit.KG, 1, "119.6"),
        ("0", MassUnit.LB, 3, "0"),
    ],
)
def test_the_other_unit_is_rounded_and_has_no_zeros_behind(
    value: str, unit: MassUnit | None, places: int, shown: str
) -> None:
    assert str(in_unit(Decimal(value), unit, places).value) == shown
