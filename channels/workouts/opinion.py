"""What a person thinks of exercises, and what they train with, as decisions. What was said last counts, in whatever order it comes."""

from datetime import datetime
from typing import Final

import msgspec

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal, invalid
from channels.topics import user_topic
from channels.wire.envelope import Detail
from channels.wire.exercise import (
    BodyLimit,
    Equipment,
    ExerciseMark,
    ExerciseMarked,
    ExerciseMarkedData,
    ExerciseMarkSet,
    ExerciseReply,
    TrainingLevel,
    TrainingProfile,
    TrainingProfileChanged,
    TrainingProfileChangedData,
    TrainingProfileReply,
    TrainingProfileSet,
)
from channels.workouts.own import full, is_own
from storage.library_records import ExerciseMarkRecord, Mine, TrainingProfileRecord
from storage.records import PersonRecord

MOST_MARKED: Final = 2_000
"""Of how many exercises a person may say something."""


def mark(
    person: PersonRecord, state: Mine, command: ExerciseMarkSet, moment: Moment
) -> Decision[ExerciseMarkRecord] | Refusal:
    """Take all that a person thinks of an exercise, of a library or named as their own."""
    data = command.data
    if data.favourite and data.disliked:
        return invalid("disliked", "says the opposite of `favourite`; send one of the two")
    if not state.known and not is_own(data.exercise_id):
        detail = Detail(field="exercise_id", message="is no exercise of a library", value=data.exercise_id)
        return Refusal(code=Code.UNKNOWN_EXERCISE, details=(detail,))
    said = ExerciseMarkRecord(
        user_id=person.user_id,
        exercise_id=data.exercise_id,
        favourite=data.favourite,
        disliked=data.disliked,
        note=data.note.strip(),
        updated_at=moment.at,
    )
    known = state.mark
    reply = ExerciseReply(exercise_id=said.exercise_id)
    if known is not None and _weight(said, shown_mark(said)) <= _weight(known, shown_mark(known)):
        return Decision(data=reply)
    nothing = ExerciseMark(exercise_id=said.exercise_id)
    before = nothing if known is None else shown_mark(known)
    after = shown_mark(said)
    if before == nothing and after != nothing and state.marked >= MOST_MARKED:
        return full("exercise_id", f"something is said of {MOST_MARKED}, which is the most")
    event = ExerciseMarked(
        topic=user_topic(person.user_id), at=moment.at, data=ExerciseMarkedData(mark=after)
    )
    return Decision(data=reply, saves=(said,), events=() if after == before else (event,))


def set_profile(
    person: PersonRecord, state: Mine, command: TrainingProfileSet, moment: Moment
) -> Decision[TrainingProfileRecord]:
    """Take the whole profile, each thing once."""
    data = command.data
    said = TrainingProfileRecord(
        user_id=person.user_id,
        equipment=None if data.equipment is None else tuple(sorted(set(data.equipment))),
        limits=tuple(sorted(set(data.limits))),
        level=data.level,
        updated_at=moment.at,
    )
    known, after = state.profile, shown_profile(said)
    if known is not None and _weight(said, after) <= _weight(known, shown_profile(known)):
        return Decision(data=TrainingProfileReply(profile=shown_profile(known)))
    event = TrainingProfileChanged(
        topic=user_topic(person.user_id),
        at=moment.at,
        data=TrainingProfileChangedData(user_id=person.user_id, profile=after),
    )
    same = known is not None and shown_profile(known) == after
    return Decision(data=TrainingProfileReply(profile=after), saves=(said,), events=() if same else (event,))


def shown_mark(one: ExerciseMarkRecord) -> ExerciseMark:
    """Return what a person thinks of an exercise as they see it."""
    return ExerciseMark(
        exercise_id=one.exercise_id, favourite=one.favourite, disliked=one.disliked, note=one.note
    )


def shown_profile(one: TrainingProfileRecord) -> TrainingProfile:
    """Return a profile as the person's own devices see it."""
    return TrainingProfile(
        equipment=None if one.equipment is None else tuple(map(Equipment, one.equipment)),
        limits=tuple(map(BodyLimit, one.limits)),
        level=None if one.level is None else TrainingLevel(one.level),
    )


def _weight(
    one: ExerciseMarkRecord | TrainingProfileRecord, shown: ExerciseMark | TrainingProfile
) -> tuple[datetime, bytes]:
    """Return what decides between two things that were said: the later, at once the greater."""
    return one.updated_at, msgspec.json.encode(shown)
