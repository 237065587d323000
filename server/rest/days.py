"""A person's calendar days as stretches of time."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from storage.fasting import EVER

FIRST: Final = datetime.min.replace(tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_MIDDLE_YEAR: Final = 5000


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in a time zone; what lies beyond the calendar is its first or last moment."""
    return _midnight(day, zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when the day after a day begins in a time zone; beyond the calendar as for `begin_of`."""
    return _midnight(day, zone, _DAY)


def _midnight(day: date, zone: ZoneInfo, later: timedelta = timedelta()) -> datetime:
    try:
        return datetime.combine(day + later, time.min, zone).astimezone(UTC)
    except OverflowError:
        return EVER if day.year > _MIDDLE_YEAR else FIRST
