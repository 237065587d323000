"""A fast from its start to its end, as decisions.

    active ──complete (its timer, at the target)──► completed ──end──► ended
       └────────────────────────end───────────────────────────────────►

A completed fast counts over until it is ended, and only an ended one makes room for the next. Whatever the order in
which commands that waited in a queue and the timer come in, a fast that was ended at its target or later was completed
before: an end that overtakes the timer brings that event with it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import to_builtins
from msgspec.structs import replace

from channels.decision import Deadline, Decision, Moment
from channels.errors import Code, Refusal, invalid
from channels.fasting.protocols import PROTOCOLS
from channels.topics import user_topic
from channels.wire.envelope import Detail, Event
from channels.wire.fasting import (
    FastingComplete,
    FastingCompleted,
    FastingCompleteData,
    FastingEnd,
    FastingEnded,
    FastingEventData,
    FastingSession,
    FastingSessionReply,
    FastingStart,
    FastingStarted,
    FastOutcome,
    FastStatus,
)
from storage.records import FastRecord, Fasts, PersonRecord

ON_TIME: Final = timedelta(seconds=60)
"""How far from the target an end still counts as on time."""


class Step(StrEnum):
    """What may happen to a fast that was started."""

    COMPLETE = "complete"
    END = "end"


LIFE: Final = {
    (FastStatus.ACTIVE, Step.COMPLETE): FastStatus.COMPLETED,
    (FastStatus.ACTIVE, Step.END): FastStatus.ENDED,
    (FastStatus.COMPLETED, Step.END): FastStatus.ENDED,
}
"""Where each step leads; a step that is not here is refused and changes nothing."""


def start(
    person: PersonRecord, fasts: Fasts, command: FastingStart, moment: Moment
) -> Decision[FastRecord] | Refusal:
    """Start a fast at `moment.at`, unless one is running or that lies before the end of the last one."""
    protocol = PROTOCOLS.get(command.data.protocol_id)
    if protocol is None:
        return Refusal(code=Code.UNKNOWN_PROTOCOL, details=(_unknown_protocol(command.data.protocol_id),))
    if fasts.running is not None:
        problem = "This fast is running; end it before you start another."
        return Refusal(code=Code.FAST_ACTIVE, details=(_standing(fasts.running, problem),))
    if fasts.last_end_at is not None and moment.at < fasts.last_end_at:
        return invalid("at", f"lies before the end of the previous fast, {fasts.last_end_at.isoformat()}")
    fast = FastRecord(
        user_id=person.user_id,
        session_id=moment.new_id,
        protocol_id=protocol.protocol_id,
        started_at=moment.at,
        target_end_at=moment.at + protocol.duration,
        target_reached_at=None,
        actual_end_at=None,
        status=FastStatus.ACTIVE,
        outcome=None,
    )
    complete = FastingComplete(id=1, data=FastingCompleteData(session_id=fast.session_id))
    deadline = Deadline(cause=cause(fast.session_id), due=fast.target_end_at, command=complete)
    return _decision(fast, (_started(fast, moment.at),), deadline)


def end(
    _person: PersonRecord,
    fasts: Fasts,
    command: FastingEnd,
    moment: Moment,
) -> Decision[FastRecord] | Refusal:
    """End the named fast, or the running one, at `moment.at`."""
    fast = fasts.running if command.data.session_id is None else fasts.named
    if fast is None:
        return Refusal(code=Code.NO_SUCH_FAST)
    status = LIFE.get((FastStatus(fast.status), Step.END))
    if status is None:
        return Refusal(code=Code.NO_SUCH_FAST, details=(_standing(fast, "This fast is ended already."),))
    if moment.at < fast.started_at:
        return invalid("at", f"lies before the start of this fast, {fast.started_at.isoformat()}")
    reached = moment.at >= fast.target_end_at
    overtaken: tuple[Event, ...] = ()
    if reached and fast.status == FastStatus.ACTIVE:
        overtaken = (_completed(_reach(fast)),)
    ended = replace(
        fast,
        status=status,
        target_reached_at=fast.target_end_at if reached else None,
        actual_end_at=moment.at,
        outcome=_outcome(fast.target_end_at, moment.at),
    )
    return _decision(ended, (*overtaken, _ended(ended, moment.at)), Deadline(cause=cause(ended.session_id)))


def complete(
    _person: PersonRecord,
    fasts: Fasts,
    _command: FastingComplete,
    _moment: Moment,
) -> Decision[FastRecord] | Refusal:
    """Note that the named fast has reached its target, whenever its timer comes."""
    fast = fasts.named
    if fast is None or (FastStatus(fast.status), Step.COMPLETE) not in LIFE:
        return Refusal(code=Code.NO_SUCH_FAST)
    reached = _reach(fast)
    return _decision(reached, (_completed(reached),), Deadline(cause=cause(fast.session_id)))


def shown_fast(fast: FastRecord) -> FastingSession:
    """Return a fast as it is shown to clients."""
    return FastingSession(
        session_id=fast.session_id,
        protocol_id=fast.protocol_id,
        started_at=fast.started_at,
        target_end_at=fast.target_end_at,
        target_reached_at=fast.target_reached_at,
        actual_end_at=fast.actual_end_at,
        status=FastStatus(fast.status),
        outcome=None if fast.outcome is None else FastOutcome(fast.outcome),
    )


def cause(session_id: UUID) -> str:
    """Return the cause of a fast's deadline."""
    return f"fasting:{session_id}"


def _decision(fast: FastRecord, events: tuple[Event, ...], deadline: Deadline) -> Decision[FastRecord]:
    reply = FastingSessionReply(session=shown_fast(fast))
    return Decision(data=reply, saves=(fast,), events=events, deadlines=(deadline,))


def _reach(fast: FastRecord) -> FastRecord:
    return replace(
        fast,
        status=LIFE[FastStatus(fast.status), Step.COMPLETE],
        target_reached_at=fast.target_end_at,
    )


def _outcome(target: datetime, at: datetime) -> FastOutcome:
    if at < target - ON_TIME:
        return FastOutcome.EARLY
    if at > target + ON_TIME:
        return FastOutcome.LATE
    return FastOutcome.ON_TIME


def _started(fast: FastRecord, at: datetime) -> FastingStarted:
    return FastingStarted(topic=user_topic(fast.user_id), at=at, data=_facts(fast))


def _completed(fast: FastRecord) -> FastingCompleted:
    return FastingCompleted(topic=user_topic(fast.user_id), at=fast.target_end_at, data=_facts(fast))


def _ended(fast: FastRecord, at: datetime) -> FastingEnded:
    return FastingEnded(topic=user_topic(fast.user_id), at=at, data=_facts(fast))


def _facts(fast: FastRecord) -> FastingEventData:
    return FastingEventData(session_id=fast.session_id, session=shown_fast(fast))


def _standing(fast: FastRecord, problem: str) -> Detail:
    return Detail(field="session", message=problem, value=to_builtins(shown_fast(fast)))


def _unknown_protocol(protocol_id: str) -> Detail:
    known = ", ".join(PROTOCOLS)
    return Detail(field="protocol_id", message=f"must be one of {known}", value=protocol_id)
