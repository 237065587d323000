from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.workouts.imports import cells
from channels.workouts.imports.cells import CellError
from channels.workouts.imports.report import Reason
from channels.workouts.quantity import checked_length, checked_mass

Value = TypeVar("Value")
KG = MassUnit.KG
LB = MassUnit.LB


def reason(reader: Callable[[str], object], text: str) -> Reason:
    with pytest.raises(CellError) as raised:
        reader(text)
    return raised.value.reason


def mass(text: str, unit: MassUnit = KG) -> Mass | None:
    return cells.mass(text, unit)


def length(text: str, unit: LengthUnit = LengthUnit.KM) -> Length | None:
    return cells.length(text, unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("62.5", "62.5"),
        ("62,5", "62.5"),
        (" 62,50 ", "62.5"),
        ("20", "20"),
        ("20.0", "20"),
        ("5.", "5"),
        (",5", "0.5"),
        (".5", "0.5"),
        ("+7", "7"),
        ("-7", "-7"),
        ("\u22127", "-7"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1,234", "1.234"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234.567,25", "1234567.25"),
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("\uff11\uff10", "10"),
    ],
)
def test_numbers_are_read_as_they_are_written_anywhere(text: str, value: str) -> None:
    assert cells.number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", " ", "-", "NaN", "null", "None", "--"])
def test_nothing_is_no_number(text: str) -> None:
    assert cells.number(text) is None


@pytest.mark.parametrize(
    "text",
    ["abc", "1.2.3", "12,34.56,7", "1e5", "1/2", "10 kg", "..", ",", "9" * 40, "1.234,567.8", "Infinity"],
)
def test_what_is_no_number_is_not_taken_for_one(text: str) -> None:
    assert reason(cells.number, text) is Reason.BAD_NUMBER


@pytest.mark.parametrize(
    ("text", "unit", "value", "entered"),
    [
        ("102.50", KG, "102.5", KG),
        ("100", KG, "100", KG),
        ("0.125", KG, "0.125", KG),
        ("61.23496995", KG, "135", LB),
        ("61.2350", KG, "61.235", KG),
        ("56.69905", KG, "125", LB),
        ("220.4622622", LB, "100", KG),
        ("137.78891", LB, "62.5", KG),
        ("61.23456789", KG, "61.235", KG),
        ("1234.56789", KG, "1234.568", KG),
    ],
)
def test_a_mass_is_as_it_was_entered(text: str, unit: MassUnit, value: str, entered: MassUnit) -> None:
    found = mass(text, unit)
    assert found == Mass(value=Decimal(value), unit=entered)
    assert str(found.value) == value


def test_no_mass_is_none() -> None:
    assert mass("0.0") is mass("") is mass("-0") is None


@pytest.mark.parametrize("text", ["-5", "2000.5", "99999999", "999999999999"])
def test_what_nobody_lifts_is_out_of_bounds(text: str) -> None:
    assert reason(mass, text) is Reason.OUT_OF_BOUNDS


@given(
    st.decimals(min_value="0.25", max_value=1000, places=2).map(lambda value: value - value % Decimal("0.25"))
)
def test_what_was_entered_in_the_other_unit_is_found_again(entered: Decimal) -> None:
    pound = Decimal("0.45359237")
    for into, unit, other in ((entered * pound, KG, LB), (entered / pound, LB, KG)):
        written = into.quantize(Decimal("0.000001")).normalize()
        found = mass(format(written, "f"), unit)
        plain = int(written.as_tuple().exponent) >= -3
        assert found is not None
        assert found.unit is (unit if plain else other)
        assert found.value == (written if plain else entered)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("3,21", LengthUnit.KM, "3.21"),
        ("1.500,5", LengthUnit.M, "1500.5"),
        ("42195.123", LengthUnit.M, "42195.12"),
        ("2.41402", LengthUnit.KM, "2.414"),
    ],
)
def test_a_length_is_kept_in_as_many_digits_as_there_are(text: str, unit: LengthUnit, value: str) -> None:
    assert length(text, unit) == Length(value=Decimal(value), unit=unit)


def test_no_length_is_none() -> None:
    assert length("0") is length("") is length("0.0001") is None


@pytest.mark.parametrize("text", ["-1", "1001", "99999999"])
def test_what_nobody_covers_is_out_of_bounds(text: str) -> None:
    assert reason(length, text) is Reason.OUT_OF_BOUNDS


