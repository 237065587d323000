from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from channels.decision import Deadline
from channels.errors import Code
from channels.fasting.session import LIFE, ON_TIME, Step, complete, end, shown_fast, start
from channels.wire.fasting import (
    FastingComplete,
    FastingCompleted,
    FastingCompleteData,
    FastingEnded,
    FastingSession,
    FastingSessionReply,
    FastingStarted,
    FastOutcome,
    FastStatus,
)
from storage.records import FastRecord, Fasts
from tests.channels.fasting.facts import (
    ADA,
    HOUR,
    NOON,
    SECOND,
    begun,
    decided,
    ended,
    ending,
    fast_of,
    moment,
    refused,
    starting,
)

TARGET = NOON + 16 * HOUR


def completing(fast: FastRecord) -> FastingComplete:
    return FastingComplete(id=1, data=FastingCompleteData(session_id=fast.session_id))


def completed(fast: FastRecord) -> FastRecord:
    return fast_of(complete(ADA, Fasts(running=fast, named=fast), completing(fast), moment(TARGET)))


class TestStart:
    def test_begins_a_fast_with_its_target(self) -> None:
        fast = begun()
        assert fast.session_id == UUID(int=100)
        assert (fast.started_at, fast.target_end_at) == (NOON, TARGET)
        assert fast.status == FastStatus.ACTIVE
        assert (fast.target_reached_at, fast.actual_end_at, fast.outcome) == (None, None, None)

    def test_tells_every_device(self) -> None:
        (event,) = decided(start(ADA, Fasts(), starting(), moment())).events
        assert isinstance(event, FastingStarted)
        assert (event.topic, event.at) == (f"user:{ADA.user_id}", NOON)
        assert event.data.session_id == event.data.session.session_id == UUID(int=100)

    def test_answers_with_the_session(self) -> None:
        decision = decided(start(ADA, Fasts(), starting(), moment()))
        assert decision.data == FastingSessionReply(session=shown_fast(begun()))

    def test_sets_the_deadline_at_the_target(self) -> None:
        fast = begun()
        (deadline,) = decided(start(ADA, Fasts(), starting(), moment())).deadlines
        assert deadline == Deadline(cause=f"fasting:{fast.session_id}", due=TARGET, command=completing(fast))

    def test_begins_when_the_person_began_however_late_that_is_told(self) -> None:
        fast = fast_of(start(ADA, Fasts(), starting("12:12"), moment(NOON, now=NOON + 20 * HOUR)))
        assert fast.started_at == NOON
        assert fast.target_end_at == NOON + 12 * HOUR

    def test_an_unknown_protocol_is_refused_and_the_known_ones_named(self) -> None:
        refusal = refused(start(ADA, Fasts(), starting("17:7"), moment()))
        assert refusal.code is Code.UNKNOWN_PROTOCOL
        assert "16:8" in refusal.details[0].message

    @pytest.mark.parametrize("step", [lambda fast: fast, completed])
    def test_one_fast_at_a_time_and_the_refusal_holds_the_running_one(self, step: Any) -> None:
        running = step(begun())
        refusal = refused(start(ADA, Fasts(running=running), starting(), moment(NOON + HOUR)))
        assert refusal.code is Code.FAST_ACTIVE
        assert convert(refusal.details[0].value, FastingSession) == shown_fast(running)

    def test_before_the_end_of_the_previous_fast_is_not_valid(self) -> None:
        refusal = refused(start(ADA, Fasts(last_end_at=NOON), starting(), moment(NOON - SECOND)))
        assert refusal.code is Code.VALIDATION
        assert refusal.details[0].field == "at"

    def test_right_at_the_end_of_the_previous_fast_is(self) -> None:
        assert fast_of(start(ADA, Fasts(last_end_at=NOON), starting(), moment(NOON))).started_at == NOON


