"""How a workout ends, and what every change of it comes to: records, corrections, deadlines."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.errors import Refusal
from channels.topics import user_topic, workout_topic
from channels.wire.envelope import Event
from channels.wire.routine import OriginKind
from channels.wire.workout import Record, WorkoutTime
from channels.wire.workout_commands import (
    SetReply,
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutReply,
    WorkoutSilent,
)
from channels.wire.workout_events import (
    FinishedWorkout,
    RecordData,
    WorkoutCorrected,
    WorkoutCorrectedData,
    WorkoutDiscarded,
    WorkoutDiscardedData,
    WorkoutEnded,
    WorkoutEndedData,
    WorkoutFinished,
    WorkoutFinishedData,
    WorkoutRecord,
    WorkoutRecordWithdrawn,
)
from channels.workouts.life import LIFE, Step
from channels.workouts.lived import (
    Lived,
    changed,
    deadlines,
    meant,
    origin_of,
    reply,
    silence_deadline,
    silent_at,
)
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.records import gained, lost, reached, standing
from channels.workouts.summary import finished_workout
from storage.records import PersonRecord, SetRecord, Workouts
from storage.records import WorkoutRecord as WorkoutRow

Save: TypeAlias = WorkoutRow | SetRecord
"""What a change of a workout saves: its row, and the sets that are new or were said anew."""

_finished: Final = msgspec.json.Decoder(FinishedWorkout)


def finish(
    person: PersonRecord, state: Workouts, command: WorkoutFinish, moment: Moment
) -> Decision[Save] | Refusal:
    """Finish a workout at `moment.at`, or at its last set when that came later."""
    lived = meant(state, command.data.session_id, Step.FINISH, moment)
    if isinstance(lived, Refusal):
        return lived
    mark = Mark(
        kind=MarkKind.FINISH,
        at=moment.at,
        key=command.key or moment.new_id,
        rpe=command.data.rpe,
        note=command.data.note,
    )
    return _ended_by(person, state, lived, mark, moment)


def silent(
    person: PersonRecord, state: Workouts, command: WorkoutSilent, moment: Moment
) -> Decision[Save] | Refusal:
    """Finish a workout of which nothing was heard for hours; not one whose sensors still tell of it."""
    lived = meant(state, command.data.session_id, Step.SILENCE, moment)
    if isinstance(lived, Refusal):
        return lived
    if silent_at(lived) > moment.at:
        return Decision(data=reply(lived), deadlines=(silence_deadline(lived, moment.at),))
    mark = Mark(kind=MarkKind.SILENCE, at=moment.at, key=moment.new_id)
    return _ended_by(person, state, lived, mark, moment)


def _ended_by(
    person: PersonRecord, state: Workouts, lived: Lived, mark: Mark, moment: Moment
) -> Decision[Save] | Refusal:
    after = changed(lived, moment, mark)
    if isinstance(after, Refusal):
        return after
    return settled(person, state, lived, after, moment, events=(), data=reply(after))


def discard(
    person: PersonRecord, state: Workouts, command: WorkoutDiscard, moment: Moment
) -> Decision[Save] | Refusal:
    """Throw a workout away, running or finished; what it was a record of is withdrawn."""
    lived = meant(state, command.data.session_id, Step.DISCARD, moment)
    if isinstance(lived, Refusal):
        return lived
    row = replace(lived.record, status=LIFE[lived.status, Step.DISCARD])
    after = replace(lived, record=row, sets=tuple(replace(one, deleted=True) for one in lived.sets))
    data = WorkoutDiscardedData(session_id=row.session_id, before=_kept(lived))
    told = WorkoutDiscarded(topic=user_topic(person.user_id), at=moment.at, data=data)
    return Decision(
        data=reply(after),
        saves=(row, *after.sets),
        events=(
            _ended(after, None, moment),
            told,
            *_records(person, lived, reached(lived, state.bests), (), moment),
        ),
        deadlines=deadlines(lived, after, moment.now),
    )


def settled(
    person: PersonRecord,
    state: Workouts,
    before: Lived,
    after: Lived,
    moment: Moment,
    *,
    events: tuple[Event, ...],
    data: WorkoutReply | SetReply,
) -> Decision[Save]:
    """Return the decision that a change of a workout is, with all that follows from it."""
    was, reached_now = reached(before, state.bests), reached(after, state.bests)
    held = standing(reached_now)
    done = finished_workout(after, state, held) if after.over else None
    row = after.record if done is None else replace(after.record, finished=msgspec.json.encode(done).decode())
    sets = _with_records(after, state, reached_now)
    known = {one.set_id: one for one in before.sets}
    if isinstance(data, SetReply):
        data = replace(data, records=tuple(one for one in held if one.set_id == data.set_id))
    return Decision(
        data=data,
        saves=(row, *(one for one in sets if known.get(one.set_id) != one)),
        events=(
            *events,
            *_endings(person, before, after, done, moment),
            *_records(person, after, was, reached_now, moment),
        ),
        deadlines=deadlines(before, after, moment.now),
    )


def _with_records(lived: Lived, state: Workouts, records: Sequence[Record]) -> list[SetRecord]:
    """Return a workout's sets, which say what records they were when they were done, as far as bests are known."""
    compared = {one.exercise_id for one in state.bests}
    return [
        replace(one, records=tuple(record.kind for record in records if record.set_id == one.set_id))
        if one.exercise_id in compared
        else one
        for one in lived.sets
    ]


