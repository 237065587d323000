"""How a socket joins a topic without missing or repeating an event.

1. The node follows the topic at the broker and waits for the confirmation.
2. What comes from now on is also kept for the joining socket.
3. Head and facts are read in one transaction, and the node's feed is brought up to that head.
4. What the socket missed below the head is read, from Redis where it has all of it; or it gets the snapshot.
5. Reply, replay, what was kept above the head, live: in one turn of the loop.

Redis never says where the log ends. A head behind what this node has already delivered means that the log was
replaced: the epoch is in doubt.
"""

from collections.abc import Awaitable, Callable

from msgspec import Raw, Struct

from channels.errors import Code, Refusal, Refused
from channels.recovery import Gap, checked, plan
from channels.wire.codec import encode, published
from channels.wire.connection import TopicState
from channels.wire.envelope import Offset, Topic
from server.live.encoded import Encoded
from server.live.feed import Feed, Follower, Joiner
from server.live.hub import Hub, ReadRange
from server.live.joins import Joins
from server.live.kinds import Facts, Reader
from storage.postgres import Unavailable


class Joined(Struct, frozen=True):
    """A follower that is ready to go live: what the reply says of the topic, and what follows the reply."""

    feed: Feed
    joiner: Joiner
    state: TopicState
    replay: list[Encoded]


class Joining:
    """See the module. `followed` waits for the broker, `history` reads a replay, `doubt` is told of a lost log."""

    def __init__(
        self,
        hub: Hub,
        joins: Joins,
        *,
        followed: Callable[[Topic], Awaitable[None]],
        unfollow: Callable[[Topic], None],
        history: ReadRange,
        doubt: Callable[[], None],
    ) -> None:
        self._hub = hub
        self._joins = joins
        self._followed = followed
        self._unfollow = unfollow
        self._history = history
        self._doubt = doubt

    async def join(self, follower: Follower, reader: Reader, position: tuple[str, int] | None) -> Joined:
        """Make a follower ready; `attach` or `leave` must follow. Raises Refused and Unavailable."""
        feed = self._hub.feed(reader.topic)
        if feed is None:
            raise Refused(Refusal(code=Code.NOT_FOUND))
        joiner = Joiner(follower)
        feed.joiners.append(joiner)
        try:
            await self._followed(reader.topic)
            facts = await self._read(feed, reader)
            state, replay = await self._catch_up(feed, facts, position)
        except BaseException:
            self._forget(feed, joiner)
            raise
        return Joined(feed, joiner, state, replay)

    def attach(self, joined: Joined) -> None:
        """Send what follows the reply and go live; in the turn of the loop in which the reply was sent."""
        feed, follower = joined.feed, joined.joiner.follower
        above = [message for offset, message in joined.joiner.arrived if offset > joined.state.offset]
        follower.send_replay([*joined.replay, *above])
        feed.joiners.remove(joined.joiner)
        feed.followers.add(follower)

    def abandon(self, joined: Joined) -> None:
        """Let go of a follower that will not go live."""
        self._forget(joined.feed, joined.joiner)

    def leave(self, feed: Feed, follower: Follower) -> None:
        """End a follower's subscription."""
        feed.followers.discard(follower)
        self._release(feed)

    async def _read(self, feed: Feed, reader: Reader) -> Facts:
        reached = feed.cursor
        facts = await self._joins.read(reader)
        if isinstance(facts, Refusal):
            raise Refused(facts)
        if not self._hub.holds(feed):
            raise Unavailable(f"the log of {reader.topic} was replaced")
        if reached is not None and facts.head < reached:
            self._doubt()
            raise Unavailable(f"the head of {reader.topic} went back from {reached} to {facts.head}")
        self._hub.open(feed, facts.head, facts.snapshot)
        await self._hub.bring_up_to(feed, facts.head)
        return facts

    async def _catch_up(
        self, feed: Feed, facts: Facts, position: tuple[str, int] | None
    ) -> tuple[TopicState, list[Encoded]]:
        epoch = self._hub.epoch
        step = plan(position, epoch, facts.head)
        events: list[tuple[int, bytes]] = []
        if not isinstance(step, Gap):
            if step.until > step.after:
                events = await self._history(feed.topic, step.after, step.until)
            gap = checked(step, [offset for offset, _ in events], sum(len(body) for _, body in events))
            if gap is None:
                replay = [Encoded(published(body, Offset(offset))) for offset, body in events]
                return TopicState(epoch=epoch, offset=facts.head, recovered=True), replay
        snapshot = Raw(encode(facts.snapshot))
        return TopicState(epoch=epoch, offset=facts.head, snapshot=snapshot), []

    def _forget(self, feed: Feed, joiner: Joiner) -> None:
        if joiner in feed.joiners:
            feed.joiners.remove(joiner)
        self._release(feed)

    def _release(self, feed: Feed) -> None:
        if self._hub.drop(feed):
            self._unfollow(feed.topic)
