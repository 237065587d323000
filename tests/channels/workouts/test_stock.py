from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Refusal
from channels.wire.quantity import Mass, MassUnit
from channels.workouts.plates import SOLD, PlatePairs, plates
from channels.workouts.stock import BARS, stock_of

KG, LB = MassUnit.KG, MassUnit.LB


def said(text: str, target: str = "100", unit: MassUnit = KG) -> list[tuple[str, int | None]]:
    stock = stock_of(text, Mass(value=Decimal(target), unit=unit), BARS[unit], "plates")
    assert not isinstance(stock, Refusal), stock
    return [(f"{kind.value}", kind.pairs) for kind in stock[unit]]


def reason(text: str, target: str = "100", unit: MassUnit = KG) -> str:
    refused = stock_of(text, Mass(value=Decimal(target), unit=unit), BARS[unit], "plates")
    assert isinstance(refused, Refusal)
    (detail,) = refused.details
    assert detail.field == "plates"
    return detail.message


def test_plates_are_said_with_commas_between_and_with_their_pairs_where_they_are_few() -> None:
    assert said("20, 10x2,2.5x0") == [("20", None), ("10", 2), ("2.5", 0)]
    assert said("45,35x1", unit=LB) == [("45", None), ("35", 1)]


def test_plates_of_the_other_unit_stay_as_they_are_sold() -> None:
    stock = stock_of("20", Mass(value=Decimal(100), unit=KG), BARS[KG], "plates")
    assert not isinstance(stock, Refusal)
    assert stock[LB] == SOLD[LB]


@pytest.mark.parametrize("text", ["", ",", "20,", "20 kg", "x2", "20x", "-5", "1e2", "20;10", "0.1234", "٢٠"])
def test_what_is_no_plate_is_told_how_to_say_it(text: str) -> None:
    assert reason(text) == "say each as 20, or as 20x2 where there are two pairs, with commas between"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0", "must be above 0, each of them"),
        ("20,0.000", "must be above 0, each of them"),
        ("20x41", "must be 40 pairs of a kind at most"),
        ("20,20.0x1", "names 20.0 twice"),
        ("2001", "must not be more than 2,000 kg"),
        (",".join(map(str, range(1, 14))), "must name 12 kinds of plates at most"),
    ],
)
def test_what_cannot_be_is_refused(text: str, message: str) -> None:
    assert reason(text) == message


def test_what_is_too_much_in_pounds_is_told_in_pounds() -> None:
    assert reason("5000", unit=LB) == "must not be more than 4,409.245 lb"


def test_what_would_take_too_long_to_reckon_is_refused() -> None:
    fine = "25,0.001"
    assert said(fine, "40") == [("25", None), ("0.001", None)]
    assert reason(fine, "40.001") == "are too fine together for so much: leave out what differs by the least"
    assert said("25,20,15,10,5,2.5,2,1.5,1.25,1,0.5,0.125", "2000")


@given(
    st.lists(
        st.builds(
            PlatePairs,
            value=st.integers(1, 80).map(lambda eighths: Decimal(eighths) / 8),
            pairs=st.none() | st.integers(0, 40),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda kind: kind.value,
    ),
    st.sampled_from(MassUnit),
)
def test_what_is_said_of_plates_is_what_goes_on_the_bar(kinds: list[PlatePairs], unit: MassUnit) -> None:
    text = ",".join(f"{kind.value:f}" + ("" if kind.pairs is None else f"x{kind.pairs}") for kind in kinds)
    target = Mass(value=Decimal(300), unit=unit)
    stock = stock_of(text, target, BARS[unit], "plates")
    assert not isinstance(stock, Refusal)
    assert list(stock[unit]) == kinds
    on_side = {plate.value for plate in plates(target, BARS[unit], stock).per_side}
    assert on_side <= {kind.value for kind in kinds}
