"""Whatever happens, in whatever order: each device sees the log, once and in order, or is told a snapshot."""

import asyncio
import sys
from collections.abc import Iterator
from typing import Any, ClassVar, Final

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from server.supervisor import Stopped
from tests.server.live.machine.kept import Steps, cases, keep, tell
from tests.server.live.machine.story import STEPS, Story

_MOST: Final = 1_000
_CASES: Final = cases()


class Machine(RuleBasedStateMachine):
    """Tells stories: each rule is a choice of steps. `told` are the steps of the newest, `logged` what nodes logged."""

    told: ClassVar[Steps] = ()
    logged: ClassVar[list[Any]] = []

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()

    @rule(choice=st.integers(0, 2 * _MOST))
    def connect(self, choice: int) -> None:
        self._take(choice, "connect", "subscribe")

    @rule(choice=st.integers(0, 5 * _MOST))
    def drop(self, choice: int) -> None:
        self._take(choice, "drop", "drop", "unsubscribe", "bury", "kill")

    @rule(choice=st.integers(0, 4 * _MOST))
    def read(self, choice: int) -> None:
        self._take(choice, "read", "ack", "stall", "go_on")

    @rule(choice=st.integers(0, _MOST))
    def publish(self, choice: int) -> None:
        self._take(choice, "publish")

    @rule(choice=st.integers(0, 4 * _MOST))
    def reorder(self, choice: int) -> None:
        """Some of what arrives stays, and so arrives again."""
        self._take(choice, "arrive", "arrive", "hand_over", "lose")

    @rule(choice=st.integers(0, 4 * _MOST))
    def trim(self, choice: int) -> None:
        self._take(choice, "trim", "prune", "redis", "link")

    @rule(choice=st.integers(0, 3 * _MOST))
    def epoch(self, choice: int) -> None:
        self._take(choice, "postgres", "epoch", "restore")

    @rule(choice=st.integers(0, _MOST))
    def wait(self, choice: int) -> None:
        self._take(choice, "wait")

    def _take(self, choice: int, *names: str) -> None:
        choice, which = divmod(choice, len(names))
        numbers = []
        for below in STEPS[names[which]]:
            choice, number = divmod(choice, below)
            numbers.append(number)
        self.story.take(names[which], tuple(numbers))

    def teardown(self) -> None:
        Machine.told = tuple(self.story.steps)
        try:
            if sys.exc_info()[0] is None:
                self.story.end()
        finally:
            self.story.close()
        check_log(self.logged)
        self.logged.clear()


def check_log(logged: list[Any]) -> None:
    """Fail for errors that nodes logged; one that is killed in the midst of something may say that it has stopped."""
    errors = [entry for entry in logged if entry["log_level"] == "error"]
    assert not [entry for entry in errors if not isinstance(entry.get("exc_info"), Stopped)]


@pytest.fixture(autouse=True)
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What nodes log; and what they measure time by is the story's."""
    monkeypatch.setattr("server.live.tail.monotonic", lambda: asyncio.get_running_loop().time())
    with structlog.testing.capture_logs() as entries:
        monkeypatch.setattr(Machine, "logged", entries)
        yield entries


@pytest.mark.parametrize("name", _CASES)
def test_kept_stories_end_well(name: str, logged: list[Any]) -> None:
    tell(_CASES[name].steps)
    check_log(logged)


@pytest.mark.parametrize(
    ("examples", "steps", "same"),
    [
        pytest.param(500, 16, True, marks=pytest.mark.timeout(180)),
        pytest.param(10_000, 24, False, marks=[pytest.mark.long, pytest.mark.timeout(3600)]),
    ],
)
def test_each_device_sees_the_log_whatever_happens(examples: int, steps: int, *, same: bool) -> None:
    bounds = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=same,  # the long run makes up new ones each time: what it finds is kept
        report_multiple_bugs=False,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(Machine, settings=bounds)
    except Exception as error:
        # The last story that was told is the smallest that fails.
        raise AssertionError(f"kept as {keep(str(error), Machine.told)}") from error
