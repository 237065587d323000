"""Nodes of the test's own, on a database and a Redis of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nodes import Fleet, fleet_of


@pytest.fixture
def fleet(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Fleet]:
    """A fleet without nodes yet."""
    with fleet_of(tmp_path, database_url, redis_url) as nodes:
        yield nodes
