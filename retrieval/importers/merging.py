"""What an import makes of a library that is there already.

Exercises are known by their ids. Those that the file has take the file's place; those that it does not have stay, and
are counted: a file may be one page of many, and what people have trained goes by these ids.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from retrieval.importers.reading import Licensed
from retrieval.library import Exercise, Library
from storage.library_records import LibraryExerciseRecord, LibraryRecord


class Merged(Struct, frozen=True, kw_only=True):
    """New and changed exercises to be written, how many else there are, and the whole library's fingerprint."""

    new: tuple[LibraryExerciseRecord, ...]
    changed: tuple[LibraryExerciseRecord, ...]
    unchanged: int
    staying: int
    fingerprint: str


def merged(name: str, before: Sequence[LibraryExerciseRecord], taken: Iterable[Licensed]) -> Merged:
    """Return what taken exercises make of the library of this name."""
    known = {one.exercise_id: one for one in before}
    imported = {one.exercise.exercise_id: _record_of(name, one) for one in taken}
    after = known | imported
    new = tuple(one for exercise_id, one in imported.items() if exercise_id not in known)
    changed = tuple(one for exercise_id, one in imported.items() if known.get(exercise_id, one) != one)
    return Merged(
        new=new,
        changed=changed,
        unchanged=len(imported) - len(new) - len(changed),
        staying=len(known.keys() - imported.keys()),
        fingerprint=_library(name, "", [after[exercise_id] for exercise_id in sorted(after)]).fingerprint,
    )


def library_of(library: LibraryRecord, exercises: Iterable[LibraryExerciseRecord]) -> Library:
    """Return a library as the search takes it, of its rows in the order of their ids."""
    return _library(library.name, library.licence, exercises)


def _library(name: str, licence: str, exercises: Iterable[LibraryExerciseRecord]) -> Library:
    return Library(name=name, licence=licence, exercises=tuple(map(_exercise_of, exercises)))


def _exercise_of(record: LibraryExerciseRecord) -> Exercise:
    return Exercise(**{name: getattr(record, name) for name in Exercise.__struct_fields__})


def _record_of(library: str, licensed: Licensed) -> LibraryExerciseRecord:
    fields: dict[str, Any] = {name: getattr(licensed.exercise, name) for name in Exercise.__struct_fields__}
    return LibraryExerciseRecord(library=library, licence=licensed.licence, **fields)
