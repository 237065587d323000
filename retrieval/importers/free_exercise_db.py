"""free-exercise-db: https://github.com/yuhonas/free-exercise-db, one list of objects as its `schema.json` says.

It has no equipment (`null`) where it does not know any, and names some primary muscles as secondary ones once more.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from retrieval.importers.fields import Name, Names, SourceId, Steps, Word, Words, each_once, spaced, steps_of
from retrieval.library import Exercise

FORMAT: Final = "free-exercise-db"
LICENCE: Final = "public domain (Unlicense)"


class _Row(Struct, frozen=True, kw_only=True, rename="camel"):
    id: SourceId
    name: Name
    alternate_names: Names = ()
    category: Word
    equipment: Word | None = None
    primary_muscles: Words
    secondary_muscles: Words = ()
    level: Literal["beginner", "intermediate", "expert"] | None = None
    force: Literal["pull", "push", "static"] | None = None
    mechanic: Literal["compound", "isolation"] | None = None
    instructions: Steps = ()


def exercise_of(value: Mapping[str, Any]) -> tuple[Exercise, str]:
    """Return the exercise of a record, and what it may be used under. Raises msgspec.ValidationError."""
    row = msgspec.convert(value, _Row)
    name = spaced(row.name)
    primary = each_once(row.primary_muscles)
    exercise = Exercise(
        exercise_id=row.id,
        name=name,
        aliases=each_once(row.alternate_names, (name,)),
        category=spaced(row.category),
        equipment=each_once((row.equipment,)) if row.equipment else (),
        primary_muscles=primary,
        secondary_muscles=each_once(row.secondary_muscles, primary),
        level=row.level,
        force=row.force,
        mechanic=row.mechanic,
        instructions=steps_of(row.instructions),
    )
    return exercise, LICENCE
