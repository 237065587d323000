"""A workout as decisions see it: what was loaded, unfolded; and what a change makes of it.

Everything that follows from the marks and sets (whether it is paused, when it ended, what comes next) is reckoned here
anew after each change, and never changed by itself.

A finished workout ended when the person said, or at its last set when that came later. One that fell silent ended with
the last that is known of it: what was done, the end of a clock that ran on by itself, the last that a sensor said. That
is a guess: what the person does afterwards is taken, live as well, until the workout would be longer than a day. What is
said later still (an app was opened again days after) neither adds to it nor moves its end.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
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
from channels.wire.workout import PreviousSet, WorkoutBrief, WorkoutStatus, WorkoutTime
from channels.wire.workout_commands import (
    WorkoutReply,
    WorkoutRested,
    WorkoutSilent,
    WorkoutTimerData,
    WorkoutTurn,
)
from channels.workouts.life import LATE, Step, refusal, status_of
from channels.workouts.marks import Mark, MarkKind, counted, in_order
from channels.workouts.sets import done_of
from channels.workouts.timeline import ends_of, rest_end_after, times_of, turn_after
from storage.records import SetRecord, WorkoutRecord, Workouts

SILENCE: Final = timedelta(hours=4)
"""After so long without a word a workout is finished by itself, at its last activity."""
LONGEST: Final = timedelta(hours=24)
"""How long a workout may be."""
QUEUE: Final = timedelta(minutes=10)
"""How long at least a workout waits to be finished by itself after it was heard of: the rest of a device's queue comes."""
MOST_SETS: Final = 200
MOST_MARKS: Final = 400
MOST_ENDS: Final = 20
"""Apart from the others, so that a workout can always be finished."""
MOST_PREVIOUS: Final = 12
"""How many sets of the last time are shown of an exercise."""

_ENDS: Final = {MarkKind.FINISH, MarkKind.SILENCE}

_blocks = msgspec.json.Decoder(tuple[Block, ...])
_marks = msgspec.json.Decoder(tuple[Mark, ...])
_previous = msgspec.json.Decoder(dict[str, tuple[PreviousSet, ...]])


class Lived(Struct, frozen=True, kw_only=True, dict=True):
    """One workout, unfolded; `sets` are all, the deleted ones too, and `marks` also those that do not count.

    `sampled_at` is when a sensor last said something, as far as that was asked for.
    """

    record: WorkoutRecord
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]
    previous: dict[str, tuple[PreviousSet, ...]]
    sets: tuple[SetRecord, ...]
    sampled_at: datetime | None = None

    @property
    def status(self) -> WorkoutStatus:
        """Where it is in its life."""
        return WorkoutStatus(self.record.status)

    @cached_property
    def time(self) -> WorkoutTime:
        """Its clocks."""
        return times_of(self.blocks, counted(self.marks, self.sets), self.record.ended_at)

    @property
    def over(self) -> bool:
        """Whether it was finished or thrown away."""
        return self.status in {WorkoutStatus.FINISHED, WorkoutStatus.DISCARDED}


def unfolded(
    record: WorkoutRecord, sets: Iterable[SetRecord] = (), sampled_at: datetime | None = None
) -> Lived:
    """Return a workout as it was stored, unfolded."""
    return Lived(
        record=record,
        blocks=_blocks.decode(record.blocks),
        marks=_marks.decode(record.marks),
        previous=_previous.decode(record.previous),
        sets=tuple(sets),
        sampled_at=sampled_at,
    )


def meant(state: Workouts, session_id: UUID | None, step: Step, moment: Moment) -> Lived | Refusal:
    """Return the workout that a command means, the running one when it names none; refuse what it does not take.

    What comes live is held against where it is now, what waited in a queue against where it was. It takes nothing from
    before its beginning, and nothing new from when it would be longer than a day.
    """
    record = state.running if session_id is None else state.named
    if record is None:
        return Refusal(code=Code.NO_SUCH_WORKOUT)
    lived = unfolded(record, state.sets, state.sampled_at)
    problem = refusal(lived.status, step, late=late(moment) or not _finishes(lived))
    if problem is None and moment.at < record.started_at:
        return invalid("at", f"lies before the start of this workout, {record.started_at.isoformat()}")
    if problem is None and step in LATE - {Step.FINISH} and moment.at > _latest(lived):
        return Refusal(code=Code.WORKOUT_OVER)
    return problem or lived


def late(moment: Moment) -> bool:
    """Say whether a command waited in a queue before it came."""
    return moment.at < moment.now


def changed(lived: Lived, moment: Moment, *marks: Mark, sets: Iterable[SetRecord] = ()) -> Lived | Refusal:
    """Return the workout after marks and sets were added or said anew; refuse what makes it too long."""
    kept = {one.set_id: one for one in lived.sets} | {one.set_id: one for one in sets}
    after = replace(
        lived,
        marks=tuple(in_order((*lived.marks, *marks))),
        sets=tuple(sorted(kept.values(), key=lambda one: (one.at, one.set_id))),
    )
    ends = [mark for mark in after.marks if mark.kind in _ENDS]
    others = len(after.marks) - len(ends)
    if len(after.sets) > MOST_SETS or others > MOST_MARKS or len(ends) > MOST_ENDS:
        most = f"{MOST_SETS} sets, {MOST_MARKS} changes of clocks, {MOST_ENDS} ends"
        return Refusal(
            code=Code.WORKOUT_FULL, details=(Detail(field="session_id", message=f"has one of {most}"),)
        )
    return _reckoned(after, moment)


