"""The client's own edge: the monotonic clock, chance and new keys come in here."""

import random
import time
import uuid
from typing import Final

# The clock that goes on while a machine sleeps, where there is one: otherwise the server's time would be shown wrong
# after the lid was opened.
_SLEEPLESS: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def monotonic() -> float:
    """Return seconds on a clock that nobody sets."""
    return time.clock_gettime(_SLEEPLESS)


def chance() -> float:
    """Return a random number in [0, 1)."""
    return random.random()  # noqa: S311 - spreads load, guards nothing


def new_key() -> uuid.UUID:
    """Return a key for a new command."""
    return uuid.uuid4()
