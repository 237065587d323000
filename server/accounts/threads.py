"""Threads for work that is too slow for the event loop, with a bound on how much may wait for them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from prometheus_client import Counter, Gauge

from channels.errors import Refused, unavailable

Result = TypeVar("Result")


class Threads:
    """`threads` work at once and `waiting` may wait; who comes then is asked to come again, which `refused` counts."""

    def __init__(self, *, threads: int, waiting: int, in_hand: Gauge, refused: Counter) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._room = threads + waiting
        self._in_hand = in_hand
        self._refused = refused

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work. Raises Refused when too much waits."""
        if self._room == 0:
            self._refused.inc()
            raise Refused(unavailable())
        self._room -= 1
        self._in_hand.inc()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._room += 1
            self._in_hand.dec()

    def close(self) -> None:
        """Let the threads end; what waits is not done."""
        self._threads.shutdown(wait=False, cancel_futures=True)
