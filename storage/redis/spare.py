"""What a node counts of limits by itself while Redis is away.

At most so many keys are kept; the one that was not counted for longest makes room for a new one.
"""

from collections import OrderedDict
from typing import TypeVar

Kept = TypeVar("Kept")


class Spare:
    """Counts as Redis' scripts do, in seconds; `now` is monotonic."""

    def __init__(self, most_keys: int) -> None:
        self._most_keys = most_keys
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._attempts: OrderedDict[str, dict[str, float]] = OrderedDict()

    def take(self, place: str, share: float, whole: float, now: float) -> float:
        """Take a share of a bucket that takes `whole` seconds to fill; return 0 or the seconds to wait."""
        full_at = max(self._full_at.get(place, now), now) + share
        wait = full_at - now - whole
        if wait > 1e-6:  # noqa: PLR2004 - a microsecond, which is what sums of fractions may miss
            return wait
        _keep(self._full_at, place, full_at, self._most_keys)
        return 0

    def attempt(self, place: str, most: int, window_seconds: float, mark: str, now: float) -> float:
        """Count an attempt; return 0 or the seconds to wait."""
        began = now - window_seconds
        attempts = {other: at for other, at in self._attempts.get(place, {}).items() if at > began}
        if len(attempts) >= most:
            return sorted(attempts.values())[-most] + window_seconds - now
        _keep(self._attempts, place, {**attempts, mark: now}, self._most_keys)
        return 0

    def forgive(self, place: str, mark: str) -> None:
        """Let an attempt count no more."""
        self._attempts.get(place, {}).pop(mark, None)


def _keep(kept: OrderedDict[str, Kept], place: str, value: Kept, most_keys: int) -> None:
    kept[place] = value
    kept.move_to_end(place)
    if len(kept) > most_keys:
        kept.popitem(last=False)
