"""What every node does now and then so that the tables stay in shape; two nodes at once do no harm."""

import asyncio
from typing import Final

import structlog

from server.clock import chance
from server.executor import KEY_DAYS
from server.stores import WEEKS_AHEAD
from storage.commands import prune_keys
from storage.log import drop_weeks, ensure_weeks
from storage.postgres import Database, Unavailable, linked

_log = structlog.get_logger(__name__)

_EVERY_SECONDS: Final = 3600.0
_BATCH: Final = 1_000
WEEKS_KEPT: Final = 13
"""How long events are kept; a reader with an older position gets a snapshot."""


async def keep_up(database: Database) -> None:
    """Make partitions ahead, drop old ones, prune old keys; every hour or so, for as long as the node runs."""
    while True:
        await asyncio.sleep(_EVERY_SECONDS * (0.5 + chance()))
        try:
            await tidy(database)
        except Unavailable as error:
            _log.warning("upkeep_put_off", reason=str(error))


async def tidy(database: Database) -> None:
    """Do it once. Raises Unavailable."""
    async with linked(database) as link:
        await ensure_weeks(link, ahead=WEEKS_AHEAD)
        await drop_weeks(link, kept=WEEKS_KEPT)
    pruned = _BATCH
    while pruned == _BATCH:
        async with linked(database) as link:
            pruned = await prune_keys(link, days=KEY_DAYS, batch=_BATCH)
