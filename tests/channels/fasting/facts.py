"""A person, their fasts and moments, for tests of decisions."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from channels.decision import Decision, Moment
from channels.errors import Refusal
from channels.fasting.session import end, start
from channels.wire.fasting import FastingEnd, FastingEndData, FastingStart, FastingStartData
from storage.records import FastRecord, Fasts, PersonRecord

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ADA = PersonRecord(
    user_id=UUID(int=1),
    email="ada@example.org",
    name="Ada",
    time_zone="UTC",
    role="free",
    tier="free",
    time_real_at=NOON,
    time_person_at=NOON,
    time_rate=1.0,
)


def moment(at: datetime = NOON, now: datetime | None = None, new_id: int = 100) -> Moment:
    """The moment of a command; `now` only where it differs."""
    return Moment(now=now or at, at=at, new_id=UUID(int=new_id))


def starting(protocol_id: str = "16:8") -> FastingStart:
    return FastingStart(id=1, data=FastingStartData(protocol_id=protocol_id))


def ending(session_id: UUID | None = None) -> FastingEnd:
    return FastingEnd(id=1, data=FastingEndData(session_id=session_id))


def decided(decision: Decision[FastRecord] | Refusal) -> Decision[FastRecord]:
    """The decision; fails for a refusal."""
    assert isinstance(decision, Decision)
    return decision


def refused(decision: Decision[FastRecord] | Refusal) -> Refusal:
    """The refusal; fails for a decision."""
    assert isinstance(decision, Refusal)
    return decision


def fast_of(decision: Decision[FastRecord] | Refusal) -> FastRecord:
    """The one fast that a decision saves."""
    (fast,) = decided(decision).saves
    return fast


def begun(at: datetime = NOON) -> FastRecord:
    """A 16:8 fast that began."""
    return fast_of(start(ADA, Fasts(), starting(), moment(at)))


def ended(fast: FastRecord, at: datetime) -> FastRecord:
    """The fast after its end."""
    return fast_of(end(ADA, Fasts(running=fast), ending(), moment(at)))
