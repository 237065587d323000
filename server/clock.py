"""The one place where time, ids and chance come in.

The fleet's clock is PostgreSQL's: a node's `now` is its monotonic clock plus an offset measured against the database,
so that nodes agree although their wall clocks differ or jump.
"""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
import uuid_utils.compat

from storage.log import database_now
from storage.postgres import Database, Unavailable, linked

_log = structlog.get_logger(__name__)

_SAMPLES: Final = 5
_EVERY_SECONDS: Final = 10.0
_ORIGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> UUID:
    """Return a new UUIDv7."""
    return uuid_utils.compat.uuid7()


def chance() -> float:
    """Return a random number in [0, 1)."""
    return random.random()  # noqa: S311 - spreads load, guards nothing


def monotonic() -> float:
    """Return seconds on the monotonic clock."""
    return time.monotonic()


class FleetClock:
    """The database's clock as this node knows it; before the first measurement the node's own wall clock."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self.error_seconds = float("inf")

    def now(self) -> datetime:
        """Return the fleet's time."""
        return _ORIGIN + timedelta(seconds=time.monotonic() + self._offset)

    async def measure(self, database: Database) -> None:
        """Measure the offset; of a few samples the one with the least round trip counts. Raises Unavailable."""
        best = float("inf")
        offset = self._offset
        async with linked(database) as link:
            for _ in range(_SAMPLES):
                sent = time.monotonic()
                theirs = (await database_now(link) - _ORIGIN).total_seconds()
                received = time.monotonic()
                if received - sent < best:
                    best = received - sent
                    offset = theirs - (sent + received) / 2
        self._offset = offset
        self.error_seconds = best / 2

    async def follow(self, database: Database) -> None:
        """Measure again every ten seconds, for as long as the node runs."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                await self.measure(database)
            except Unavailable as error:
                _log.warning("clock_not_measured", reason=str(error))
