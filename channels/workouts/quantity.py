"""Masses and lengths: what may be entered, and what they are in kg and metres, exactly.

Sources of the factors: the international avoirdupois pound and yard of 1959 (NIST Special Publication 811, appendix B).
"""

from decimal import Decimal
from typing import Final

from channels.errors import Refusal, invalid
from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit

_KG: Final = {MassUnit.KG: Decimal(1), MassUnit.LB: Decimal("0.45359237")}
_METRES: Final = {
    LengthUnit.M: Decimal(1),
    LengthUnit.KM: Decimal(1000),
    LengthUnit.MI: Decimal("1609.344"),
    LengthUnit.YD: Decimal("0.9144"),
    LengthUnit.FT: Decimal("0.3048"),
}
_MOST_KG: Final = Decimal(2000)
"""More than anybody has ever lifted in any way."""
_MOST_METRES: Final = Decimal(1_000_000)
_PLACES: Final = -3
_DIGITS: Final = 7


def kg(mass: Mass) -> Decimal:
    """Return a mass in kg, exactly."""
    return mass.value * _KG[mass.unit]


def metres(length: Length) -> Decimal:
    """Return a length in metres, exactly."""
    return length.value * _METRES[length.unit]


def checked_mass(mass: Mass, field: str) -> Refusal | None:
    """Refuse what is no mass that can be lifted; none at all (0) is one."""
    return _checked(mass.value, field) or _at_most(kg(mass), _MOST_KG, field, "kg")


def checked_length(length: Length, field: str) -> Refusal | None:
    """Refuse what is no distance that can be covered."""
    return _checked(length.value, field) or _at_most(metres(length), _MOST_METRES, field, "m")


def _checked(value: Decimal, field: str) -> Refusal | None:
    if not value.is_finite() or value.is_signed():
        return invalid(f"{field}.value", "must be a number that is not negative")
    _, digits, exponent = value.as_tuple()
    if int(exponent) < _PLACES or len(digits) > _DIGITS or value.adjusted() >= _DIGITS:
        return invalid(f"{field}.value", "must have 7 digits at most, 3 of them behind the point")
    return None


def _at_most(value: Decimal, most: Decimal, field: str, unit: str) -> Refusal | None:
    return invalid(f"{field}.value", f"must not be more than {most:,} {unit}") if value > most else None
