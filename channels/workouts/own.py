"""Exercises of a person's own, as decisions: to keep one and to delete it.

One's own is named by `own:` and a name, as sets name it that were logged without it being kept. What was said last
counts, whatever arrives first: what was deleted stays as deleted, so that what was said of it before cannot bring it back.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.errors import Code, Refusal, invalid
from channels.topics import user_topic
from channels.wire.envelope import Detail, Event
from channels.wire.exercise import (
    ExerciseDelete,
    ExerciseDeleted,
    ExerciseDeletedData,
    ExerciseReply,
    ExerciseSave,
    ExerciseSaved,
    ExerciseSaveData,
    ExerciseSavedData,
    Force,
    Mechanic,
    OwnExercise,
    TrainingLevel,
)
from channels.workouts.matching import own_exercise
from channels.workouts.sets import OWN
from storage.library_records import Mine, OwnExerciseRecord
from storage.records import PersonRecord

MOST_OWN: Final = 500
"""How many a person may keep."""
MOST_BYTES: Final = 8 * 1024
"""What one may come to: search reads all of a person's own at once."""

_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")


def is_own(exercise_id: str) -> bool:
    """Say whether an id is that of an exercise of one's own, kept or not."""
    return exercise_id.startswith(OWN) and bool(exercise_id.removeprefix(OWN).strip())


def named(data: ExerciseSaveData) -> str | None:
    """Return the id of the exercise that is to be kept; None where there is nothing in its name."""
    return own_exercise(data.name) if data.exercise_id is None else data.exercise_id


def save(
    person: PersonRecord, state: Mine, command: ExerciseSave, moment: Moment
) -> Decision[OwnExerciseRecord] | Refusal:
    """Keep an exercise as it is said. One that was deleted before is kept again."""
    said = _said(person, command.data, moment)
    if isinstance(said, Refusal):
        return said
    known = state.own
    there = known is not None and known.deleted_at is None
    reply = ExerciseReply(exercise_id=said.exercise_id)
    if known is not None and _weight(said) <= _weight(known):
        return Decision(data=reply)
    if not there and state.kept >= MOST_OWN:
        return full("exercise_id", f"{MOST_OWN} are kept, which is the most")
    shown = shown_own(said)
    same = known is not None and there and shown_own(known) == shown
    told: tuple[Event, ...] = () if same else (_told(said, moment),)
    return Decision(data=reply, saves=(said,), events=told)


def delete(
    person: PersonRecord, state: Mine, command: ExerciseDelete, moment: Moment
) -> Decision[OwnExerciseRecord] | Refusal:
    """Delete an exercise; that one was deleted is remembered also where it was not known yet."""
    exercise_id = command.data.exercise_id
    if not is_own(exercise_id):
        return not_own(exercise_id)
    known = state.own
    before = _nothing(person, exercise_id, moment) if known is None else known
    gone = replace(before, updated_at=moment.at, deleted_at=moment.at)
    reply = ExerciseReply(exercise_id=exercise_id)
    if known is not None and _weight(gone) <= _weight(known):
        return Decision(data=reply)
    event = ExerciseDeleted(
        topic=user_topic(person.user_id), at=moment.at, data=ExerciseDeletedData(exercise_id=exercise_id)
    )
    there = known is not None and known.deleted_at is None
    return Decision(data=reply, saves=(gone,), events=(event,) if there else ())


def shown_own(one: OwnExerciseRecord) -> OwnExercise:
    """Return an exercise as its owner sees it."""
    return OwnExercise(
        exercise_id=one.exercise_id,
        name=one.name,
        aliases=one.aliases,
        category=one.category,
        equipment=one.equipment,
        primary_muscles=one.primary_muscles,
        secondary_muscles=one.secondary_muscles,
        level=None if one.level is None else TrainingLevel(one.level),
        force=None if one.force is None else Force(one.force),
        mechanic=None if one.mechanic is None else Mechanic(one.mechanic),
        instructions=one.instructions,
    )


def not_own(exercise_id: str) -> Refusal:
    """Refuse an id that is none of one's own."""
    detail = Detail(field="exercise_id", message="is no exercise of your own", value=exercise_id)
    return Refusal(code=Code.UNKNOWN_EXERCISE, details=(detail,))


def full(field: str, problem: str) -> Refusal:
    """Refuse one more than a person may keep."""
    return Refusal(code=Code.EXERCISES_FULL, details=(Detail(field=field, message=problem),))


def _said(person: PersonRecord, data: ExerciseSaveData, moment: Moment) -> OwnExerciseRecord | Refusal:
    """Return an exercise as it is said, in tidy words, each muscle once."""
    exercise_id, name = named(data), _tidy(data.name)
    if exercise_id is None or not name:
        return invalid("name", "has nothing in it")
    if not is_own(exercise_id):
        return not_own(exercise_id)
    first = _each(data.primary_muscles)
    said = OwnExerciseRecord(
        user_id=person.user_id,
        exercise_id=exercise_id,
        name=name,
        aliases=_each(data.aliases),
        category=_tidy(data.category),
        equipment=_each(data.equipment),
        primary_muscles=first,
        secondary_muscles=tuple(one for one in _each(data.secondary_muscles) if one not in first),
        level=data.level,
        force=data.force,
        mechanic=data.mechanic,
        instructions=tuple(one.strip() for one in data.instructions if one.strip()),
        updated_at=moment.at,
        deleted_at=None,
    )
    if not said.category:
        return invalid("category", "has nothing in it")
    if len(msgspec.json.encode(shown_own(said))) > MOST_BYTES:
        return invalid("instructions", f"make it longer than {MOST_BYTES} bytes")
    return said


def _nothing(person: PersonRecord, exercise_id: str, moment: Moment) -> OwnExerciseRecord:
    """Return an exercise of which nothing is known but that it is named."""
    return OwnExerciseRecord(
        user_id=person.user_id,
        exercise_id=exercise_id,
        name=exercise_id.removeprefix(OWN),
        aliases=(),
        category="",
        equipment=(),
        primary_muscles=(),
        secondary_muscles=(),
        level=None,
        force=None,
        mechanic=None,
        instructions=(),
        updated_at=moment.at,
        deleted_at=None,
    )


def _told(said: OwnExerciseRecord, moment: Moment) -> ExerciseSaved:
    data = ExerciseSavedData(exercise=shown_own(said))
    return ExerciseSaved(topic=user_topic(said.user_id), at=moment.at, data=data)


def _weight(one: OwnExerciseRecord) -> tuple[object, ...]:
    """Return what decides between two things that were said: the later, at once a deletion, else the greater."""
    gone = one.deleted_at is not None
    return one.updated_at, gone, b"" if gone else msgspec.json.encode(shown_own(one))


def _tidy(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _each(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy for word in words if (tidy := _tidy(word))))
