"""What the clock shows of a workout: a pure function of its facts and the moment, as that of a fast is.

A running rest goes first, for it is what one waits for; then the interval that runs; else the workout's own time.
"""

from datetime import datetime, timedelta
from typing import Final

from cornerman_client.clocks import Turn, elapsed, moment_of, running_interval, running_rest, seconds_until
from cornerman_client.plan import Place, next_set, previous_set
from cornerman_client.types import Interval, IntervalKind, Rest, Workout, WorkoutStatus
from server.cli.live.face import Face, hands, until_turn
from server.cli.live.lifting import done_told, exercise_told, planned_told

_SECOND: Final = timedelta(seconds=1)
_PAUSED_SECONDS: Final = 0.5
_NAME: Final = 18
"""So many characters of a name leave room for the rest of its line."""
_KINDS: Final = {
    IntervalKind.PREPARE: "get ready",
    IntervalKind.WARM_UP: "warm up",
    IntervalKind.WORK: "WORK",
    IntervalKind.REST: "rest",
    IntervalKind.ROUND_REST: "rest",
    IntervalKind.COOL_DOWN: "cool down",
}


def workout_face(workout: Workout, now: datetime, beside: str = "") -> Face:
    """Return the clock of a running workout at a moment of the person's time; `beside` is what else is to be told."""
    rest, turn, place = running_rest(workout, now), running_interval(workout, now), next_set(workout)
    if rest is not None:
        left, whole, caption = seconds_until(rest.ends_at, workout, now), _whole(rest), _resting(place)
    elif turn is not None:
        left, whole = seconds_until(turn.ends_at, workout, now), turn.interval.seconds
        caption = interval_told(turn.interval, _rounds(workout))
    else:
        left, whole, caption = elapsed(workout, now) // _SECOND, 0, _lifting(place)
    paused = workout.status is WorkoutStatus.PAUSED
    return Face(
        hands=hands(left),
        caption=f"paused: {caption}" if paused else caption,
        progress=min(1.0, max(0.0, 1 - left / whole)) if whole else _done_share(workout, place),
        target=_next(workout, place, turn),
        passed=_passed(workout, now, beside),
        over=rest is None and turn is not None and turn.interval.kind is IntervalKind.WORK and not paused,
    )


def workout_good_for(workout: Workout, now: datetime, rate: float) -> float:
    """Return after how many seconds the clock shows another second, when time runs `rate` times as fast as ours."""
    if workout.status is WorkoutStatus.PAUSED:
        return _PAUSED_SECONDS
    began = workout.started_at + timedelta(seconds=workout.time.paused_seconds)
    rest, turn = running_rest(workout, now), running_interval(workout, now)
    anchors = [began, *([rest.ends_at] if rest else []), *([turn.ends_at] if turn else [])]
    moment = moment_of(workout, now)
    return min(until_turn(anchor, moment, rate) for anchor in anchors)


def interval_told(interval: Interval, rounds: int = 0) -> str:
    """Return an interval as in WORK, round 3 of 8: Burpees."""
    words = _KINDS.get(interval.kind, str(interval.kind))
    if interval.round:
        words += f", round {interval.round}" + (f" of {rounds}" if rounds else "")
    if interval.exercise_id is not None:
        words += f": {exercise_told(interval.exercise_id)}"
    return words


def _rounds(workout: Workout) -> int:
    clock = workout.time.clock
    return 0 if clock is None else max((each.round for each in clock.intervals), default=0)


def _whole(rest: Rest) -> int:
    return max(1, round((rest.ends_at - rest.started_at).total_seconds()))


def _resting(place: Place | None) -> str:
    return "resting" if place is None else f"resting, then {_place(place)}"


def _lifting(place: Place | None) -> str:
    return "of training" if place is None else _place(place)


def _place(place: Place) -> str:
    return f"{exercise_told(place.exercise_id)}, set {place.number} of {place.of}"


def _done_share(workout: Workout, place: Place | None) -> float:
    planned = sum(
        len(exercise.sets) for block in workout.blocks for exercise in getattr(block, "exercises", ())
    )
    if place is None or not planned:
        return 1.0 if planned else 0.0
    return min(1.0, len(workout.sets) / planned)


def _next(workout: Workout, place: Place | None, turn: Turn | None) -> str:
    """Return what is to be done, and what it was the last time."""
    if turn is not None:
        after = "the end" if turn.after is None else f"{interval_told(turn.after)}, {turn.after.seconds} s"
        return "   ".join(part for part in (f"then {after}", turn.interval.target) if part)
    exercise_id = place.exercise_id if place is not None else _last_exercise(workout)
    if exercise_id is None:
        return ""
    parts = [] if place is None or not planned_told(place.set) else [f"planned {planned_told(place.set)}"]
    previous = previous_set(workout, exercise_id)
    if previous is not None:
        parts.append(f"last time {done_told(previous.done)}")
    return "   ".join(parts)


def _last_exercise(workout: Workout) -> str | None:
    return workout.sets[-1].done.exercise_id if workout.sets else None


def _passed(workout: Workout, now: datetime, beside: str) -> str:
    sets = len(workout.sets)
    name = workout.name if len(workout.name) <= _NAME else f"{workout.name[: _NAME - 1]}…"
    told = f"{sets} set{'s' * (sets != 1)}" if sets else ""
    parts = [name, f"elapsed {hands(elapsed(workout, now) // _SECOND)}", told, beside]
    return "   ".join(part for part in parts if part)
