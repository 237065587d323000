"""Timers that are due, and putting one off."""

from collections.abc import Sequence
from typing import Final

from storage.log import ALL_BUCKETS
from storage.postgres import Link
from storage.records import TimerRecord

# A bucket at a time, so that the index gives each bucket's first rows in order however many are due.
_DUE: Final = """
SELECT t.owner, t.cause, t.command, t.payload, t.version,
    extract(epoch FROM t.due - statement_timestamp())::double precision AS wait_seconds
FROM unnest($1::smallint[]) AS b (bucket)
CROSS JOIN LATERAL (
    SELECT * FROM timers
    WHERE timers.bucket = b.bucket AND timers.due <= statement_timestamp() + make_interval(secs => $2)
        AND timers.command = ANY ($3)
    ORDER BY timers.due LIMIT $4
) t
ORDER BY t.due LIMIT $4
"""
_POSTPONE: Final = """
UPDATE timers SET due = clock_timestamp() + make_interval(secs => $4)
WHERE owner = $1 AND cause = $2 AND version = $3
"""


async def due_timers(
    link: Link, *, within_seconds: float, commands: Sequence[str], limit: int
) -> list[TimerRecord]:
    """Return the timers of these commands that are due now or soon, the earliest first, `limit` at most."""
    rows = await link.fetch(_DUE, ALL_BUCKETS, within_seconds, commands, limit)
    return [TimerRecord(**{name: row[name] for name in TimerRecord.__struct_fields__}) for row in rows]


async def postpone(link: Link, timer: TimerRecord, *, seconds: float) -> None:
    """Let a timer come again later, if it still stands."""
    await link.execute(_POSTPONE, timer.owner, timer.cause, timer.version, seconds)
