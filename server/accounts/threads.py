"""Threads for work that is too slow for the event loop, with a bound on how much may wait for them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from channels.errors import Refused, unavailable
from server.telemetry import Measures

Result = TypeVar("Result")


class Threads:
    """`threads` work at once and `waiting` may wait; who comes then is asked to come again.

    `measures` shows the queue under `name`; what is in hand counts as waiting.
    """

    def __init__(self, name: str, *, threads: int, waiting: int, measures: Measures) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._room = threads + waiting
        self._in_hand = 0
        self._dropped = measures.queue(name, capacity=self._room, waiting=lambda: self._in_hand)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work. Raises Refused when too much waits."""
        if self._in_hand >= self._room:
            self._dropped(1)
            raise Refused(unavailable())
        self._in_hand += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._in_hand -= 1

    def close(self) -> None:
        """Let the threads end; what waits is not done."""
        self._threads.shutdown(wait=False, cancel_futures=True)
