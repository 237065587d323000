"""Which plates somebody has, as they say it: `25,20,20x1` is any number of pairs of 25, and one pair of 20."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import gcd
from typing import Final

from channels.errors import Refusal, invalid
from channels.wire.quantity import Mass, MassUnit
from channels.workouts.plates import SOLD, PlatePairs
from channels.workouts.quantity import kg, refused_mass

BARS: Final[Mapping[MassUnit, Mass]] = {
    MassUnit.KG: Mass(value=Decimal(20), unit=MassUnit.KG),
    MassUnit.LB: Mass(value=Decimal(45), unit=MassUnit.LB),
}
"""The bar that is meant where none is named: an Olympic one, as it is sold."""
MOST_KINDS: Final = 12
MOST_PAIRS: Final = 40
_MOST_GRAINS: Final = 20_000
"""More than plates of an eighth of a kilogram need for the most that can be lifted. Work grows with it."""
_PLATES: Final = re.compile(r"(?P<value>[0-9]{1,4}(\.[0-9]{1,3})?)(x(?P<pairs>[0-9]{1,2}))?", re.ASCII)


def stock_of(
    text: str, target: Mass, bar: Mass, field: str
) -> Mapping[MassUnit, Sequence[PlatePairs]] | Refusal:
    """Return the plates that are said, in the unit of the bar; refuse what says none, or asks for too much work."""
    kinds: dict[Decimal, PlatePairs] = {}
    for said in text.split(","):
        kind = _kind(said.strip(), bar.unit, field)
        if isinstance(kind, Refusal):
            return kind
        if kind.value in kinds:
            return invalid(field, f"names {kind.value:f} twice")
        kinds[kind.value] = kind
    if len(kinds) > MOST_KINDS:
        return invalid(field, f"must name {MOST_KINDS} kinds of plates at most")
    grain = Decimal(gcd(*(int(value.scaleb(3)) for value in kinds))).scaleb(-3)
    if kg(target) > _MOST_GRAINS * 2 * kg(Mass(value=grain, unit=bar.unit)):
        return invalid(field, "are too fine together for so much: leave out what differs by the least")
    return {**SOLD, bar.unit: tuple(kinds.values())}


def _kind(said: str, unit: MassUnit, field: str) -> PlatePairs | Refusal:
    found = _PLATES.fullmatch(said)
    if found is None:
        return invalid(field, "say each as 20, or as 20x2 where there are two pairs, with commas between")
    value = Decimal(found["value"])
    if not value:
        return invalid(field, "must be above 0, each of them")
    pairs = None if found["pairs"] is None else int(found["pairs"])
    if pairs is not None and pairs > MOST_PAIRS:
        return invalid(field, f"must be {MOST_PAIRS} pairs of a kind at most")
    return refused_mass(Mass(value=value, unit=unit), field) or PlatePairs(value=value, pairs=pairs)
