"""Words of time, read on a Sunday in November."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.past.spans import EVER, take_span

SUNDAY = datetime(2026, 11, 22, 7, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def days_of(text: str, now: datetime = SUNDAY, zone: ZoneInfo = BERLIN) -> tuple[date | None, date | None]:
    """The days that a text speaks of: from one up to another."""
    span, _ = take_span(text, now, zone)
    found = []
    for moment in (span.since, span.until):
        local = None if moment is None else moment.astimezone(zone)
        assert local is None or local.time() == time.min
        found.append(None if local is None else local.date())
    return found[0], found[1]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("today", "2026-11-22", "2026-11-23"),
        ("yesterday", "2026-11-21", "2026-11-22"),
        ("the day before yesterday", "2026-11-20", "2026-11-21"),
        ("this morning", "2026-11-22", "2026-11-23"),
        ("last night", "2026-11-21", "2026-11-22"),
        ("last week", "2026-11-09", "2026-11-16"),
        ("this week", "2026-11-16", "2026-11-23"),
        ("last weekend", "2026-11-14", "2026-11-16"),
        ("this weekend", "2026-11-21", "2026-11-23"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("this year", "2026-01-01", "2027-01-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("the past week", "2026-11-15", "2026-11-23"),
        ("in the last 30 days", "2026-10-23", "2026-11-23"),
        ("over the past three months", "2026-08-24", "2026-11-23"),
        ("lately", "2026-10-25", "2026-11-23"),
        ("3 days ago", "2026-11-19", "2026-11-20"),
        ("3 weeks ago", "2026-10-26", "2026-11-02"),
        ("a couple of months ago", "2026-09-01", "2026-10-01"),
        ("two years ago", "2024-01-01", "2025-01-01"),
        ("in may", "2026-05-01", "2026-06-01"),
        ("in december", "2025-12-01", "2026-01-01"),
        ("in may 2024", "2024-05-01", "2024-06-01"),
        ("last november", "2025-11-01", "2025-12-01"),
        ("this november", "2026-11-01", "2026-12-01"),
        ("on march 3", "2026-03-03", "2026-03-04"),
        ("on the 3rd of may 2024", "2024-05-03", "2024-05-04"),
        ("on december 3rd", "2025-12-03", "2025-12-04"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("in 2024", "2024-01-01", "2025-01-01"),
        ("on monday", "2026-11-16", "2026-11-17"),
        ("on sunday", "2026-11-15", "2026-11-16"),
        ("this sunday", "2026-11-22", "2026-11-23"),
        ("last tue", "2026-11-17", "2026-11-18"),
        ("between march and may", "2026-03-01", "2026-06-01"),
        ("from october to march", "2025-10-01", "2026-04-01"),
        ("from 2024-05-01 to 2024-06-30", "2024-05-01", "2024-07-01"),
    ],
)
def test_a_stretch_of_days(text: str, since: str, until: str) -> None:
    assert days_of(text) == (day(since), day(until))


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("since march", "2026-03-01", None),
        ("ever since 2024", "2024-01-01", None),
        ("after june", "2026-07-01", None),
        ("before june", None, "2026-06-01"),
        ("until june", None, "2026-07-01"),
    ],
)
def test_a_time_that_is_open_at_one_end(text: str, since: str | None, until: str | None) -> None:
    assert days_of(text) == (since and day(since), until and day(until))


@pytest.mark.parametrize(
    "text",
    [
        "last leg day",
        "may i bench",
        "i sat down",
        "march on",
        "bench 2000 kg",
        "2031",
        "5 reps",
        "",
    ],
)
def test_what_says_no_time(text: str) -> None:
    assert take_span(text, SUNDAY, BERLIN) == (EVER, text)


def test_words_of_time_are_taken_out_of_the_question() -> None:
    span, rest = take_span("how did my knee feel in may this time", SUNDAY, BERLIN)
    assert (span.said, rest.split()) == ("in may", ["how", "did", "my", "knee", "feel", "this", "time"])


def test_a_day_that_no_calendar_has_is_none() -> None:
    assert days_of("february 30") == (day("2026-02-01"), day("2026-03-01"))
    assert days_of("2026-13-45") == (None, None)


def test_days_are_those_of_the_persons_zone_and_as_long_as_they_are_there() -> None:
    late = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    assert days_of("today", late, ZoneInfo("Pacific/Auckland")) == (day("2026-03-30"), day("2026-03-31"))
    span, _ = take_span("yesterday", datetime(2026, 3, 30, 9, tzinfo=UTC), BERLIN)
    assert span.since is not None
    assert span.until is not None
    assert (span.until - span.since).total_seconds() == 23 * 3600


@given(
    st.text(alphabet="abcdefghijklmnop 0123456789-lastmay", max_size=40),
    st.datetimes(timezones=st.just(UTC)),
)
def test_whatever_is_said_and_whenever_it_is_read(text: str, now: datetime) -> None:
    span, _ = take_span(text, now, BERLIN)
    if span.since and span.until:
        assert span.since < span.until


@pytest.mark.parametrize("now", [datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)])
@pytest.mark.parametrize(
    "text", ["999 years ago", "past 999 years", "last week", "in december", "yesterday", "this year"]
)
def test_at_the_calendars_ends_nothing_breaks(text: str, now: datetime) -> None:
    take_span(text, now, ZoneInfo("UTC"))
