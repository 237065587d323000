"""How questions about the past are read: what of it, of which exercises, in what order."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from retrieval.past.deeds import Deed, Deeds
from retrieval.past.reading import Fact, Reading, read
from tests.searching import shipped_engine

pytestmark = pytest.mark.xdist_group("minilm")  # which has the vocabulary in memory

SUNDAY = datetime(2026, 11, 22, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def deeds() -> Deeds:
    return Deeds(shipped_engine().search)


def reading(deeds: Deeds, question: str) -> Reading:
    return read(question, SUNDAY, ZoneInfo("Europe/Berlin"), deeds.read)


READ = {
    "what did I do last leg day": "last workouts of leg day",
    "when did I last bench over 100": "last sets of bench over 100",
    "how did my knee feel in May": "notes in may",
    "heaviest squat": "heaviest sets of squat",
    "longest fast": "longest fasts",
    "fasts longer than 18 hours last month": "fasts over 18 h last month",
    "fasts over 20": "fasts over 20 h",
    "workouts over 60": "workouts over 1 h",
    "when did I last fast": "last fasts",
    "16:8 fasts in May": "fasts of 16:8 in may",
    "OMAD": "fasts of omad",
    "a fast run": "workouts of fast run",
    "yesterday": "workouts and fasts yesterday",
    "what did i do yesterday": "workouts and fasts yesterday",
    "how many workouts this month": "workouts this month",
    "squats last week": "sets of squats last week",
    "last 3 push days": "last workouts of push day",
    "most pull-ups": "most reps sets of pull ups",
    "longest plank": "longest sets of plank",
    "fastest 5k": "fastest sets at least 5000 m",
    "ran more than 10 km": "sets of run over 10000 m",
    "1rm bench": "heaviest sets of bench at least 1 reps",
    "sets over 200 lb": "sets over 200 lb",
    "dedlift 100\N{MULTIPLICATION SIGN}5": "sets of deadlift at least 100, at least 5 reps",
    "hotel gym workout": "notes",
    "bench at the hotel": "sets and notes of bench",
    "what did i write about my shoulder": "notes of shoulder",
    "when did my knee last hurt": "last notes",
    "when did i train chest": "workouts of chest",
    "when did i train": "workouts",
    "": "notes",
}


def test_a_question_is_read_as_it_is_meant(deeds: Deeds) -> None:
    assert {question: reading(deeds, question).text for question in READ} == READ


@pytest.mark.parametrize(
    ("question", "single", "count"),
    [
        ("last leg day", True, None),
        ("last 3 leg days", False, 3),
        ("my last workouts", False, None),
        ("heaviest squat", True, None),
        ("squats", False, None),
    ],
)
def test_it_says_how_many_are_asked_for(deeds: Deeds, question: str, single: bool, count: int | None) -> None:  # noqa: FBT001 - a case of a test
    found = reading(deeds, question)
    assert (found.single, found.count) == (single, count)


def test_exercises_are_those_that_are_done_by_the_words(deeds: Deeds) -> None:
    def done(words: str) -> frozenset[str]:
        found = deeds.read(words).exercises
        assert found is not None
        return found

    assert {"Barbell_Bench_Press_-_Medium_Grip", "Dumbbell_Bench_Press"} <= done("bench")
    assert "Bench_Dips" not in done("bench press")
    assert {"Barbell_Squat", "Goblet_Squat"} <= done("squats")
    assert done("front squat") < done("squats") | done("front squat")
    assert done("dumbbell curls") < done("curls")
    assert {"Barbell_Squat", "Leg_Press", "Lying_Leg_Curls"} <= done("leg day")
    assert done("chest") | done("triceps") >= done("chest and triceps")


def test_what_no_exercise_is_told_by_is_left(deeds: Deeds) -> None:
    assert deeds.read("how did my knee feel") == Deed(rest=("knee", "feel"))
    assert deeds.read("what did i do") == Deed()
    assert deeds.read("bench at the hotel").rest == ("hotel",)


def test_a_leg_day_is_mostly_legs_and_training_chest_is_any(deeds: Deeds) -> None:
    assert reading(deeds, "last leg day").days
    assert not reading(deeds, "when did i train chest").days


def test_what_reads_exercises_is_not_asked_for_times_and_amounts() -> None:
    asked: list[str] = []

    def exercises(text: str) -> Deed:
        asked.append(" ".join(text.split()))
        return Deed()

    found = read("bench over 100 kg since March", SUNDAY, ZoneInfo("UTC"), exercises)
    assert asked == ["bench"]
    assert found.facts == (Fact.SETS,)
    assert found.about == "bench over 100 kg"
