from datetime import UTC, datetime

import pytest

from retrieval.importers.merging import Merged, library_of, merged
from retrieval.importers.reading import Licensed
from retrieval.library import Exercise, Library
from storage.library_records import LibraryExerciseRecord, LibraryRecord


def exercise(exercise_id: str, name: str = "Curl") -> Exercise:
    return Exercise(
        exercise_id=exercise_id,
        name=name,
        category="strength",
        equipment=("dumbbell",),
        primary_muscles=("biceps",),
        secondary_muscles=(),
    )


def taken(*exercises: Exercise, licence: str = "CC0") -> list[Licensed]:
    return [Licensed(one, licence) for one in exercises]


@pytest.fixture
def before() -> tuple[LibraryExerciseRecord, ...]:
    """A library of the exercises a and b."""
    return merged("mine", (), taken(exercise("a"), exercise("b"))).new


def counts(result: Merged) -> tuple[list[str], list[str], int, int]:
    new, changed = ([one.exercise_id for one in some] for some in (result.new, result.changed))
    return new, changed, result.unchanged, result.staying


def test_a_new_library_has_all_that_was_taken() -> None:
    result = merged("mine", (), taken(exercise("b"), exercise("a")))
    assert counts(result) == (["b", "a"], [], 0, 0)
    assert {(one.library, one.licence, one.name) for one in result.new} == {("mine", "CC0", "Curl")}


def test_to_import_again_changes_nothing(before: tuple[LibraryExerciseRecord, ...]) -> None:
    result = merged("mine", before, taken(exercise("a"), exercise("b")))
    assert counts(result) == ([], [], 2, 0)


def test_exercises_are_updated_by_their_ids_and_those_not_brought_stay(
    before: tuple[LibraryExerciseRecord, ...],
) -> None:
    result = merged("mine", before, taken(exercise("b", "Biceps curl"), exercise("c")))
    assert counts(result) == (["c"], ["b"], 0, 1)


def test_another_licence_is_a_change(before: tuple[LibraryExerciseRecord, ...]) -> None:
    assert counts(merged("mine", before, taken(exercise("a"), licence="CC-BY-SA 4"))) == ([], ["a"], 0, 1)


def test_the_fingerprint_is_that_of_the_whole_library(before: tuple[LibraryExerciseRecord, ...]) -> None:
    result = merged("mine", before, taken(exercise("c")))
    whole = Library(name="other", licence="", exercises=(exercise("a"), exercise("b"), exercise("c")))
    assert result.fingerprint == whole.fingerprint


def test_a_library_that_was_kept_is_the_one_that_was_imported(
    before: tuple[LibraryExerciseRecord, ...],
) -> None:
    kept = LibraryRecord(
        name="mine",
        format="wger",
        licence="CC0",
        fingerprint=merged("mine", (), taken(exercise("a"), exercise("b"))).fingerprint,
        imported_at=datetime(2026, 3, 2, tzinfo=UTC),
        place=1,
        exercises=2,
    )
    library = library_of(kept, before)
    assert library == Library(name="mine", licence="CC0", exercises=(exercise("a"), exercise("b")))
    assert library.fingerprint == kept.fingerprint
