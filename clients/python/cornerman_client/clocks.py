"""What a workout's clocks stand at: pure functions of its facts and the moment, so that every device shows the same.

While a workout is paused its moment is that of the pause. What is left is told in whole seconds, rounded up: a countdown
of 20 s shows 20 in its first second and 1 in its last.
"""

from datetime import datetime, timedelta
from math import ceil

from msgspec import Struct

from cornerman_client.types import Interval, Rest, Workout

_SECOND = timedelta(seconds=1)


class Turn(Struct, frozen=True):
    """The interval that runs, the one after it, and when it ends."""

    index: int
    interval: Interval
    after: Interval | None
    ends_at: datetime


def moment_of(workout: Workout, now: datetime) -> datetime:
    """Return the moment that a workout's clocks show."""
    return workout.time.paused_at or now


def elapsed(workout: Workout, now: datetime) -> timedelta:
    """Return how long a workout has lasted, pauses aside."""
    passed = moment_of(workout, now) - workout.started_at - timedelta(seconds=workout.time.paused_seconds)
    return max(timedelta(0), passed)


def running_interval(workout: Workout, now: datetime) -> Turn | None:
    """Return the interval that runs; None when there is no clock, and when its block is done."""
    clock = workout.time.clock
    if clock is None:
        return None
    moment, end = moment_of(workout, now), clock.starts_at
    for index, interval in enumerate(clock.intervals):
        end += timedelta(seconds=interval.seconds)
        if end > moment:
            after = clock.intervals[index + 1] if index + 1 < len(clock.intervals) else None
            return Turn(index, interval, after, end)
    return None


def running_rest(workout: Workout, now: datetime) -> Rest | None:
    """Return the rest that runs."""
    rest = workout.time.rest
    return rest if rest is not None and rest.ends_at > moment_of(workout, now) else None


def seconds_until(end: datetime, workout: Workout, now: datetime) -> int:
    """Return what is left of a workout's time until a moment."""
    return ceil((end - moment_of(workout, now)) / _SECOND)
