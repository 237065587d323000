"""Libraries of exercises: what was imported, and which of them search uses."""

from collections.abc import Sequence
from typing import Final

import msgspec
from asyncpg import Record

from storage.library_records import LibraryExerciseRecord, LibraryRecord
from storage.postgres import Link

_LISTED: Final = """
SELECT l.*, (SELECT count(*) FROM library_exercises e WHERE e.library = l.name) AS exercises
FROM libraries l ORDER BY l.place, l.name
"""
_ONE: Final = """
SELECT l.*, (SELECT count(*) FROM library_exercises e WHERE e.library = l.name) AS exercises
FROM libraries l WHERE l.name = $1
"""
# The first library of all is used at once: without one nothing would be found.
_ADD: Final = """
INSERT INTO libraries (name, format, licence, fingerprint, imported_at, place)
SELECT $1, $2, '', '', now(), CASE WHEN NOT EXISTS (SELECT FROM libraries WHERE place IS NOT NULL) THEN 1 END
ON CONFLICT (name) DO NOTHING
"""
_LOCK: Final = "LOCK TABLE libraries IN SHARE ROW EXCLUSIVE MODE"
_EXERCISES: Final = """
SELECT * FROM library_exercises WHERE library = $1 ORDER BY exercise_id COLLATE "C"
"""
_BY_ID: Final = """
SELECT e.* FROM library_exercises e JOIN libraries l ON l.name = e.library
WHERE e.exercise_id = $1 ORDER BY l.place, l.name
"""
_SAVE: Final = """
INSERT INTO library_exercises
SELECT * FROM json_populate_recordset(NULL::library_exercises, $1::json)
ON CONFLICT (library, exercise_id) DO UPDATE SET
    licence = excluded.licence, name = excluded.name, aliases = excluded.aliases, category = excluded.category,
    equipment = excluded.equipment, primary_muscles = excluded.primary_muscles,
    secondary_muscles = excluded.secondary_muscles, level = excluded.level, force = excluded.force,
    mechanic = excluded.mechanic, instructions = excluded.instructions
"""
_SAVED: Final = """
UPDATE libraries SET fingerprint = $2, imported_at = now(), licence = (
    SELECT string_agg(
        CASE WHEN kinds = 1 THEN licence ELSE format('%s (%s)', licence, exercises) END, ', '
        ORDER BY exercises DESC, licence
    )
    FROM (
        SELECT e.licence, count(*) AS exercises, count(*) OVER () AS kinds
        FROM library_exercises e WHERE e.library = $1 GROUP BY e.licence
    )
)
WHERE name = $1
"""
_USE: Final = "UPDATE libraries SET place = array_position($1::text[], name)"


async def listed(link: Link) -> list[LibraryRecord]:
    """Return all libraries: those that search uses in their order, then the others by name."""
    return [LibraryRecord(**row) for row in await link.fetch(_LISTED)]


async def exercises(link: Link, library: str) -> list[LibraryExerciseRecord]:
    """Return a library's exercises in the order of their ids."""
    return [_read(row) for row in await link.fetch(_EXERCISES, library)]


async def by_id(link: Link, exercise_id: str) -> list[LibraryExerciseRecord]:
    """Return the exercises with an id: of the libraries that search uses in their order, then of the others by name."""
    return [_read(row) for row in await link.fetch(_BY_ID, exercise_id)]


async def claim(link: Link, name: str, source_format: str) -> LibraryRecord:
    """Return a library, a new one of this format if there is none; nobody else changes any until the transaction ends."""
    await link.execute(_LOCK)
    await link.execute(_ADD, name, source_format)
    return await _one(link, name)


async def save(
    link: Link, name: str, fingerprint: str, changed: Sequence[LibraryExerciseRecord]
) -> LibraryRecord:
    """Write a claimed library's new and changed exercises, and what the whole has come to."""
    await link.execute(_SAVE, msgspec.json.encode(changed).decode())
    await link.execute(_SAVED, name, fingerprint)
    return await _one(link, name)


async def use(link: Link, names: Sequence[str]) -> None:
    """Let search use these libraries, in this order, and no others."""
    await link.execute(_USE, list(names))


async def _one(link: Link, name: str) -> LibraryRecord:
    row = await link.fetchrow(_ONE, name)
    if row is None:
        raise LookupError(name)
    return LibraryRecord(**row)


def _read(row: Record) -> LibraryExerciseRecord:
    return msgspec.convert(dict(row), LibraryExerciseRecord)
