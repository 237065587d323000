"""Stretches of time, as people say them: "yesterday", "in May", "since March", "3 weeks ago", "last Tuesday".

Days, weeks (from Monday), months and years are those of the person's own calendar. A month or a weekday without a year or a week is
the last one that has begun. What is said is taken out of the question: the rest is about something else.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Struct

Days: TypeAlias = tuple[date, date]
"""From a day up to, and without, another."""
_Read: TypeAlias = Callable[[re.Match[str], date], Days | None]

_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
} | {"a": 1, "an": 1, "a couple of": 2, "couple of": 2, "a few": 3, "few": 3}
_NUMBER: Final = r"(?P<number>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_UNIT: Final = r"(?P<unit>day|week|month|year)s?"
_MONTH: Final = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
)
_WEEKDAY: Final = (
    r"(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|mon|tues|tue|wed|thurs|thur|thu|fri|sat|sun)"
)
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_NO_AMOUNT: Final = r"(?!\s*(?:kg|kilo|lb|pound|rep|x\b|set|km|k\b|mi|m\b|h\b|hour|min|sec|s\b|[.,:]?\d))"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|[nr]d|th)?"
# Also verbs and other words: they are months and days only behind words of time.
_DOUBTFUL: Final = frozenset({"may", "march", "mar", "mon", "wed", "sat", "sun"})
_TIMELY: Final = re.compile(
    r"\b(?:in|since|last|this|of|from|until|till|before|after|during|between|and|to|by|on|early|late|mid)\s+$"
)
_DAYS_OF_WEEK: Final = 7
_WEEKEND: Final = 5
_LATELY_DAYS: Final = 28
_DAYS_IN: Final = {"day": 1, "week": 7, "month": 30, "year": 365}
_ALWAYS: Final = 28
"""A day that every month has."""
_ONE_DAY: Final = timedelta(days=1)


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of time, from a moment up to, and without, another; `said` are its words."""

    since: datetime | None = None
    until: datetime | None = None
    said: str = ""


EVER: Final = Span()


def take_span(text: str, now: datetime, zone: ZoneInfo) -> tuple[Span, str]:
    """Return the time that a question in lower case speaks of, and the question without it."""
    today = now.astimezone(zone).date()
    found = sorted(_periods(text, today), key=lambda one: (one[0].start(), -one[0].end()))
    if not found:
        return EVER, text
    match, days = found[0]
    later = next((one for one in found if one[0].start() >= match.end()), None)
    if later and (joined := _joined(text, match, later[0])):
        start, end = joined
        days = _in_order(days[0], later[1][1])
        said = text[start:end].strip()
        return Span(since=_moment(days[0], zone), until=_moment(days[1], zone), said=said), _without(
            text, start, end
        )
    start, since, until = _bounded(text[: match.start()], days)
    end = match.end()
    said = text[start:end].strip()
    return Span(since=_moment(since, zone), until=_moment(until, zone), said=said), _without(text, start, end)


def _periods(text: str, today: date) -> Iterator[tuple[re.Match[str], Days]]:
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            word = match.group(0)
            if word in _DOUBTFUL and not _TIMELY.search(text[: match.start()]):
                continue
            try:
                days = read(match, today)
            except (ValueError, OverflowError):  # no day of any calendar
                continue
            if days is not None:
                yield match, days


_BETWEEN: Final = re.compile(r"\b(?:between|from)\s+$")
_AND: Final = re.compile(r"\s*(?:and|to|until|till|through|-)\s*")


def _joined(text: str, first: re.Match[str], last: re.Match[str]) -> tuple[int, int] | None:
    """Return where "between … and …" stands, if this is that."""
    ahead = _BETWEEN.search(text[: first.start()])
    if ahead and _AND.fullmatch(text[first.end() : last.start()]):
        return ahead.start(), last.end()
    return None


_BEFORE: Final = re.compile(
    r"\b(?P<how>ever since|since|starting|after|before|until|till|up to|in|on|during|of|for|over|from|within|back in|early|late|mid)"
    r"\s+(?:the\s+)?$"
)


def _bounded(ahead: str, days: Days) -> tuple[int, date | None, date | None]:
    """Return where the words of time begin, and what they come to with the word ahead of them."""
    how = _BEFORE.search(ahead)
    first, end = days
    if how is None:
        return len(ahead), first, end
    match how["how"]:
        case "since" | "ever since" | "starting" | "from":
            return how.start(), first, None
        case "after":
            return how.start(), end, None
        case "before":
            return how.start(), None, first
        case "until" | "till" | "up to":
            return how.start(), None, end
        case _:
            return how.start(), first, end


def _in_order(first: date, end: date) -> Days:
    """Return a stretch that begins before it ends: "from October to March" begins a year earlier."""
    if first < end:
        return first, end
    return first.replace(year=max(first.year - 1, 1), day=min(first.day, _ALWAYS)), end


