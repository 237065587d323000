"""Nodes of the test's own, on a database and a Redis of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.embedded.valkey import start_valkey
from tests.conftest import Databases
from tests.nodes import Fleet, fleet_of


@pytest.fixture
def fleet(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Fleet]:
    """A fleet without nodes yet."""
    with fleet_of(tmp_path, database_url, redis_url) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def standing(
    tmp_path_factory: pytest.TempPathFactory, databases: Databases, servers_folder: Path
) -> Iterator[Fleet]:
    """A fleet of one node that the tests of a module share: each makes people of its own."""
    dsn = databases.create()
    valkey = start_valkey(servers_folder / "standing-valkey")
    with fleet_of(tmp_path_factory.mktemp("standing"), dsn, valkey.url) as nodes:
        nodes.start()
        yield nodes
    valkey.stop()
    databases.drop(dsn)
