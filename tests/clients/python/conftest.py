"""A client that comes back soon."""

import pytest

from cornerman_client import client as shell


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance is what keeps a fleet of clients apart; one client alone comes back soon."""
    monkeypatch.setattr(shell, "chance", lambda: 0.02)
