"""Queries about fasts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from storage.commands import Claim, Claimed, read_claim
from storage.postgres import Link
from storage.records import Append, FastRecord, Fasts

_LOAD: Final = """
SELECT c.*, f.user_id, f.session_id, f.protocol_id, f.started_at, f.target_end_at, f.target_reached_at, f.actual_end_at,
    f.status, f.outcome
FROM claim_command($1, $2, $3, $4, $5, $6, $7) c
LEFT JOIN LATERAL load_fasts(c.claimed_user, $8) f ON true
"""
_SAVE: Final = """
WITH saved AS (
    INSERT INTO fasting_sessions (
        user_id, session_id, protocol_id, started_at, target_end_at, target_reached_at, actual_end_at, status, outcome
    ) VALUES ($13, $14, $15, $16, $17, $18, $19, $20, $21)
    ON CONFLICT (user_id, session_id) DO UPDATE
    SET target_reached_at = excluded.target_reached_at, actual_end_at = excluded.actual_end_at,
        status = excluded.status, outcome = excluded.outcome, updated_at = now()
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_ONE: Final = """
SELECT user_id, session_id, protocol_id, started_at, target_end_at, target_reached_at, actual_end_at, status, outcome
FROM fasting_sessions WHERE user_id = $1 AND session_id = $2
"""
_RUNNING: Final = """
SELECT user_id, session_id, protocol_id, started_at, target_end_at, target_reached_at, actual_end_at, status, outcome
FROM fasting_sessions WHERE user_id = ANY ($1) AND status <> 'ended'
"""
_HISTORY: Final = """
SELECT user_id, session_id, protocol_id, started_at, target_end_at, target_reached_at, actual_end_at, status, outcome
FROM fasting_sessions
WHERE user_id = $1 AND started_at >= $2 AND started_at < $3 AND (started_at, session_id) < ($4, $5)
    AND status = ANY ($6)
ORDER BY started_at DESC, session_id DESC LIMIT $7
"""

EVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
STATUSES: Final = ("active", "completed", "ended")


class FastFilter(Struct, frozen=True, kw_only=True):
    """Which fasts: begun in [since, until) and of these statuses.

    The newest come first; `after` is the (started_at, session_id) of the last one that was seen.
    """

    since: datetime = datetime(1, 1, 1, tzinfo=UTC)
    until: datetime = EVER
    statuses: Sequence[str] = STATUSES
    after: tuple[datetime, UUID] = (EVER, UUID(int=2**128 - 1))


async def load(link: Link, wanted: Claim, session_id: UUID | None = None) -> tuple[Claimed, Fasts]:
    """Claim a fasting command; return with it the running fast, the one of `session_id`, the end of the last."""
    rows = await link.fetch(_LOAD, *wanted.arguments(), session_id)
    if not rows:
        raise LookupError("claim_command returned no row")
    fasts = [read_fast(row) for row in rows if row["session_id"] is not None]
    ends = [fast.actual_end_at for fast in fasts if fast.actual_end_at is not None]
    return read_claim(rows[0]), Fasts(
        running=next((fast for fast in fasts if fast.status != "ended"), None),
        named=next((fast for fast in fasts if fast.session_id == session_id), None),
        last_end_at=max(ends, default=None),
    )


async def save(link: Link, saves: tuple[FastRecord, ...], append: Append) -> list[int]:
    """Save the fast that a command changed, and commit. Returns the events' offsets."""
    (fast,) = saves
    offsets: list[int] = await link.fetchval(_SAVE, *append.arguments(), *_values(fast))
    return offsets


async def by_id(link: Link, user_id: UUID, session_id: UUID) -> FastRecord | None:
    """Return a person's fast, or None."""
    row = await link.fetchrow(_ONE, user_id, session_id)
    return None if row is None else read_fast(row)


async def current(link: Link, user_id: UUID) -> FastRecord | None:
    """Return a person's running fast, or None."""
    return (await running(link, [user_id])).get(user_id)


async def running(link: Link, user_ids: Sequence[UUID]) -> dict[UUID, FastRecord]:
    """Return the running fasts of many people, by person."""
    return {row["user_id"]: read_fast(row) for row in await link.fetch(_RUNNING, user_ids)}


async def history(link: Link, user_id: UUID, wanted: FastFilter, *, limit: int) -> list[FastRecord]:
    """Return a person's fasts, the newest first, `limit` at most."""
    rows = await link.fetch(
        _HISTORY, user_id, wanted.since, wanted.until, *wanted.after, wanted.statuses, limit
    )
    return [read_fast(row) for row in rows]


def read_fast(row: Record) -> FastRecord:
    """Read the columns of a fast."""
    return FastRecord(**{name: row[name] for name in FastRecord.__struct_fields__})


def _values(fast: FastRecord) -> tuple[object, ...]:
    return tuple(getattr(fast, name) for name in FastRecord.__struct_fields__)
