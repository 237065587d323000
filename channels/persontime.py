"""A person's own time: real time, save in a sandbox, where it may run up to 10,000 times as fast."""

from datetime import UTC, datetime, timedelta

from channels.wire.account import PersonTime
from storage.records import PersonRecord

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

REAL = PersonTime(real_at=_EPOCH, person_at=_EPOCH, rate=1.0)
"""Time as it is."""


def person_time(person: PersonRecord) -> PersonTime:
    """Return how a person's time runs."""
    return PersonTime(real_at=person.time_real_at, person_at=person.time_person_at, rate=person.time_rate)


def person_moment(time: PersonTime, real: datetime) -> datetime:
    """Return what the person's clock shows at a real moment."""
    return time.person_at + (real - time.real_at) * time.rate


def real_moment(time: PersonTime, moment: datetime) -> datetime:
    """Return when, in real time, the person's clock will show `moment` (or showed it)."""
    return time.real_at + timedelta(seconds=(moment - time.person_at).total_seconds() / time.rate)


def at_rate(time: PersonTime, real: datetime, rate: float) -> PersonTime:
    """Return the person's time running at `rate` from a real moment on; the clock neither jumps nor runs back."""
    return PersonTime(real_at=real, person_at=person_moment(time, real), rate=rate)
