from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from channels.decision import Deadline, Decision, Moment
from channels.errors import Code, Refusal
from channels.fasting.session import complete, end, start
from channels.snapshot import user_snapshot
from channels.wire.codec import event_body, published, read_event
from channels.wire.envelope import Offset
from channels.wire.fasting import FastingComplete, FastingSessionReply, FastingStart
from channels.wire.registry import LogEvent
from channels.wire.snapshot import UserSnapshot
from storage.records import FastRecord, Fasts, UserFacts
from tests.channels.fasting.facts import ADA, NOON
from tests.channels.fasting.machine import Answered, FastingMachine, Given


class Ledger:
    """A world of decisions alone: what they change is kept in dictionaries."""

    def __init__(self) -> None:
        self._now = NOON
        self._fasts: dict[UUID, FastRecord] = {}
        self._deadlines: dict[str, Deadline] = {}
        self._log: list[LogEvent] = []
        self._keys: dict[UUID | None, tuple[object, Answered]] = {}

    def now(self) -> datetime:
        return self._now

    def give(self, command: Given) -> Answered:
        known, answer = self._keys.get(command.key, (None, None))
        if answer is not None:
            same = known == command.data
            return msgspec.structs.replace(answer, repeated=True) if same else Answered(Code.KEY_REUSED, None)
        decide = start if isinstance(command, FastingStart) else end
        named = None if isinstance(command, FastingStart) else command.data.session_id
        decision = decide(ADA, self._load(named), command, self._moment(command.at))  # type: ignore[arg-type]
        answer = self._keep(decision)
        if not isinstance(decision, Refusal) or decision.entry.stored:
            self._keys[command.key] = (command.data, answer)
        return answer

    def time_passes(self, span: timedelta) -> None:
        self._now += span

    def timers_come(self) -> None:
        for deadline in list(self._deadlines.values()):
            assert deadline.due is not None
            if deadline.due <= self._now:
                del self._deadlines[deadline.cause]
                command = deadline.command
                assert isinstance(command, FastingComplete)
                fasts = self._load(command.data.session_id)
                self._keep(complete(ADA, fasts, command, self._moment(deadline.due)))

    def events(self) -> list[LogEvent]:
        return self._log

    def snapshots(self) -> tuple[UserSnapshot, UserSnapshot]:
        first = UserFacts(head=0, person=ADA, fast=None, suspended_at=None)
        last = msgspec.structs.replace(first, fast=self._load(None).running)
        return user_snapshot(first), user_snapshot(last)

    def _moment(self, at: datetime | None) -> Moment:
        return Moment(now=self._now, at=at or self._now, new_id=uuid4())

    def _load(self, named: UUID | None) -> Fasts:
        running = [fast for fast in self._fasts.values() if fast.status != "ended"]
        assert len(running) <= 1
        ends = [fast.actual_end_at for fast in self._fasts.values() if fast.actual_end_at is not None]
        return Fasts(
            running=running[0] if running else None,
            named=self._fasts.get(named) if named else None,
            last_end_at=max(ends, default=None),
        )

    def _keep(self, decision: Decision[FastRecord] | Refusal) -> Answered:
        if isinstance(decision, Refusal):
            return Answered(decision.code, None)
        for fast in decision.saves:
            self._fasts[fast.session_id] = fast
        for deadline in decision.deadlines:
            self._deadlines.pop(deadline.cause, None)
            if deadline.command is not None:
                self._deadlines[deadline.cause] = deadline
        for event in decision.events:
            self._log.append(read_event(published(event_body(event), Offset(len(self._log) + 1))))
        assert isinstance(decision.data, FastingSessionReply)
        return Answered(None, decision.data.session)


def test_whatever_the_order_of_commands_and_timers_the_fasts_are_those_of_the_model() -> None:
    run_state_machine_as_test(
        lambda: FastingMachine(Ledger()),  # type: ignore[arg-type]  # any factory will do
        settings=settings(max_examples=200, stateful_step_count=30, deadline=None),
    )
