"""The tail of the log: once a second, what was inserted lately, whoever inserted it.

Outbox, doubt and fallback in one: it mends a publisher that died after its commit, a publication that Redis lost, and
Redis being away. Its cost follows the writes, not the sockets.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from channels.wire.envelope import Topic
from server.clock import monotonic
from server.live.hub import Hub
from server.supervisor import SupervisorError
from storage.log import heads, inserted_within
from storage.postgres import Database, Link, Unavailable, linked

_log = structlog.get_logger(__name__)

TAIL_SECONDS: Final = 1.0
OPEN_SECONDS: Final = 3.0
"""How long a transaction may stay open, and so how late an event may be seen after its stamp."""
_MARGIN_SECONDS: Final = 0.5
_PAGE: Final = 1_000
_LATER: Final = (Unavailable, SupervisorError)
"""Why a feed cannot be brought up now: the next reading comes to it."""


class Tail:
    """Reads the tail and brings the hub's feeds up to it.

    `look` sees at each reading whether the log is the one that it was, `doubted` is told of a head behind a feed.
    """

    doubted: Callable[[], None]

    def __init__(self, hub: Hub, database: Database, look: Callable[[Link], Awaitable[None]]) -> None:
        self._hub = hub
        self._database = database
        self._look = look
        self._read_at = monotonic()

    async def run(self) -> None:
        """Read once a second, for as long as the node runs."""
        while True:
            await asyncio.sleep(TAIL_SECONDS)
            try:
                await self.read()
            except (*_LATER, TimeoutError) as error:
                _log.warning("tail_not_read", reason=str(error))

    async def read(self) -> None:
        """Read what was inserted since the last reading and fetch what the feeds lack.

        Raises Unavailable and SupervisorError.
        """
        started, epoch = monotonic(), self._hub.epoch
        reach = started - self._read_at + OPEN_SECONDS + _MARGIN_SECONDS
        async with linked(self._database) as link:
            found = await inserted_within(link, reach)
            await self._look(link)
            behind = self._hub.epoch == epoch and await self._behind(link, found)
        if self._hub.epoch != epoch:
            return
        if behind:
            self.doubted()
            return
        await self._bring_up(found)
        self._read_at = started

    async def catch_up(self, topics: list[Topic]) -> None:
        """Bring the feeds of these topics up to their heads."""
        try:
            for start in range(0, len(topics), _PAGE):
                async with linked(self._database) as link:
                    found = await heads(link, topics[start : start + _PAGE])
                await self._bring_up(found)
        except _LATER as error:
            _log.warning("heads_not_read", reason=str(error))

    async def _behind(self, link: Link, found: dict[str, int]) -> bool:
        """Say whether a topic that got an event ends before what was delivered of it here."""
        reached = {topic: self._cursor(topic) for topic in found}
        # Most of them got another event since they were read.
        further = [topic for topic, head in found.items() if reached[topic] > head]
        now = await heads(link, further) if further else {}
        return any(reached[topic] > head for topic, head in now.items())

    def _cursor(self, topic: str) -> int:
        feed = self._hub.feeds.get(Topic(topic))
        return 0 if feed is None else feed.cursor or 0

    async def _bring_up(self, found: dict[str, int]) -> None:
        """Bring every feed up to its head; one that cannot be is told of after the others. Raises as above."""
        failure: Exception | None = None
        for name, head in found.items():
            feed = self._hub.feeds.get(Topic(name))
            if feed is not None and feed.cursor is not None and feed.cursor < head:
                try:
                    await self._hub.bring_up_to(feed, head)
                except _LATER as error:
                    failure = error
        if failure is not None:
            raise failure
