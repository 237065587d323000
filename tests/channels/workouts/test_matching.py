import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.workouts.matching import match, names_of, own_exercise
from channels.workouts.names import KNOWN
from channels.workouts.sets import OWN, unknown
from tests.channels.workouts.library import FIXTURES, library, names


def of_the_tools() -> list[tuple[str, str | None]]:
    with (FIXTURES / "names.csv").open(encoding="utf-8", newline="") as file:
        return [(row["name"], row["exercise_id"] or None) for row in csv.DictReader(file)]


def matched(name: str) -> str | None:
    return match(name, names())


def test_the_library_is_read_whole() -> None:
    assert len(library()) == 873


def test_all_names_of_the_tools_are_matched_as_they_were_judged() -> None:
    judged = of_the_tools()
    assert {name: matched(name) for name, _ in judged} == dict(judged)


def test_more_than_half_of_the_names_of_the_tools_are_of_the_library() -> None:
    judged = of_the_tools()
    assert len(judged) == 498
    assert sum(found is not None for _, found in judged) == 282


def test_every_exercise_that_is_known_by_another_name_is_of_the_library() -> None:
    assert {found for found in KNOWN.values() if found} <= {one.exercise_id for one in library()}


def test_names_of_the_library_mean_themselves_or_are_left_alone() -> None:
    others = {one.name: matched(one.name) for one in library() if matched(one.name) != one.exercise_id}
    twice = "Cable Rope Overhead Triceps Extension"
    assert others.pop(twice) == "Triceps_Overhead_Extension_with_Rope"
    assert set(others.values()) == {None}
    assert len(others) == 13


@pytest.mark.parametrize(
    "name",
    [
        "Squat (Barbell)",
        "squat (barbell)",
        "  SQUAT\t( Barbell ) ",
        "Barbell Squats",
        "BB Squat",
        "Squat - Barbell",
        "Squát (Bárbell)",
        "The Squat with a Barbell",
        "Back Squat",
    ],
)
def test_one_exercise_is_written_in_many_ways(name: str) -> None:
    assert matched(name) == "Barbell_Squat"


@pytest.mark.parametrize(
    ("name", "exercise_id"),
    [
        ("Incline DB Press", "Incline_Dumbbell_Press"),
        ("incline dumbell presses", "Incline_Dumbbell_Press"),
        ("RDL", "Romanian_Deadlift"),
        ("OHP", "Standing_Military_Press"),
        ("Pull-Ups", "Pullups"),
        ("pullup", "Pullups"),
        ("Push ups", "Pushups"),
        ("Lat Pull Down", "Wide-Grip_Lat_Pulldown"),
        ("Single-Arm Dumbbell Row", "One-Arm_Dumbbell_Row"),
        ("Tricep Push-Down", "Triceps_Pushdown"),
        ("Dumbbell Flies", "Dumbbell_Flyes"),
        ("Sit-ups", "Sit-Up"),
        ("Squat with Bands", "Squat_with_Bands"),
        ("Farmers Walk", "Farmers_Walk"),
    ],
)
def test_short_and_plural_forms_are_known(name: str, exercise_id: str) -> None:
    assert matched(name) == exercise_id


@pytest.mark.parametrize(
    "name",
    [
        "",
        "()",
        "Barbell",
        "Machine",
        "Curl",
        "Press",
        "Squat (Kettlebell)",
        "Pull Up (Assisted)",
        "Deadlift (Band)",
        "Bench Press (Paused)",
        "Squat, left",
        "Жим штанги лёжа",
        "Squat Жим",
        "벤치프레스",
        "\x00",
    ],
)
def test_what_is_not_sure_is_not_guessed(name: str) -> None:
    assert matched(name) is None


def test_an_exercise_that_the_library_lacks_is_not_known_by_another_name() -> None:
    assert match("Bench Press (Barbell)", names_of(library()[:3])) is None


@given(st.text(max_size=300))
def test_any_text_is_an_exercise_of_the_library_or_ones_own_or_nothing(name: str) -> None:
    found = matched(name)
    assert found is None or unknown(found, library(), "") is None
    own = own_exercise(name)
    assert own is None or (unknown(own, (), "") is None and len(own) <= 120 and "\x00" not in own)


def test_the_name_of_ones_own_exercise_is_cleaned_and_cut() -> None:
    assert own_exercise("  Cossack\x00\n squat ") == OWN + "Cossack squat"
    assert own_exercise(" \x00\n") is None
    assert len(own_exercise("x" * 500) or "") == 120
