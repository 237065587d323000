"""How a workout begins, as a decision: from a routine, from the coach's plan, or empty; or logged whole afterwards."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import to_builtins
from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal, invalid
from channels.topics import user_topic
from channels.wire.envelope import Detail
from channels.wire.routine import Block, IntervalsBlock, Origin, OriginKind
from channels.wire.workout import WorkoutStatus
from channels.wire.workout_commands import (
    LoggedSet,
    WorkoutLog,
    WorkoutLogData,
    WorkoutStart,
    WorkoutStartData,
)
from channels.wire.workout_events import WorkoutStarted, WorkoutStartedData
from channels.workouts.closing import Save, settled
from channels.workouts.lived import (
    LONGEST,
    Lived,
    brief,
    changed,
    deadlines,
    reply,
    unfolded,
    with_previous,
)
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.plan import exercises_of
from channels.workouts.planning import checked_plan
from channels.workouts.ready import READY
from channels.workouts.sets import checked, said
from channels.workouts.snapshot import too_long
from storage.records import PersonRecord, Workouts
from storage.records import WorkoutRecord as WorkoutRow

OLDEST: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_UNNAMED: Final = "Workout"

_blocks = msgspec.json.Decoder(tuple[Block, ...])


class Beginning(msgspec.Struct, frozen=True):
    """What a workout begins with."""

    name: str
    blocks: tuple[Block, ...]
    origin: Origin
    routine_id: str | None = None


def start(
    person: PersonRecord, state: Workouts, command: WorkoutStart, moment: Moment
) -> Decision[Save] | Refusal:
    """Start a workout at `moment.at`, unless one is running."""
    if state.running is not None:
        problem = "This workout is running; finish it before you start another."
        detail = Detail(field="workout", message=problem, value=to_builtins(brief(state.running)))
        return Refusal(code=Code.WORKOUT_ACTIVE, details=(detail,))
    if state.taken:
        return invalid("session_id", "belongs to a workout already; take a new UUID")
    begun = _begun(person, state, command, moment)
    if isinstance(begun, Refusal):
        return begun
    told = WorkoutStarted(
        topic=user_topic(person.user_id),
        at=moment.at,
        data=WorkoutStartedData(session_id=begun.record.session_id, workout=brief(begun.record)),
    )
    return Decision(
        data=reply(begun),
        saves=(begun.record,),
        events=(told,),
        deadlines=deadlines(None, begun, moment.now),
    )


def _begun(person: PersonRecord, state: Workouts, command: WorkoutStart, moment: Moment) -> Lived | Refusal:
    beginning = _beginning(state, command)
    if isinstance(beginning, Refusal):
        return beginning
    unfit = checked_plan(beginning.blocks, state.exercises)
    if unfit is not None:
        return unfit
    session_id = command.data.session_id or moment.new_id
    row = _row(person, session_id, beginning, moment.at, command.data.note)
    lived = with_previous(unfolded(row), state, *exercises_of(beginning.blocks))
    begun = changed(lived, moment, *_first_clock(lived, command, moment))
    return begun if isinstance(begun, Refusal) else too_long(begun) or begun


def _first_clock(lived: Lived, command: WorkoutStart, moment: Moment) -> list[Mark]:
    """Return the start of the first block's clock, if it has one."""
    if not lived.blocks or not isinstance(lived.blocks[0], IntervalsBlock):
        return []
    return [Mark(kind=MarkKind.INTERVALS, at=moment.at, key=command.key or moment.new_id, block=0)]


def log(
    person: PersonRecord, state: Workouts, command: WorkoutLog, moment: Moment
) -> Decision[Save] | Refusal:
    """Log a workout that is over, whole."""
    data = command.data
    if state.taken:
        return invalid("session_id", "belongs to a workout already; what is logged twice is one")
    problem = _checked_times(data, moment) or _checked_sets(data.sets, state)
    if problem is not None:
        return problem
    lived = _unlogged(person, state, data, moment)
    key, ended_at = command.key or moment.new_id, data.ended_at.astimezone(UTC)
    end = Mark(kind=MarkKind.FINISH, at=ended_at, key=key, rpe=data.rpe)
    sets = [
        said(UUID(int=(key.int + number) % 2**128), one.done, at)
        for number, (one, at) in enumerate(zip(data.sets, _moments(data), strict=True), 1)
    ]
    after = changed(lived, replace(moment, at=ended_at), end, sets=sets)
    if isinstance(after, Refusal):
        return after
    return too_long(after) or settled(person, state, lived, after, moment, events=(), data=reply(after))


