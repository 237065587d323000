"""Tells Redis which devices come and go: many in one round trip, in their order, one round trip at a time.

So what came first is told first, and when thousands come back at once Redis sees a few long messages and not one for
each. While Redis does not answer nobody waits for it twice: whoever waits is told at once that it is not known.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

from channels.wire.envelope import Epoch
from server.live.joins import GATHER_SECONDS
from server.supervisor import Supervisor
from storage.redis.presence import Arrival, Departure, Devices

_log = structlog.get_logger(__name__)

_REDIS_SECONDS: Final = 1.0
"""How long Redis may take; no less, for the turn in which thousands come back delays the reading of its answer too."""
_BATCH: Final = 500

_Waiting = tuple[Arrival | Departure, asyncio.Future[int | None] | None]


class Roll:
    """See the module. `limit` is how many devices a person may have."""

    def __init__(
        self, devices: Devices, epoch: Callable[[], Epoch], supervisor: Supervisor, *, limit: int
    ) -> None:
        self._devices = devices
        self._epoch = epoch
        self._supervisor = supervisor
        self._limit = limit
        self._waiting: deque[_Waiting] = deque()
        self._untold: dict[str, asyncio.Future[int | None]] = {}
        """Connections whose arrival waits, with those who wait for their numbers."""
        self._telling = False

    async def arrive(self, arrival: Arrival) -> int | None:
        """Count a connection in; return its number, 0 when there are too many, None when Redis does not say.

        None as well when it has left meanwhile.

        Raises SupervisorError.
        """
        future: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, future))
        self._untold[arrival.connection] = future
        self._begin()
        return await future

    def leave(self, departure: Departure) -> None:
        """Count a connection out, as far as Redis can be reached: else it counts until it is stale.

        Of one whose arrival was not told yet nothing is told: its client may have come to another node since, and a
        late arrival would send that connection away for good. Raises SupervisorError; it is told with the next ones.
        """
        untold = self._untold.pop(departure.connection, None)
        if untold is not None and not untold.done():
            untold.set_result(None)
            return
        self._waiting.append((departure, None))
        self._begin()

    def _begin(self) -> None:
        if not self._telling:
            self._supervisor.spawn("tell who comes and goes", self._drain())
            self._telling = True

    async def _drain(self) -> None:
        try:
            # One turn of the loop, so that all who come in it share the first round trip.
            await asyncio.sleep(0)
            while self._waiting:
                await self._tell([self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))])
                await asyncio.sleep(GATHER_SECONDS)
        finally:
            self._telling = False

    async def _tell(self, waiting: list[_Waiting]) -> None:
        batch = [(change, future) for change, future in waiting if future is None or not future.done()]
        for change, _ in waiting:
            self._untold.pop(change.connection, None)
        if not batch:
            return
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                numbers: list[int | None] = list(
                    await self._devices.tell(
                        self._epoch(), [change for change, _ in batch], limit=self._limit
                    )
                )
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told
            batch += self._waiting
            self._waiting.clear()
            self._untold.clear()
            _log.warning("presence_unknown", count=len(batch), reason=type(error).__name__)
            numbers = [None] * len(batch)
        for (_, future), number in zip(batch, numbers, strict=True):
            if future is not None and not future.done():
                future.set_result(number)