@pytest.mark.parametrize(
    ("text", "count"), [("8", 8), ("8.0", 8), ("7,6", 7), ("0.5", None), ("0", None), ("", None)]
)
def test_repetitions_are_whole(text: str, count: int | None) -> None:
    assert cells.reps(text) == count


@pytest.mark.parametrize("text", ["-1", "1000.5", "1e9"])
def test_repetitions_have_bounds(text: str) -> None:
    assert reason(cells.reps, text) in {Reason.OUT_OF_BOUNDS, Reason.BAD_NUMBER}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("60.0", 60),
        ("412,5", 413),
        ("0.4", None),
        ("", None),
        ("0", None),
        ("1:30", 90),
        ("12:34", 754),
        ("1:05:00", 3900),
        ("0:00", None),
        ("1m 30s", 90),
        ("90s", 90),
        ("1h", 3600),
        ("86400", 86400),
    ],
)
def test_seconds_are_read_as_numbers_and_as_times(text: str, count: int | None) -> None:
    assert cells.seconds(text) == count


@pytest.mark.parametrize("text", ["86401", "-1", "25h", "24:00:01"])
def test_a_set_lasts_a_day_at_most(text: str) -> None:
    assert reason(cells.seconds, text) is Reason.OUT_OF_BOUNDS


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1h 5m", 3900),
        ("2h 38m", 9480),
        ("45m", 2700),
        ("29min", 1740),
        ("1h 5m 3s", 3903),
        ("1 hr", 3600),
        ("1:05:00", 3900),
        ("1:05", None),
        ("65", None),
        ("", None),
        ("0m", None),
        ("long", None),
        ("600h", None),
    ],
)
def test_a_duration_names_its_parts(text: str, count: int | None) -> None:
    assert cells.duration(text) == count


@pytest.mark.parametrize(
    ("text", "count"), [("3720", 3720), ("3720.9", 3720), ("1h", 3600), ("-5", None), ("x", None), ("", None)]
)
def test_a_duration_in_seconds_is_a_number(text: str, count: int | None) -> None:
    assert cells.duration(text, in_seconds=True) == count


@pytest.mark.parametrize(
    ("text", "rpe"),
    [
        ("8", 8.0),
        ("8,5", 8.5),
        ("7.3", 7.5),
        ("10", 10.0),
        ("0", None),
        ("11", None),
        ("", None),
        ("hard", None),
    ],
)
def test_an_rpe_that_is_none_is_left_out(text: str, rpe: float | None) -> None:
    assert cells.effort(text) == rpe


@pytest.mark.parametrize(("text", "unit"), [("kg", KG), ("KGS", KG), (" lbs. ", LB), ("Pounds", LB)])
def test_units_of_masses_are_known(text: str, unit: MassUnit) -> None:
    assert cells.mass_unit(text) is unit


@pytest.mark.parametrize(
    ("text", "unit"), [("mi.", LengthUnit.MI), ("meters", LengthUnit.M), ("FT", LengthUnit.FT)]
)
def test_units_of_lengths_are_known(text: str, unit: LengthUnit) -> None:
    assert cells.length_unit(text) is unit


def test_a_unit_that_is_not_known_is_not_guessed() -> None:
    assert reason(cells.mass_unit, "stone") is Reason.BAD_UNIT
    assert reason(cells.length_unit, "kg") is Reason.BAD_UNIT


_TEXTS = st.text(max_size=30) | st.text(alphabet="0123456789.,:-+hms '\u2212", max_size=40)


@given(_TEXTS, st.sampled_from(MassUnit), st.sampled_from(LengthUnit))
def test_any_text_is_a_value_within_bounds_or_refused(text: str, unit: MassUnit, long: LengthUnit) -> None:
    def tried(read: Callable[[str], Value]) -> Value | None:
        try:
            return read(text)
        except CellError:
            return None

    found_mass = tried(lambda one: cells.mass(one, unit))
    found_length = tried(lambda one: cells.length(one, long))
    assert found_mass is None or checked_mass(found_mass, "") is None
    assert found_length is None or checked_length(found_length, "") is None
    assert 1 <= (tried(cells.reps) or 1) <= 1000
    assert 1 <= (tried(cells.seconds) or 1) <= 86_400
    assert 1 <= (cells.duration(text, in_seconds=True) or 1) <= 604_800
    assert (cells.effort(text) or 1.0) * 2 in range(2, 21)
