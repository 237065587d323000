"""Which plates go on a bar: the mass that comes nearest from below, with the fewest plates, exactly.

Taking the heaviest that fits, again and again, is right only where there are as many of each as one wants. So all sums
are reckoned instead: a set of sums is one integer whose bit n stands for n grains, the grain being what all plates are
multiples of; to add a plate to every sum of a set is to shift it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import gcd
from typing import Final

from msgspec import Struct

from channels.wire.quantity import Mass, MassUnit
from channels.workouts.quantity import kg

_MOST: Final = 40
"""More plates than any sleeve takes."""


class PlatePairs(Struct, frozen=True, kw_only=True):
    """Plates of one mass, above 0 with three places at most, and how many pairs; as many as one wants without."""

    value: Decimal
    pairs: int | None = None


SOLD: Final[Mapping[MassUnit, tuple[PlatePairs, ...]]] = {
    MassUnit.KG: tuple(
        PlatePairs(value=Decimal(value)) for value in ("25", "20", "15", "10", "5", "2.5", "1.25", "0.5")
    ),
    MassUnit.LB: tuple(PlatePairs(value=Decimal(value)) for value in ("45", "35", "25", "10", "5", "2.5")),
}
"""Olympic plates as they are sold."""


class Loading(Struct, frozen=True, kw_only=True):
    """A loaded bar: the plates of each side from the inside out, the mass of it all, and what is missing to the target.

    The mass is in the unit of the bar; what is missing is in that unit too when the target is, else in kg.
    """

    per_side: tuple[Mass, ...]
    mass: Mass
    missing: Mass


def plates(target: Mass, bar: Mass, stock: Mapping[MassUnit, Sequence[PlatePairs]] = SOLD) -> Loading:
    """Return how to load a bar with the plates of its own unit.

    Of equally few plates those that have the heaviest among them are taken. The bar stays empty when it alone is more
    than the target: what is missing is below 0 then.
    """
    room = max(Decimal(0), kg(target) - kg(bar))
    kinds = sorted(stock.get(bar.unit, ()), key=lambda kind: kind.value)
    masses = [int(kind.value.scaleb(3)) for kind in kinds]
    grain = gcd(*masses) or 1
    pair_of_grains = kg(Mass(value=Decimal(2 * grain).scaleb(-3), unit=bar.unit))
    numbers = _fewest(
        [mass // grain for mass in masses],
        [_MOST if kind.pairs is None else kind.pairs for kind in kinds],
        int(room // pair_of_grains),
    )
    side = [kind.value for kind, number in zip(kinds, numbers, strict=True) for _ in range(number)][::-1]
    return _loading(target, bar, side)


def _loading(target: Mass, bar: Mass, side: Sequence[Decimal]) -> Loading:
    mass = Mass(value=_plain(bar.value + 2 * sum(side)), unit=bar.unit)
    if target.unit == bar.unit:
        missing = Mass(value=_plain(target.value - mass.value), unit=bar.unit)
    else:
        missing = Mass(value=_plain(kg(target) - kg(mass)), unit=MassUnit.KG)
    return Loading(
        per_side=tuple(Mass(value=value, unit=bar.unit) for value in side), mass=mass, missing=missing
    )


def _plain(value: Decimal) -> Decimal:
    """Return a number as people write it: without zeros behind, and never 1E+2."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _fewest(masses: Sequence[int], limits: Sequence[int], most: int) -> list[int]:
    """Return how many to take of each kind of plate for the greatest sum up to `most`, with the fewest plates.

    `sums[count][kinds]` are the sums that exactly so many plates of the first kinds come to.
    """
    up_to_most = (1 << most + 1) - 1
    sums: list[list[int]] = []
    best = (0, 0)
    for count in range(_MOST + 1):
        row = [int(count == 0)]
        sums.append(row)
        for kind, (mass, limit) in enumerate(zip(masses, limits, strict=True)):
            reached = 0
            for number in range(min(count, limit) + 1):
                reached |= sums[count - number][kind] << number * mass
            row.append(reached & up_to_most)
        best = max(best, (row[-1].bit_length() - 1, -count))
        if best[0] == most or not row[-1]:
            break
    return _taken(masses, limits, sums, best[0], -best[1])


def _taken(
    masses: Sequence[int], limits: Sequence[int], sums: Sequence[Sequence[int]], total: int, count: int
) -> list[int]:
    """Return how many of each kind make up a sum, as many as can be of the heaviest, which are the last."""
    numbers: list[int] = []
    for kind in reversed(range(len(masses))):
        number = min(count, limits[kind], total // masses[kind])
        while not sums[count - number][kind] >> total - number * masses[kind] & 1:
            number -= 1
        numbers.append(number)
        total, count = total - number * masses[kind], count - number
    return numbers[::-1]
