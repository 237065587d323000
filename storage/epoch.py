"""The log's epoch: one row that says which history the offsets count in.

It is raised whenever offsets may have been given twice: after a restore, a failover that lost commits, or when the
database is another than the stored one. Its number is then the moment, in microseconds: counted one by one, the same
backup restored twice would count two histories in one epoch.
"""

from typing import Final

from msgspec import Struct

from storage.postgres import Link

_SETTLE: Final = """
INSERT INTO epoch AS e (epoch, system_identifier, timeline, database_id, table_id)
SELECT 1, system_identifier, timeline, database_id, table_id FROM counted_on
ON CONFLICT (one) DO UPDATE
SET epoch = greatest(e.epoch + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint), raised_at = now(),
    system_identifier = excluded.system_identifier, timeline = excluded.timeline,
    database_id = excluded.database_id, table_id = excluded.table_id
WHERE (e.system_identifier, e.timeline, e.database_id, e.table_id)
    IS DISTINCT FROM (excluded.system_identifier, excluded.timeline, excluded.database_id, excluded.table_id)
"""
_LOOK: Final = """
SELECT e.epoch, c.written,
    e.system_identifier = c.system_identifier AND e.timeline IS NOT DISTINCT FROM coalesce(c.timeline, e.timeline)
    AND e.database_id IS NOT DISTINCT FROM c.database_id AND e.table_id IS NOT DISTINCT FROM c.table_id AS ours
FROM epoch e, counted_on c
"""
_CURRENT: Final = "SELECT epoch FROM epoch"
_RAISE: Final = """
UPDATE epoch SET epoch = greatest($1 + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint), raised_at = now()
WHERE epoch <= $1 RETURNING epoch
"""


class Look(Struct, frozen=True):
    """What the database says of itself: its epoch, whether that was counted here, how far the log is written.

    A server that follows another one does not say how far.
    """

    epoch: int
    ours: bool
    written: int | None


async def settle(link: Link) -> int:
    """Return the epoch; make it if there is none, raise it if it was counted in another history."""
    await link.execute(_SETTLE)
    return await current(link)


async def current(link: Link) -> int:
    """Return the epoch as it stands."""
    epoch: int = await link.fetchval(_CURRENT)
    return epoch


async def raise_from(link: Link, epoch: int) -> int:
    """Raise the epoch above the one that the caller knows; when it was raised meanwhile, that is enough."""
    raised: int | None = await link.fetchval(_RAISE, epoch)
    return raised if raised is not None else await current(link)


async def look(link: Link) -> Look | None:
    """Look at the history that the database holds; None when none has begun."""
    row = await link.fetchrow(_LOOK)
    return None if row is None else Look(row["epoch"], row["ours"], row["written"])
