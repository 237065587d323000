"""States that a node sends far too often: to all who follow a topic whose newest note says how many.

They go the way that ticks go, from the feed to its followers.
"""

import asyncio
import importlib
import time
from typing import Any, Final

from channels.wire.codec import encode
from channels.wire.registry import tag
from server.live.encoded import Encoded
from server.live.feed import Feed
from server.live.wiring import Live
from server.stores import Stores
from server.supervisor import Supervisor
from tests.faults.wire import NotePulse, NotesSnapshot, PulseData

_WORD: Final = "pulse"
_EACH_SECONDS: Final = 0.005
PER_SECOND: Final = 200
"""How many updates of each key there are in a second."""


def pulsing(keys: int, number: int) -> str:
    """The text of a note after which so many keys pulse; `number` tells one such note from the other."""
    return f"{_WORD} {keys} {number}"


class Pulses:
    """Beats for as long as the node runs, while there is a topic to beat for."""

    def __init__(self) -> None:
        self._feeds: dict[Feed, int] = {}
        self._any = asyncio.Event()
        self._version = 0

    def place(self, feed: Feed) -> None:
        """Learn of a feed whose snapshot changed or that is about to go."""
        if isinstance(feed.snapshot, NotesSnapshot) and feed.snapshot.newest.startswith(_WORD):
            self._feeds[feed] = int(feed.snapshot.newest.split()[1])
            self._any.set()
        elif self._feeds.pop(feed, None) is not None and not self._feeds:
            self._any.clear()

    async def run(self) -> None:
        """Beat 200 times a second; what is missed while there is a topic to beat for is made up for."""
        loop = asyncio.get_running_loop()
        at = loop.time()
        while True:
            if not self._any.is_set():
                await self._any.wait()
                at = loop.time()
            at += _EACH_SECONDS
            await asyncio.sleep(at - loop.time())
            self._version += 1
            for feed, keys in self._feeds.items():
                self._beat(feed, keys)

    def _beat(self, feed: Feed, keys: int) -> None:
        for number in range(keys):
            state = NotePulse(
                topic=feed.topic,
                of=f"key-{number}",
                version=self._version,
                data=PulseData(sent_at=time.monotonic()),
            )
            message, key = Encoded(encode(state)), (state.topic, tag(NotePulse), state.of)
            for follower in feed.followers:
                follower.send_state(key, message)


def install() -> None:
    """Let the node that is about to start send them."""
    wiring: Any = importlib.import_module("server.wiring")
    start_live = wiring.start_live

    def start(live: Live, stores: Stores, supervisor: Supervisor) -> None:
        start_live(live, stores, supervisor)
        pulses = Pulses()
        live.hub.changed.append(pulses.place)
        supervisor.start("pulses", pulses.run)

    wiring.start_live = start
