from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import EffortLoad, Load, MassLoad, PercentLoad
from channels.workouts.strength import (
    brzycki,
    epley,
    load_in_kg,
    mass_for,
    one_rep_maximum,
    percent_for,
)

HUNDRED = Decimal(100)
MASSES = st.integers(1, 2_000_000).map(lambda grams: Decimal(grams).scaleb(-3))
REPS = st.integers(1, 12)
HALVES = st.integers(2, 20).map(lambda half: Decimal(half) / 2)


@pytest.mark.parametrize(
    ("reps", "by_epley", "by_brzycki"),
    [
        (1, "100", "100.00"),  # the formula gives 103.33; one repetition is no estimate but the mass itself
        (3, "110.00", "105.88"),
        (5, "116.67", "112.50"),
        (8, "126.67", "124.14"),
        (10, "133.33", "133.33"),
        (12, "140.00", "144.00"),
    ],
)
def test_the_formulas_give_what_their_tables_say(reps: int, by_epley: str, by_brzycki: str) -> None:
    assert epley(HUNDRED, reps) == Decimal(by_epley)
    assert brzycki(HUNDRED, reps) == Decimal(by_brzycki)


def test_brzycki_s_formula_ends_before_37_repetitions() -> None:
    assert brzycki(HUNDRED, 36) == 3600
    with pytest.raises(ValueError, match="ends before 37"):
        brzycki(HUNDRED, 37)


def test_one_repetition_is_the_mass_itself_by_both() -> None:
    single = one_rep_maximum(Decimal("142.5"), 1)
    assert single is not None
    assert single.epley_kg == single.brzycki_kg == Decimal("142.5")


def test_pounds_are_rounded_at_the_end_alone() -> None:
    five = one_rep_maximum(Decimal(225) * Decimal("0.45359237"), 5)
    assert five is not None
    assert five.epley_kg == Decimal("119.07")
    assert five.brzycki_kg == Decimal("114.82")


def test_a_tie_goes_to_the_even_hundredth() -> None:
    assert epley(Decimal("0.025"), 1) == Decimal("0.02")
    assert brzycki(Decimal("0.035"), 1) == Decimal("0.04")


@pytest.mark.parametrize("reps", [-1, 0, 13, 37, 1000])
def test_beyond_twelve_repetitions_nothing_is_estimated(reps: int) -> None:
    assert one_rep_maximum(HUNDRED, reps) is None


def test_without_a_mass_nothing_is_estimated() -> None:
    assert one_rep_maximum(Decimal(0), 5) is None


@given(MASSES)
def test_both_formulas_agree_at_ten_repetitions(kg: Decimal) -> None:
    assert epley(kg, 10) == brzycki(kg, 10)


@given(MASSES, REPS)
def test_an_estimate_is_the_exact_one_to_half_a_hundredth(kg: Decimal, reps: int) -> None:
    found = one_rep_maximum(kg, reps)
    assert found is not None
    by_epley = Fraction(kg) * (1 + Fraction(reps, 30)) if reps > 1 else Fraction(kg)
    assert abs(Fraction(found.epley_kg) - by_epley) <= Fraction(1, 200)
    assert abs(Fraction(found.brzycki_kg) - 36 * Fraction(kg) / (37 - reps)) <= Fraction(1, 200)


@given(MASSES, MASSES, st.integers(1, 11))
def test_more_mass_and_more_repetitions_are_never_less_strength(
    kg: Decimal, more: Decimal, reps: int
) -> None:
    for formula in (epley, brzycki):
        assert formula(kg, reps) <= formula(kg, reps + 1)
        assert formula(kg, reps) <= formula(kg + more, reps)


TO_FAILURE = [
    "100",
    "95.5",
    "92.2",
    "89.2",
    "86.3",
    "83.7",
    "81.1",
    "78.6",
    "76.2",
    "73.9",
    "70.7",
    "68.0",
    "65.3",
    "62.6",
    "59.9",
    "57.3",
]
HALF_LEFT = ["97.8", "93.9", "90.7", "87.8", "85.0", "82.4", "79.9", "77.4", "75.1", "72.3", "69.4", "66.7"]


def test_the_table_to_failure_is_the_printed_one() -> None:
    assert [percent_for(reps, Decimal(10)) for reps in range(1, 17)] == [Decimal(one) for one in TO_FAILURE]


def test_the_table_with_half_a_repetition_left_is_the_printed_one() -> None:
    found = [percent_for(reps, Decimal("9.5")) for reps in range(1, 13)]
    assert found == [Decimal(one) for one in HALF_LEFT]


def test_five_repetitions_with_two_left_weigh_what_seven_to_failure_do() -> None:
    assert percent_for(5, Decimal(8)) == Decimal("81.1")
    assert mass_for(Decimal(150), 5, Decimal(8)) == Decimal("121.65")


@pytest.mark.parametrize(("reps", "rpe"), [(17, "10"), (16, "9.5"), (12, "5"), (1000, "1")])
def test_beyond_the_table_nothing_is_told(reps: int, rpe: str) -> None:
    assert percent_for(reps, Decimal(rpe)) is None
    assert mass_for(HUNDRED, reps, Decimal(rpe)) is None


@given(REPS, HALVES)
def test_what_is_left_counts_as_done(reps: int, rpe: Decimal) -> None:
    if rpe <= 9:
        assert percent_for(reps, rpe) == percent_for(reps + 1, rpe + 1)


@given(REPS, HALVES)
def test_less_effort_is_never_more_mass(reps: int, rpe: Decimal) -> None:
    easier, harder = percent_for(reps, rpe - Decimal("0.5")), percent_for(reps, rpe)
    assert easier is None or (harder is not None and easier < harder)


def pounds(value: str) -> MassLoad:
    return MassLoad(mass=Mass(value=Decimal(value), unit=MassUnit.LB))


@pytest.mark.parametrize(
    ("load", "reps", "maximum", "kg"),
    [
        (pounds("225"), None, None, "102.05828325"),
        (PercentLoad(percent=72.5), None, "142.5", "103.31"),
        (PercentLoad(percent=105.0), 3, "200", "210"),
        (EffortLoad(rpe=8.0), 5, "150", "121.65"),
        (EffortLoad(rpe=9.5), 1, "200", "195.6"),
        (PercentLoad(percent=80.0), 5, None, None),
        (EffortLoad(rpe=8.0), 5, None, None),
        (EffortLoad(rpe=8.0), None, "150", None),
        (EffortLoad(rpe=1.0), 12, "150", None),
    ],
)
def test_a_plan_s_load_becomes_a_mass_where_enough_is_known(
    load: Load, reps: int | None, maximum: str | None, kg: str | None
) -> None:
    found = load_in_kg(load, reps, None if maximum is None else Decimal(maximum))
    assert found == (None if kg is None else Decimal(kg))
