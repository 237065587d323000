"""A workout as decisions see it: what was loaded, unfolded; and what a change makes of it.

Everything that follows from the marks and sets (whether it is paused, when it ended, what comes next) is reckoned here
anew after each change, and never changed by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from channels.decision import Deadline, Moment
from channels.errors import Code, Refusal, invalid
from channels.topics import workout_topic
from channels.wire.envelope import Detail
from channels.wire.routine import Block, Origin, OriginKind
from channels.wire.workout import (
    PreviousSet,
    Workout,
    WorkoutBrief,
    WorkoutStatus,
    WorkoutTime,
)
from channels.wire.workout_commands import (
    WorkoutReply,
    WorkoutRested,
    WorkoutSilent,
    WorkoutTimerData,
    WorkoutTurn,
)
from channels.workouts.marks import Mark, MarkKind, in_order, skipped_of, swaps_of
from channels.workouts.sets import done_of, shown_set
from channels.workouts.timeline import rest_end_after, times_of, turn_after
from storage.records import SetRecord, WorkoutRecord, Workouts

SILENCE: Final = timedelta(hours=4)
"""After so long without a word a workout is finished by itself, at its last activity."""
MOST_SETS: Final = 200
MOST_MARKS: Final = 400

_blocks = msgspec.json.Decoder(tuple[Block, ...])
_marks = msgspec.json.Decoder(tuple[Mark, ...])
_previous = msgspec.json.Decoder(dict[str, tuple[PreviousSet, ...]])


class Lived(Struct, frozen=True, kw_only=True):
    """One workout, unfolded; `sets` are all, the deleted ones too."""

    record: WorkoutRecord
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]
    previous: dict[str, tuple[PreviousSet, ...]]
    sets: tuple[SetRecord, ...]

    @property
    def status(self) -> WorkoutStatus:
        """Where it is in its life."""
        return WorkoutStatus(self.record.status)

    @property
    def time(self) -> WorkoutTime:
        """Its clocks."""
        return times_of(self.blocks, self.marks)

    @property
    def over(self) -> bool:
        """Whether it was finished or thrown away."""
        return self.status in {WorkoutStatus.FINISHED, WorkoutStatus.DISCARDED}


def unfolded(record: WorkoutRecord, sets: Iterable[SetRecord] = ()) -> Lived:
    """Return a workout as it was stored, unfolded."""
    return Lived(
        record=record,
        blocks=_blocks.decode(record.blocks),
        marks=_marks.decode(record.marks),
        previous=_previous.decode(record.previous),
        sets=tuple(sets),
    )


def meant(state: Workouts, session_id: UUID | None) -> Lived | Refusal:
    """Return the workout that a command means, the running one when it names none."""
    record = state.running if session_id is None else state.named
    if record is None or record.status == WorkoutStatus.DISCARDED:
        return Refusal(code=Code.NO_SUCH_WORKOUT)
    return unfolded(record, state.sets)


def changed(lived: Lived, moment: Moment, *marks: Mark, sets: Iterable[SetRecord] = ()) -> Lived | Refusal:
    """Return the workout after marks and sets were added or said anew; refuse what makes it too long."""
    kept = {one.set_id: one for one in lived.sets} | {one.set_id: one for one in sets}
    gone = {one.set_id for one in kept.values() if one.deleted}
    marked = dict.fromkeys((*lived.marks, *marks))
    after = replace(
        lived,
        marks=tuple(mark for mark in in_order(marked) if mark.key not in gone),
        sets=tuple(sorted(kept.values(), key=lambda one: (one.at, one.set_id))),
    )
    if len(after.sets) > MOST_SETS or len(after.marks) > MOST_MARKS:
        most = f"{MOST_SETS} sets and {MOST_MARKS} changes of clocks"
        return Refusal(code=Code.WORKOUT_FULL, details=(Detail(field="session_id", message=f"has {most}"),))
    return _reckoned(after, moment)


def with_previous(lived: Lived, state: Workouts, *exercise_ids: str) -> Lived:
    """Return the workout with the sets of the last time of exercises that are new in it."""
    found = {one.exercise_id: one for one in state.previous}
    new = {
        exercise_id: tuple(PreviousSet(at=one.at, done=done_of(one)) for one in found[exercise_id].sets)
        if exercise_id in found
        else ()
        for exercise_id in exercise_ids
        if exercise_id not in lived.previous
    }
    return replace(lived, previous=lived.previous | new)


def reply(lived: Lived) -> WorkoutReply:
    """Return what a command on a workout answers."""
    session_id = lived.record.session_id
    return WorkoutReply(session_id=session_id, topic=workout_topic(session_id), status=lived.status)


def in_its_time(lived: Lived, moment: Moment) -> Refusal | None:
    """Refuse what lies before the beginning; and after the end, when it comes live and not from a queue."""
    if moment.at < lived.record.started_at:
        return invalid("at", f"lies before the start of this workout, {lived.record.started_at.isoformat()}")
    ended_at = lived.record.ended_at
    if ended_at is not None and moment.at > ended_at and moment.at == moment.now:
        return Refusal(code=Code.WORKOUT_OVER)
    return None


def _reckoned(lived: Lived, moment: Moment) -> Lived:
    status, ended_at = _standing(lived)
    ends = [mark for mark in lived.marks if mark.kind is MarkKind.FINISH]
    efforts = [mark.rpe for mark in ends if mark.rpe is not None]
    notes = [mark.note for mark in ends if mark.note is not None]
    record = replace(
        lived.record,
        rpe=Decimal(str(efforts[-1])) if efforts else lived.record.rpe,
        note=notes[-1] if notes else lived.record.note,
        status=status,
        ended_at=ended_at,
        last_at=max(lived.record.last_at, moment.at),
        marks=msgspec.json.encode(lived.marks).decode(),
        previous=msgspec.json.encode(lived.previous).decode(),
    )
    return replace(lived, record=record)


def _standing(lived: Lived) -> tuple[WorkoutStatus, datetime | None]:
    if lived.record.status == WorkoutStatus.DISCARDED:
        return WorkoutStatus.DISCARDED, lived.record.ended_at
    ends = _ends(lived.marks)
    if ends:
        # What was done after the end, and is said late, moves the end.
        last = max((one.at for one in lived.sets if not one.deleted), default=ends[0])
        return WorkoutStatus.FINISHED, max(*ends, last)
    return WorkoutStatus.RUNNING if lived.time.paused_at is None else WorkoutStatus.PAUSED, None


def _ends(marks: Sequence[Mark]) -> list[datetime]:
    """Return when it was finished; what the person said counts before what silence says."""
    for kind in (MarkKind.FINISH, MarkKind.SILENCE):
        found = sorted(mark.at for mark in marks if mark.kind is kind)
        if found:
            return found
    return []


def deadlines(before: Lived | None, lived: Lived, moment: Moment) -> tuple[Deadline, ...]:
    """Return what a change makes of what the workout does by itself.

    What the change does not touch is left alone, also when it is due and its timer is only on the way.
    """
    was = None if before is None else before.time
    time, over = lived.time, lived.over
    ended = over and (before is None or not before.over)
    found = []
    if ended or was is None or (was.clock, was.paused_at) != (time.clock, time.paused_at):
        found.append(turn_deadline(lived, moment.now))
    if ended or was is None or (was.rest, was.paused_at) != (time.rest, time.paused_at):
        due = None if over else rest_end_after(time, moment.now)
        found.append(_deadline(lived, "rest", due, WorkoutRested))
    if ended or not over:
        found.append(
            _deadline(lived, "silence", None if over else lived.record.last_at + SILENCE, WorkoutSilent)
        )
    return tuple(found)


def turn_deadline(lived: Lived, after: datetime) -> Deadline:
    """Return when the interval ends that runs at a moment."""
    return _deadline(lived, "turn", None if lived.over else turn_after(lived.time, after), WorkoutTurn)


def _deadline(
    lived: Lived,
    what: str,
    due: datetime | None,
    command: type[WorkoutTurn] | type[WorkoutRested] | type[WorkoutSilent],
) -> Deadline:
    session_id = lived.record.session_id
    data = WorkoutTimerData(session_id=session_id)
    return Deadline(
        cause=f"workout:{session_id}:{what}",
        due=due,
        command=None if due is None else command(id=1, data=data),
    )


def shown_workout(lived: Lived) -> Workout:
    """Return a workout as it is shown to clients."""
    record = lived.record
    return Workout(
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


def brief(record: WorkoutRecord) -> WorkoutBrief:
    """Return what the person's own topic says of a running workout."""
    return WorkoutBrief(
        session_id=record.session_id,
        topic=workout_topic(record.session_id),
        name=record.name,
        started_at=record.started_at,
    )


def origin_of(record: WorkoutRecord) -> Origin:
    """Return where a workout came from."""
    return Origin(kind=OriginKind(record.origin_kind), of=record.origin_of)
