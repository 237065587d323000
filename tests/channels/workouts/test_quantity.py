from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Code, Refusal
from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.workouts.quantity import checked_length, checked_mass, kg, mass_near, metres, refused_mass

ENTERED = st.integers(0, 9_999_999).map(lambda thousandths: Decimal(thousandths).scaleb(-3))
UNITS = st.sampled_from(MassUnit)


def mass(value: str, unit: MassUnit = MassUnit.KG) -> Mass:
    return Mass(value=Decimal(value), unit=unit)


def length(value: str, unit: LengthUnit = LengthUnit.M) -> Length:
    return Length(value=Decimal(value), unit=unit)


def test_a_pound_is_a_fixed_part_of_a_kilogram() -> None:
    assert kg(mass("1", MassUnit.LB)) == Decimal("0.45359237")
    assert kg(mass("225", MassUnit.LB)) == Decimal("102.05828325")


def test_kilograms_are_themselves() -> None:
    assert kg(mass("99.999")) == Decimal("99.999")


@pytest.mark.parametrize(
    ("unit", "in_metres"),
    [
        (LengthUnit.M, "1"),
        (LengthUnit.KM, "1000"),
        (LengthUnit.MI, "1609.344"),
        (LengthUnit.YD, "0.9144"),
        (LengthUnit.FT, "0.3048"),
    ],
)
def test_every_unit_of_length_is_exact(unit: LengthUnit, in_metres: str) -> None:
    assert metres(length("1", unit)) == Decimal(in_metres)


def test_a_mile_is_as_long_as_its_yards_and_its_feet() -> None:
    assert metres(length("1", LengthUnit.MI)) == metres(length("1760", LengthUnit.YD))
    assert metres(length("1", LengthUnit.MI)) == metres(length("5280", LengthUnit.FT))


@given(ENTERED, ENTERED, UNITS)
def test_masses_compare_as_they_were_entered(one: Decimal, other: Decimal, unit: MassUnit) -> None:
    assert (one < other) == (kg(Mass(value=one, unit=unit)) < kg(Mass(value=other, unit=unit)))
    assert (one == other) == (kg(Mass(value=one, unit=unit)) == kg(Mass(value=other, unit=unit)))


@given(ENTERED, st.integers(1, 100), UNITS)
def test_a_mass_lifted_again_and_again_adds_up_exactly(value: Decimal, times: int, unit: MassUnit) -> None:
    whole = sum((kg(Mass(value=value, unit=unit)) for _ in range(times)), Decimal(0))
    assert whole == kg(Mass(value=value * times, unit=unit))


@given(st.integers(0, 2_000_000).map(lambda grams: Decimal(grams).scaleb(-3)))
def test_whatever_can_be_lifted_may_be_entered(value: Decimal) -> None:
    assert checked_mass(Mass(value=value, unit=MassUnit.KG), "mass") is None


@pytest.mark.parametrize("value", ["0", "0.001", "2000", "1000.000", "2E+3"])
def test_masses_from_nothing_to_two_tons_may_be_entered(value: str) -> None:
    assert checked_mass(mass(value), "mass") is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("NaN", "must be a number that is not negative"),
        ("Infinity", "must be a number that is not negative"),
        ("-1", "must be a number that is not negative"),
        ("-0", "must be a number that is not negative"),
        ("1.0001", "must have 7 digits at most, 3 of them behind the point"),
        ("12345.6789", "must have 7 digits at most, 3 of them behind the point"),
        ("12345.678", "must have 7 digits at most, 3 of them behind the point"),
        ("1E+7", "must have 7 digits at most, 3 of them behind the point"),
        ("1E+999999", "must have 7 digits at most, 3 of them behind the point"),
        ("1E-999999", "must have 7 digits at most, 3 of them behind the point"),
        ("2000.001", "must not be more than 2,000 kg"),
        ("9999999", "must not be more than 2,000 kg"),
    ],
)
def test_what_is_no_mass_is_refused_at_its_field(value: str, message: str) -> None:
    refused = checked_mass(mass(value), "done.mass")
    assert isinstance(refused, Refusal)
    assert refused.code is Code.VALIDATION
    assert [(one.field, one.message) for one in refused.details] == [("done.mass.value", message)]


def test_the_most_that_can_be_lifted_is_the_same_in_pounds_and_told_in_pounds() -> None:
    assert checked_mass(mass("4409.245", MassUnit.LB), "mass") is None
    refused = checked_mass(mass("4409.246", MassUnit.LB), "mass")
    assert refused is not None
    assert refused.details[0].message == "must not be more than 4,409.245 lb"


def test_a_mass_can_be_refused_at_a_field_that_has_the_number_alone() -> None:
    refused = refused_mass(mass("-1"), "bar")
    assert refused is not None
    assert refused.details[0].field == "bar"


@given(
    st.integers(0, 2_000_000).map(lambda grams: Decimal(grams).scaleb(-3)),
    st.sampled_from(MassUnit),
    st.sampled_from([ROUND_FLOOR, ROUND_CEILING, ROUND_HALF_EVEN]),
)
def test_what_comes_next_to_a_mass_is_less_than_a_grain_away_and_is_itself_in_its_own_unit(
    value: Decimal, unit: MassUnit, rounding: str
) -> None:
    near = mass_near(value, unit, rounding)
    assert abs(kg(near) - value) < Decimal("0.001")
    assert kg(near) <= value or rounding != ROUND_FLOOR
    assert kg(near) >= value or rounding != ROUND_CEILING
    assert mass_near(kg(near), unit, rounding) == near


@pytest.mark.parametrize(
    ("unit", "most"),
    [
        (LengthUnit.M, "1,000,000 m"),
        (LengthUnit.KM, "1,000 km"),
        (LengthUnit.MI, "621.371 mi"),
        (LengthUnit.YD, "1,093,613.298 yd"),
        (LengthUnit.FT, "3,280,839.895 ft"),
    ],
)
def test_the_farthest_is_told_in_the_unit_that_was_entered(unit: LengthUnit, most: str) -> None:
    refused = checked_length(length("9999999", unit), "distance")
    assert refused is not None
    assert refused.details[0].message == f"must not be more than {most}"


def test_distances_up_to_a_thousand_kilometres_may_be_entered() -> None:
    assert checked_length(length("42.195", LengthUnit.KM), "distance") is None
    assert checked_length(length("1000", LengthUnit.KM), "distance") is None


def test_what_is_no_distance_is_refused_at_its_field() -> None:
    far = checked_length(length("1000.001", LengthUnit.KM), "distance")
    assert isinstance(far, Refusal)
    assert [(one.field, one.message) for one in far.details] == [
        ("distance.value", "must not be more than 1,000 km")
    ]
    assert checked_length(length("-1"), "distance") is not None
