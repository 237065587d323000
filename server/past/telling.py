"""What was done, told in one line."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Final

from storage.past_facts import DoneFast, DoneSet, DoneWorkout

_MOST_EXERCISES: Final = 20
_MOST_AMOUNTS: Final = 12
_OUTCOMES: Final = {"early": "ended early", "on_time": "ended on time", "late": "ended late"}


def told_workout(done: DoneWorkout) -> str:
    """Return a workout as a line: `Legs: Barbell Squat 3 sets, 60 kg x 5, 100 kg x 5`."""
    exercises = list(_exercises(done.sets))
    more = len(exercises) - _MOST_EXERCISES
    lines = [*exercises[:_MOST_EXERCISES], *([f"{more} more exercises"] if more > 0 else [])]
    what = "; ".join(lines)
    return f"{done.name}: {what}" if done.name and what else done.name or what or "a workout without sets"


def told_fast(done: DoneFast) -> str:
    """Return a fast as a line: `16:8 fast, 17 h 20 min, ended late`."""
    how = _OUTCOMES.get(done.outcome or "", "ended") if done.status == "ended" else "running"
    return f"{done.protocol_id} fast, {lasted(done.seconds)}, {how}"


def lasted(seconds: int) -> str:
    """Return a time in words: `17 h 20 min`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if not hours and minutes <= 1 and rest:
        return f"{seconds} s"
    return (
        " ".join(part for part in (f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes)) if part)
        or "0 min"
    )


def _exercises(sets: Iterable[DoneSet]) -> Iterator[str]:
    by_exercise: dict[str, list[DoneSet]] = {}
    for one in sets:
        by_exercise.setdefault(one.exercise_id, []).append(one)
    for done in by_exercise.values():
        amounts = [amount for amount, _ in groupby(map(_amount, done)) if amount]
        shown = [*amounts[:_MOST_AMOUNTS], *(["…"] if len(amounts) > _MOST_AMOUNTS else [])]
        if len(done) > 1:
            yield ", ".join((f"{done[0].name} {len(done)} sets", *shown))
        else:
            yield " ".join((done[0].name, *shown))


def _amount(one: DoneSet) -> str:
    mass = None if not one.mass else f"{_number(one.mass)} {one.mass_unit}"
    reps = None if one.reps is None else f"x {one.reps}" if mass else f"{one.reps} reps"
    distance = None if not one.distance else f"{_number(one.distance)} {one.distance_unit}"
    time = None if one.seconds is None else lasted(one.seconds)
    said = " ".join(part for part in (mass, reps) if part)
    return " in ".join(part for part in (said, distance, time) if part)


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
