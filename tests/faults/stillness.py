"""Notices that the machine itself stood still: a thread that only sleeps can be late for no other reason."""

import threading
import time
from typing import Final

STOOD_SECONDS: Final = 1.0
"""What is no wait for a turn on a busy processor any more."""
_NAP_SECONDS: Final = 0.05


class Stillness:
    """Watches until `end`; `longest` is the latest that a nap ended, in seconds, since it was set to nothing."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            time.sleep(_NAP_SECONDS)
            self.longest = max(self.longest, time.monotonic() - began - _NAP_SECONDS)

    def end(self) -> None:
        """Watch no more."""
        self._ended.set()
        self._thread.join()
