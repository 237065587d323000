"""Amounts that a question asks for: "over 100", "225 lb", "at least 5 reps", "longer than 18 hours", "100 x 5".

An amount without a word before it means at least as much: who asks when they benched 100 kg means 102.5 kg too.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct

MOST: Final = Decimal(1_000_000)
"""What is more than that is no amount of anything."""


class Measure(StrEnum):
    """What is measured. A number alone is measured by what the question is about."""

    MASS = "mass"
    REPS = "reps"
    SECONDS = "seconds"
    METRES = "metres"
    NUMBER = "number"


class Amount(Struct, frozen=True, kw_only=True):
    """From `least` to `most`; what is `over` or `under` does not reach them. `unit` is what a mass was said in."""

    measure: Measure
    least: Decimal | None = None
    most: Decimal | None = None
    over: bool = False
    under: bool = False
    unit: str | None = None
    said: str = ""


_NUMBER: Final = r"\d{1,9}(?:[.,]\d{1,3})?"
_UNITS: Final[Mapping[str, tuple[Measure, str, Decimal]]] = {
    "mass_kg": (Measure.MASS, r"kgs?|kilos?|kilograms?", Decimal(1)),
    "mass_lb": (Measure.MASS, r"lbs?|pounds?|#", Decimal(1)),
    "reps": (Measure.REPS, r"reps?|repetitions?", Decimal(1)),
    "hours": (Measure.SECONDS, r"hours?|hrs?|h", Decimal(3600)),
    "minutes": (Measure.SECONDS, r"minutes?|mins?", Decimal(60)),
    "seconds": (Measure.SECONDS, r"seconds?|secs?|s", Decimal(1)),
    "km": (Measure.METRES, r"kilomet(?:er|re)s?|kms?|k", Decimal(1000)),
    "miles": (Measure.METRES, r"miles?|mi", Decimal("1609.344")),
    "yards": (Measure.METRES, r"yards?|yds?", Decimal("0.9144")),
    "metres": (Measure.METRES, r"met(?:er|re)s?|m", Decimal(1)),
}
_UNIT: Final = (
    "(?:" + "|".join(f"(?P<{name}>{words})" for name, (_, words, _f) in _UNITS.items()) + r")(?![a-z0-9])"
)
_OVER: Final = (
    r"over|above|(?:more|greater|heavier|longer|further|farther|better) than|exceeding|beyond|past|>"
)
_LEAST: Final = r"at least|a minimum of|minimum(?: of)?|(?:no|not) less than|>=|≥"
_UNDER: Final = r"under|below|(?:less|lighter|shorter|fewer) than|<"
_AT_MOST: Final = r"at most|a maximum of|(?:no|not) (?:more|longer|heavier) than|up to|<=|≤"
_HOW: Final = rf"(?<![a-z])(?:(?P<least>{_LEAST})|(?P<at_most>{_AT_MOST})|(?P<over>{_OVER})|(?P<under>{_UNDER})|with|of|for|at)\s*"
_RANGE: Final = re.compile(
    rf"(?:between|from)\s+(?P<low>{_NUMBER})\s*(?:kg|lbs?|hours?|h)?\s*(?:and|to|-)\s*(?P<high>{_NUMBER})\s*{_UNIT}"
)
_BY_REPS: Final = re.compile(
    rf"(?:{_HOW})?(?P<number>{_NUMBER})\s*(?:(?P<mass_kg>kgs?)|(?P<mass_lb>lbs?))?\s*(?:x|for)\s*(?P<times>\d{{1,3}})(?![\d.,:])(?:\s*reps?)?"
)
_MEASURED: Final = re.compile(
    rf"(?:{_HOW})?(?<![\d:.,])(?P<number>{_NUMBER})\s*-?\s*{_UNIT}(?:\s*(?P<or_more>or (?:more|heavier|longer)|plus|\+)|\s*(?P<or_less>or (?:less|lighter|shorter)))?"
)
_MAXIMUM: Final = re.compile(r"\b(?P<times>\d{1,2})\s?-?rm\b|\b(?P<one>one)[ -]rep max\b")
_BARE: Final = re.compile(
    rf"(?<![a-z])(?:(?P<least>{_LEAST})|(?P<at_most>{_AT_MOST})|(?P<over>{_OVER})|(?P<under>{_UNDER}))\s*(?P<number>{_NUMBER})(?![\d:%a-z])"
)
_FEWEST_KILOS: Final = 13
"""In "5 x 5" the first number counts sets, in "100 x 5" it is a mass."""


def take_amounts(text: str) -> tuple[tuple[Amount, ...], str]:
    """Return the amounts of a question in lower case, and the question without them."""
    found: list[Amount] = []
    for pattern, read in (
        (_RANGE, _range),
        (_BY_REPS, _by_reps),
        (_MEASURED, _measured),
        (_MAXIMUM, _maximum),
    ):
        text = pattern.sub(lambda match, read=read: _taken(match, read(match), found), text)  # type: ignore[misc]  # mypy infers no lambda with a default
    text = _BARE.sub(lambda match: _taken(match, (_amount(match, Measure.NUMBER),), found), text)
    return tuple(found), text


def _taken(match: re.Match[str], amounts: tuple[Amount, ...], found: list[Amount]) -> str:
    if not amounts or any(max(one.least or 0, one.most or 0) > MOST for one in amounts):
        return match.group(0)
    found.extend(amounts)
    return " "


def _range(match: re.Match[str]) -> tuple[Amount, ...]:
    measure, factor, unit = _unit(match)
    low, high = sorted((_number(match["low"]) * factor, _number(match["high"]) * factor))
    return (Amount(measure=measure, least=low, most=high, unit=unit, said=match[0].strip()),)


def _by_reps(match: re.Match[str]) -> tuple[Amount, ...]:
    times = Amount(measure=Measure.REPS, least=Decimal(match["times"]), said=f"{match['times']} reps")
    if match["mass_kg"] or match["mass_lb"]:
        unit = "kg" if match["mass_kg"] else "lb"
        return _amount(match, Measure.MASS, unit=unit), times
    if _number(match["number"]) < _FEWEST_KILOS:
        return (times,)
    return _amount(match, Measure.NUMBER), times


def _measured(match: re.Match[str]) -> tuple[Amount, ...]:
    measure, factor, unit = _unit(match)
    return (_amount(match, measure, factor, unit, less=bool(match["or_less"])),)


def _maximum(match: re.Match[str]) -> tuple[Amount, ...]:
    return (Amount(measure=Measure.REPS, least=Decimal(match["times"] or 1), said=match[0].strip()),)


def _amount(
    match: re.Match[str],
    measure: Measure,
    factor: Decimal = Decimal(1),
    unit: str | None = None,
    *,
    less: bool = False,
) -> Amount:
    number = _number(match["number"]) * factor
    said = match[0].strip()
    under = bool(match["under"])
    if under or match["at_most"] or less:
        return Amount(measure=measure, most=number, under=under, unit=unit, said=said)
    return Amount(measure=measure, least=number, over=bool(match["over"]), unit=unit, said=said)


def _unit(match: re.Match[str]) -> tuple[Measure, Decimal, str | None]:
    name = next(name for name in _UNITS if match[name])
    measure, _, factor = _UNITS[name]
    return measure, factor, name.removeprefix("mass_") if measure is Measure.MASS else None


def _number(said: str) -> Decimal:
    return Decimal(_THOUSANDS.sub("", said).replace(",", "."))


_THOUSANDS: Final = re.compile(r",(?=\d{3}$)")
