"""Masses and lengths: what may be entered, and what they are in kg and metres, exactly.

Sources of the factors: the international avoirdupois pound and yard of 1959 (NIST Special Publication 811, appendix B).
"""

from decimal import ROUND_FLOOR, Decimal
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


def mass_near(value: Decimal, unit: MassUnit, rounding: str) -> Mass:
    """Return what comes next to so many kg and can be entered in a unit; `rounding` is one of decimal's ways."""
    return Mass(value=_fitted(value / _KG[unit], rounding), unit=unit)


def checked_mass(mass: Mass, field: str) -> Refusal | None:
    """Refuse what is no mass that can be lifted; none at all (0) is one."""
    return refused_mass(mass, f"{field}.value")


def refused_mass(mass: Mass, field: str) -> Refusal | None:
    """Refuse what is no mass that can be lifted, where a field has the number alone."""
    problem = _checked(mass.value, field)
    if problem is None and kg(mass) > _MOST_KG:
        return _too_much(_MOST_KG / _KG[mass.unit], field, mass.unit)
    return problem


def checked_length(length: Length, field: str) -> Refusal | None:
    """Refuse what is no distance that can be covered."""
    problem = _checked(length.value, f"{field}.value")
    if problem is None and metres(length) > _MOST_METRES:
        return _too_much(_MOST_METRES / _METRES[length.unit], f"{field}.value", length.unit)
    return problem


def _checked(value: Decimal, field: str) -> Refusal | None:
    if not value.is_finite() or value.is_signed():
        return invalid(field, "must be a number that is not negative")
    _, digits, exponent = value.as_tuple()
    if int(exponent) < _PLACES or len(digits) > _DIGITS or value.adjusted() >= _DIGITS:
        return invalid(field, "must have 7 digits at most, 3 of them behind the point")
    return None


def _too_much(most: Decimal, field: str, unit: MassUnit | LengthUnit) -> Refusal:
    return invalid(field, f"must not be more than {_fitted(most, ROUND_FLOOR).normalize():,f} {unit}")


def _fitted(value: Decimal, rounding: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(_PLACES), rounding)
