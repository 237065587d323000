"""Queries about routines."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from storage.commands import Claim, Claimed, read_claim
from storage.fasting import EVER
from storage.postgres import Link
from storage.records import Append, ExerciseRecord, RoutineRecord, Routines, SharedRoutineRecord

_LOAD: Final = """
SELECT c.*, r.named, r.shared, r.author, r.kept, r.exercises, r.fresh_link
FROM claim_command($1, $2, $3, $4, $5, $6, $7) c
LEFT JOIN LATERAL load_routine(c.claimed_user, $8, $9, $10) r ON true
"""
_SAVE: Final = """
WITH saved AS (
    INSERT INTO routines (
        user_id, routine_id, name, note, blocks, origin_kind, origin_of, link, created_at, updated_at, deleted_at
    ) VALUES ($13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
    ON CONFLICT (user_id, routine_id) DO UPDATE
    SET name = excluded.name, note = excluded.note, blocks = excluded.blocks, link = excluded.link,
        updated_at = excluded.updated_at, deleted_at = excluded.deleted_at
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_ONE: Final = """
SELECT user_id, routine_id, name, note, blocks, origin_kind, origin_of, link, created_at, updated_at, deleted_at
FROM routines WHERE user_id = $1 AND routine_id = $2 AND deleted_at IS NULL
"""
_BY_LINK: Final = """
SELECT r.user_id, r.routine_id, r.name, r.note, r.blocks, r.origin_kind, r.origin_of, r.link, r.created_at,
    r.updated_at, r.deleted_at, u.name AS author
FROM routines r JOIN users u ON u.id = r.user_id
WHERE r.link = $1 AND u.suspended_at IS NULL AND u.deleted_at IS NULL
"""
_KEPT: Final = """
SELECT user_id, routine_id, name, note, blocks, origin_kind, origin_of, link, created_at, updated_at, deleted_at
FROM routines
WHERE user_id = $1 AND deleted_at IS NULL AND (updated_at, routine_id) < ($2, $3)
ORDER BY updated_at DESC, routine_id DESC LIMIT $4
"""

FIRST: Final = (EVER, UUID(int=2**128 - 1))
"""Before the newest of all routines."""
BEHIND: Final = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
"""Behind the oldest."""

_routine = msgspec.json.Decoder(RoutineRecord)
_exercises = msgspec.json.Decoder(tuple[ExerciseRecord, ...])


class Wanted(Struct, frozen=True, kw_only=True):
    """What a command about routines needs: see `load_routine` in the migrations."""

    routine_id: UUID | None = None
    link: str | None = None
    exercises: tuple[str, ...] = ()


async def load(link: Link, claim: Claim, wanted: Wanted) -> tuple[Claimed, Routines]:
    """Claim a command about routines; return with it all that its decision needs."""
    row = await link.fetchrow(_LOAD, *claim.arguments(), wanted.routine_id, wanted.link, wanted.exercises)
    if row is None:
        raise LookupError("claim_command returned no row")
    return read_claim(row), Routines(
        named=None if row["named"] is None else _routine.decode(row["named"]),
        shared=None
        if row["shared"] is None
        else SharedRoutineRecord(routine=_routine.decode(row["shared"]), author=row["author"]),
        kept=row["kept"],
        exercises=_exercises.decode(row["exercises"] or "[]"),
        fresh_link=row["fresh_link"],
    )


async def save(link: Link, saves: tuple[RoutineRecord, ...], append: Append) -> list[int]:
    """Save the routine that a command changed, and commit. Returns the events' offsets."""
    (routine,) = saves
    values = (getattr(routine, name) for name in RoutineRecord.__struct_fields__)
    offsets: list[int] = await link.fetchval(_SAVE, *append.arguments(), *values)
    return offsets


async def by_id(link: Link, user_id: UUID, routine_id: UUID) -> RoutineRecord | None:
    """Return a person's routine, or None."""
    row = await link.fetchrow(_ONE, user_id, routine_id)
    return None if row is None else _read(row)


async def by_link(link: Link, shared: str) -> SharedRoutineRecord | None:
    """Return the routine that a link opens, whosoever it is; None when it opens nothing, or nothing any more."""
    row = await link.fetchrow(_BY_LINK, shared)
    return None if row is None else SharedRoutineRecord(routine=_read(row), author=row["author"])


async def kept(
    link: Link, user_id: UUID, *, after: tuple[datetime, UUID] = FIRST, limit: int
) -> list[RoutineRecord]:
    """Return a person's routines, the last changed first, `limit` at most.

    `after` is the (updated_at, routine_id) of the last one that was seen.
    """
    return [_read(row) for row in await link.fetch(_KEPT, user_id, *after, limit)]


def _read(row: Record) -> RoutineRecord:
    return RoutineRecord(**{name: row[name] for name in RoutineRecord.__struct_fields__})
