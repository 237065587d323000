"""Lets so many through in each turn of the loop, the newest first.

What thousands want at once then takes a share of each turn and not one turn of seconds, in which nobody else is served
and health checks fail. The newest first, for who has waited long may be about to give up: served in the order of their
coming, those of a storm that takes longer than their patience would each get their turn when it is too late, and come
again.
"""

import asyncio
from collections.abc import Callable


class Turnstile:
    """See the module. Who waits holds a connection, so that there are no more of them than of those."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._waiting: list[Callable[[], None]] = []

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def enter(self, go: Callable[[], None]) -> None:
        """Call this in a coming turn of the loop."""
        self._waiting.append(go)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(min(self._at_once, len(self._waiting))):
            # Each for itself: what one raises is not the others'.
            loop.call_soon(self._waiting.pop())
        if self._waiting:
            loop.call_soon(self._turn)
