"""Masses and lengths, as a person entered them: a number and its unit, never converted on the way."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Amount = Annotated[
    Decimal,
    Meta(
        description="A decimal number, best sent as a string: at most 7 digits, 3 of them behind the point.",
        examples=["102.5"],
    ),
]


class MassUnit(StrEnum):
    """What a mass was entered in. A pound is 0.45359237 kg exactly."""

    KG = "kg"
    LB = "lb"


class Mass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mass, as entered."""

    value: Amount
    unit: MassUnit


class LengthUnit(StrEnum):
    """What a length was entered in. A mile is 1609.344 m, a yard 0.9144 m, a foot 0.3048 m exactly."""

    M = "m"
    KM = "km"
    MI = "mi"
    YD = "yd"
    FT = "ft"


class Length(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A length, as entered."""

    value: Amount
    unit: LengthUnit
