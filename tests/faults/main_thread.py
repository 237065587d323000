"""The main thread, lent to the loop that runs beside it: a server dies with the thread that starts it.

So that nobody under fire waits, and none of its clocks stands still, while a store takes a second to start.
"""

import asyncio
import queue
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import uvloop

Result = TypeVar("Result")

_LOOK_SECONDS = 0.05


class MainThread:
    """Does what it is asked for, one after another, while `run` waits for the loop."""

    def __init__(self) -> None:
        self._cancel: Callable[[], object] = lambda: None
        self._asked: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()

    async def do(self, work: Callable[[], Result]) -> Result:
        """Do it in the main thread and return what came of it."""
        done: Future[Result] = Future()
        self._asked.put((work, done))
        return await asyncio.wrap_future(done)

    def run(self, main: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on a loop in a thread of its own, to its end."""
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(uvloop.run, self._cancellable(main))
            while not running.done():
                try:
                    self._serve()
                except KeyboardInterrupt:
                    self._cancel()
            return running.result()

    async def _cancellable(self, main: Coroutine[Any, Any, Result]) -> Result:
        task = asyncio.ensure_future(main)
        loop = asyncio.get_running_loop()
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        return await task

    def _serve(self) -> None:
        try:
            work, done = self._asked.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            return
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            done.set_exception(error)
