"""Wait for a condition: tests never sleep and hope."""

import asyncio
import time
from collections.abc import Callable

_POLL_SECONDS = 0.01


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Return as soon as the condition holds; fail if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not come true in {seconds} s"
        time.sleep(_POLL_SECONDS)


async def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """As `until`, but let the loop run."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not come true in {seconds} s"
        await asyncio.sleep(_POLL_SECONDS)