class TestEnd:
    def test_ends_the_running_fast_and_clears_its_deadline(self) -> None:
        fast = begun()
        decision = decided(end(ADA, Fasts(running=fast), ending(), moment(NOON + HOUR)))
        (after,) = decision.saves
        assert (after.status, after.actual_end_at) == (FastStatus.ENDED, NOON + HOUR)
        assert decision.deadlines == (Deadline(cause=f"fasting:{fast.session_id}"),)

    def test_tells_every_device(self) -> None:
        (event,) = decided(end(ADA, Fasts(running=begun()), ending(), moment(NOON + HOUR))).events
        assert isinstance(event, FastingEnded)
        assert (event.topic, event.at) == (f"user:{ADA.user_id}", NOON + HOUR)
        assert event.data.session.status is FastStatus.ENDED

    def test_ends_the_named_fast(self) -> None:
        fast = begun()
        command = ending(fast.session_id)
        assert fast_of(end(ADA, Fasts(running=fast, named=fast), command, moment(TARGET))).outcome

    def test_without_a_running_fast_there_is_none(self) -> None:
        assert refused(end(ADA, Fasts(), ending(), moment())).code is Code.NO_SUCH_FAST

    def test_somebody_else_s_id_is_no_fast(self) -> None:
        fasts = Fasts(running=begun())
        assert refused(end(ADA, fasts, ending(UUID(int=7)), moment())).code is Code.NO_SUCH_FAST

    def test_an_ended_fast_cannot_end_again_and_the_refusal_shows_it(self) -> None:
        fast = ended(begun(), NOON + HOUR)
        refusal = refused(end(ADA, Fasts(named=fast), ending(fast.session_id), moment(TARGET)))
        assert refusal.code is Code.NO_SUCH_FAST
        assert convert(refusal.details[0].value, FastingSession) == shown_fast(fast)

    def test_before_its_start_is_not_valid(self) -> None:
        refusal = refused(end(ADA, Fasts(running=begun()), ending(), moment(NOON - SECOND)))
        assert refusal.code is Code.VALIDATION
        assert refusal.details[0].field == "at"

    def test_at_its_start_is(self) -> None:
        assert ended(begun(), NOON).actual_end_at == NOON

    @pytest.mark.parametrize(
        ("at", "outcome"),
        [
            (TARGET - ON_TIME - SECOND, FastOutcome.EARLY),
            (TARGET - ON_TIME, FastOutcome.ON_TIME),
            (TARGET, FastOutcome.ON_TIME),
            (TARGET + ON_TIME, FastOutcome.ON_TIME),
            (TARGET + ON_TIME + SECOND, FastOutcome.LATE),
        ],
    )
    def test_is_measured_against_the_target(self, at: Any, outcome: FastOutcome) -> None:
        assert ended(begun(), at).outcome == outcome

    def test_of_a_completed_fast_keeps_when_the_target_was_reached(self) -> None:
        fast = ended(completed(begun()), TARGET + HOUR)
        assert (fast.target_reached_at, fast.outcome) == (TARGET, FastOutcome.LATE)

    def test_that_overtakes_the_timer_completes_first(self) -> None:
        decision = decided(end(ADA, Fasts(running=begun()), ending(), moment(TARGET + HOUR)))
        reached, over = decision.events
        assert isinstance(reached, FastingCompleted)
        assert (reached.at, reached.data.session.status) == (TARGET, FastStatus.COMPLETED)
        assert isinstance(over, FastingEnded)
        assert over.data.session.target_reached_at == TARGET

    def test_told_late_takes_back_a_target_that_was_not_reached(self) -> None:
        fast = ended(completed(begun()), TARGET - HOUR)
        assert (fast.target_reached_at, fast.outcome) == (None, FastOutcome.EARLY)


class TestComplete:
    def test_notes_the_target_and_counts_over(self) -> None:
        fast = completed(begun())
        assert (fast.status, fast.target_reached_at) == (FastStatus.COMPLETED, TARGET)
        assert fast.actual_end_at is None

    def test_tells_every_device_at_the_target_however_late_the_timer(self) -> None:
        fast = begun()
        late = moment(TARGET, now=TARGET + 5 * HOUR)
        (event,) = decided(complete(ADA, Fasts(named=fast), completing(fast), late)).events
        assert isinstance(event, FastingCompleted)
        assert event.at == TARGET

    @pytest.mark.parametrize("step", [completed, lambda fast: ended(fast, NOON + HOUR)])
    def test_only_an_active_fast_completes(self, step: Any) -> None:
        fast = step(begun())
        refusal = refused(complete(ADA, Fasts(named=fast), completing(fast), moment(TARGET)))
        assert refusal.code is Code.NO_SUCH_FAST

    def test_a_fast_that_is_gone_does_not(self) -> None:
        refusal = refused(complete(ADA, Fasts(), completing(begun()), moment(TARGET)))
        assert refusal.code is Code.NO_SUCH_FAST


class TestLife:
    def test_nothing_leads_out_of_an_ended_fast(self) -> None:
        assert not [step for status, step in LIFE if status is FastStatus.ENDED]

    def test_a_fast_completes_only_once(self) -> None:
        assert [status for status, step in LIFE if step is Step.COMPLETE] == [FastStatus.ACTIVE]

    @given(st.integers(min_value=0, max_value=24 * 3600), st.sampled_from(["timer", "end"]))
    def test_the_timer_and_an_end_come_to_the_same_in_either_order(self, seconds: int, first: str) -> None:
        at = NOON + timedelta(seconds=seconds)
        fast = begun()
        events: list[str] = []
        if first == "timer" and at >= TARGET:
            decision = decided(complete(ADA, Fasts(named=fast), completing(fast), moment(TARGET)))
            events += [type(event).__name__ for event in decision.events]
            (fast,) = decision.saves
        decision = decided(end(ADA, Fasts(running=fast), ending(), moment(at)))
        events += [type(event).__name__ for event in decision.events]
        reached = ["FastingCompleted"] if at >= TARGET else []
        assert events == [*reached, "FastingEnded"]
        assert decision.saves == (ended(begun(), at),)
