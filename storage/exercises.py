"""Queries about the exercises of the library."""

from collections.abc import Sequence
from typing import Final

from asyncpg import Record

from storage.postgres import Link
from storage.records import ExerciseRecord

_COLUMNS: Final = """
SELECT exercise_id, name, primary_muscles, secondary_muscles, equipment, category, met_code, met, estimated
FROM exercises
"""
_BY_IDS: Final = f"{_COLUMNS} WHERE exercise_id = ANY ($1) ORDER BY exercise_id"
_ALL: Final = f"{_COLUMNS} ORDER BY exercise_id"


async def by_ids(link: Link, ids: Sequence[str]) -> tuple[ExerciseRecord, ...]:
    """Return those of the exercises that are of the library, in the order of their ids."""
    return tuple(_read(row) for row in await link.fetch(_BY_IDS, ids))


async def library(link: Link) -> tuple[ExerciseRecord, ...]:
    """Return all exercises, in the order of their ids."""
    return tuple(_read(row) for row in await link.fetch(_ALL))


def _read(row: Record) -> ExerciseRecord:
    values = {name: row[name] for name in ExerciseRecord.__struct_fields__}
    muscles = {name: tuple(values[name]) for name in ("primary_muscles", "secondary_muscles")}
    return ExerciseRecord(**values | muscles)