def _endings(
    person: PersonRecord, before: Lived, after: Lived, done: FinishedWorkout | None, moment: Moment
) -> tuple[Event, ...]:
    """Say that a workout ended, or that one that had ended is another now."""
    if done is None:
        return ()
    topic, session_id = user_topic(person.user_id), after.record.session_id
    was = _kept(before)
    if was == done:
        return ()
    ended = _ended(after, done, moment)
    if was is None:
        told = WorkoutFinishedData(session_id=session_id, workout=done)
        return ended, WorkoutFinished(topic=topic, at=moment.at, data=told)
    corrected = WorkoutCorrectedData(session_id=session_id, before=was, after=done)
    return ended, WorkoutCorrected(topic=topic, at=moment.at, data=corrected)


def _ended(after: Lived, done: FinishedWorkout | None, moment: Moment) -> WorkoutEnded:
    """Say how it ended; of one that was thrown away (`done` is None) nothing is told."""
    data = WorkoutEndedData(
        session_id=after.record.session_id,
        status=after.status,
        ended_at=None if done is None else done.ended_at,
        note="" if done is None else done.note,
        time=WorkoutTime() if done is None else after.time,
        summary=None if done is None else done.summary,
    )
    return WorkoutEnded(topic=workout_topic(after.record.session_id), at=moment.at, data=data)


def _kept(lived: Lived) -> FinishedWorkout | None:
    return None if lived.record.finished is None else _finished.decode(lived.record.finished)


def _records(
    person: PersonRecord, lived: Lived, was: Sequence[Record], now: Sequence[Record], moment: Moment
) -> tuple[Event, ...]:
    """Say what is a record, and what is none any more, of all that were reached before and are now.

    What is withdrawn comes first: what takes its place may be of the same set. Of a workout that was imported nothing is
    said: years of history are no news, and would be thousands of them.
    """
    if origin_of(lived.record).kind is OriginKind.IMPORTED:
        return ()
    topic, session_id = user_topic(person.user_id), lived.record.session_id
    withdrawn = (
        WorkoutRecordWithdrawn(topic=topic, at=moment.at, data=RecordData(session_id=session_id, record=one))
        for one in lost(was, now)
    )
    told = (
        WorkoutRecord(topic=topic, at=moment.at, data=RecordData(session_id=session_id, record=one))
        for one in gained(standing(was), standing(now))
    )
    return (*withdrawn, *told)
