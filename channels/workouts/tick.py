"""What a running workout's clocks show."""

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from channels.wire.workout import Workout
from channels.wire.workout_events import WorkoutTickData
from channels.workouts.timeline import ends_of, index_at

_SECOND: Final = timedelta(seconds=1)


def tick(workout: Workout, now: datetime) -> WorkoutTickData:
    """Return the clocks at a moment of the person's time, in whole seconds; what remains is rounded up.

    So a countdown of 20 s shows 20 in its first second, 1 in its last, and is over at 0.
    """
    time = workout.time
    moment = time.paused_at or now
    elapsed = moment - workout.started_at - timedelta(seconds=time.paused_seconds)
    interval = remaining = rest = None
    if time.clock is not None:
        index = index_at(time.clock, moment)
        if index < len(time.clock.intervals):
            interval, remaining = index, _up(ends_of(time.clock)[index] - moment)
    if time.rest is not None and time.rest.ends_at > moment:
        rest = _up(time.rest.ends_at - moment)
    return WorkoutTickData(
        session_id=workout.session_id,
        elapsed_seconds=max(0, elapsed // _SECOND),
        paused=time.paused_at is not None,
        interval=interval,
        interval_remaining_seconds=remaining,
        rest_remaining_seconds=rest,
    )


def _up(left: timedelta) -> int:
    return ceil(left / _SECOND)
