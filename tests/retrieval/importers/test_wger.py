import json
from pathlib import Path
from typing import Any

import pytest

from retrieval.importers.reading import Imported, read
from retrieval.library import Exercise

FIXTURES = Path(__file__).parent / "fixtures"
PAGE = FIXTURES / "wger_page.json"
UUID = "0b1f5e0e-7d39-4a0a-9d3f-6c1e3a5f000{}"


@pytest.fixture(scope="module")
def page() -> Imported:
    return read(PAGE.read_bytes())


def with_first(**changed: Any) -> Imported:
    """The page, its first exercise changed."""
    page = json.loads(PAGE.read_bytes())
    page["results"][0] |= changed
    return read(json.dumps(page, indent=1).encode())


def test_an_exercise_keeps_wgers_own_words(page: Imported) -> None:
    assert page.format == "wger"
    assert page.taken[0].exercise == Exercise(
        exercise_id=UUID.format(1),
        name="Bench Press",
        aliases=("Flat bench", "BP"),
        category="Chest",
        equipment=("Barbell", "Bench"),
        primary_muscles=("Chest",),
        secondary_muscles=("Shoulders", "Triceps"),
        instructions=("Lie on a bench, & grip the bar.", "Lower it to the chest.", "Press it up."),
    )


def test_each_exercise_has_its_own_licence(page: Imported) -> None:
    assert [one.licence for one in page.taken] == ["CC-BY-SA 4", "CC-BY-SA 3", "CC-BY-SA 4", "CC0"]


def test_a_muscle_without_an_everyday_name_has_its_latin_one(page: Imported) -> None:
    assert page.taken[1].exercise.secondary_muscles == ("Brachialis",)
    assert page.taken[2].exercise.primary_muscles == ("Trapezius",)


def test_a_description_is_its_text_line_by_line(page: Imported) -> None:
    assert page.taken[1].exercise.instructions == ("Curl.", "Thumbs up.")
    assert page.taken[2].exercise.instructions == ()


def test_an_exercise_that_has_no_english_name_is_told(page: Imported) -> None:
    (refused,) = page.refused
    assert (refused.field, refused.reason) == ("translations", "there is none in English")
    assert PAGE.read_text("utf-8").splitlines()[refused.line : refused.line + 2] == [
        '   "id": 105,',
        f'   "uuid": "{UUID.format(5)}",',
    ]


def test_servers_of_before_2025_call_translations_exercises() -> None:
    (one,) = read((FIXTURES / "wger_before_2025.json").read_bytes()).taken
    assert (one.exercise.name, one.exercise.aliases) == ("Bench Press", ("BP",))


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"uuid": "7"}, "uuid", "invalid UUID"),
        ({"muscles": None}, "muscles", "expected `array`, got `null`"),
        ({"muscles": [{"name": 5}]}, "muscles[0].name", "expected `str`, got `int`"),
        ({"category": {"id": 8}}, "category.name", "it is missing"),
        ({"license": None}, "license", "expected `object`, got `null`"),
        ({"translations": []}, "translations", "there is none in English"),
        ({"translations": [{"language": 2}]}, "translations.name", "it is missing"),
        (
            {"translations": [{"language": 2, "name": "A", "aliases": [{"alias": ""}]}]},
            "translations.aliases[0].alias",
            "expected `str` of length >= 1",
        ),
    ],
)
def test_a_bad_record_is_told_with_its_line_and_field(
    changed: dict[str, Any], field: str, reason: str
) -> None:
    result = with_first(**changed)
    assert len(result.taken) == 3
    refused = result.refused[0]
    assert (refused.line, refused.field, refused.reason) == (6, field, reason)


def test_a_script_is_no_text() -> None:
    told = "</script>Up.<style>p {}</style><script>1 < 2</script> Down &lt; up.<p>"
    result = with_first(translations=[{"language": 2, "name": "A", "description": told}])
    assert result.taken[0].exercise.instructions == ("Up.", "Down < up.")
