"""A library that names muscles and equipment in its own words is understood as well."""

from pathlib import Path

import pytest

from retrieval.importers.reading import read
from retrieval.library import Library
from retrieval.ranking import Filters
from retrieval.search import Search

FIXTURES = Path(__file__).parents[1] / "importers" / "fixtures"


@pytest.fixture(scope="module")
def library() -> Library:
    taken = read((FIXTURES / "wger_page.json").read_bytes()).taken
    return Library(name="wger", licence="CC-BY-SA 4", exercises=tuple(one.exercise for one in taken))


def test_its_muscles_are_found_as_people_call_them(library: Library) -> None:
    search = Search(library)
    one = next(one for one in library.exercises if "Quads" in one.primary_muscles)
    assert search.search("front of my thighs", Filters(), 1).hits[0].exercise == one


def test_its_own_words_are_the_filters(library: Library) -> None:
    search = Search(library)
    for one in library.exercises:
        if one.equipment:
            found = search.search("", Filters(equipment=one.equipment), 50).hits
            assert one in [hit.exercise for hit in found]
