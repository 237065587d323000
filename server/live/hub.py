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
from channels.wire.account import AccountSignedOut, AccountSignedOutData, SignOutReason
from channels.wire.codec import published, read_event
from channels.wire.envelope import Epoch, Event, Offset, Topic
from server.execution import Publication
from server.live.encoded import Encoded
from server.live.feed import Feed, Follower
from server.live.joins import kind_of
from server.live.kinds import TopicKind
from server.supervisor import Supervisor, SupervisorError
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
        if not feed.idle or not self.holds(feed):
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
        if feed is not None:
            self._take(feed, publication.offset, publication.body)

    def _take(self, feed: Feed, offset: int, body: bytes) -> None:
        if feed.cursor is None or offset > feed.cursor + 1:
            if len(feed.ahead) < AHEAD:
                feed.ahead[offset] = body
            self._await_hole(feed)
        elif offset == feed.cursor + 1:
            self._advance(feed, offset, body)
            self._advance_from_ahead(feed)

    def holds(self, feed: Feed) -> bool:
        """Say whether a feed is still the one of its topic here: a dropped one or one of an ended epoch is not."""
        return self.feeds.get(feed.topic) is feed

    async def bring_up_to(self, feed: Feed, head: int) -> None:
        """Fill a feed from the log until its cursor is at `head` or further, or it is not held any more.

        Raises Unavailable and SupervisorError.
        """
        while self.holds(feed) and feed.cursor is not None and feed.cursor < head:
            before, filling = feed.cursor, feed.filling
            own = filling is None
            if filling is None:
                filling = feed.filling = self._supervisor.spawn(f"fill {feed.topic}", self._fill(feed, head))
            await asyncio.wait([filling])
            failure = None if filling.cancelled() else filling.exception()
            if isinstance(failure, Unavailable):
                # One for each who waits: in a shared one the tracebacks of all would gather.
                raise Unavailable(str(failure)) from failure
            if failure is not None:
                raise failure
            # Another's filling may have been under way to a nearer end.
            if own and self.holds(feed) and feed.cursor == before:
                raise Unavailable(f"the log of {feed.topic} ends at {before}, before its head {head}")

    async def _fill(self, feed: Feed, head: int) -> None:
        try:
            events = [] if feed.cursor is None else await self._read_log(feed.topic, feed.cursor, head)
            if self.holds(feed):
                for offset, body in events:
                    self._take(feed, offset, body)
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
            try:
                self._supervisor.spawn(f"mend {feed.topic}", self._mend(feed, max(feed.ahead)))
            except SupervisorError as error:
                _not_filled(feed, error)

    async def _mend(self, feed: Feed, head: int) -> None:
        try:
            await self.bring_up_to(feed, head)
        except (Unavailable, SupervisorError) as error:
            _not_filled(feed, error)

    def _advance_from_ahead(self, feed: Feed) -> None:
        while feed.ahead and feed.cursor is not None:
            body = feed.ahead.pop(feed.cursor + 1, None)
            if body is None:
                break
            self._advance(feed, feed.cursor + 1, body)
        self._await_hole(feed)

    def _advance(self, feed: Feed, offset: int, body: bytes) -> None:
        event = _fold(feed, offset, body)
        message = Encoded(published(body, Offset(offset)))
        feed.cursor = offset
        feed.ahead.pop(offset, None)
        for joiner in feed.joiners:
            joiner.arrived.append((offset, message))
        for follower in list(feed.followers):
            follower.send_event(message)
        self._tell(feed)
        if isinstance(event, AccountSignedOut):
            _sign_out(feed, event.data)

    def _tell(self, feed: Feed) -> None:
        for changed in self.changed:
            changed(feed)


def _not_filled(feed: Feed, error: Exception) -> None:
    # The tail comes back to it within a second of the log's return.
    _log.warning("hole_not_filled", topic=feed.topic, reason=f"{type(error).__name__}: {error}")


def _fold(feed: Feed, offset: int, body: bytes) -> Event | None:
    """Fold an event into the feed's snapshot; None, and the snapshot as it was, if it is not understood."""
    try:
        event = read_event(body)
        feed.snapshot = feed.kind.apply(feed.snapshot, event)
    except Exception:  # noqa: BLE001 - see below
        # During a deploy newer nodes log what this one does not know. Clients may know it, or pass over it; and one
        # topic's trouble must not end the task that feeds all others.
        _log.exception("event_not_understood", topic=feed.topic, offset=offset)
        return None
    return event


def _sign_out(feed: Feed, data: AccountSignedOutData) -> None:
    """Close the sockets of the sign-in that ended."""
    code = CloseCode.TOKEN_REFUSED if data.reason is SignOutReason.TOKEN_REUSED else CloseCode.SIGNED_OUT
    owner = feed.topic.partition(":")[2]
    for follower in _everybody(feed):
        # Among those who are joining somebody may be whose right to the topic is still to be read.
        if str(follower.user_id) == owner and data.family_id in {None, follower.family_id}:
            follower.leave(code, data.reason)


def _everybody(feed: Feed) -> Iterable[Follower]:
    return [*feed.followers, *(joiner.follower for joiner in feed.joiners)]
