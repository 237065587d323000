"""Reading the log: heads, ranges, and what was inserted lately."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from storage.postgres import Link
from storage.records import LoggedEvent

_HEADS: Final = "SELECT topic, head FROM topic_heads WHERE topic = ANY ($1)"
_RANGE: Final = """
SELECT topic, "offset", body FROM events
WHERE topic = $1 AND "offset" > $2 AND "offset" <= $3
ORDER BY "offset" LIMIT $4
"""
_TAIL: Final = """
SELECT topic, max("offset") AS head FROM events
WHERE bucket = ANY ($1) AND inserted_at > statement_timestamp() - make_interval(secs => $2)
GROUP BY topic
"""
_NOW: Final = "SELECT clock_timestamp()"
_WEEKS: Final = "SELECT ensure_event_weeks($1)"
_DROP_WEEKS: Final = "SELECT drop_event_weeks($1)"

ALL_BUCKETS: Final = tuple(range(16))


async def heads(link: Link, topics: Sequence[str]) -> dict[str, int]:
    """Return each topic's newest offset; 0 for a topic without events."""
    found = {row["topic"]: row["head"] for row in await link.fetch(_HEADS, topics)}
    return {topic: found.get(topic, 0) for topic in topics}


async def read(link: Link, topic: str, after: int, until: int, *, limit: int) -> list[LoggedEvent]:
    """Return the events of (after, until] in order, `limit` at most."""
    rows = await link.fetch(_RANGE, topic, after, until, limit)
    return [LoggedEvent(topic=row["topic"], offset=row["offset"], body=row["body"]) for row in rows]


async def inserted_within(link: Link, seconds: float) -> dict[str, int]:
    """Return, for each topic that got events in the last seconds, the newest offset among them."""
    return {row["topic"]: row["head"] for row in await link.fetch(_TAIL, ALL_BUCKETS, seconds)}


async def database_now(link: Link) -> datetime:
    """Return the database's clock."""
    now: datetime = await link.fetchval(_NOW)
    return now


async def ensure_weeks(link: Link, *, ahead: int) -> None:
    """Make the partitions of the running week and of the weeks ahead."""
    await link.execute(_WEEKS, ahead)


async def drop_weeks(link: Link, *, kept: int) -> None:
    """Drop the partitions of weeks that ended more than `kept` weeks ago."""
    await link.execute(_DROP_WEEKS, kept)
