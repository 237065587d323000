"""Hands committed events to Redis in the background: a bounded queue, batches in order.

What does not fit or does not go through is dropped here and counted, for the log's tail brings it to every node.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from channels.wire.envelope import Epoch
from server.execution import Publication
from storage.redis.broker import Broker
from storage.redis.connection import AWAY

_log = structlog.get_logger(__name__)

_BATCH: Final = 64
_PUBLISH_SECONDS: Final = 1.0


class Publisher:
    """The queue before Redis. When it is full the oldest go; `dropped` is told how many."""

    def __init__(self, broker: Broker, epoch: Callable[[], Epoch], *, capacity: int) -> None:
        self.dropped: Callable[[int], None] = lambda count: None  # noqa: ARG005 - until the wiring counts
        self._broker = broker
        self._epoch = epoch
        self._capacity = capacity
        self._queue: deque[Publication] = deque()
        self._arrived = asyncio.Event()
        self._publishing = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._queue)

    def offer(self, publications: Iterable[Publication]) -> None:
        """Queue publications; never waits."""
        self._queue.extend(publications)
        excess = len(self._queue) - self._capacity
        if excess > 0:
            for _ in range(excess):
                self._queue.popleft()
            self.dropped(excess)
        self._arrived.set()

    def renew(self) -> None:
        """Forget what waits: it is of an epoch that has ended, and its offsets count other events in the next."""
        self._queue.clear()

    async def run(self) -> None:
        """Publish what comes, for as long as the node runs."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue:
                await self._publish_batch()

    async def drain(self, seconds: float) -> None:
        """Wait until all was published, or for so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while self._queue or self._publishing.locked():
                    await self._publish_batch()
        except TimeoutError:
            _log.warning("publications_left_to_the_tail", count=len(self._queue))

    async def _publish_batch(self) -> None:
        # One batch after another, also while a drain helps: Redis keeps events only in the order of their offsets.
        async with self._publishing:
            await self._publish_next()

    async def _publish_next(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]
        if not batch:
            return
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                await self._broker.publish(self._epoch(), [(p.topic, p.offset, p.body) for p in batch])
        except AWAY as error:
            self.dropped(len(batch))
            _log.warning("not_published", count=len(batch), reason=type(error).__name__)
