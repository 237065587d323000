"""A loop whose time passes only when it is told to: the same story runs the same way, and five seconds take none."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Waiting(selectors.SelectSelector):
    """Instead of waiting for sockets, of which there are none, lets the time pass that would be waited for."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "something is waited for that will never happen"
        self.passed += max(0.0, timeout)
        return []


class Clockwork(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._waiting = _Waiting()
        super().__init__(self._waiting)

    def time(self) -> float:
        """The seconds that have passed."""
        return self._waiting.passed

    def turns(self, count: int = 1) -> None:
        """Let the loop turn, without that time passes for anybody who waits for it."""
        for _ in range(count):
            self.call_soon(self.stop)
            self.run_forever()

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and all that comes due with it."""
        self.call_later(seconds, self.stop)
        self.run_forever()

    def finish(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run something to its end."""
        return self.run_until_complete(work)
