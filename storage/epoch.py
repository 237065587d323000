"""The log's epoch: one row that says which history the offsets count in.

It is raised whenever offsets may have been given twice: after a restore, a failover that lost commits, or when the
database is another than the stored one.
"""

from typing import Final

from storage.postgres import Link

_READ: Final = """
INSERT INTO epoch AS e (epoch, system_identifier, timeline)
SELECT 1, s.system_identifier, c.timeline_id FROM pg_control_system() s, pg_control_checkpoint() c
ON CONFLICT (one) DO UPDATE
SET epoch = e.epoch + 1, system_identifier = excluded.system_identifier, timeline = excluded.timeline,
    raised_at = now()
WHERE e.system_identifier <> excluded.system_identifier OR e.timeline <> excluded.timeline
"""
_MATCHES: Final = """
SELECT e.system_identifier = s.system_identifier AND e.timeline = c.timeline_id
FROM epoch e, pg_control_system() s, pg_control_checkpoint() c
"""
_CURRENT: Final = "SELECT epoch FROM epoch"
_RAISE: Final = "UPDATE epoch SET epoch = epoch + 1, raised_at = now() WHERE epoch = $1 RETURNING epoch"


async def settle(link: Link) -> int:
    """Return the epoch; make it if there is none, raise it if this is another database or timeline."""
    await link.execute(_READ)
    return await current(link)


async def current(link: Link) -> int:
    """Return the epoch as it stands."""
    epoch: int = await link.fetchval(_CURRENT)
    return epoch


async def raise_from(link: Link, epoch: int) -> int:
    """Raise the epoch from the one that the caller knows; when it was raised meanwhile, that is enough."""
    raised: int | None = await link.fetchval(_RAISE, epoch)
    return raised if raised is not None else await current(link)


async def matches(link: Link) -> bool | None:
    """Say whether the stored epoch is of this database and timeline; None when none is stored yet."""
    found: bool | None = await link.fetchval(_MATCHES)
    return found
