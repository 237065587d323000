"""A person's own time: real, or in a sandbox faster."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from channels.persontime import REAL, at_rate, person_moment, person_time, real_moment
from channels.wire.account import PersonTime
from storage.records import PersonRecord

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MOMENTS = st.integers(0, 10**10).map(lambda ms: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
LATER = st.timedeltas(timedelta(0), timedelta(days=100))
RATES = st.floats(1.0, 10_000.0)
TIMES = st.builds(
    lambda real, ahead, rate: PersonTime(real_at=real, person_at=real + ahead, rate=rate),
    MOMENTS,
    st.timedeltas(timedelta(0), timedelta(days=10_000)),
    RATES,
)


def test_outside_a_sandbox_a_persons_time_is_real_time() -> None:
    assert person_moment(REAL, NOON) == NOON
    assert real_moment(REAL, NOON) == NOON


def test_a_persons_time_is_what_their_row_says() -> None:
    record = PersonRecord(
        user_id=UUID(int=1),
        email="ann@example.com",
        name="Ann",
        time_zone="UTC",
        role="free",
        tier="free",
        time_real_at=NOON,
        time_person_at=NOON + timedelta(days=1),
        time_rate=60.0,
    )
    time = person_time(record)
    assert person_moment(time, NOON + timedelta(seconds=1)) == NOON + timedelta(days=1, minutes=1)
    assert real_moment(time, NOON + timedelta(days=1, hours=1)) == NOON + timedelta(minutes=1)


@given(TIMES, LATER, RATES)
def test_a_new_rate_neither_jumps_nor_runs_back(time: PersonTime, later: timedelta, rate: float) -> None:
    now = time.real_at + later
    changed = at_rate(time, now, rate)
    assert person_moment(changed, now) == person_moment(time, now)
    assert person_moment(changed, now + timedelta(seconds=1)) > person_moment(changed, now)


@given(TIMES, LATER)
def test_there_and_back_is_the_same_moment(time: PersonTime, later: timedelta) -> None:
    real = time.real_at + later
    away = abs(real_moment(time, person_moment(time, real)) - real)
    assert away <= timedelta(microseconds=1)
