"""What a workout costs in energy: MET times kg times hours, gross, by the 2024 Adult Compendium of Physical Activities.

Source of codes and METs: Herrmann et al. 2024 (Journal of Sport and Health Science 13:6-12). Its values are of whole
activities with the rests in them, so rests are not told apart here either. Which row a second counts to is a choice of
this product, and kept simple:

- while the clock of an interval block runs: circuit training where its stations are of several exercises and where work
  goes on without rest (EMOM, AMRAP); Tabata for at most 30 s of one work with at most half as much rest; moderate
  high-intensity intervals for all others; light calisthenics for preparation, warm-up and cool-down;
- else the row of the exercise whose set comes next, since a set is logged when it is done; after the last set, that
  one's. Exercises of one's own count as resistance training of many exercises;
- where there is no set at all: light calisthenics.

What somebody weighs is not known here: shares are kept, and kcal follow from the weight of that time when they are read.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from msgspec import Struct

from channels.wire.routine import IntervalsBlock
from channels.wire.workout import EnergyShare, IntervalKind
from channels.workouts.lived import Lived
from channels.workouts.marks import MarkKind, in_order
from channels.workouts.moving import SECOND, MovingTime, moving_time
from channels.workouts.timeline import intervals_of
from storage.records import ExerciseRecord


class Cost(Struct, frozen=True):
    """A row of the Compendium."""

    code: str
    met: Decimal


LIGHT: Final = Cost("02030", Decimal("3.5"))
RESISTANCE: Final = Cost("02054", Decimal("3.5"))
CIRCUIT: Final = Cost("02040", Decimal("7.5"))
HIGH_INTENSITY: Final = Cost("02210", Decimal("7.0"))
TABATA: Final = Cost("02214", Decimal("11.0"))
_TABATA_SECONDS: Final = 30
_AROUND: Final = {IntervalKind.PREPARE, IntervalKind.WARM_UP, IntervalKind.COOL_DOWN}
_HOUR: Final = 3600


class _Stretch(Struct, frozen=True):
    """Some of the moving time."""

    begin: timedelta
    end: timedelta
    cost: Cost


class _Clock(Struct, frozen=True):
    """The clock of a block: when it was started and what was skipped of it, in moving time."""

    block: IntervalsBlock
    begin: timedelta
    skips: list[timedelta]


def energy_of(lived: Lived, exercises: Sequence[ExerciseRecord]) -> tuple[EnergyShare, ...]:
    """Return what the moving time of a workout costs, by row, the first one first: its whole seconds, each once."""
    time = moving_time(lived)
    timed = list(_timed(lived, time))
    sets = [one for one in lived.sets if not one.deleted]
    library = {one.exercise_id: Cost(one.met_code, one.met) for one in exercises}
    costs = [library.get(one.exercise_id, RESISTANCE) for one in sets] or [LIGHT]
    done = [time.until(one.at) for one in sets]
    bounds = {timedelta(), time.whole, *done, *(bound for each in timed for bound in (each.begin, each.end))}
    shares: dict[Cost, int] = {}
    for begin, end in pairwise(sorted(bounds)):
        cost = _running(timed, begin) or costs[min(bisect_left(done, end), len(costs) - 1)]
        # Whole seconds of the bounds, not of what lies between them: only so do they sum up to the whole.
        shares[cost] = shares.get(cost, 0) + end // SECOND - begin // SECOND
    return tuple(
        EnergyShare(code=cost.code, met=cost.met, seconds=seconds)
        for cost, seconds in shares.items()
        if seconds
    )


def kcal(shares: Iterable[EnergyShare], kg: Decimal) -> Decimal:
    """Return what shares come to for a body of so many kg: an hour of 3.5 MET at 70 kg are 245."""
    return sum((share.met * share.seconds for share in shares), Decimal(0)) * kg / _HOUR


def cost_of(block: IntervalsBlock) -> Cost:
    """Return what the rounds of an interval block cost, their rests with them."""
    first, *others = block.stations
    rest = first.rest_seconds if block.round_rest_seconds is None else block.round_rest_seconds
    if any(other.exercise_id != first.exercise_id for other in others) or not (others or rest):
        return CIRCUIT
    if others or first.work_seconds > _TABATA_SECONDS or 2 * rest > first.work_seconds:
        return HIGH_INTENSITY
    return TABATA


def _running(timed: Sequence[_Stretch], at: timedelta) -> Cost | None:
    """Return the cost of the interval that runs at a moment of the moving time, if one does."""
    number = bisect_right(timed, at, key=lambda each: each.begin)
    return timed[number - 1].cost if number and at < timed[number - 1].end else None


def _timed(lived: Lived, time: MovingTime) -> Iterator[_Stretch]:
    """Yield the intervals that ran, in order: a clock runs until its block is done, another is started, or the workout ends."""
    clocks: list[_Clock] = []
    for mark in in_order(lived.marks):
        if mark.kind is MarkKind.INTERVALS and mark.block < len(lived.blocks):
            block = lived.blocks[mark.block]
            if isinstance(block, IntervalsBlock):
                clocks.append(_Clock(block, time.until(mark.at), []))
        elif mark.kind is MarkKind.NEXT and clocks:
            clocks[-1].skips.append(time.until(mark.at))
    begins_and_end = [*(clock.begin for clock in clocks), time.whole]
    for clock, end in zip(clocks, begins_and_end[1:], strict=True):
        yield from _intervals(clock, end)


def _intervals(clock: _Clock, until: timedelta) -> Iterator[_Stretch]:
    rounds, begin, skips = cost_of(clock.block), clock.begin, list(clock.skips)
    for interval in intervals_of(clock.block):
        end = begin + interval.seconds * SECOND
        if skips and skips[0] < end:
            end = skips.pop(0)
        if begin >= until:
            return
        yield _Stretch(begin, min(end, until), LIGHT if interval.kind in _AROUND else rounds)
        begin = end
