"""What a replay is read from: Redis where it has all of it, else the log."""

import asyncio
from collections.abc import Callable
from typing import Final

from channels.recovery import REPLAY_EVENTS
from channels.wire.envelope import Epoch
from storage.log import read
from storage.postgres import Database, linked
from storage.redis.broker import Broker
from storage.redis.connection import AWAY

_REDIS_SECONDS: Final = 0.25
"""How long Redis may take before the log is asked."""


class History:
    """Reads events of a topic, (offset, body) each."""

    def __init__(self, database: Database, broker: Broker, epoch: Callable[[], Epoch]) -> None:
        self._database = database
        self._broker = broker
        self._epoch = epoch

    async def recent(self, topic: str, after: int, until: int) -> list[tuple[int, bytes]]:
        """Return the events of (after, until]. Raises Unavailable."""
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                kept = await self._broker.history(self._epoch(), topic, after, until)
        except AWAY:
            kept = None
        return kept if kept is not None else await self.logged(topic, after, until)

    async def logged(self, topic: str, after: int, until: int) -> list[tuple[int, bytes]]:
        """Return a page of the events of (after, until] from the log itself. Raises Unavailable."""
        async with linked(self._database) as link:
            events = await read(link, topic, after, until, limit=REPLAY_EVENTS)
        return [(event.offset, event.body) for event in events]
