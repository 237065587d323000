"""The fasting machine against the whole path: the executor and PostgreSQL."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from channels.wire.fasting import FastingSessionReply
from channels.wire.registry import LogEvent
from channels.wire.snapshot import UserSnapshot
from tests.channels.fasting.machine import Answered, FastingMachine, Given
from tests.server.house import House, opened

Result = TypeVar("Result")


class Live:
    """A world of one new person on a real node; their time is set ahead where the machine lets it pass."""

    def __init__(self, runner: asyncio.Runner, house: House) -> None:
        self._runner = runner
        self._house = house
        self._passed = timedelta(0)
        self._actor = self._run(house.add_person())
        _, self._first = self._run(house.snapshot(self._actor.user_id))

    def now(self) -> datetime:
        return self._run(self._house.now()) + self._passed

    def give(self, command: Given) -> Answered:
        outcome = self._run(self._house.give(self._actor, command))
        if outcome.answer.error is not None:
            return Answered(outcome.answer.error.code, None, outcome.repeated)
        reply = msgspec.json.decode(outcome.answer.data or b"", type=FastingSessionReply)
        return Answered(None, reply.session, outcome.repeated)

    def time_passes(self, span: timedelta) -> None:
        self._passed += span
        self._run(self._house.pass_time(self._actor.user_id, seconds=span.total_seconds()))

    def timers_come(self) -> None:
        self._run(self._house.timers_come(self._actor.user_id))

    def events(self) -> list[LogEvent]:
        return self._run(self._house.events(self._actor.user_id))

    def snapshots(self) -> tuple[UserSnapshot, UserSnapshot]:
        _, last = self._run(self._house.snapshot(self._actor.user_id))
        # Time that was set ahead by hand told nobody.
        return self._first, msgspec.structs.replace(last, person=self._first.person)

    def _run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(coroutine)


@pytest.fixture
def node(database_url: str) -> Iterator[tuple[asyncio.Runner, House]]:
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        yield runner, runner.run(stack.enter_async_context(opened(database_url, size=1)))
        runner.run(stack.aclose())


@pytest.mark.parametrize(
    "examples", [20, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(300)])]
)
def test_the_stored_fasts_are_those_of_the_model(node: tuple[asyncio.Runner, House], examples: int) -> None:
    run_state_machine_as_test(
        lambda: FastingMachine(Live(*node)),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
