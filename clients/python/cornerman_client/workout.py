"""What a workout's topic says, folded forward: pure functions of a workout and the next event."""

from collections.abc import Iterable

from msgspec.structs import replace

from cornerman_client.frames import Event
from cornerman_client.types import (
    IntervalsBlock,
    PreviousSet,
    Rest,
    SetsBlock,
    Workout,
    WorkoutClockSet,
    WorkoutEnded,
    WorkoutEndedData,
    WorkoutPaused,
    WorkoutPlanChanged,
    WorkoutRestSet,
    WorkoutResumed,
    WorkoutSet,
    WorkoutSetDeleted,
    WorkoutSetEdited,
    WorkoutSetLogged,
    WorkoutStatus,
    WorkoutTime,
)


def apply(workout: Workout, event: Event) -> Workout:
    """Return the workout after the next event of its topic; events that it does not know leave it as it is."""
    match event:
        case WorkoutSetLogged(data=logged):
            after = _with(workout, logged.set, logged.rest, logged.previous)
        case WorkoutSetEdited(data=edited):
            after = _with(workout, edited.set, edited.rest, edited.previous)
        case WorkoutSetDeleted(data=deleted):
            sets = tuple(one for one in workout.sets if one.set_id != deleted.before.set_id)
            after = replace(workout, sets=sets, time=replace(workout.time, rest=deleted.rest))
        case WorkoutPlanChanged(data=plan):
            after = replace(workout, skipped=plan.skipped, swaps=plan.swaps)
            if plan.exercise_id is not None:
                after = _knowing(after, plan.exercise_id, plan.previous)
        case WorkoutPaused() | WorkoutResumed() | WorkoutClockSet() | WorkoutRestSet():
            return replace(workout, status=event.data.status, time=event.data.time)
        case WorkoutEnded(data=end):
            return _ended(workout, end)
        case _:
            return workout
    return _pruned(after)


def _with(workout: Workout, one: WorkoutSet, rest: Rest | None, previous: tuple[PreviousSet, ...]) -> Workout:
    others = (each for each in workout.sets if each.set_id != one.set_id)
    sets = sorted((*others, one), key=lambda each: (each.at, each.set_id))
    resting = replace(workout, sets=tuple(sets), time=replace(workout.time, rest=rest))
    return _knowing(resting, one.done.exercise_id, previous)


def _knowing(workout: Workout, exercise_id: str, previous: tuple[PreviousSet, ...]) -> Workout:
    return replace(workout, previous=workout.previous | {exercise_id: previous})


def _ended(workout: Workout, end: WorkoutEndedData) -> Workout:
    if end.status is not WorkoutStatus.DISCARDED:
        return replace(workout, status=end.status, ended_at=end.ended_at, note=end.note, time=end.time)
    return replace(
        workout,
        status=end.status,
        ended_at=None,
        note="",
        sets=(),
        skipped=(),
        swaps=(),
        time=WorkoutTime(),
        previous={},
    )


def _pruned(workout: Workout) -> Workout:
    """Return a workout with the last time of what is planned in it or was done in it, and of nothing else."""
    exercises = {
        *(exercise_id for block in workout.blocks for exercise_id in _planned(block)),
        *(swap.exercise_id for swap in workout.swaps),
        *(one.done.exercise_id for one in workout.sets),
    }
    return replace(
        workout, previous={one: sets for one, sets in workout.previous.items() if one in exercises}
    )


def _planned(block: SetsBlock | IntervalsBlock) -> Iterable[str | None]:
    parts = block.exercises if isinstance(block, SetsBlock) else block.stations
    return (part.exercise_id for part in parts)
