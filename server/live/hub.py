"""The topics of this node: hands each publication to its followers once and in order.

A feed's cursor moves by one: a publication at or below it is a repetition, one further ahead waits until the hole
before it is filled, by itself within 20 ms (publishers race) or else from the log, one reader at a time. Whoever
learns that a topic's head is further than the cursor (a joining socket, the tail, the relay after a reconnect) brings
the feed up to it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

import structlog

from channels.closing import CloseCode
from channels.wire.account import AccountSignedOut, SignOutReason
from channels.wire.codec import published, read_event
from channels.wire.envelope import Epoch, Event, Offset, Topic
from server.execution import Publication
from server.live.encoded import Encoded
from server.live.feed import Feed, Follower
from server.live.joins import kind_of
from server.live.kinds import TopicKind
from server.supervisor import Supervisor
from storage.postgres import Unavailable

_log = structlog.get_logger(__name__)

HOLE_SECONDS: Final = 0.02
AHEAD: Final = 1_000
"""The most publications of a topic that wait for a hole; the log has the others."""

ReadRange = Callable[[str, int, int], Awaitable[list[tuple[int, bytes]]]]
"""Reads events of (after, until] of a topic in order, (offset, body) each, a page at least."""


class Hub:
    """See the module. `read_log` reads the log itself; it raises Unavailable."""

    def __init__(
        self, epoch: Epoch, kinds: Mapping[str, TopicKind], read_log: ReadRange, supervisor: Supervisor
    ) -> None:
        self.epoch = epoch
        self.feeds: dict[Topic, Feed] = {}
        self.changed: list[Callable[[Feed], None]] = []
        """Called with a feed whose snapshot changed or that is about to go."""
        self._kinds = kinds
        self._read_log = read_log
        self._supervisor = supervisor

    def feed(self, topic: Topic) -> Feed | None:
        """Return the topic's feed, a new one if need be; None when there is no such kind of topic."""
        feed = self.feeds.get(topic)
        if feed is None:
            kind = kind_of(self._kinds, topic)
            if kind is None:
                return None
            feed = self.feeds[topic] = Feed(topic, kind)
        return feed

    def drop(self, feed: Feed) -> bool:
        """Forget a feed that nobody follows; False when it is still followed or was forgotten before."""
        if not feed.idle or self.feeds.get(feed.topic) is not feed:
            return False
        del self.feeds[feed.topic]
        self._retire(feed)
        return True

    def renew(self, epoch: Epoch) -> None:
        """Start a new epoch: every socket comes back, and every feed is read anew."""
        self.epoch = epoch
        feeds = list(self.feeds.values())
        self.feeds.clear()
        for feed in feeds:
            for follower in _everybody(feed):
                follower.leave(CloseCode.STATE_IN_DOUBT, "the log was replaced")
            self._retire(feed)

    def _retire(self, feed: Feed) -> None:
        if feed.waiting is not None:
            feed.waiting.cancel()
            feed.waiting = None
        feed.snapshot = None
        self._tell(feed)

    def open(self, feed: Feed, head: int, snapshot: object) -> None:
        """Give a feed its place in the log, unless it has one."""
        if feed.cursor is not None:
            return
        feed.cursor = head
        feed.snapshot = snapshot
        feed.ahead = {offset: body for offset, body in feed.ahead.items() if offset > head}
        self._tell(feed)
        self._advance_from_ahead(feed)

    def deliver(self, publication: Publication) -> None:
        """Take a publication, wherever it comes from."""
        feed = self.feeds.get(publication.topic)
        if feed is None:
            return
        if feed.cursor is None or publication.offset > feed.cursor + 1:
            if len(feed.ahead) < AHEAD:
                feed.ahead[publication.offset] = publication.body
            self._await_hole(feed)
        elif publication.offset == feed.cursor + 1:
            self._advance(feed, publication.offset, publication.body)
            self._advance_from_ahead(feed)

    async def bring_up_to(self, feed: Feed, head: int) -> None:
        """Fill a feed from the log until its cursor is at `head` or further. Raises Unavailable."""
        while feed.cursor is not None and feed.cursor < head:
            if feed.filling is None:
                feed.filling = self._supervisor.spawn(f"fill {feed.topic}", self._fill(feed, head))
            before = feed.cursor
            filling = feed.filling
            await asyncio.wait([filling])
            failure = filling.exception() if not filling.cancelled() else None
            if failure is not None:
                raise failure
            if feed.cursor == before:
                raise Unavailable(f"the log of {feed.topic} ends at {before}, before its head {head}")

    async def _fill(self, feed: Feed, head: int) -> None:
        try:
            if feed.cursor is not None:
                for offset, body in await self._read_log(feed.topic, feed.cursor, head):
                    self.deliver(Publication(feed.topic, Offset(offset), body))
        finally:
            feed.filling = None

    def _await_hole(self, feed: Feed) -> None:
        if feed.cursor is None or feed.waiting is not None or not feed.ahead:
            return
        loop = asyncio.get_running_loop()
        feed.waiting = loop.call_later(HOLE_SECONDS, self._hole_stays, feed)

    def _hole_stays(self, feed: Feed) -> None:
        feed.waiting = None
        if feed.ahead and not feed.idle:
            self._supervisor.spawn(f"mend {feed.topic}", self._mend(feed, max(feed.ahead)))

    async def _mend(self, feed: Feed, head: int) -> None:
        try:
            await self.bring_up_to(feed, head)
        except Unavailable as error:
            # The tail comes back to it within a second of the log's return.
            _log.warning("hole_not_filled", topic=feed.topic, reason=str(error))

    def _advance_from_ahead(self, feed: Feed) -> None:
        while feed.ahead and feed.cursor is not None:
            body = feed.ahead.pop(feed.cursor + 1, None)
            if body is None:
                break
            self._advance(feed, feed.cursor + 1, body)
        self._await_hole(feed)

    def _advance(self, feed: Feed, offset: int, body: bytes) -> None:
        event = read_event(body)
        message = Encoded(published(body, Offset(offset)))
        feed.cursor = offset
        feed.ahead.pop(offset, None)
        feed.snapshot = feed.kind.apply(feed.snapshot, event)
        for joiner in feed.joiners:
            joiner.arrived.append((offset, message))
        for follower in list(feed.followers):
            follower.send_event(message)
        self._tell(feed)
        self._react(feed, event)

    def _tell(self, feed: Feed) -> None:
        for changed in self.changed:
            changed(feed)

    def _react(self, feed: Feed, event: Event) -> None:
        if isinstance(event, AccountSignedOut):
            reused = event.data.reason is SignOutReason.TOKEN_REUSED
            code = CloseCode.TOKEN_REFUSED if reused else CloseCode.SIGNED_OUT
            for follower in _everybody(feed):
                if event.data.family_id is None or follower.family_id == event.data.family_id:
                    follower.leave(code, event.data.reason)


def _everybody(feed: Feed) -> Iterable[Follower]:
    return [*feed.followers, *(joiner.follower for joiner in feed.joiners)]
