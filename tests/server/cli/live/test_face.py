"""What the clock shows at a moment."""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from cornerman_client.types import FastingSession, FastStatus
from server.cli.live.face import clock_time, face, good_for, hands, moment_told

START = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
FAST = FastingSession(
    session_id=UUID(int=1),
    protocol_id="16:8",
    started_at=START,
    target_end_at=START + timedelta(hours=16),
    status=FastStatus.ACTIVE,
)


def after(**passed: float) -> datetime:
    return START + timedelta(**passed)


@pytest.mark.parametrize(
    ("now", "shown", "passed"),
    [
        (after(), "16:00:00", "elapsed 00:00:00   remaining 16:00:00"),
        (after(seconds=0.999), "16:00:00", "elapsed 00:00:00   remaining 16:00:00"),
        (after(seconds=1), "15:59:59", "elapsed 00:00:01   remaining 15:59:59"),
        (after(hours=15, minutes=59, seconds=59.9), "00:00:01", "elapsed 15:59:59   remaining 00:00:01"),
        (after(hours=16), "+00:00:00", "elapsed 16:00:00   over +00:00:00"),
        (after(hours=17, seconds=3), "+01:00:03", "elapsed 17:00:03   over +01:00:03"),
        (after(hours=116), "+100:00:00", "elapsed 116:00:00   over +100:00:00"),
    ],
)
def test_the_hands_count_down_to_the_target_and_then_over(now: datetime, shown: str, passed: str) -> None:
    found = face(FAST, now, UTC)
    assert (found.hands, found.passed) == (shown, passed)
    assert found.over == shown.startswith("+")


def test_a_fast_that_begins_in_a_moment_has_just_begun() -> None:
    assert face(FAST, START - timedelta(seconds=2), UTC).hands == "16:00:00"


@pytest.mark.parametrize(("hours", "progress"), [(0, 0.0), (4, 0.25), (16, 1.0), (40, 1.0)])
def test_progress_is_a_share_of_the_target_and_ends_at_all_of_it(hours: int, progress: float) -> None:
    assert face(FAST, after(hours=hours), UTC).progress == progress


def test_moments_are_told_where_the_person_is_with_the_day_unless_it_is_today() -> None:
    found = face(FAST, after(hours=1), ZoneInfo("Europe/Berlin"))
    assert found.target == "started 20:00   target tomorrow 12:00"


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (0, "20:00"),
        (1, "yesterday 20:00"),
        (-1, "tomorrow 20:00"),
        (3, "Sat 21 Nov 20:00"),
        (-2, "Sat 21 Nov 20:00"),
    ],
)
def test_a_moment_is_told_with_its_day_unless_that_is_today(days: int, told: str) -> None:
    assert moment_told(START, START + timedelta(days=days), ZoneInfo("Europe/Berlin")) == told


def test_midnight_is_that_of_the_place() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert moment_told(late, START, UTC) == "23:30"
    assert moment_told(late, START, ZoneInfo("Europe/Berlin")) == "tomorrow 00:30"
    assert moment_told(late, START, ZoneInfo("Asia/Tokyo")) == "08:30"


def test_without_a_zone_it_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert moment_told(START, START - timedelta(hours=6), None) == "tomorrow 04:00"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("passed", "rate", "seconds"), [(0.0, 1, 1.0), (0.75, 1, 0.25), (0.5, 2, 0.25), (0.5, 10_000, 0.05)]
)
def test_a_face_is_good_until_the_next_second_of_the_persons_time(
    passed: float, rate: float, seconds: float
) -> None:
    assert good_for(FAST, after(seconds=passed), rate) == pytest.approx(seconds)


def test_two_terminals_that_look_at_different_moments_of_a_second_agree() -> None:
    assert face(FAST, after(seconds=70.01), UTC) == face(FAST, after(seconds=70.98), UTC)


def test_durations_and_times_of_day() -> None:
    assert hands(3_661) == "01:01:01"
    assert clock_time(START, ZoneInfo("Asia/Tokyo")) == "04:00:00"
