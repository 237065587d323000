"""Moments, as tools and spreadsheets write them: `2024-03-04 18:30:00`, `22 Dec 2025, 08:00`, `21 août 2024, 18:00`.

Hevy writes months in the language that it is set to (DuarteSantos8/openGym, pull request 273), some phones with a
twelve-hour clock. A moment without a zone is of the person's; one without a time is taken for noon, which is the same
day in most zones.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Final

_MONTHS: Final = (
    ("january", "janvier", "januar", "januari", "enero", "janeiro", "gennaio"),
    ("february", "fevrier", "februar", "februari", "febrero", "fevereiro", "febbraio"),
    ("march", "mars", "marz", "mrz", "maart", "mrt", "marzo", "marco"),
    ("april", "avril", "abril", "aprile"),
    ("may", "mai", "mei", "mayo", "maio", "maggio"),
    ("june", "juin", "juni", "junio", "junho", "giugno"),
    ("july", "juillet", "juli", "julio", "julho", "luglio"),
    ("august", "aout", "augustus", "agosto"),
    ("september", "septembre", "septiembre", "setembro", "settembre"),
    ("october", "octobre", "oktober", "octubre", "outubro", "ottobre"),
    ("november", "novembre", "noviembre", "novembro"),
    ("december", "decembre", "dezember", "diciembre", "dezembro", "dicembre"),
)
_SHORTEST: Final = 3
_LONGEST: Final = 60
_TIME: Final = re.compile(
    r"(?:(?<=[0-9])t|[\s,]+)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?"
    r"(?:\s*([ap])\.?\s?m\.?)?\s*(z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_PART: Final = re.compile(r"[^\W\d_]+|[0-9]+")
_POINTED: Final = re.compile(r"[0-9]\.")
_NOON: Final = "12:00:00"
_YEARS: Final = range(1970, 2200)
_YEAR_DIGITS: Final = 4
_PARTS: Final = 3
_HALF_A_DAY: Final = 12


@lru_cache(maxsize=16)
def moment(text: str) -> datetime | None:
    """Read a moment; without a zone where none is told. All rows of a workout have the same."""
    folded = _folded(text.strip()[:_LONGEST])
    found = _TIME.search(folded)
    day = _day(folded[: found.start()] if found else folded)
    try:
        return None if day is None else datetime.fromisoformat(f"{day}T{_clock(found) if found else _NOON}")
    except ValueError:
        return None


def in_utc(read: datetime, zone: tzinfo) -> datetime:
    """Return a moment in UTC; one without a zone is of the person's."""
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def end_in_utc(read: datetime, start: datetime, zone: tzinfo) -> datetime:
    """Return an end in UTC. Where clocks are put back, an hour comes twice: then it is the one after the start."""
    end = in_utc(read, zone)
    return end if end >= start else in_utc(read.replace(fold=1), zone)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _clock(found: re.Match[str]) -> str:
    hour, minute, second, half, zone = found.groups()
    hours = int(hour)
    if half and 1 <= hours <= _HALF_A_DAY:
        hours = hours % _HALF_A_DAY + (_HALF_A_DAY if half == "p" else 0)
    return f"{hours:02}:{minute}:{second or '00'}{(zone or '').upper()}"


def _day(text: str) -> date | None:
    parts = [part for part in _PART.findall(text) if part.isdecimal() or _month(part)]
    if len(parts) != _PARTS:
        return None
    if len(parts[0]) == _YEAR_DIGITS:
        year, month, day = parts
    else:
        first, second, year = parts
        month, day = _in_order(first, second, pointed=bool(_POINTED.search(text)))
    try:
        found = date(_value(year), _value(month), _value(day))
    except (ValueError, OverflowError):
        return None
    return found if found.year in _YEARS else None


def _in_order(first: str, second: str, *, pointed: bool) -> tuple[str, str]:
    """Tell the month and the day apart: by the month's name, by points, or because there are but twelve months.

    Where nothing tells, the month is empty.
    """
    if _month(first) or (second.isdecimal() and int(second) > len(_MONTHS)):
        return first, second
    if _month(second) or pointed or int(first) > len(_MONTHS):
        return second, first
    return "", first


def _value(part: str) -> int:
    return int(part) if part.isdecimal() else _month(part)


def _month(word: str) -> int:
    """Return the number of the month that a word is the name of, or how that begins; 0 of none or of several."""
    if len(word) < _SHORTEST:
        return 0
    found = [
        number for number, names in enumerate(_MONTHS, 1) if any(name.startswith(word) for name in names)
    ]
    return found[0] if len(found) == 1 else 0
