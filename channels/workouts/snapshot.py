"""A workout's topic as facts, folded forward by each event."""

from typing import assert_never

from msgspec.structs import replace

from channels.wire.registry import WorkoutEvent
from channels.wire.workout import PreviousSet, Rest, Workout, WorkoutSet
from channels.wire.workout_events import (
    WorkoutClockSet,
    WorkoutEnded,
    WorkoutInterval,
    WorkoutPaused,
    WorkoutPlanChanged,
    WorkoutRestOver,
    WorkoutRestSet,
    WorkoutResumed,
    WorkoutSetDeleted,
    WorkoutSetEdited,
    WorkoutSetLogged,
)


def apply(workout: Workout, event: WorkoutEvent) -> Workout:
    """Return the workout after the next event of its topic."""
    match event:
        case WorkoutSetLogged():
            return _with(workout, event.data.set, event.data.rest, event.data.previous)
        case WorkoutSetEdited():
            without = _without(workout, event.data.before, event.data.rest)
            return _with(without, event.data.set, event.data.rest, event.data.previous)
        case WorkoutSetDeleted():
            return _without(workout, event.data.before, event.data.rest)
        case WorkoutPlanChanged():
            data = event.data
            changed = replace(workout, skipped=data.skipped, swaps=data.swaps)
            return changed if data.exercise_id is None else _knowing(changed, data.exercise_id, data.previous)
        case WorkoutPaused() | WorkoutResumed() | WorkoutClockSet() | WorkoutRestSet():
            return replace(workout, status=event.data.status, time=event.data.time)
        case WorkoutEnded():
            data = event.data
            return replace(
                workout, status=data.status, ended_at=data.ended_at, note=data.note, time=data.time
            )
        case WorkoutInterval() | WorkoutRestOver():
            # What runs follows from the clocks: these say it to whoever does not reckon.
            return workout
        case _:
            assert_never(event)


def _with(workout: Workout, one: WorkoutSet, rest: Rest | None, previous: tuple[PreviousSet, ...]) -> Workout:
    sets = sorted((*workout.sets, one), key=lambda each: (each.at, each.set_id))
    resting = replace(workout, sets=tuple(sets), time=replace(workout.time, rest=rest))
    return _knowing(resting, one.done.exercise_id, previous)


def _without(workout: Workout, gone: WorkoutSet, rest: Rest | None) -> Workout:
    sets = tuple(one for one in workout.sets if one.set_id != gone.set_id)
    return replace(workout, sets=sets, time=replace(workout.time, rest=rest))


def _knowing(workout: Workout, exercise_id: str, previous: tuple[PreviousSet, ...]) -> Workout:
    return replace(workout, previous=workout.previous | {exercise_id: previous})
