"""The file that Strong exports: a row a set, `Date` the start of the workout, in the phone's time.

Its columns have changed over the years and differ between phones. Seen are, in English,

- `Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE`
  (IgnisDa/ryot issue 1503; astashov/liftosaur pull request 384): units are not said;
- `Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;RPE;Distance;Distance Unit;Seconds;Notes;
  Workout Notes;Workout Duration` (mtanzim/vis-strong-go): semicolons, units in each row;
- `Workout #;Date;Workout Name;Duration (sec);Exercise Name;Set Order;Weight (kg);Reps;RPE;Distance (meters);Seconds;
  Notes;Workout Notes` (AlexandrosKyriakakis/StrongAppAnalytics issue 1): units in the columns' names;

and in German (jjaju/statlift). What does not apply is 0. `Set Order` is a number, or W, D or F for warm-up, drop set
and failure; rows of `Rest Timer` and `Note` are no sets (liftosaur 384, StrongAppAnalytics issue 1). Line ends within
notes are written as a backslash and an n.
"""

import re
from typing import Final

import msgspec

from channels.wire.routine import SetKind
from channels.workouts.imports import cells
from channels.workouts.imports.report import Reason
from channels.workouts.imports.rows import Cells, Column, Importer, Row, RowError, Tool

_COLUMNS: Final = {
    "date": Column("start"),
    "workout name": Column("workout"),
    "workout": Column("number"),
    "duration": Column("duration"),
    "duration sec": Column("duration", "s"),
    "workout duration": Column("duration"),
    "exercise name": Column("exercise"),
    "set order": Column("order"),
    "weight": Column("weight"),
    "weight kg": Column("weight", "kg"),
    "weight lb": Column("weight", "lb"),
    "weight lbs": Column("weight", "lb"),
    "weight unit": Column("weight unit"),
    "reps": Column("reps"),
    "rpe": Column("rpe"),
    "distance": Column("distance"),
    "distance meters": Column("distance", "m"),
    "distance km": Column("distance", "km"),
    "distance miles": Column("distance", "mi"),
    "distance unit": Column("distance unit"),
    "seconds": Column("seconds"),
    "notes": Column("note"),
    "workout notes": Column("workout note"),
    "datum": Column("start"),
    "name der ubung": Column("exercise"),
    "reihenfolge festlegen": Column("order"),
    "gewicht": Column("weight"),
    "wiederh": Column("reps"),
    "entfernung": Column("distance"),
    "sekunden": Column("seconds"),
    "notizen": Column("note"),
    "workout notizen": Column("workout note"),
    "dauer": Column("duration"),
    "workout dauer": Column("duration"),
}
_KINDS: Final = {"w": SetKind.WARM_UP, "d": SetKind.DROP, "f": SetKind.FAILURE}
_NUMBERED: Final = re.compile(r"(?:[0-9]+(?:\.0)?)?")


def _row(row: Cells, importer: Importer) -> Row:
    """Read a row; raises RowError for one that is no set."""
    order = row.text("order").casefold()
    if order == "rest timer":
        raise RowError(Reason.REST)
    said = Row(
        line=row.line,
        start=row.moment("start"),
        workout=row.text("workout"),
        exercise=row.text("exercise"),
        duration=cells.duration(row.text("duration"), in_seconds=row.unit("duration") == "s"),
        workout_note=_lines(row.text("workout note")),
    )
    if order == "note":
        return msgspec.structs.replace(said, exercise_note=_lines(row.text("note")), is_note=True)
    if not (order in _KINDS or _NUMBERED.fullmatch(order)):
        raise RowError(Reason.NOT_A_SET, value=row.text("order"))
    return msgspec.structs.replace(
        said,
        kind=_KINDS.get(order, SetKind.WORKING),
        mass=row.mass(importer),
        reps=row.read("reps", cells.reps),
        seconds=row.read("seconds", cells.seconds),
        distance=row.distance(importer),
        rpe=cells.effort(row.text("rpe")),
        note=_lines(row.text("note")),
    )


def _lines(text: str) -> str:
    return text.replace("\\n", "\n")


STRONG: Final = Tool(
    source="strong", columns=_COLUMNS, needed=frozenset({"start", "exercise", "order"}), row=_row
)
