"""The file for spreadsheets that is exported here (`channels.workouts.exports`): a row a set.

It comes back from another account or server, or to the person's own, where its workouts are known by their ids. What is
reckoned from the rest, and the workout's plan and place of origin, are not taken over.
"""

import re
from typing import Final
from uuid import UUID

from channels.wire.routine import SetKind
from channels.wire.workout import Side
from channels.workouts.imports import cells
from channels.workouts.imports.dates import moment
from channels.workouts.imports.rows import Cells, Column, Importer, Row, Tool

_COLUMNS: Final = {
    "workout id": Column("id"),
    "workout": Column("workout"),
    "started at": Column("start"),
    "ended at": Column("end"),
    "workout rpe": Column("workout rpe"),
    "workout note": Column("workout note"),
    "exercise": Column("exercise"),
    "kind": Column("kind"),
    "mass": Column("weight"),
    "mass unit": Column("weight unit"),
    "reps": Column("reps"),
    "seconds": Column("seconds"),
    "distance": Column("distance"),
    "distance unit": Column("distance unit"),
    "rpe": Column("rpe"),
    "side": Column("side"),
    "set note": Column("note"),
}
_KINDS: Final = {kind.value: kind for kind in SetKind}
_SIDES: Final = {side.value: side for side in Side}
_NO_FORMULA: Final = re.compile(r"'(?=\s*[=+\-@]|[\t\r])")


def _row(row: Cells, importer: Importer) -> Row:
    """Read a row; raises RowError for one that is no set."""
    return Row(
        line=row.line,
        known_as=_id(row.text("id")),
        start=row.moment("start"),
        end=moment(row.text("end")),
        workout=_text(row.text("workout")),
        exercise=_text(row.text("exercise")),
        kind=_KINDS.get(row.text("kind"), SetKind.WORKING),
        mass=row.mass(importer),
        reps=row.read("reps", cells.reps),
        seconds=row.read("seconds", cells.seconds),
        distance=row.distance(importer),
        rpe=cells.effort(row.text("rpe")),
        side=_SIDES.get(row.text("side")),
        note=_text(row.text("note")),
        workout_note=_text(row.text("workout note")),
        workout_rpe=cells.effort(row.text("workout rpe")),
    )


def _text(text: str) -> str:
    """Return a text without the apostrophe that kept spreadsheets from taking it for a formula."""
    return _NO_FORMULA.sub("", text, count=1) if text.startswith("'") else text


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


OWN_FILE: Final = Tool(
    source="cornerman", columns=_COLUMNS, needed=frozenset({"id", "start", "workout", "exercise"}), row=_row
)
