"""States that somebody tells, as their heart rate: the newest to all who follow, on every node, and kept nowhere.

They go through Redis past the log, and while Redis is away they stay on their node: the next one is there in a second.
Of each only the newest waits, so that what waits is bounded by what there is to tell.
"""

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from msgspec import Struct

from channels.wire.codec import encode
from channels.wire.envelope import State, Topic
from channels.wire.registry import tag
from server.clock import monotonic
from server.live.encoded import Encoded
from server.live.feed import Feed, Follower, Told
from server.live.hub import Hub
from storage.redis.broker import Broker
from storage.redis.connection import AWAY

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger(__name__)

CURRENT_SECONDS: Final = 10.0
"""How long what was told says how things are."""
_GATHER_SECONDS: Final = 0.1
_BATCH: Final = 256
_PUBLISH_SECONDS: Final = 1.0

_Key = tuple[str, str, str]


class _Head(Struct):
    """What this node looks at in a state of another, which may be newer and have more kinds."""

    type: str
    version: int
    of: str = ""


_head = msgspec.json.Decoder(_Head)


class States:
    """See the module. `dropped` is told how many states no other node gets."""

    def __init__(self, hub: Hub, broker: Broker, *, capacity: int) -> None:
        self.dropped: Callable[[int], None] = lambda count: None  # noqa: ARG005 - until the wiring counts
        self._hub = hub
        self._broker = broker
        self._capacity = capacity
        self._waiting: dict[_Key, bytes] = {}
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def tell(self, state: State) -> None:
        """Tell a state to those who follow its topic, here at once; never waits."""
        key, body = (state.topic, tag(type(state)), state.of), encode(state)
        self._show(key, state.version, body)
        self._waiting[key] = body
        if len(self._waiting) > self._capacity:
            del self._waiting[next(iter(self._waiting))]
            self.dropped(1)
        self._arrived.set()

    def told(self, topic: Topic, body: bytes) -> None:
        """Take a state that some node tells; this one's own come back and are no news."""
        try:
            head = _head.decode(body)
        except msgspec.MsgspecError:
            _log.exception("state_not_understood", topic=topic)
            return
        self._show((topic, head.type, head.of), head.version, body)

    def show(self, feed: Feed, follower: Follower) -> None:
        """Send a follower what was told of a topic lately."""
        oldest = monotonic() - CURRENT_SECONDS
        for key, told in (feed.states or {}).items():
            if told.at >= oldest:
                follower.send_state(key, told.message)

    async def run(self) -> None:
        """Tell other nodes, for as long as this one runs."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._publish_batch()
            await asyncio.sleep(_GATHER_SECONDS)

    def _show(self, key: _Key, version: int, body: bytes) -> None:
        feed = self._hub.feeds.get(Topic(key[0]))
        if feed is None:
            return
        if feed.states is None:
            feed.states = {}
        before = feed.states.get(key)
        if before is not None and before.version >= version:
            return
        told = feed.states[key] = Told(Encoded(body), version, monotonic())
        for follower in list(feed.followers):
            follower.send_state(key, told.message)

    async def _publish_batch(self) -> None:
        keys = list(self._waiting)[:_BATCH]
        batch = [(key[0], self._waiting.pop(key)) for key in keys]
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                await self._broker.tell(self._hub.epoch, batch)
        except AWAY as error:
            self.dropped(len(batch))
            _log.warning("states_not_told", count=len(batch), reason=type(error).__name__)
