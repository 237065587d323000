"""Warm-up sets: what to lift before the first working set.

The scheme is that of Starting Strength (startingstrength.com/get-started/faq, after Rippetoe 2011): the empty bar twice,
then in even jumps from the bar to the working set, with fewer repetitions each time. That a jump goes to the nearest
below that plates of a kilogram and more make, that a set which is no heavier than the one before is left out, and that
what is lighter than an empty Olympic bar needs none, are choices of this product.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import MassLoad, PlannedSet, SetKind
from channels.workouts.plates import SOLD, PlatePairs, plates
from channels.workouts.quantity import kg

_LIGHT_KG: Final = Decimal(20)
_SMALLEST_PLATE_KG: Final = Decimal(1)
_WITH_THE_BAR: Final = (5, 5)
_JUMPS: Final = ((Decimal("0.25"), 5), (Decimal("0.5"), 3), (Decimal("0.75"), 2))
"""How far from the bar to the working set, and how many repetitions there."""


def warm_up(
    working: Mass, bar: Mass, stock: Mapping[MassUnit, Sequence[PlatePairs]] = SOLD
) -> tuple[PlannedSet, ...]:
    """Return the sets that lead to a working mass, each lighter than it and a mass that can be loaded.

    For what has no bar, such as a machine, its mass is 0.
    """
    way = kg(working) - kg(bar)
    if kg(working) < _LIGHT_KG or way <= 0:
        return ()
    coarse = {unit: _coarse(unit, kinds) for unit, kinds in stock.items()}
    sets = [_set(bar, reps) for reps in _WITH_THE_BAR if bar.value]
    last = kg(bar)
    for share, reps in _JUMPS:
        loading = plates(Mass(value=kg(bar) + share * way, unit=MassUnit.KG), bar, coarse)
        if kg(loading.mass) > last:
            last = kg(loading.mass)
            sets.append(_set(loading.mass, reps))
    return tuple(sets)


def _coarse(unit: MassUnit, kinds: Sequence[PlatePairs]) -> list[PlatePairs]:
    return [kind for kind in kinds if kg(Mass(value=kind.value, unit=unit)) >= _SMALLEST_PLATE_KG]


def _set(mass: Mass, reps: int) -> PlannedSet:
    return PlannedSet(kind=SetKind.WARM_UP, reps=reps, load=MassLoad(mass=mass))
