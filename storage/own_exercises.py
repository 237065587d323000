"""Exercises that people have added for themselves, and what they think of any."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from storage.library_records import ExerciseMarkRecord, OwnExerciseRecord
from storage.postgres import Link

_KEPT: Final = """
SELECT * FROM own_exercises WHERE user_id = $1 AND deleted_at IS NULL ORDER BY exercise_id COLLATE "C"
"""
_ONE: Final = "SELECT * FROM own_exercises WHERE user_id = $1 AND exercise_id = $2 AND deleted_at IS NULL"
_MARKS: Final = """
SELECT * FROM exercise_marks WHERE user_id = $1 AND ($2::text[] IS NULL OR exercise_id = ANY ($2))
"""
_KNOWN: Final = """
SELECT EXISTS (SELECT FROM library_exercises l WHERE l.exercise_id = $1)
    OR EXISTS (SELECT FROM exercises e WHERE e.exercise_id = $1)
"""


async def kept(link: Link, user_id: UUID) -> list[OwnExerciseRecord]:
    """Return a person's own exercises in the order of their ids."""
    return [msgspec.convert(dict(row), OwnExerciseRecord) for row in await link.fetch(_KEPT, user_id)]


async def by_id(link: Link, user_id: UUID, exercise_id: str) -> OwnExerciseRecord | None:
    """Return an exercise of a person's own, or None."""
    row = await link.fetchrow(_ONE, user_id, exercise_id)
    return None if row is None else msgspec.convert(dict(row), OwnExerciseRecord)


async def marks(
    link: Link, user_id: UUID, exercise_ids: Sequence[str] | None = None
) -> dict[str, ExerciseMarkRecord]:
    """Return what a person thinks of these exercises, or of all, by the ids of those that they have marked."""
    rows = await link.fetch(_MARKS, user_id, exercise_ids)
    return {row["exercise_id"]: ExerciseMarkRecord(**row) for row in rows}


async def is_known(link: Link, exercise_id: str) -> bool:
    """Say whether an exercise is of a library."""
    known: bool = await link.fetchval(_KNOWN, exercise_id)
    return known
