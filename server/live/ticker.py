"""Ticks of running timers, computed by each node for its own sockets from absolute facts.

A timer ticks when its own seconds turn, so every device of a person ticks at the same moment on every node. All timers
of a 40 ms slot are computed and written together: single wake-ups would cost more than the ticks.
"""

import asyncio
import math
from typing import Final

from channels.wire.codec import encode
from channels.wire.envelope import State
from channels.wire.registry import tag
from server.clock import FleetClock
from server.live.encoded import Encoded
from server.live.feed import Feed, Follower

SLOTS: Final = 25
_SLOT_SECONDS: Final = 1.0 / SLOTS


class Ticker:
    """A wheel of one second; a feed with a running timer sits in the slot in which its seconds turn."""

    def __init__(self, clock: FleetClock) -> None:
        self._clock = clock
        self._slots: list[set[Feed]] = [set() for _ in range(SLOTS)]
        self._places: dict[Feed, int] = {}
        self.late_seconds = 0.0

    def place(self, feed: Feed) -> None:
        """Put a feed where it belongs after its snapshot changed; out of the wheel when nothing runs."""
        phase = None if feed.snapshot is None else feed.kind.phase(feed.snapshot)
        slot = None if phase is None else math.ceil(phase * SLOTS) % SLOTS
        before = self._places.get(feed)
        if slot == before:
            return
        if before is not None:
            self._slots[before].discard(feed)
            del self._places[feed]
        if slot is not None:
            self._slots[slot].add(feed)
            self._places[feed] = slot

    async def run(self) -> None:
        """Tick, for as long as the node runs. A slot is ticked up to a second late, later it is skipped.

        Late ones are not skipped at once: on a busy node that would always strike the same slots.
        """
        number = math.ceil(self._seconds() * SLOTS)
        while True:
            await asyncio.sleep(max(0.0, number * _SLOT_SECONDS - self._seconds()))
            number = self.turn(number, self._seconds())

    def turn(self, number: int, now: float) -> int:
        """Tick slot `number`, counted since 1970, if it is its time at second `now`; return the one to wait for."""
        late = now - number * _SLOT_SECONDS
        if -1.0 < late < 0:
            # The clock was corrected backwards while we slept: the slot is still to come.
            return number
        if not 0 <= late < 1.0:
            # We stood still, or the clock jumped.
            return math.ceil(now * SLOTS)
        self.late_seconds = late
        self.tick(number)
        return number + 1

    def tick(self, number: int) -> None:
        """Tick the feeds of a slot; `number` counts slots since 1970."""
        second = number // SLOTS
        for feed in list(self._slots[number % SLOTS]):
            if feed.followers:
                self._tick_feed(feed, second)

    def show(self, feed: Feed, follower: Follower) -> None:
        """Send a follower the current state of a feed's timer."""
        state = self._state(feed)
        if state is not None and follower.tick_seconds:
            follower.send_state(_key(state), Encoded(encode(state)))

    def _tick_feed(self, feed: Feed, second: int) -> None:
        due = [f for f in feed.followers if f.tick_seconds and second % f.tick_seconds == 0]
        state = self._state(feed) if due else None
        if state is None:
            return
        message, key = Encoded(encode(state)), _key(state)
        for follower in due:
            follower.send_state(key, message)

    def _state(self, feed: Feed) -> State | None:
        return None if feed.snapshot is None else feed.kind.tick(feed.snapshot, self._clock.now())

    def _seconds(self) -> float:
        return self._clock.now().timestamp()


def _key(state: State) -> tuple[str, str, str]:
    return (state.topic, tag(type(state)), state.of)