def with_previous(lived: Lived, state: Workouts, *exercise_ids: str) -> Lived:
    """Return the workout with the sets of the last time of exercises that are new in it."""
    found = {one.exercise_id: one.sets[:MOST_PREVIOUS] for one in state.previous}
    new = {
        exercise_id: tuple(_previous_set(one) for one in found.get(exercise_id, ()))
        for exercise_id in exercise_ids
        if exercise_id not in lived.previous
    }
    return replace(lived, previous=lived.previous | new)


def _previous_set(one: SetRecord) -> PreviousSet:
    # Where it was in the plan of the last time says nothing in this one.
    return PreviousSet(at=one.at, done=replace(done_of(one), planned=None))


def reply(lived: Lived) -> WorkoutReply:
    """Return what a command on a workout answers."""
    session_id = lived.record.session_id
    return WorkoutReply(session_id=session_id, topic=workout_topic(session_id), status=lived.status)


def _reckoned(lived: Lived, moment: Moment) -> Lived:
    finishes = _finishes(lived)
    efforts = [mark.rpe for mark in finishes if mark.rpe is not None]
    notes = [mark.note for mark in finishes if mark.note is not None]
    record = replace(
        lived.record,
        rpe=Decimal(str(efforts[-1])) if efforts else lived.record.rpe,
        note=notes[-1] if notes else lived.record.note,
        status=status_of(lived.marks),
        ended_at=_end(lived),
        last_at=max(lived.record.last_at, moment.at),
        marks=msgspec.json.encode(lived.marks).decode(),
        previous=msgspec.json.encode(lived.previous).decode(),
    )
    return replace(lived, record=record)


def _end(lived: Lived) -> datetime | None:
    """Return when it ended; what the person said counts before what silence says."""
    finishes = [mark.at for mark in _finishes(lived) if mark.at <= _latest(lived)]
    if finishes:
        return max(finishes + _done(lived))
    return None if status_of(lived.marks) is not WorkoutStatus.FINISHED else _last_activity(lived)


def _finishes(lived: Lived) -> list[Mark]:
    return [mark for mark in lived.marks if mark.kind is MarkKind.FINISH]


def _latest(lived: Lived) -> datetime:
    return lived.record.started_at + LONGEST


def _done(lived: Lived) -> list[datetime]:
    """Return when its sets were done; one that was first spoken of days later was not done then."""
    return [one.at for one in lived.sets if not one.deleted and one.at <= _latest(lived)]


def _last_activity(lived: Lived) -> datetime:
    """Return when something was last done or ran, as far as is known; what was only corrected later is none of that."""
    marks = [mark for mark in counted(lived.marks, lived.sets) if mark.kind not in _ENDS]
    time = times_of(lived.blocks, marks)
    known = [lived.record.started_at, *_done(lived), *(mark.at for mark in marks)]
    if lived.sampled_at is not None:
        known.append(lived.sampled_at)
    if time.clock is not None and time.paused_at is None:
        known.append(ends_of(time.clock)[-1])
    return max(known)


def silent_at(lived: Lived) -> datetime:
    """Return when a workout that goes on will have been silent for too long, if nothing more is heard of it."""
    return max(_last_activity(lived), lived.record.last_at) + SILENCE


def deadlines(before: Lived | None, after: Lived, now: datetime) -> tuple[Deadline, ...]:
    """Return what a change sets anew or clears of what the workout has to do by itself.

    A turn or a rest that stays what it was is left alone: the one before it may be due, and not told yet.
    """
    was = None if before is None or before.over else before
    found: list[Deadline] = []
    if _turn(was, now) != _turn(after, now):
        found.append(turn_deadline(after, now))
    if _rested(was, now) != _rested(after, now):
        found.append(_deadline(after, "rest", _rested(after, now), WorkoutRested))
    if was is not None or not after.over:
        found.append(silence_deadline(after, now))
    return tuple(found)


def turn_deadline(lived: Lived, after: datetime) -> Deadline:
    """Return the end of the interval that runs after a moment, as a deadline."""
    return _deadline(lived, "turn", _turn(lived, after), WorkoutTurn)


def silence_deadline(lived: Lived, now: datetime) -> Deadline:
    """Return when a workout is to be finished by itself, as a deadline; not while more may be coming from a queue."""
    due = None if lived.over else max(silent_at(lived), now + QUEUE)
    return _deadline(lived, "silence", due, WorkoutSilent)


def _turn(lived: Lived | None, after: datetime) -> datetime | None:
    return None if lived is None or lived.over else turn_after(lived.time, after)


def _rested(lived: Lived | None, after: datetime) -> datetime | None:
    return None if lived is None or lived.over else rest_end_after(lived.time, after)


def _deadline(
    lived: Lived, name: str, due: datetime | None, command: type[WorkoutTurn | WorkoutRested | WorkoutSilent]
) -> Deadline:
    session_id = lived.record.session_id
    cause = f"workout:{session_id}:{name}"
    if due is None:
        return Deadline(cause=cause)
    given = command(id=1, data=WorkoutTimerData(session_id=session_id))
    return Deadline(cause=cause, due=due, command=given)


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
