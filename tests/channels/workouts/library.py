"""The exercises of the library, as the migration writes them."""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from channels.workouts.matching import Names, names_of
from storage.migrate import MIGRATIONS
from storage.records import ExerciseRecord

FIXTURES: Final = Path(__file__).parent / "imports" / "fixtures"
_TEXT: Final = r"'((?:[^']|'')*)'"
_ROW: Final = re.compile(
    rf"^ +\({_TEXT}, {_TEXT}, '\{{(.*?)\}}', '\{{(.*?)\}}', {_TEXT}, {_TEXT}\)", re.MULTILINE
)


@cache
def library() -> tuple[ExerciseRecord, ...]:
    """All exercises; their costs are left aside."""
    sql = (MIGRATIONS / "0004_exercises.sql").read_text(encoding="utf-8")
    return tuple(_exercise(*row) for row in _ROW.findall(sql))


@cache
def names() -> Names:
    """The library by name."""
    return names_of(library())


def _exercise(
    exercise_id: str, name: str, primary: str, secondary: str, equipment: str, category: str
) -> ExerciseRecord:
    return ExerciseRecord(
        exercise_id=exercise_id.replace("''", "'"),
        name=name.replace("''", "'"),
        primary_muscles=tuple(primary.split(",")),
        secondary_muscles=tuple(filter(None, secondary.split(","))),
        equipment=equipment,
        category=category,
        met_code="02054",
        met=Decimal("3.5"),
        estimated=False,
    )
