"""The stores of a node, opened and closed together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from msgspec import Struct

from channels.wire.envelope import Epoch
from server.clock import FleetClock
from server.settings import Settings
from server.witness import Witness
from storage.epoch import settle
from storage.log import ensure_weeks
from storage.postgres import Database, close_database, linked, open_database
from storage.redis.connection import AnyRedis, open_redis

WEEKS_AHEAD: Final = 8


class Stores(Struct, frozen=True, kw_only=True):
    """The stores, the clock that they keep, and who watches the log. `reads` is the pool of long reads."""

    database: Database
    reads: Database
    redis: AnyRedis
    clock: FleetClock
    witness: Witness
    epoch: Epoch


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Open the stores, settle the epoch and measure the clock. Raises Unavailable; Redis may be away."""
    database_url, redis_url = settings.database_url, settings.redis_url
    if database_url is None or redis_url is None:
        raise ValueError("the embedded stores start before the node")
    witness = Witness()
    database = await open_database(database_url, size=settings.database_connections, first=witness.look)
    reads = await open_database(
        database_url, size=settings.database_read_connections, long_reads=True, first=witness.look
    )
    redis = open_redis(redis_url)
    clock = FleetClock()
    try:
        async with linked(database) as link:
            epoch = await settle(link)
            await ensure_weeks(link, ahead=WEEKS_AHEAD)
        await clock.measure(database)
        witness.settled(epoch)
        yield Stores(
            database=database,
            reads=reads,
            redis=redis,
            clock=clock,
            witness=witness,
            epoch=Epoch(str(epoch)),
        )
    finally:
        await redis.aclose()
        await close_database(reads)
        await close_database(database)
