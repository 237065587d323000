"""What people keep of their own in exercises, written as it stands."""

from typing import Final

from storage.library_records import ExerciseMarkRecord, OwnExerciseRecord
from storage.postgres import Link

_KEEP: Final = """
INSERT INTO own_exercises (
    user_id, exercise_id, name, aliases, category, equipment, primary_muscles, secondary_muscles, level, force, mechanic,
    instructions, updated_at, deleted_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (user_id, exercise_id) DO UPDATE SET
    name = excluded.name, aliases = excluded.aliases, category = excluded.category, equipment = excluded.equipment,
    primary_muscles = excluded.primary_muscles, secondary_muscles = excluded.secondary_muscles, level = excluded.level,
    force = excluded.force, mechanic = excluded.mechanic, instructions = excluded.instructions,
    updated_at = excluded.updated_at, deleted_at = excluded.deleted_at
"""
_MARK: Final = """
INSERT INTO exercise_marks (user_id, exercise_id, favourite, disliked, note, updated_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_id, exercise_id) DO UPDATE SET
    favourite = excluded.favourite, disliked = excluded.disliked, note = excluded.note, updated_at = excluded.updated_at
"""


async def keep(link: Link, own: OwnExerciseRecord) -> None:
    """Keep an exercise of a person's own as it is now, deleted ones too."""
    await link.execute(_KEEP, *(getattr(own, name) for name in OwnExerciseRecord.__struct_fields__))


async def mark(link: Link, own: ExerciseMarkRecord) -> None:
    """Keep what a person thinks of an exercise."""
    await link.execute(_MARK, *(getattr(own, name) for name in ExerciseMarkRecord.__struct_fields__))
