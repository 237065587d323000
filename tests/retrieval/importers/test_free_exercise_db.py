import json
from typing import Any

import pytest

from retrieval.importers.free_exercise_db import LICENCE
from retrieval.importers.reading import SHIPPED, Imported, read
from retrieval.library import Exercise

CURL = {
    "id": "Curl",
    "name": "Curl",
    "force": "pull",
    "level": "beginner",
    "mechanic": "isolation",
    "equipment": "dumbbell",
    "primaryMuscles": ["biceps"],
    "secondaryMuscles": ["forearms"],
    "instructions": ["Bend the arm.", "Repeat."],
    "category": "strength",
    "images": ["Curl/0.jpg"],
}


def read_rows(*rows: dict[str, Any]) -> Imported:
    """Read a list with a row on each line, from the second one on."""
    between = ",\n".join(map(json.dumps, rows))
    return read(f"[\n{between}\n]".encode())


def taken(**changed: Any) -> Exercise:
    (one,) = read_rows(CURL | changed).taken
    return one.exercise


@pytest.fixture(scope="module")
def real() -> Imported:
    return read(SHIPPED.read_bytes())


def test_the_real_file_is_taken_whole(real: Imported) -> None:
    assert (real.format, len(real.taken), real.refused) == ("free-exercise-db", 873, ())
    ids = [one.exercise.exercise_id for one in real.taken]
    assert ids == sorted({row["id"] for row in json.loads(SHIPPED.read_bytes())})
    assert {one.licence for one in real.taken} == {LICENCE}


def test_equipment_that_is_not_known_is_none(real: Imported) -> None:
    assert sum(not one.exercise.equipment for one in real.taken) == 77
    assert taken(equipment=None).equipment == ()


def test_no_muscle_is_primary_and_secondary(real: Imported) -> None:
    repeating = sum(
        not set(row["primaryMuscles"]).isdisjoint(row["secondaryMuscles"])
        for row in json.loads(SHIPPED.read_bytes())
    )
    assert repeating == 9
    assert all(
        set(one.exercise.primary_muscles).isdisjoint(one.exercise.secondary_muscles) for one in real.taken
    )
    twice = taken(primaryMuscles=["biceps", "biceps"], secondaryMuscles=["biceps", "forearms", "forearms"])
    assert (twice.primary_muscles, twice.secondary_muscles) == (("biceps",), ("forearms",))


def test_exercises_that_differ_in_their_name_alone_are_each_taken(real: Imported) -> None:
    rows = json.loads(SHIPPED.read_bytes())
    attributes = ("force", "level", "mechanic", "equipment", "category", "primaryMuscles", "secondaryMuscles")
    assert len({str([row[name] for name in attributes]) for row in rows}) == 587
    assert len({one.exercise.name for one in real.taken}) == 873


def test_an_exercise_keeps_the_words_of_its_library() -> None:
    assert taken(alternateNames=["Arm curl", "Curl", " Arm  curl"], name=" Curl ") == Exercise(
        exercise_id="Curl",
        name="Curl",
        aliases=("Arm curl",),
        category="strength",
        equipment=("dumbbell",),
        primary_muscles=("biceps",),
        secondary_muscles=("forearms",),
        level="beginner",
        force="pull",
        mechanic="isolation",
        instructions=("Bend the arm.", "Repeat."),
    )


def test_a_step_may_come_again_but_not_be_empty() -> None:
    assert taken(instructions=["Up.", " ", "Down.\nUp.", "Up."]).instructions == ("Up.", "Down. Up.", "Up.")


def test_what_is_not_said_is_not_known() -> None:
    (one,) = read_rows({"id": "Curl", "name": "Curl", "category": "strength", "primaryMuscles": []}).taken
    assert one.exercise == Exercise(
        exercise_id="Curl",
        name="Curl",
        category="strength",
        equipment=(),
        primary_muscles=(),
        secondary_muscles=(),
    )


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"name": 5}, "name", "expected `str`, got `int`"),
        ({"name": ""}, "name", "expected `str` of length >= 1"),
        ({"name": "  "}, "name", "it is empty, or has characters that cannot stand there"),
        ({"name": "a\x00b"}, "name", "it is empty, or has characters that cannot stand there"),
        ({"name": "\ud800"}, "name", "it is empty, or has characters that cannot stand there"),
        ({"name": "a" * 201}, "name", "expected `str` of length <= 200"),
        ({"id": "own:curl"}, "id", "it is empty, or has characters that cannot stand there"),
        ({"id": "a/b"}, "id", "it is empty, or has characters that cannot stand there"),
        ({"id": None}, "id", "expected `str`, got `null`"),
        ({"primaryMuscles": "biceps"}, "primaryMuscles", "expected `array`, got `str`"),
        ({"primaryMuscles": ["biceps", 7]}, "primaryMuscles[1]", "expected `str`, got `int`"),
        ({"secondaryMuscles": None}, "secondaryMuscles", "expected `array`, got `null`"),
        ({"secondaryMuscles": ["x"] * 41}, "secondaryMuscles", "expected `array` of length <= 40"),
        ({"equipment": ["dumbbell"]}, "equipment", "expected `str | null`, got `array`"),
        ({"level": "godlike"}, "level", "invalid enum value 'godlike'"),
        ({"instructions": ["a" * 5_001]}, "instructions[0]", "expected `str` of length <= 5000"),
        (
            {"instructions": ["a\x00"]},
            "instructions[0]",
            "it is empty, or has characters that cannot stand there",
        ),
        ({"category": None}, "category", "expected `str`, got `null`"),
    ],
)
def test_a_bad_record_in_the_midst_is_told_with_its_line_and_field(
    changed: dict[str, Any], field: str, reason: str
) -> None:
    result = read_rows(CURL | {"id": "A"}, CURL | changed, CURL | {"id": "C"})
    assert [one.exercise.exercise_id for one in result.taken] == ["A", "C"]
    (refused,) = result.refused
    assert (refused.line, refused.field, refused.reason) == (3, field, reason)


@pytest.mark.parametrize("field", ["id", "name", "category", "primaryMuscles"])
def test_what_has_to_be_said_is_told_to_be_missing(field: str) -> None:
    (refused,) = read_rows({name: value for name, value in CURL.items() if name != field}).refused
    assert (refused.line, refused.field, refused.reason) == (2, field, "it is missing")


def test_of_two_exercises_with_an_id_the_first_is_taken() -> None:
    result = read_rows(CURL, CURL | {"name": "Another curl"})
    assert [one.exercise.name for one in result.taken] == ["Curl"]
    (refused,) = result.refused
    assert str(refused) == "line 3: id: the id Curl is that of line 2"


def test_a_record_that_is_no_json_costs_no_other() -> None:
    text = SHIPPED.read_text("utf-8").replace('"level": "beginner"', '"level": "beginner', 1)
    result = read(text.encode())
    assert [one.exercise.exercise_id for one in result.taken][:1] == ["90_90_Hamstring"]
    assert (len(result.taken), result.refused[0].line) == (872, 2)
