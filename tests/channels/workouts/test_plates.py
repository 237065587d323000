from collections.abc import Iterator
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.quantity import Mass, MassUnit
from channels.workouts.plates import SOLD, Loading, PlatePairs, plates
from channels.workouts.quantity import kg

BAR = Mass(value=Decimal(20), unit=MassUnit.KG)
POUND_BAR = Mass(value=Decimal(45), unit=MassUnit.LB)


def kilograms(value: str) -> Mass:
    return Mass(value=Decimal(value), unit=MassUnit.KG)


def pounds(value: str) -> Mass:
    return Mass(value=Decimal(value), unit=MassUnit.LB)


def side(loading: Loading) -> list[str]:
    return [f"{plate.value}" for plate in loading.per_side]


def pairs(*kinds: tuple[str, int | None]) -> dict[MassUnit, list[PlatePairs]]:
    return {MassUnit.KG: [PlatePairs(value=Decimal(value), pairs=number) for value, number in kinds]}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("20", []),
        ("60", ["20"]),
        ("62.5", ["20", "1.25"]),
        ("100", ["25", "15"]),
        ("142.5", ["25", "25", "10", "1.25"]),
        ("61", ["20", "0.5"]),
        ("220", ["25", "25", "25", "25"]),
    ],
)
def test_kilograms_go_on_a_bar_as_they_are_sold(target: str, expected: list[str]) -> None:
    loading = plates(kilograms(target), BAR)
    assert side(loading) == expected
    assert loading.mass == kilograms(target)
    assert loading.missing == kilograms("0")


@pytest.mark.parametrize(("target", "whole"), [("62.500", "62.5"), ("1E+2", "100"), ("102", "102")])
def test_masses_are_written_as_people_write_them(target: str, whole: str) -> None:
    loading = plates(kilograms(target), BAR)
    assert (f"{loading.mass.value!s}", f"{loading.missing.value!s}") == (whole, "0")


@pytest.mark.parametrize(
    ("target", "expected"),
    [("135", ["45"]), ("225", ["45", "45"]), ("185", ["45", "25"]), ("95", ["25"]), ("60", ["5", "2.5"])],
)
def test_pounds_go_on_a_bar_as_they_are_sold(target: str, expected: list[str]) -> None:
    loading = plates(pounds(target), POUND_BAR)
    assert side(loading) == expected
    assert loading.mass == pounds(target)
    assert loading.missing == pounds("0")


def test_what_cannot_be_made_is_made_from_below() -> None:
    loading = plates(kilograms("62.3"), BAR)
    assert loading.mass == kilograms("62")
    assert loading.missing == kilograms("0.3")


def test_kilograms_are_made_of_pounds_where_the_bar_is_of_pounds() -> None:
    loading = plates(kilograms("100"), POUND_BAR)
    assert side(loading) == ["45", "35", "5", "2.5"]
    assert loading.mass == pounds("220")
    assert loading.missing == kilograms("0.2096786")


def test_a_bar_that_is_more_than_the_target_stays_empty() -> None:
    loading = plates(kilograms("15"), BAR)
    assert (side(loading), loading.mass, loading.missing) == ([], BAR, kilograms("-5"))


def test_a_machine_has_no_bar() -> None:
    assert side(plates(kilograms("40"), kilograms("0"))) == ["20"]


def test_without_plates_there_is_the_bar() -> None:
    loading = plates(kilograms("60"), BAR, {})
    assert (side(loading), loading.missing) == ([], kilograms("40"))


def test_no_more_plates_are_taken_than_there_are() -> None:
    loading = plates(kilograms("200"), BAR, pairs(("20", 2), ("10", 1), ("5", 1)))
    assert side(loading) == ["20", "20", "10", "5"]
    assert loading.missing == kilograms("70")


def test_the_heaviest_is_left_out_where_what_remains_could_not_be_made() -> None:
    assert side(plates(kilograms("80"), BAR, pairs(("25", None), ("15", None)))) == ["15", "15"]
    assert side(plates(kilograms("80"), BAR, pairs(("20", 1), ("15", 2), ("5", 1)))) == ["15", "15"]


def test_of_equally_few_plates_the_heaviest_are_taken() -> None:
    assert side(
        plates(kilograms("90"), BAR, pairs(("25", None), ("20", None), ("15", None), ("10", None)))
    ) == [
        "25",
        "10",
    ]


def test_a_sleeve_takes_forty_plates_at_most() -> None:
    loading = plates(kilograms("2000"), BAR, pairs(("1", None)))
    assert side(loading) == ["1"] * 40
    assert loading.missing == kilograms("1900")


KINDS = st.lists(
    st.tuples(st.sampled_from(["25", "20", "15", "12.5", "10", "7", "5", "2.5", "1.25"]), st.integers(0, 2)),
    max_size=5,
    unique_by=lambda kind: kind[0],
)


def all_sides(kinds: list[tuple[str, int]]) -> Iterator[tuple[Decimal, int]]:
    for numbers in product(*(range(number + 1) for _, number in kinds)):
        yield (
            sum((Decimal(value) * n for (value, _), n in zip(kinds, numbers, strict=True)), Decimal(0)),
            sum(numbers),
        )


@given(KINDS, st.integers(2000, 20000).map(lambda hundredths: Decimal(hundredths) / 100))
def test_limited_plates_come_as_near_with_as_few_as_trying_all_does(
    kinds: list[tuple[str, int]], target: Decimal
) -> None:
    loading = plates(Mass(value=target, unit=MassUnit.KG), BAR, pairs(*kinds))
    fitting = [(total, -number) for total, number in all_sides(kinds) if 20 + 2 * total <= target]
    total, number = max(fitting)
    assert loading.mass.value == 20 + 2 * total
    assert len(loading.per_side) == -number
    for value, limit in kinds:
        assert sum(plate.value == Decimal(value) for plate in loading.per_side) <= limit


@given(
    st.integers(0, 600_000).map(lambda grams: Decimal(grams).scaleb(-3)),
    st.sampled_from(MassUnit),
    st.sampled_from([BAR, POUND_BAR, kilograms("0"), kilograms("7.75")]),
)
def test_a_loaded_bar_and_what_is_missing_are_the_target_exactly(
    value: Decimal, unit: MassUnit, bar: Mass
) -> None:
    target = Mass(value=value, unit=unit)
    loading = plates(target, bar)
    assert kg(loading.mass) + kg(loading.missing) == kg(target)
    assert loading.mass.value == bar.value + 2 * sum(plate.value for plate in loading.per_side)
    assert list(loading.per_side) == sorted(loading.per_side, key=lambda plate: -plate.value)
    if kg(bar) <= kg(target):
        smallest = min(SOLD[bar.unit], key=lambda kind: kind.value)
        assert 0 <= kg(loading.missing) < 2 * kg(Mass(value=smallest.value, unit=bar.unit))
