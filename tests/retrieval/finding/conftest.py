"""The shipped library, made searchable once a run; lexically, so that no model is loaded."""

import pytest

from retrieval.importers.reading import SHIPPED, read
from retrieval.library import Library
from retrieval.search import Search


def shipped() -> Library:
    exercises = tuple(one.exercise for one in read(SHIPPED.read_bytes()).taken)
    return Library(name="free-exercise-db", licence="Unlicense", exercises=exercises)


@pytest.fixture(scope="session")
def search() -> Search:
    return Search(shipped())
