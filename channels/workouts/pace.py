"""The clocks of a workout, as decisions: pause and resume, intervals, rest; and what their timers say."""

from typing import TypeAlias

from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal
from channels.topics import workout_topic
from channels.wire.envelope import Command
from channels.wire.routine import IntervalsBlock
from channels.wire.workout import WorkoutStatus
from channels.wire.workout_commands import (
    WorkoutIntervals,
    WorkoutPause,
    WorkoutRest,
    WorkoutRested,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutSkip,
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
from channels.workouts.life import STEPS, Step
from channels.workouts.lived import Lived, changed, meant, reply, turn_deadline
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.plan import name_of, next_planned
from channels.workouts.timeline import index_at
from storage.records import ExerciseRecord, PersonRecord, Workouts

ClockCommand: TypeAlias = (
    WorkoutPause
    | WorkoutResume
    | WorkoutIntervals
    | WorkoutSkip
    | WorkoutRest
    | WorkoutRestExtend
    | WorkoutRestSkip
)
TimeEvent: TypeAlias = WorkoutPaused | WorkoutResumed | WorkoutClockSet | WorkoutRestSet


def pause(
    person: PersonRecord, state: Workouts, command: WorkoutPause, moment: Moment
) -> Decision[Save] | Refusal:
    """Stop all clocks; those that stand stay so."""
    return _marked(person, state, command, _mark(MarkKind.PAUSE, command, moment), moment)


def resume(
    person: PersonRecord, state: Workouts, command: WorkoutResume, moment: Moment
) -> Decision[Save] | Refusal:
    """Let all clocks go on."""
    return _marked(person, state, command, _mark(MarkKind.RESUME, command, moment), moment)


def intervals(
    person: PersonRecord, state: Workouts, command: WorkoutIntervals, moment: Moment
) -> Decision[Save] | Refusal:
    """Start the clock of a block of intervals."""
    mark = _mark(MarkKind.INTERVALS, command, moment, block=command.data.block)
    return _marked(person, state, command, mark, moment)


def skip_interval(
    person: PersonRecord, state: Workouts, command: WorkoutSkip, moment: Moment
) -> Decision[Save] | Refusal:
    """Go on to the next interval at once."""
    return _marked(person, state, command, _mark(MarkKind.NEXT, command, moment), moment)


def rest(
    person: PersonRecord, state: Workouts, command: WorkoutRest, moment: Moment
) -> Decision[Save] | Refusal:
    """Start to rest, in place of a rest that may be running."""
    mark = _mark(MarkKind.REST, command, moment, seconds=command.data.seconds)
    return _marked(person, state, command, mark, moment)


def extend_rest(
    person: PersonRecord, state: Workouts, command: WorkoutRestExtend, moment: Moment
) -> Decision[Save] | Refusal:
    """Rest longer, while a rest runs."""
    mark = _mark(MarkKind.REST_EXTEND, command, moment, seconds=command.data.seconds)
    return _marked(person, state, command, mark, moment)


def skip_rest(
    person: PersonRecord, state: Workouts, command: WorkoutRestSkip, moment: Moment
) -> Decision[Save] | Refusal:
    """Rest no longer."""
    return _marked(person, state, command, _mark(MarkKind.REST_SKIP, command, moment), moment)


def turn(
    _person: PersonRecord, state: Workouts, command: WorkoutTurn, moment: Moment
) -> Decision[Save] | Refusal:
    """Say that an interval began, or that the last one ended, at the moment at which it did."""
    lived = meant(state, command.data.session_id, Step.TURN, moment)
    if isinstance(lived, Refusal):
        return lived
    clock = lived.time.clock
    if clock is None:
        return Refusal(code=Code.NOT_PLANNED)
    index = index_at(clock, moment.at)
    running = clock.intervals[index] if index < len(clock.intervals) else None
    data = IntervalData(
        session_id=lived.record.session_id,
        block=clock.block,
        index=index,
        kind=None if running is None else running.kind,
        seconds=0 if running is None else running.seconds,
        exercise=_exercise(running.exercise_id if running else None, state.exercises),
        done=running is None,
    )
    event = WorkoutInterval(topic=workout_topic(lived.record.session_id), at=moment.at, data=data)
    return Decision(data=reply(lived), events=(event,), deadlines=(turn_deadline(lived, moment.at),))


def rested(
    _person: PersonRecord, state: Workouts, command: WorkoutRested, moment: Moment
) -> Decision[Save] | Refusal:
    """Say that the rest is over, at its second, and what comes next."""
    lived = meant(state, command.data.session_id, Step.TURN, moment)
    if isinstance(lived, Refusal):
        return lived
    running = lived.time.rest
    if running is None:
        return Refusal(code=Code.NOT_PLANNED)
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
    person: PersonRecord, state: Workouts, command: ClockCommand, mark: Mark, moment: Moment
) -> Decision[Save] | Refusal:
    lived = meant(state, command.data.session_id, STEPS[mark.kind], moment)
    if isinstance(lived, Refusal):
        return lived
    after = _unplanned(lived, mark) or changed(lived, moment, mark)
    if isinstance(after, Refusal):
        return after
    event = _told(lived, after, moment)
    events = () if event is None else (event,)
    return settled(person, state, lived, after, moment, events=events, data=reply(after))


def _unplanned(lived: Lived, mark: Mark) -> Refusal | None:
    """Refuse a clock that the plan has nothing for. Whether it runs is no matter: its start may be on the way."""
    timed = [number for number, block in enumerate(lived.blocks) if isinstance(block, IntervalsBlock)]
    started = mark.kind is MarkKind.INTERVALS and mark.block not in timed
    skipped = mark.kind is MarkKind.NEXT and not timed
    return Refusal(code=Code.NOT_PLANNED) if started or skipped else None


def _told(before: Lived, after: Lived, moment: Moment) -> TimeEvent | None:
    """Return what became of the clocks, whatever it was that changed them; None when nothing did."""
    was, time = before.time, after.time
    told: type[TimeEvent]
    if before.status is not after.status:
        told = WorkoutPaused if after.status is WorkoutStatus.PAUSED else WorkoutResumed
    elif replace(was, rest=None) != replace(time, rest=None):
        told = WorkoutClockSet
    elif was.rest != time.rest:
        told = WorkoutRestSet
    else:
        return None
    data = WorkoutTimeData(session_id=after.record.session_id, status=after.status, time=time)
    return told(topic=workout_topic(after.record.session_id), at=moment.at, data=data)


def _exercise(exercise_id: str | None, exercises: tuple[ExerciseRecord, ...]) -> str:
    return "" if exercise_id is None else name_of(exercise_id, exercises)
