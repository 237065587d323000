"""What the log holds, read from the database itself."""

from typing import Any

import asyncpg
import msgspec


async def logged(dsn: str, topic: str) -> list[dict[str, Any]]:
    """Return a topic's events, oldest first, each with its offset."""
    connection = await asyncpg.connect(dsn)
    try:
        # Of one moment: a node may append between the two.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            rows = await connection.fetch(
                'SELECT "offset", body FROM events WHERE topic = $1 ORDER BY "offset"', topic
            )
            head = await connection.fetchval("SELECT head FROM topic_heads WHERE topic = $1", topic)
    finally:
        await connection.close()
    events = [{"offset": row["offset"], **msgspec.json.decode(row["body"])} for row in rows]
    assert [event["offset"] for event in events] == list(range(1, len(events) + 1)), "the log has a gap"
    assert (head or 0) == len(events)
    return events
