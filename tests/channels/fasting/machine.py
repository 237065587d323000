"""What fasting commands must come to, as a model that fits on a page, and the machine that tries to part from it.

The machine talks to a world: the decisions alone, or the whole path through the executor and PostgreSQL.
"""

from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import Struct

from channels.fasting.protocols import PROTOCOLS
from channels.fasting.session import ON_TIME
from channels.wire.fasting import FastingEnd, FastingEndData, FastingSession, FastingStart, FastingStartData
from channels.wire.registry import LogEvent, tag
from channels.wire.snapshot import UserSnapshot
from server.live.people import PeopleTopics

Given = FastingStart | FastingEnd


class Answered(Struct, frozen=True):
    """What a command came to: the session of its reply, or the code of its error."""

    code: str | None
    session: FastingSession | None
    repeated: bool = False


class World(Protocol):
    """One person, their fasts and their time."""

    def now(self) -> datetime:
        """The person's time."""

    def give(self, command: Given) -> Answered:
        """Run a command."""

    def time_passes(self, span: timedelta) -> None:
        """Let the person's time go on; timers do not come by themselves."""

    def timers_come(self) -> None:
        """Give every timer that is due."""

    def events(self) -> list[LogEvent]:
        """The person's topic from its beginning."""

    def snapshots(self) -> tuple[UserSnapshot, UserSnapshot]:
        """The snapshot at the beginning and the one at the end of the topic."""


class Model(Struct):
    """The least that must be remembered to know every answer."""

    running: FastingSession | None = None
    last_end_at: datetime | None = None
    ended: list[UUID] = []
    told: list[tuple[str, UUID]] = []

    def start(self, command: FastingStart, at: datetime) -> str | None:
        """The code that a start must be refused with, or None."""
        if command.data.protocol_id not in PROTOCOLS:
            return "FAST_002"
        if self.running is not None:
            return "FAST_001"
        if self.last_end_at is not None and at < self.last_end_at:
            return "VAL_001"
        return None

    def end(self, command: FastingEnd, at: datetime) -> str | None:
        """The code that an end must be refused with, or None."""
        wanted = command.data.session_id
        if self.running is None or wanted not in {None, self.running.session_id}:
            return "FAST_003"
        if at < self.running.started_at:
            return "VAL_001"
        return None


_hours = st.integers(min_value=0, max_value=23 * 60).map(lambda minutes: timedelta(minutes=minutes))
_back = st.none() | _hours


class FastingMachine(RuleBasedStateMachine):
    """Commands in any order, now and late, once and again, with timers that come when they like."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.model = Model()
        self.kept: list[tuple[Given, Answered]] = []

    @rule(protocol_id=st.sampled_from([*PROTOCOLS, "17:7"]), back=_back)
    def start(self, protocol_id: str, back: timedelta | None) -> None:
        at = None if back is None else self.world.now() - back
        command = FastingStart(id=1, key=uuid4(), at=at, data=FastingStartData(protocol_id=protocol_id))
        before = self.world.now()
        answer = self.world.give(command)
        assert answer.code == self.model.start(command, at or before)
        assert not answer.repeated
        self._keep(command, answer)
        if answer.session is not None:
            began = answer.session
            self._check_moment(began.started_at, at, before)
            assert began.target_end_at - began.started_at == PROTOCOLS[protocol_id].duration
            assert (began.status, began.outcome) == ("active", None)
            self.model.running = began
            self.model.told.append(("fasting:started", began.session_id))

    @rule(back=_back, which=st.sampled_from(["running", "its id", "an ended one", "nobody's"]))
    def end(self, back: timedelta | None, which: str) -> None:
        at = None if back is None else self.world.now() - back
        command = FastingEnd(id=1, key=uuid4(), at=at, data=FastingEndData(session_id=self._named(which)))
        before = self.world.now()
        answer = self.world.give(command)
        assert answer.code == self.model.end(command, at or before)
        self._keep(command, answer)
        if answer.session is not None:
            assert answer.session.actual_end_at is not None
            self._check_moment(answer.session.actual_end_at, at, before)
            self._check_end(answer.session)

    def _check_end(self, over: FastingSession) -> None:
        was = self.model.running
        assert was is not None
        assert over.actual_end_at is not None
        reached = over.actual_end_at >= was.target_end_at
        off = over.actual_end_at - was.target_end_at
        outcome = "on_time" if abs(off) <= ON_TIME else "late" if reached else "early"
        assert (over.status, over.outcome) == ("ended", outcome)
        assert over.target_reached_at == (was.target_end_at if reached else None)
        if reached and was.status == "active":
            self.model.told.append(("fasting:completed", was.session_id))
        self.model.told.append(("fasting:ended", was.session_id))
        self.model.ended.append(was.session_id)
        self.model.last_end_at = over.actual_end_at
        self.model.running = None

    @rule(span=_hours)
    def time_passes(self, span: timedelta) -> None:
        self.world.time_passes(span)

    @rule()
    def timers_come(self) -> None:
        now = self.world.now()
        self.world.timers_come()
        fast = self.model.running
        if fast is not None and fast.status == "active" and fast.target_end_at <= now:
            self.model.told.append(("fasting:completed", fast.session_id))
            self.model.running = msgspec.structs.replace(
                fast, status="completed", target_reached_at=fast.target_end_at
            )

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def send_again(self, data: Any) -> None:
        command, answer = data.draw(st.sampled_from(self.kept))
        again = self.world.give(command)
        assert again == msgspec.structs.replace(answer, repeated=True)

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def use_a_key_for_something_else(self, data: Any) -> None:
        command, _ = data.draw(st.sampled_from(self.kept))
        other = FastingEnd(id=1, key=command.key, data=FastingEndData(session_id=uuid4()))
        assert self.world.give(other).code == "VAL_002"

    @invariant()
    def the_log_tells_what_happened_and_nothing_else(self) -> None:
        events = self.world.events()
        assert [event.offset for event in events] == list(range(1, len(events) + 1))
        assert [(tag(type(event)), event.data.session_id) for event in events] == self.model.told  # type: ignore[union-attr]

    @invariant()
    def the_events_lead_from_the_first_snapshot_to_the_last(self) -> None:
        folded, last = self.world.snapshots()
        for event in self.world.events():
            folded = PeopleTopics().apply(folded, event)
        assert folded == last
        assert last.fast == self.model.running

    def _keep(self, command: Given, answer: Answered) -> None:
        if answer.code is None or answer.code.startswith("FAST_"):
            self.kept.append((command, answer))

    def _check_moment(self, told: datetime, at: datetime | None, before: datetime) -> None:
        if at is None:
            assert before <= told <= self.world.now()
        else:
            assert told == at

    def _named(self, which: str) -> UUID | None:
        match which:
            case "its id" if self.model.running is not None:
                return self.model.running.session_id
            case "an ended one" if self.model.ended:
                return self.model.ended[-1]
            case "running":
                return None
            case _:
                return uuid4()
