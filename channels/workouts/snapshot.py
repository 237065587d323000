"""A workout's topic as facts: shown once, then folded forward by each event.

The workout as it is shown, plus the events of its topic through `apply`, is the workout as it is shown after them. One
that was thrown away shows nothing of what was done in it.
"""

from typing import Final, assert_never

import msgspec
from msgspec.structs import replace

from channels.errors import Code, Refusal
from channels.topics import workout_topic
from channels.wire.envelope import Detail
from channels.wire.registry import WorkoutEvent
from channels.wire.routine import IntervalsBlock
from channels.wire.workout import PreviousSet, Rest, Workout, WorkoutSet, WorkoutStatus, WorkoutTime
from channels.wire.workout_events import (
    PlanChangedData,
    WorkoutClockSet,
    WorkoutEnded,
    WorkoutEndedData,
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
from channels.workouts.lived import Lived, origin_of
from channels.workouts.marks import skipped_of, swaps_of
from channels.workouts.plan import exercises_of
from channels.workouts.sets import shown_set
from channels.workouts.timeline import intervals_of

MOST_BYTES: Final = 60 * 1024
"""How long a workout may become as it is shown, so that with its clocks and notes it stays under 64 KiB."""


def shown_workout(lived: Lived) -> Workout:
    """Return a workout as it is shown to clients."""
    record = lived.record
    whole = Workout(
        session_id=record.session_id,
        topic=workout_topic(record.session_id),
        name=record.name,
        status=lived.status,
        started_at=record.started_at,
        ended_at=record.ended_at,
        origin=origin_of(record),
        routine_id=record.routine_id,
        note=record.note,
        blocks=lived.blocks,
        sets=tuple(shown_set(one) for one in lived.sets if not one.deleted),
        skipped=skipped_of(lived.marks),
        swaps=swaps_of(lived.marks),
        time=lived.time,
        previous=lived.previous,
    )
    return _cleared(whole) if lived.status is WorkoutStatus.DISCARDED else _pruned(whole)


def too_long(lived: Lived) -> Refusal | None:
    """Refuse what makes a workout longer than its snapshot may be."""
    timelines = [
        len(msgspec.json.encode(intervals_of(block)))
        for block in lived.blocks
        if isinstance(block, IntervalsBlock)
    ]
    shown = replace(shown_workout(lived), time=WorkoutTime())
    if len(msgspec.json.encode(shown)) + max(timelines, default=0) <= MOST_BYTES:
        return None
    detail = Detail(field="session_id", message=f"has {MOST_BYTES} bytes of a plan, sets and notes")
    return Refusal(code=Code.WORKOUT_FULL, details=(detail,))


def apply(workout: Workout, event: WorkoutEvent) -> Workout:
    """Return the workout after the next event of its topic."""
    match event:
        case WorkoutSetLogged() | WorkoutSetEdited():
            data = event.data
            changed = _with(workout, data.set, data.rest, data.previous)
        case WorkoutSetDeleted():
            changed = _without(workout, event.data.before, event.data.rest)
        case WorkoutPlanChanged():
            changed = _planned(workout, event.data)
        case WorkoutPaused() | WorkoutResumed() | WorkoutClockSet() | WorkoutRestSet():
            changed = replace(workout, status=event.data.status, time=event.data.time)
        case WorkoutEnded():
            changed = _ended(workout, event.data)
        case WorkoutInterval() | WorkoutRestOver():
            # What runs follows from the clocks: these say it to whoever does not reckon.
            changed = workout
        case _:
            assert_never(event)
    return changed


def _with(workout: Workout, one: WorkoutSet, rest: Rest | None, previous: tuple[PreviousSet, ...]) -> Workout:
    others = (each for each in workout.sets if each.set_id != one.set_id)
    sets = tuple(sorted((*others, one), key=lambda each: (each.at, each.set_id)))
    known = workout.previous | {one.done.exercise_id: previous}
    return _pruned(replace(workout, sets=sets, time=replace(workout.time, rest=rest), previous=known))


def _without(workout: Workout, gone: WorkoutSet, rest: Rest | None) -> Workout:
    sets = tuple(one for one in workout.sets if one.set_id != gone.set_id)
    return _pruned(replace(workout, sets=sets, time=replace(workout.time, rest=rest)))


def _planned(workout: Workout, data: PlanChangedData) -> Workout:
    known = (
        workout.previous if data.exercise_id is None else workout.previous | {data.exercise_id: data.previous}
    )
    return _pruned(replace(workout, skipped=data.skipped, swaps=data.swaps, previous=known))


def _ended(workout: Workout, data: WorkoutEndedData) -> Workout:
    ended = replace(workout, status=data.status, ended_at=data.ended_at, note=data.note, time=data.time)
    return _cleared(ended) if data.status is WorkoutStatus.DISCARDED else ended


def _pruned(workout: Workout) -> Workout:
    """Return a workout with the last time of what is planned in it or was done in it, and of nothing else."""
    exercises = {
        *exercises_of(workout.blocks),
        *(swap.exercise_id for swap in workout.swaps),
        *(one.done.exercise_id for one in workout.sets),
    }
    previous = {one: sets for one, sets in workout.previous.items() if one in exercises}
    return replace(workout, previous=previous)


def _cleared(workout: Workout) -> Workout:
    return replace(
        workout, ended_at=None, note="", sets=(), skipped=(), swaps=(), time=WorkoutTime(), previous={}
    )
