"""Nodes for the client, and a client that comes back soon."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cornerman_client import client as shell
from tests.nodes import Fleet, fleet_of


@pytest.fixture
def fleet(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Fleet]:
    """Nodes on one database and one Redis."""
    with fleet_of(tmp_path, database_url, redis_url) as nodes:
        yield nodes


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance is what keeps a fleet of clients apart; one client alone comes back soon."""
    monkeypatch.setattr(shell, "chance", lambda: 0.02)
