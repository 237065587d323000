"""What stands in the cells: numbers, times and units, in the forms in which these tools and spreadsheets write them."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final, TypeVar

from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.workouts.imports.report import Reason
from channels.workouts.quantity import checked_length, checked_mass, kg

_NOTHING: Final = frozenset({"", "-", "--", "nan", "none", "null"})
_LONGEST: Final = 60
"""No number is longer; and to bring text of another sort into one form takes the square of its length."""
_SPACES: Final = re.compile(r"[\s'\u2019]")
_PLAIN: Final = re.compile(r"[+-]?(?:[0-9]{1,12}(?:[.,][0-9]{0,20})?|[.,][0-9]{1,20})")
_GROUPED: Final = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3}){2,3}|(?:,[0-9]{3}){2,3}"
    r"|(?:\.[0-9]{3}){1,3},[0-9]{1,20}|(?:,[0-9]{3}){1,3}\.[0-9]{1,20})"
)
_CLOCK: Final = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{2})")
_SPOKEN: Final = re.compile(r"(?:([0-9]{1,3})h[a-z]*)?(?:([0-9]{1,4})m[a-z]*)?(?:([0-9]{1,6})s[a-z]*)?")
_MASSES: Final = {MassUnit.KG: ("kg", "kgs", "kilograms"), MassUnit.LB: ("lb", "lbs", "pounds")}
_LENGTHS: Final = {
    LengthUnit.M: ("m", "meters", "metres"),
    LengthUnit.KM: ("km", "kilometers", "kilometres"),
    LengthUnit.MI: ("mi", "mile", "miles"),
    LengthUnit.YD: ("yd", "yards"),
    LengthUnit.FT: ("ft", "feet"),
}
MASS_UNITS: Final = {word: unit for unit, words in _MASSES.items() for word in words}
LENGTH_UNITS: Final = {word: unit for unit, words in _LENGTHS.items() for word in words}
Unit = TypeVar("Unit", MassUnit, LengthUnit)
_OTHER: Final = {MassUnit.KG: MassUnit.LB, MassUnit.LB: MassUnit.KG}
_DIGITS: Final = 7
_PLACES: Final = 3
_TOO_LONG: Final = "?"
_QUARTER: Final = Decimal("0.25")
_POUND: Final = kg(Mass(value=Decimal(1), unit=MassUnit.LB))
_FINEST: Final = Decimal("0.000001")
_MOST_REPS: Final = 1000
_MOST_SECONDS: Final = 24 * 60 * 60
_MOST_DURATION: Final = 7 * _MOST_SECONDS
_MOST_EFFORT: Final = 10


class CellError(ValueError):
    """A cell that nothing can be made of."""

    def __init__(self, reason: Reason) -> None:
        """Say why."""
        super().__init__(reason)
        self.reason = reason


def number(text: str) -> Decimal | None:
    """Read a number with a point or a comma, with thousands apart or not; None where nothing stands."""
    compact = text if _PLAIN.fullmatch(text) else _compact(text)
    if compact in _NOTHING:
        return None
    if _PLAIN.fullmatch(compact):
        return Decimal(compact.replace(",", "."))
    if not _GROUPED.fullmatch(compact):
        raise CellError(Reason.BAD_NUMBER)
    marks = [letter for letter in compact if letter in ".,"]
    whole = compact.replace(marks[0], "")
    return Decimal(whole if marks[-1] == marks[0] else whole.replace(marks[-1], "."))


def mass(text: str, unit: MassUnit) -> Mass | None:
    """Read a mass; none at all is how these tools write that there was none.

    A number with more decimals than anybody types was entered in the other unit, and converted by the tool: where it
    is a quarter of a pound or of a kilogram to its last digit, it is given as it was entered.
    """
    value = number(text)
    if not value:
        return None
    entered = _entered(value, unit) or Mass(value=_fitted(value), unit=unit)
    if checked_mass(entered, "") is not None:
        raise CellError(Reason.OUT_OF_BOUNDS)
    return entered


def length(text: str, unit: LengthUnit) -> Length | None:
    """Read a length, none where it is 0."""
    value = number(text)
    if not value:
        return None
    read = Length(value=_fitted(value), unit=unit)
    if checked_length(read, "") is not None:
        raise CellError(Reason.OUT_OF_BOUNDS)
    return read if read.value else None


def reps(text: str) -> int | None:
    """Read how many repetitions, whole ones; none where they are 0."""
    return _counted(number(text), ROUND_FLOOR, _MOST_REPS)


def seconds(text: str) -> int | None:
    """Read how long a set took, in seconds or as a time; none where it is 0."""
    time = None if _PLAIN.fullmatch(text) else _time(text, parts=2)
    return _counted(number(text) if time is None else Decimal(time), ROUND_HALF_UP, _MOST_SECONDS)


def duration(text: str, *, in_seconds: bool = False) -> int | None:
    """Read how many seconds a workout took, from `1h 5m` and the like; none where that is not told.

    A number that stands alone is seconds or nothing: nobody knows of what.
    """
    time = _time(text, parts=3)
    if time is None and in_seconds:
        time = int(_number_or(text, Decimal(0)))
    return time if time and 0 < time <= _MOST_DURATION else None


def effort(text: str) -> float | None:
    """Read an RPE to its half; none where it is none."""
    value = _number_or(text, Decimal(0))
    if not 1 <= value <= _MOST_EFFORT:
        return None
    return float((value * 2).to_integral_value(ROUND_HALF_UP) / 2)


def mass_unit(text: str) -> MassUnit:
    """Read the unit of a mass."""
    return _unit(text, MASS_UNITS)


def length_unit(text: str) -> LengthUnit:
    """Read the unit of a length."""
    return _unit(text, LENGTH_UNITS)


def _number_or(text: str, instead: Decimal) -> Decimal:
    try:
        return number(text) or instead
    except CellError:
        return instead


def _entered(value: Decimal, unit: MassUnit) -> Mass | None:
    exponent = int(value.normalize().as_tuple().exponent)
    if exponent >= -_PLACES:
        return None
    last = max(Decimal(1).scaleb(exponent), _FINEST)
    into = 1 / _POUND if unit is MassUnit.KG else _POUND
    entered = (value * into / _QUARTER).to_integral_value(ROUND_HALF_UP) * _QUARTER
    if (entered / into).quantize(last) != value.quantize(last):
        return None
    return Mass(value=_fitted(entered), unit=_OTHER[unit])


def _fitted(value: Decimal) -> Decimal:
    """Return a number in as many digits as are kept, without zeros that say nothing."""
    places = min(_PLACES, _DIGITS - max(value.adjusted() + 1, 1))
    if places < 0:
        raise CellError(Reason.OUT_OF_BOUNDS)
    return Decimal(format(value.quantize(Decimal(1).scaleb(-places)).normalize(), "f"))


def _counted(value: Decimal | None, rounding: str, most: int) -> int | None:
    if value is None:
        return None
    if not 0 <= value <= most:
        raise CellError(Reason.OUT_OF_BOUNDS)
    return int(value.to_integral_value(rounding)) or None


def _time(text: str, *, parts: int) -> int | None:
    """Read a time of at least so many parts, or one that names its parts."""
    compact = _compact(text)
    clock = _CLOCK.fullmatch(compact)
    found = clock or _SPOKEN.fullmatch(compact)
    if found is None or len([part for part in found.groups() if part]) < (parts if clock else 1):
        return None
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return (hours * 60 + minutes) * 60 + rest


def _compact(text: str) -> str:
    if len(text) > _LONGEST:
        return _TOO_LONG
    return _SPACES.sub("", unicodedata.normalize("NFKC", text).casefold()).replace("\N{MINUS SIGN}", "-")


def _unit(text: str, units: Mapping[str, Unit]) -> Unit:
    unit = units.get(text.strip().casefold().removesuffix("."))
    if unit is None:
        raise CellError(Reason.BAD_UNIT)
    return unit
