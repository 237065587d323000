"""Masses for people. The wire sums and compares in kg; who entered pounds is shown pounds, each 0.45359237 kg exactly."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from cornerman_client.types import Mass, MassUnit

_KG: Final = {MassUnit.KG: Decimal(1), MassUnit.LB: Decimal("0.45359237")}
_PLACES: Final = 3
"""What can be entered has no more, and so no sum of what was entered has."""


def in_unit(kg: Decimal, unit: MassUnit | None, places: int = _PLACES) -> Mass:
    """Return so many kg in a unit; exactly, where all of it was entered in that. Without one it stays in kg.

    An estimate is better shown with fewer places.
    """
    unit = unit or MassUnit.KG
    value = (kg / _KG[unit]).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return Mass(value=_plain(value), unit=unit)


def _plain(value: Decimal) -> Decimal:
    """Return a number without zeros behind its point."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
