"""What happens in training, as one sentence each: workouts, routines, the body."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, Final

from cornerman_client import types
from cornerman_client.amounts import in_unit
from cornerman_client.frames import Event
from server.cli.live.face import clock_time, hands
from server.cli.live.lifting import amount_told, done_told, exercise_told, record_told
from server.cli.live.workout_face import interval_told


def sentence(event: Event, zone: tzinfo | None) -> str | None:
    """Return what an event of training says; None if it is of something else."""
    if isinstance(event, types.WorkoutRestSet):
        rest = event.data.time.rest
        return "Nobody rests any more." if rest is None else f"Rest until {clock_time(rest.ends_at, zone)}."
    say = _SENTENCES.get(type(event))
    return None if say is None else say(event)


def _finished(event: types.WorkoutFinished) -> str:
    workout = event.data.workout
    summary = workout.summary
    volume = in_unit(summary.volume_kg, summary.mass_unit)
    lifted = f", {amount_told(volume)}" if volume.value else ""
    return (
        f"{workout.name} is finished: {hands(summary.moving_seconds)}, {_count(summary.sets, 'set')}{lifted}."
    )


def _record(event: types.WorkoutRecord) -> str:
    return f"A record: {_which(event.data.record)}."


def _withdrawn(event: types.WorkoutRecordWithdrawn) -> str:
    return f"No record after all: {_which(event.data.record)}."


def _which(record: types.Record) -> str:
    return f"{exercise_told(record.exercise_id)}, {record_told(record)}"


def _set_logged(event: types.WorkoutSetLogged) -> str:
    return f"{_set(event.data.set)}."


def _set_edited(event: types.WorkoutSetEdited) -> str:
    return f"Mended: {_set(event.data.set)}."


def _set_deleted(event: types.WorkoutSetDeleted) -> str:
    return f"Taken back: {_set(event.data.before)}."


def _set(one: types.WorkoutSet) -> str:
    return f"{exercise_told(one.done.exercise_id)} {done_told(one.done)}"


def _rest_over(event: types.WorkoutRestOver) -> str:
    after = f" Next is {event.data.next_exercise}." if event.data.next_exercise else ""
    return f"The rest is over.{after}"


def _interval(event: types.WorkoutInterval) -> str:
    data = event.data
    if data.kind is None:
        return "All intervals are done."
    words = interval_told(types.Interval(kind=data.kind, seconds=data.seconds))
    exercise = f": {data.exercise}" if data.exercise else ""
    return f"{words.capitalize()}{exercise}, {data.seconds} s."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


_SENTENCES: Final[dict[type[Event], Callable[[Any], str]]] = {
    types.RoutineSaved: lambda event: f"The routine {event.data.routine.name} is kept.",
    types.RoutineDeleted: lambda _event: "A routine is deleted.",
    types.ExerciseSaved: lambda event: f"The exercise {event.data.exercise.name} is kept.",
    types.ExerciseDeleted: lambda _event: "An exercise is deleted.",
    types.ExerciseMarked: lambda _event: "What is thought of an exercise is changed.",
    types.TrainingProfileChanged: lambda _event: "What is trained with is changed.",
    types.BodyUpdated: lambda _event: "What is known of the body is changed.",
    types.WorkoutStarted: lambda event: f"{event.data.workout.name} began.",
    types.WorkoutFinished: _finished,
    types.WorkoutCorrected: lambda event: f"{event.data.after.name} was corrected.",
    types.WorkoutDiscarded: lambda _event: "A workout was thrown away.",
    types.WorkoutRecord: _record,
    types.WorkoutRecordWithdrawn: _withdrawn,
    types.WorkoutSetLogged: _set_logged,
    types.WorkoutSetEdited: _set_edited,
    types.WorkoutSetDeleted: _set_deleted,
    types.WorkoutPlanChanged: lambda _event: "The plan is changed.",
    types.WorkoutPaused: lambda _event: "All clocks stand.",
    types.WorkoutResumed: lambda _event: "All clocks go on.",
    types.WorkoutClockSet: lambda _event: "The interval clock is set anew.",
    types.WorkoutRestOver: _rest_over,
    types.WorkoutInterval: _interval,
    types.WorkoutEnded: lambda event: f"The workout is {event.data.status}.",
}
