"""A library's file, read whatever its format is: exercises in the order of their ids, and what was not taken."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from retrieval.importers import free_exercise_db, wger
from retrieval.importers.fields import explained
from retrieval.importers.records import Record, Refused, records_of
from retrieval.library import Exercise

SHIPPED: Final = Path(__file__).parent.parent / "libraries" / f"{free_exercise_db.FORMAT}.json"
"""The library that everybody has."""

_ExerciseOf: TypeAlias = Callable[[Mapping[str, Any]], tuple[Exercise, str]]
_FORMATS: Final[Mapping[str, _ExerciseOf]] = {
    free_exercise_db.FORMAT: free_exercise_db.exercise_of,
    wger.FORMAT: wger.exercise_of,
}


class Licensed(Struct, frozen=True):
    """An exercise, and what it may be used under."""

    exercise: Exercise
    licence: str


class Imported(Struct, frozen=True, kw_only=True):
    """What a file came to."""

    format: str
    taken: tuple[Licensed, ...]
    refused: tuple[Refused, ...]


def read(data: bytes) -> Imported:
    """Read a file. Of records with the same id the first is taken. Raises UnreadableError."""
    records = records_of(data)
    whole = [one.value for one in records if isinstance(one, Record)]
    name = wger.FORMAT if sum(map(wger.is_wger, whole)) * 2 > len(whole) else free_exercise_db.FORMAT
    taken: dict[str, Licensed] = {}
    lines: dict[str, int] = {}
    refused: list[Refused] = []
    for one in records:
        read_one = _read(one, _FORMATS[name])
        if isinstance(read_one, Refused):
            refused.append(read_one)
        elif (exercise_id := read_one.exercise.exercise_id) in taken:
            reason = f"the id {exercise_id} is that of line {lines[exercise_id]}"
            refused.append(Refused(line=one.line, field="id", reason=reason))
        else:
            taken[exercise_id], lines[exercise_id] = read_one, one.line
    in_order = tuple(taken[exercise_id] for exercise_id in sorted(taken))
    return Imported(format=name, taken=in_order, refused=tuple(refused))


def _read(record: Record | Refused, exercise_of: _ExerciseOf) -> Licensed | Refused:
    if isinstance(record, Refused):
        return record
    try:
        return Licensed(*exercise_of(record.value))
    except msgspec.ValidationError as error:
        field, reason = explained(str(error))
        return Refused(line=record.line, field=field, reason=reason)
