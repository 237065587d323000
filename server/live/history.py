"""What a replay is read from: Redis where it has all of it, else the log. One read of a topic is under way at a time.

When thousands come back at once to a topic that they share, what gathers while one read is under way is one read more:
each gets their part of it.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from operator import itemgetter
from typing import Final

from msgspec import Struct

from channels.recovery import REPLAY_EVENTS
from channels.wire.envelope import Epoch
from server.supervisor import Supervisor
from storage.log import read
from storage.postgres import Database, again_after_stall, linked
from storage.redis.broker import Broker
from storage.redis.connection import AWAY

Events = list[tuple[int, bytes]]
"""(offset, body) each, in order."""

_REDIS_SECONDS: Final = 0.25
"""How long Redis may take before the log is asked."""
_offset: Final = itemgetter(0)


class _Wanted(Struct, frozen=True, eq=False):
    after: int
    until: int
    from_log: bool
    found: asyncio.Future[Events]


class History:
    """See the module. `count` is told of each read, and which store it came from: `redis` or `log`."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        epoch: Callable[[], Epoch],
        supervisor: Supervisor,
        *,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._broker = broker
        self._epoch = epoch
        self._supervisor = supervisor
        self._count = count
        self._waiting: dict[str, list[_Wanted]] = {}
        """By topic; a topic is here for as long as it is being read."""

    async def recent(self, topic: str, after: int, until: int) -> Events:
        """Return the events of (after, until]. Raises Unavailable and SupervisorError."""
        return await self._share(topic, after, until, from_log=False)

    async def logged(self, topic: str, after: int, until: int) -> Events:
        """Return a page of the events of (after, until] from the log itself. Raises as above."""
        return await self._share(topic, after, until, from_log=True)

    async def _share(self, topic: str, after: int, until: int, *, from_log: bool) -> Events:
        wanted = _Wanted(after, until, from_log, asyncio.get_running_loop().create_future())
        if topic in self._waiting:
            self._waiting[topic].append(wanted)
        else:
            self._supervisor.spawn(f"read {topic}", self._drain(topic))
            self._waiting[topic] = [wanted]
        return await wanted.found

    async def _drain(self, topic: str) -> None:
        try:
            while self._waiting[topic]:
                batch, self._waiting[topic] = _first(self._waiting[topic])
                await self._answer(topic, batch)
        finally:
            for left in self._waiting.pop(topic):
                left.found.cancel()

    async def _answer(self, topic: str, batch: list[_Wanted]) -> None:
        after, until = min(one.after for one in batch), max(one.until for one in batch)
        try:
            kept = None if any(one.from_log for one in batch) else await self._kept(topic, after, until)
            events = kept
            if events is None:
                events = await again_after_stall(lambda: self._read(topic, after, until))
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told, and decide
            for one in batch:
                if not one.found.done():
                    one.found.set_exception(error)
            return
        for one in batch:
            if not one.found.done():
                one.found.set_result(_part(events, one))

    async def _kept(self, topic: str, after: int, until: int) -> Events | None:
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                kept = await self._broker.history(self._epoch(), topic, after, until)
        except AWAY:
            return None
        if kept is not None:
            self._count("redis")
        return kept

    async def _read(self, topic: str, after: int, until: int) -> Events:
        self._count("log")
        async with linked(self._database) as link:
            events = await read(link, topic, after, until, limit=REPLAY_EVENTS)
        return [(event.offset, event.body) for event in events]


def _first(waiting: list[_Wanted]) -> tuple[list[_Wanted], list[_Wanted]]:
    """Return those who can share one page with the first, and the others."""
    after, until = waiting[0].after, waiting[0].until
    batch, others = [waiting[0]], []
    for one in waiting[1:]:
        wider = min(after, one.after), max(until, one.until)
        if wider[1] - wider[0] <= REPLAY_EVENTS:
            after, until = wider
            batch.append(one)
        else:
            others.append(one)
    return batch, others


def _part(events: Events, wanted: _Wanted) -> Events:
    start = bisect_right(events, wanted.after, key=_offset)
    return events[start : bisect_right(events, wanted.until, key=_offset)]
