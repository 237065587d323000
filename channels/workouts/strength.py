"""How strong somebody is: one-repetition maxima, and the share of them that a number of repetitions can be done with.

All of them are estimates, usable to about twelve repetitions. Sources: Epley 1985, "Poundage Chart" (Boyd Epley
Workout); Brzycki 1993, "Strength testing" (JOPERD 64:88-90); Tuchscherer 2008, "The Reactive Training Manual", for the
table of repetitions and effort.
"""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Final, assert_never

from channels.wire.routine import EffortLoad, Load, MassLoad, PercentLoad
from channels.wire.workout import OneRepMaximum
from channels.workouts.quantity import kg as in_kg

_MOST_REPETITIONS: Final = 12
_BRZYCKI_END: Final = 37
_HUNDREDTH: Final = Decimal("0.01")
_TENTH: Final = Decimal("0.1")
_HUNDRED: Final = Decimal(100)
_NOTHING_LEFT: Final = Decimal(10)
"""The RPE of a set after which not one more repetition was possible."""
_TO_FAILURE: Final = (1000, 955, 922, 892, 863, 837, 811, 786, 762, 739, 707, 680, 653, 626, 599, 573)
"""The thousandths of the maximum that 1, 2, 3… repetitions can be done with, none being left."""


def epley(kg: Decimal, reps: int) -> Decimal:
    """Return the one-repetition maximum by Epley's formula, kg (1 + reps / 30), to 0.01 kg; of one repetition its mass."""
    return _rounded(kg if reps == 1 else kg * (30 + reps) / 30)


def brzycki(kg: Decimal, reps: int) -> Decimal:
    """Return the one-repetition maximum by Brzycki's formula, 36 kg / (37 - reps), to 0.01 kg.

    Raises ValueError from 37 repetitions on, where it means nothing.
    """
    if reps >= _BRZYCKI_END:
        raise ValueError(f"Brzycki's formula ends before {_BRZYCKI_END} repetitions")
    return _rounded(kg * 36 / (_BRZYCKI_END - reps))


def one_rep_maximum(kg: Decimal, reps: int) -> OneRepMaximum | None:
    """Return both estimates from a set; None where they say nothing: without a mass, or beyond 12 repetitions."""
    if kg <= 0 or not 1 <= reps <= _MOST_REPETITIONS:
        return None
    return OneRepMaximum(epley_kg=epley(kg, reps), brzycki_kg=brzycki(kg, reps))


def percent_for(reps: int, rpe: Decimal) -> Decimal | None:
    """Return the percentage of the maximum with which so many repetitions feel like an RPE; None beyond the table.

    What is left counts as done: 10 - RPE repetitions, so 5 at RPE 8 weigh what 7 to failure do. Half a repetition is
    the mean of its neighbours, as it is in the printed table.
    """
    to_failure = reps + _NOTHING_LEFT - rpe
    if not 1 <= to_failure <= len(_TO_FAILURE):
        return None
    fewer = int(to_failure)
    more = fewer if to_failure == fewer else fewer + 1
    mean = Decimal(_TO_FAILURE[fewer - 1] + _TO_FAILURE[more - 1]) / 20
    return mean.quantize(_TENTH, ROUND_HALF_UP)


def mass_for(one_rep_maximum_kg: Decimal, reps: int, rpe: Decimal) -> Decimal | None:
    """Return the mass in kg, to 0.01, with which so many repetitions feel like an RPE; None beyond the table."""
    percent = percent_for(reps, rpe)
    return None if percent is None else _rounded(one_rep_maximum_kg * percent / _HUNDRED)


def load_in_kg(load: Load, reps: int | None, one_rep_maximum_kg: Decimal | None) -> Decimal | None:
    """Return the mass that a plan's load comes to: as it was entered, or reckoned from the maximum to 0.01 kg.

    None where that takes a maximum or repetitions that are not known, or more of them than can be told.
    """
    match load:
        case MassLoad():
            return in_kg(load.mass)
        case PercentLoad():
            if one_rep_maximum_kg is None:
                return None
            return _rounded(one_rep_maximum_kg * Decimal(str(load.percent)) / _HUNDRED)
        case EffortLoad():
            if one_rep_maximum_kg is None or reps is None:
                return None
            return mass_for(one_rep_maximum_kg, reps, Decimal(str(load.rpe)))
        case _:
            assert_never(load)


def _rounded(kg: Decimal) -> Decimal:
    return kg.quantize(_HUNDREDTH, ROUND_HALF_EVEN)
