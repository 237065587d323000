"""What a workout's topic says, folded forward: pure functions of a workout and the next event."""

from msgspec.structs import replace

from cornerman_client.frames import Event
from cornerman_client.types import (
    PreviousSet,
    Rest,
    Workout,
    WorkoutClockSet,
    WorkoutEnded,
    WorkoutPaused,
    WorkoutPlanChanged,
    WorkoutRestSet,
    WorkoutResumed,
    WorkoutSet,
    WorkoutSetDeleted,
    WorkoutSetEdited,
    WorkoutSetLogged,
)


def apply(workout: Workout, event: Event) -> Workout:
    """Return the workout after the next event of its topic; events that it does not know leave it as it is."""
    match event:
        case WorkoutSetLogged(data=logged):
            after = _with(workout, logged.set, logged.rest, logged.previous)
        case WorkoutSetEdited(data=edited):
            without = _without(workout, edited.before, edited.rest)
            after = _with(without, edited.set, edited.rest, edited.previous)
        case WorkoutSetDeleted(data=deleted):
            after = _without(workout, deleted.before, deleted.rest)
        case WorkoutPlanChanged(data=plan):
            after = replace(workout, skipped=plan.skipped, swaps=plan.swaps)
            if plan.exercise_id is not None:
                after = _knowing(after, plan.exercise_id, plan.previous)
        case WorkoutPaused() | WorkoutResumed() | WorkoutClockSet() | WorkoutRestSet():
            after = replace(workout, status=event.data.status, time=event.data.time)
        case WorkoutEnded(data=end):
            after = replace(workout, status=end.status, ended_at=end.ended_at, note=end.note, time=end.time)
        case _:
            after = workout
    return after


def _with(workout: Workout, one: WorkoutSet, rest: Rest | None, previous: tuple[PreviousSet, ...]) -> Workout:
    sets = sorted((*workout.sets, one), key=lambda each: (each.at, each.set_id))
    resting = replace(workout, sets=tuple(sets), time=replace(workout.time, rest=rest))
    return _knowing(resting, one.done.exercise_id, previous)


def _without(workout: Workout, gone: WorkoutSet, rest: Rest | None) -> Workout:
    sets = tuple(one for one in workout.sets if one.set_id != gone.set_id)
    return replace(workout, sets=sets, time=replace(workout.time, rest=rest))


def _knowing(workout: Workout, exercise_id: str, previous: tuple[PreviousSet, ...]) -> Workout:
    return replace(workout, previous=workout.previous | {exercise_id: previous})
