"""Amounts as people say them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.past.amounts import Amount, Measure, take_amounts
from retrieval.past.reading import shown_amount


def amounts(text: str) -> list[str]:
    return [f"{one.measure} {shown_amount(one)}" for one in take_amounts(text)[0]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bench over 100", ["number over 100"]),
        ("bench 100 kg", ["mass at least 100 kg"]),
        ("225 lb squat", ["mass at least 225 lb"]),
        ("12,5kg", ["mass at least 12.5 kg"]),
        ("at least 5 reps", ["reps at least 5 reps"]),
        ("100 kg or less", ["mass at most 100 kg"]),
        ("lighter than 60 kilos", ["mass under 60 kg"]),
        ("no more than 60 kg for 8", ["mass at most 60 kg", "reps at least 8 reps"]),
        ("between 80 and 100 kg", ["mass 80 to 100 kg"]),
        ("100 x 5", ["number at least 100", "reps at least 5 reps"]),
        ("225lbs x 5", ["mass at least 225 lb", "reps at least 5 reps"]),
        ("5x5", ["reps at least 5 reps"]),
        ("longer than 18 hours", ["seconds over 18 h"]),
        ("90 min", ["seconds at least 90 min"]),
        ("75 s", ["seconds at least 75 s"]),
        ("5k", ["metres at least 5000 m"]),
        ("10,000 m", ["metres at least 10000 m"]),
        ("more than 2 miles", ["metres over 3218.688 m"]),
        ("3rm", ["reps at least 3 reps"]),
        ("one rep max", ["reps at least 1 reps"]),
        ("under 2", ["number under 2"]),
    ],
)
def test_an_amount(text: str, said: list[str]) -> None:
    assert amounts(text) == said


@pytest.mark.parametrize(
    "text", ["16:8", "last 3 workouts", "99999999 kg", "bench press at 100", "over easy", ""]
)
def test_what_is_no_amount(text: str) -> None:
    assert take_amounts(text) == ((), text)


def test_amounts_are_taken_out_and_words_beside_them_are_left() -> None:
    found, rest = take_amounts("squat 140 for 3 reps in the gym")
    assert (len(found), rest.split()) == (2, ["squat", "in", "the", "gym"])


def test_what_is_over_is_not_reached() -> None:
    (found,), _ = take_amounts("over 100 kg")
    assert found == Amount(measure=Measure.MASS, least=Decimal(100), over=True, unit="kg", said="over 100 kg")


@given(st.text(alphabet="0123456789 .,:xkglbshourmin+<>-", max_size=30))
def test_whatever_is_typed(text: str) -> None:
    found, _ = take_amounts(text)
    assert all(one.least is not None or one.most is not None for one in found)
