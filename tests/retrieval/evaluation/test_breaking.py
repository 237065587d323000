"""Whether a result breaks a filter, by a reading that the search does not share."""

import pytest

from retrieval.evaluation.breaking import breaks, labels_of
from retrieval.library import Exercise
from retrieval.ranking import Filters


def exercise(name: str, *equipment: str) -> Exercise:
    return Exercise(
        exercise_id=name,
        name=name,
        category="strength",
        equipment=equipment,
        primary_muscles=("quadriceps",),
        secondary_muscles=("glutes",),
        level="beginner",
    )


@pytest.mark.parametrize(
    ("name", "label", "used"),
    [
        ("Goblet Squat", "kettlebells", {"kettlebells"}),
        ("Smith Machine Squat", "barbell", {"machine"}),
        ("EZ-Bar Skullcrusher", "barbell", {"e-z curl bar"}),
        ("Squats - With Bands", "barbell", {"barbell", "bands"}),
        ("Reverse Band Deadlift", "barbell", {"barbell", "bands"}),
        ("Weighted Sit-Ups - With Bands", "other", {"bands"}),
        ("IT Band and Glute Stretch", "body only", {"body only"}),
        ("Quadriceps-SMR", "foam roll", {"foam roll"}),
    ],
)
def test_a_name_is_believed_before_the_label(name: str, label: str, used: set[str]) -> None:
    assert labels_of(exercise(name, label)) == used


@pytest.mark.parametrize(
    ("filters", "broken"),
    [
        (Filters(), False),
        (Filters(equipment=("machine",)), False),
        (Filters(equipment=("barbell",)), True),
        (Filters(level=("beginner", "expert")), False),
        (Filters(level=("expert",)), True),
        (Filters(category=("cardio",)), True),
        (Filters(muscles=("quadriceps", "calves")), False),
        (Filters(muscles=("glutes",)), True),
    ],
)
def test_each_filter_asks_for_one_of_its_values(filters: Filters, *, broken: bool) -> None:
    assert breaks(exercise("Smith Machine Squat", "barbell"), filters) is broken


def test_what_nobody_knows_the_equipment_of_passes_no_filter_of_equipment() -> None:
    assert breaks(exercise("Worm"), Filters(equipment=("body only",)))