def _moment(day: date | None, zone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(day, time.min, zone).astimezone(UTC)
    except OverflowError:
        return None


def _without(text: str, start: int, end: int) -> str:
    return f"{text[:start]} {text[end:]}"


def _near(match: re.Match[str], today: date) -> Days:
    back = {"today": 0, "tonight": 0, "yesterday": 1, "last night": 1}.get(match[0])
    if match[0].startswith("this "):
        back = 0
    day = today - timedelta(days=2 if back is None else back)
    return day, day + _ONE_DAY


def _rolling(match: re.Match[str], today: date) -> Days:
    number = _number(match["number"] or "one") * _DAYS_IN[match["unit"]]
    return today - timedelta(days=number), today + _ONE_DAY


def _lately(_: re.Match[str], today: date) -> Days:
    return today - timedelta(days=_LATELY_DAYS), today + _ONE_DAY


def _ago(match: re.Match[str], today: date) -> Days:
    number = _number(match["number"])
    if match["unit"] == "day":
        day = today - timedelta(days=number)
        return day, day + _ONE_DAY
    return _calendar(match["unit"], today, number)


def _named(match: re.Match[str], today: date) -> Days:
    back = 0 if match["which"] == "this" else 1
    if match["unit"] != "weekend":
        return _calendar(match["unit"], today, back)
    first, end = _calendar("week", today, back)
    if back and today.weekday() >= _WEEKEND:
        return first + timedelta(days=_WEEKEND), end
    return first + timedelta(days=_WEEKEND), end


def _calendar(unit: str, today: date, back: int) -> Days:
    match unit:
        case "week":
            first = today - timedelta(days=today.weekday() + _DAYS_OF_WEEK * back)
            return first, first + timedelta(days=_DAYS_OF_WEEK)
        case "month":
            months = today.year * 12 + today.month - 1 - back
            return _month(months // 12, months % 12 + 1)
        case _:
            return date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1)


def _month(year: int, month: int) -> Days:
    first = date(year, month, 1)
    return first, first + timedelta(days=monthrange(year, month)[1])


def _of_month(match: re.Match[str], today: date) -> Days:
    month = _place(_MONTHS, match["month"]) + 1
    if match["year"]:
        return _month(int(match["year"]), month)
    back = match["which"] == "last" and month == today.month
    return _month(today.year - (month > today.month or back), month)


def _of_day(match: re.Match[str], today: date) -> Days:
    month, day = _place(_MONTHS, match["month"]) + 1, int(match["day"])
    if match["year"]:
        first = date(int(match["year"]), month, day)
    else:
        first = date(today.year, month, day)
        first = first if first <= today else date(today.year - 1, month, day)
    return first, first + _ONE_DAY


def _of_date(match: re.Match[str], _: date) -> Days:
    day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return day, day + _ONE_DAY


def _of_year(match: re.Match[str], today: date) -> Days | None:
    year = int(match["year"])
    return (date(year, 1, 1), date(year + 1, 1, 1)) if year <= today.year else None


def _of_weekday(match: re.Match[str], today: date) -> Days:
    back = (today.weekday() - _place(_WEEKDAYS, match["weekday"])) % _DAYS_OF_WEEK
    if match["which"] != "this":
        back = back or _DAYS_OF_WEEK
    day = today - timedelta(days=back)
    return day, day + _ONE_DAY


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _NUMBERS[said]


def _place(names: list[str], said: str) -> int:
    return next(place for place, name in enumerate(names) if name.startswith(said))


_WHICH: Final = r"(?:(?P<which>last|this|past|previous)\s+)?"
_PATTERNS: Final[tuple[tuple[re.Pattern[str], _Read], ...]] = tuple(
    (re.compile(rf"\b{pattern}\b"), read)
    for pattern, read in (
        (
            r"(?:the\s+)?day before yesterday|today|tonight|yesterday|last night|this (?:morning|afternoon|evening)",
            _near,
        ),
        (rf"(?:the\s+)?(?:last|past)\s+{_NUMBER}\s+{_UNIT}", _rolling),
        (rf"(?:the\s+)?past\s+(?P<number>)?{_UNIT}", _rolling),
        (r"lately|recently|these days", _lately),
        (rf"{_NUMBER}\s+{_UNIT}\s+ago", _ago),
        (r"(?P<which>last|this|previous)\s+(?P<unit>weekend|week|month|year)(?!')", _named),
        (rf"{_WHICH}{_MONTH}(?:\s+(?:of\s+)?{_YEAR})?", _of_month),
        (rf"{_MONTH}\s+{_DAY}{_NO_AMOUNT}(?:\s*,?\s+{_YEAR})?", _of_day),
        (rf"(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:\s*,?\s+{_YEAR})?", _of_day),
        (rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)", _of_date),
        (rf"{_YEAR}(?!-){_NO_AMOUNT}", _of_year),
        (rf"{_WHICH}{_WEEKDAY}", _of_weekday),
    )
)