def _unlogged(person: PersonRecord, state: Workouts, data: WorkoutLogData, moment: Moment) -> Lived:
    """Return a workout that is to be logged before anything was done in it."""
    kind = OriginKind.OWN if data.source is None else OriginKind.IMPORTED
    beginning = Beginning(data.name, (), Origin(kind=kind, of=data.source or ""))
    session_id, began = data.session_id or moment.new_id, data.started_at.astimezone(UTC)
    row = _row(person, session_id, beginning, began, data.note)
    exercises = dict.fromkeys(one.done.exercise_id for one in data.sets)
    return with_previous(unfolded(row), state, *exercises)


def _beginning(state: Workouts, command: WorkoutStart) -> Beginning | Refusal:
    data = command.data
    if data.routine_id is not None and data.blocks:
        return invalid("blocks", "come with the routine; send one of the two")
    plan = _plan(state, data)
    if isinstance(plan, Refusal):
        return plan
    origin = plan.origin if data.turn is None else Origin(kind=OriginKind.COACH, of=data.turn)
    return replace(plan, name=data.name or plan.name, origin=origin)


def _plan(state: Workouts, data: WorkoutStartData) -> Beginning | Refusal:
    if data.routine_id is None:
        return Beginning(_UNNAMED, data.blocks, Origin(kind=OriginKind.OWN))
    ready = READY.get(data.routine_id)
    if ready is not None:
        return Beginning(ready.name, ready.blocks, ready.origin, ready.routine_id)
    routine = state.routine
    if routine is None:
        return Refusal(code=Code.NO_SUCH_ROUTINE)
    origin = Origin(kind=OriginKind(routine.origin_kind), of=routine.origin_of)
    return Beginning(routine.name, _blocks.decode(routine.blocks), origin, str(routine.routine_id))


def _row(person: PersonRecord, session_id: UUID, beginning: Beginning, at: datetime, note: str) -> WorkoutRow:
    return WorkoutRow(
        user_id=person.user_id,
        session_id=session_id,
        name=beginning.name,
        status=WorkoutStatus.RUNNING,
        started_at=at,
        ended_at=None,
        last_at=at,
        time_zone=person.time_zone,
        origin_kind=beginning.origin.kind,
        origin_of=beginning.origin.of,
        routine_id=beginning.routine_id,
        note=note,
        rpe=None,
        blocks=msgspec.json.encode(beginning.blocks).decode(),
        marks="[]",
        previous="{}",
        finished=None,
    )


def _checked_times(data: WorkoutLogData, moment: Moment) -> Refusal | None:
    if data.ended_at < data.started_at:
        return invalid("ended_at", "lies before `started_at`")
    if data.ended_at > moment.now:
        return invalid("ended_at", "lies in the future")
    if data.started_at < OLDEST:
        return invalid("started_at", f"lies before {OLDEST.date()}")
    if data.ended_at - data.started_at > LONGEST:
        return invalid("ended_at", "lies more than 24 hours after `started_at`")
    outside = [
        number
        for number, one in enumerate(data.sets)
        if one.at is not None and not data.started_at <= one.at <= data.ended_at
    ]
    return invalid(f"sets.{outside[0]}.at", "lies outside of the workout's time") if outside else None


def _checked_sets(sets: Sequence[LoggedSet], state: Workouts) -> Refusal | None:
    for number, one in enumerate(sets):
        field = f"sets.{number}.done"
        if one.done.planned is not None:
            return invalid(f"{field}.planned", "names a place in a plan, and there is none")
        problem = checked(one.done, state.exercises, field)
        if problem is not None:
            return problem
    return None


def _moments(data: WorkoutLogData) -> list[datetime]:
    """Return when each set was done: those without a moment are spread over the workout in their order."""
    share = (data.ended_at - data.started_at) / (len(data.sets) + 1)
    moments = (one.at or data.started_at + share * number for number, one in enumerate(data.sets, 1))
    # Documents of the database know no zone beyond sixteen hours.
    return [moment.astimezone(UTC) for moment in moments]
