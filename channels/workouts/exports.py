"""A person's finished workouts as files: a row a set for spreadsheets, a document a workout for programs.

Masses and distances are as they were entered, and in kg and metres beside that, exactly. Moments are in UTC; the zone in
which the workout was done stands with them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from channels.wire.envelope import Moment
from channels.wire.workout import DoneSet, WorkoutStatus
from channels.wire.workout_events import FinishedWorkout
from channels.workouts.sets import OWN, done_of
from storage.records import ExerciseRecord, SetRecord, WorkoutRecord

Done: TypeAlias = tuple[WorkoutRecord, Sequence[SetRecord]]
"""A workout and its sets, as storage gives them."""

COLUMNS: Final = (
    "workout_id",
    "workout",
    "started_at",
    "ended_at",
    "time_zone",
    "origin",
    "origin_of",
    "workout_rpe",
    "workout_note",
    "set_number",
    "set_id",
    "set_at",
    "exercise_id",
    "exercise",
    "kind",
    "mass",
    "mass_unit",
    "mass_kg",
    "reps",
    "seconds",
    "distance",
    "distance_unit",
    "distance_metres",
    "rpe",
    "side",
    "set_note",
    "records",
)
"""The columns of the file for spreadsheets, each set with all that is said of its workout.

Sets are numbered from 1 in each workout, in the order in which they were done. `kind` is warm_up, working, drop or
failure; `records` are the kinds of records that a set was, with spaces between. What does not apply is empty. A workout
without sets is one row that has no set. Texts that a spreadsheet would take for a formula begin with an apostrophe.
"""
_NO_SET: Final = ("",) * (len(COLUMNS) - COLUMNS.index("set_number"))
_QUOTED: Final = re.compile(r'[",\r\n]')
_FORMULA: Final = re.compile(r"\s*[=+\-@]|[\t\r]")
_finished: Final = msgspec.json.Decoder(FinishedWorkout)


class ExportedSet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A set: when it was done, of what exercise by name, what was done as entered, and that in kg and metres."""

    set_id: UUID
    at: Moment
    exercise: str
    done: DoneSet
    mass_kg: Decimal | None = None
    metres: Decimal | None = None
    records: tuple[str, ...] = ()


class ExportedWorkout(Struct, frozen=True, kw_only=True):
    """A finished workout, whole: what it came to, what was planned, what was done."""

    workout: FinishedWorkout
    blocks: Raw
    sets: tuple[ExportedSet, ...]


class Form(Struct, frozen=True, kw_only=True):
    """How a file is written: `begin`, then the workouts with `between` between them, then `end`."""

    media_type: str
    begin: bytes
    between: bytes
    end: bytes
    piece: Callable[[WorkoutRecord, str, Sequence[SetRecord], Mapping[str, str]], bytes]

    def pieces(self, workouts: Iterable[Done], names: Mapping[str, str]) -> Iterator[bytes]:
        """Give what is to be written of each workout that is finished; `names` are of the library's exercises."""
        for record, sets in workouts:
            if record.status == WorkoutStatus.FINISHED and record.finished is not None:
                yield self.piece(record, record.finished, _in_order(sets), names)


def names_by_id(exercises: Iterable[ExerciseRecord]) -> dict[str, str]:
    """Return the names of exercises."""
    return {one.exercise_id: one.name for one in exercises}


def _rows(
    record: WorkoutRecord, _finished: str, sets: Sequence[SetRecord], names: Mapping[str, str]
) -> bytes:
    about = _about(record)
    done = [_said(number, one, names) for number, one in enumerate(sets, 1)]
    return b"".join(_row((*about, *cells)) for cells in done or [_NO_SET])


def _document(
    record: WorkoutRecord, finished: str, sets: Sequence[SetRecord], names: Mapping[str, str]
) -> bytes:
    document = ExportedWorkout(
        workout=_finished.decode(finished),
        blocks=Raw(record.blocks.encode()),
        sets=tuple(_exported(one, names) for one in sets),
    )
    return msgspec.json.encode(document)


def _in_order(sets: Iterable[SetRecord]) -> list[SetRecord]:
    return sorted((one for one in sets if not one.deleted), key=lambda one: (one.at, one.set_id))


def _name(exercise_id: str, names: Mapping[str, str]) -> str:
    return names.get(exercise_id, exercise_id.removeprefix(OWN))


def _exported(one: SetRecord, names: Mapping[str, str]) -> ExportedSet:
    return ExportedSet(
        set_id=one.set_id,
        at=one.at,
        exercise=_name(one.exercise_id, names),
        done=done_of(one),
        mass_kg=one.mass_kg,
        metres=one.metres,
        records=one.records,
    )


def _about(record: WorkoutRecord) -> tuple[str, ...]:
    return (
        str(record.session_id),
        _text(record.name),
        _moment(record.started_at),
        _moment(record.ended_at or record.last_at),
        record.time_zone,
        record.origin_kind,
        _text(record.origin_of),
        _number(record.rpe),
        _text(record.note),
    )


def _said(number: int, one: SetRecord, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        str(number),
        str(one.set_id),
        _moment(one.at),
        _text(one.exercise_id),
        _text(_name(one.exercise_id, names)),
        one.kind,
        _number(one.mass),
        one.mass_unit or "",
        _number(one.mass_kg),
        _number(one.reps),
        _number(one.seconds),
        _number(one.distance),
        one.distance_unit or "",
        _number(one.metres),
        _number(one.rpe),
        one.side or "",
        _text(one.note),
        " ".join(one.records),
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _number(value: Decimal | int | None) -> str:
    return "" if value is None else format(value, "f" if isinstance(value, Decimal) else "d")


def _text(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _row(cells: Iterable[str]) -> bytes:
    quoted = ('"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in cells)
    return (",".join(quoted) + "\r\n").encode()


CSV: Final = Form(media_type="text/csv", begin=_row(COLUMNS), between=b"", end=b"", piece=_rows)
"""UTF-8, written as RFC 4180 says: a header, and a row a set."""
JSON: Final = Form(media_type="application/json", begin=b"[", between=b",\n", end=b"]\n", piece=_document)
"""An array of `ExportedWorkout`."""
