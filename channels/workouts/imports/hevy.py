"""The file that Hevy exports: a row a set, start and end in the phone's time and in the language of the app.

Its columns are `title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,
weight_kg,reps,distance_km,duration_seconds,rpe`, every text quoted, empty where nothing applies (Julien-Au/gymcoach
issue 113, CodeWithCJ/SparkyFitness issues 170 and 300); who counts in pounds and miles has `weight_lbs` and
`distance_miles` (multiplex55/Multi_Hevy_Workout_Dashboard). Moments are `22 Dec 2025, 08:00`, with the months of the
app's language (DuarteSantos8/openGym pull request 273, aree6/LiftShift). `set_type` is normal, warmup, dropset or
failure; `exercise_notes` stand in each row of the exercise. What was done in turn (`superset_id`) is not kept.
"""

from typing import Final

from channels.wire.routine import SetKind
from channels.workouts.imports import cells
from channels.workouts.imports.dates import moment
from channels.workouts.imports.rows import Cells, Column, Importer, Row, Tool

_COLUMNS: Final = {
    "title": Column("workout"),
    "start time": Column("start"),
    "end time": Column("end"),
    "description": Column("workout note"),
    "exercise title": Column("exercise"),
    "exercise notes": Column("exercise note"),
    "set index": Column("order"),
    "set type": Column("kind"),
    "weight kg": Column("weight", "kg"),
    "weight lbs": Column("weight", "lb"),
    "reps": Column("reps"),
    "distance km": Column("distance", "km"),
    "distance miles": Column("distance", "mi"),
    "distance meters": Column("distance", "m"),
    "duration seconds": Column("seconds"),
    "rpe": Column("rpe"),
}
_KINDS: Final = {"warmup": SetKind.WARM_UP, "dropset": SetKind.DROP, "failure": SetKind.FAILURE}


def _row(row: Cells, importer: Importer) -> Row:
    """Read a row; raises RowError for one that is no set."""
    return Row(
        line=row.line,
        start=row.moment("start"),
        end=moment(row.text("end")),
        workout=row.text("workout"),
        exercise=row.text("exercise"),
        kind=_KINDS.get(row.text("kind").casefold(), SetKind.WORKING),
        mass=row.mass(importer),
        reps=row.read("reps", cells.reps),
        seconds=row.read("seconds", cells.seconds),
        distance=row.distance(importer),
        rpe=cells.effort(row.text("rpe")),
        exercise_note=row.text("exercise note"),
        workout_note=row.text("workout note"),
    )


HEVY: Final = Tool(source="hevy", columns=_COLUMNS, needed=frozenset({"start", "exercise"}), row=_row)
