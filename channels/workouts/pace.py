"""The clocks of a workout, as decisions: pause and resume, intervals, rest; and what their timers say."""

from typing import TypeAlias

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal
from channels.topics import workout_topic
from channels.wire.envelope import Command
from channels.wire.routine import IntervalsBlock
from channels.wire.workout_commands import (
    WorkoutIntervals,
    WorkoutPause,
    WorkoutRest,
    WorkoutRested,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutTurn,
)
from channels.wire.workout_events import (
    IntervalData,
    RestOverData,
    WorkoutClockSet,
    WorkoutInterval,
    WorkoutPaused,
    WorkoutRestOver,
    WorkoutRestSet,
    WorkoutResumed,
    WorkoutTimeData,
)
from channels.workouts.closing import Save, settled
from channels.workouts.lived import Lived, changed, in_its_time, meant, reply, turn_deadline
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.plan import name_of, next_planned
from channels.workouts.timeline import index_at
from storage.records import ExerciseRecord, PersonRecord, Workouts

TimeEvent: TypeAlias = (
    type[WorkoutPaused] | type[WorkoutResumed] | type[WorkoutClockSet] | type[WorkoutRestSet]
)


def pause(
    person: PersonRecord, state: Workouts, command: WorkoutPause, moment: Moment
) -> Decision[Save] | Refusal:
    """Stop all clocks; those that stand stay so."""
    lived = meant(state, command.data.session_id)
    return _marked(person, state, lived, _mark(MarkKind.PAUSE, command, moment), moment, WorkoutPaused)


def resume(
    person: PersonRecord, state: Workouts, command: WorkoutResume, moment: Moment
) -> Decision[Save] | Refusal:
    """Let all clocks go on."""
    lived = meant(state, command.data.session_id)
    return _marked(person, state, lived, _mark(MarkKind.RESUME, command, moment), moment, WorkoutResumed)


def intervals(
    person: PersonRecord, state: Workouts, command: WorkoutIntervals, moment: Moment
) -> Decision[Save] | Refusal:
    """Start the clock of a block of intervals."""
    lived = meant(state, command.data.session_id)
    number = command.data.block
    if isinstance(lived, Lived) and not (
        number < len(lived.blocks) and isinstance(lived.blocks[number], IntervalsBlock)
    ):
        return Refusal(code=Code.NOT_PLANNED)
    mark = _mark(MarkKind.INTERVALS, command, moment, block=number)
    return _marked(person, state, lived, mark, moment, WorkoutClockSet)


def skip_interval(
    person: PersonRecord, state: Workouts, lived: Lived, command: Command, moment: Moment
) -> Decision[Save] | Refusal:
    """Go on to the next interval at once."""
    if lived.time.clock is None:
        return Refusal(code=Code.NOT_PLANNED)
    return _marked(person, state, lived, _mark(MarkKind.NEXT, command, moment), moment, WorkoutClockSet)


def rest(
    person: PersonRecord, state: Workouts, command: WorkoutRest, moment: Moment
) -> Decision[Save] | Refusal:
    """Start to rest, in place of a rest that may be running."""
    lived = meant(state, command.data.session_id)
    mark = _mark(MarkKind.REST, command, moment, seconds=command.data.seconds)
    return _marked(person, state, lived, mark, moment, WorkoutRestSet)


def extend_rest(
    person: PersonRecord, state: Workouts, command: WorkoutRestExtend, moment: Moment
) -> Decision[Save] | Refusal:
    """Rest longer, while a rest runs."""
    lived = meant(state, command.data.session_id)
    mark = _mark(MarkKind.REST_EXTEND, command, moment, seconds=command.data.seconds)
    return _marked(person, state, lived, mark, moment, WorkoutRestSet)


def skip_rest(
    person: PersonRecord, state: Workouts, command: WorkoutRestSkip, moment: Moment
) -> Decision[Save] | Refusal:
    """Rest no longer."""
    lived = meant(state, command.data.session_id)
    return _marked(person, state, lived, _mark(MarkKind.REST_SKIP, command, moment), moment, WorkoutRestSet)


def turn(
    _person: PersonRecord, state: Workouts, command: WorkoutTurn, moment: Moment
) -> Decision[Save] | Refusal:
    """Say that an interval began, or that the last one ended, at the moment at which it did."""
    lived = meant(state, command.data.session_id)
    if isinstance(lived, Refusal):
        return lived
    clock = lived.time.clock
    if lived.over or clock is None:
        return Refusal(code=Code.WORKOUT_OVER)
    index = index_at(clock, moment.at)
    done = index == len(clock.intervals)
    running = None if done else clock.intervals[index]
    data = IntervalData(
        session_id=lived.record.session_id,
        block=clock.block,
        index=index,
        kind=None if running is None else running.kind,
        seconds=0 if running is None else running.seconds,
        exercise=_exercise(running.exercise_id if running else None, state.exercises),
        done=done,
    )
    event = WorkoutInterval(topic=workout_topic(lived.record.session_id), at=moment.at, data=data)
    return Decision(data=reply(lived), events=(event,), deadlines=(turn_deadline(lived, moment.at),))


def rested(
    _person: PersonRecord, state: Workouts, command: WorkoutRested, moment: Moment
) -> Decision[Save] | Refusal:
    """Say that the rest is over, at its second, and what comes next."""
    lived = meant(state, command.data.session_id)
    if isinstance(lived, Refusal):
        return lived
    running = lived.time.rest
    if lived.over or running is None:
        return Refusal(code=Code.WORKOUT_OVER)
    following = next_planned(lived)
    data = RestOverData(
        session_id=lived.record.session_id,
        rested_seconds=round((running.ends_at - running.started_at).total_seconds()),
        next=None if following is None else following.planned,
        next_exercise=_exercise(None if following is None else following.exercise_id, state.exercises),
    )
    event = WorkoutRestOver(topic=workout_topic(lived.record.session_id), at=moment.at, data=data)
    return Decision(data=reply(lived), events=(event,))


def _mark(kind: MarkKind, command: Command, moment: Moment, *, block: int = 0, seconds: int = 0) -> Mark:
    return Mark(kind=kind, at=moment.at, key=command.key or moment.new_id, block=block, seconds=seconds)


def _marked(
    person: PersonRecord,
    state: Workouts,
    lived: Lived | Refusal,
    mark: Mark,
    moment: Moment,
    told: TimeEvent,
) -> Decision[Save] | Refusal:
    if isinstance(lived, Refusal):
        return lived
    after = in_its_time(lived, moment) or changed(lived, moment, mark)
    if isinstance(after, Refusal):
        return after
    data = WorkoutTimeData(session_id=after.record.session_id, status=after.status, time=after.time)
    event = told(topic=workout_topic(after.record.session_id), at=moment.at, data=data)
    return settled(person, state, lived, after, moment, events=(event,), data=reply(after))


def _exercise(exercise_id: str | None, exercises: tuple[ExerciseRecord, ...]) -> str:
    return "" if exercise_id is None else name_of(exercise_id, exercises)
