"""The server's clock, as far as a client can know it from messages that took an unknown time each way.

A question sent at s, read by the server at a, answered at b and received at r (s and r on our monotonic clock, a and b
on the server's) proves two things, however unequal the two ways were: the server's clock is at most a - s ahead of
ours, for the question did not travel back in time, and at least b - r ahead, for neither did the answer. Each proof
stays true but for drift (since s and since r), so the tightest of each kind are kept. That is never worse than the one question with the
least round trip, and better where the ways differ. The offset is the middle of what is left, its error half the width.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from cornerman_client.types import PersonTime

_ORIGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
DRIFT: Final = 100e-6
"""How far two clocks part in a second at worst: quartz does 50 millionths, correction by NTP may add as much."""
NODE_SECONDS: Final = 0.001
"""How far the clocks of two nodes may differ; each of them is measured against the database."""


class ClockEstimate:
    """The offset between the server's clock and our monotonic one. All arguments and results are seconds."""

    __slots__ = ("_high", "_high_at", "_low", "_low_at", "known")

    def __init__(self) -> None:
        self.known = False
        self._low = self._high = self._low_at = self._high_at = 0.0

    def answered(self, *, sent: float, read_at: float, wrote_at: float, received: float) -> None:
        """Learn from an answered question. What contradicts older proof is taken in its place: a clock was set."""
        low, high = wrote_at - received, read_at - sent
        most = high + DRIFT * (received - sent)
        if low > most + NODE_SECONDS:
            return
        known_most, known_least = self._most(received), self._least(received)
        if not self.known or low > known_most + NODE_SECONDS or most < known_least - NODE_SECONDS:
            self.known = True
            known_most, known_least = most, low
        if most <= known_most:
            self._high, self._high_at = high, sent
        if low >= known_least:
            self._low, self._low_at = low, received

    def heard(self, *, wrote_at: float, received: float) -> None:
        """Learn from a message that nobody asked for; one that contradicts what was known makes it unknown."""
        low = wrote_at - received
        if low > self._most(received) + NODE_SECONDS:
            self.known = False
        elif low >= self._least(received):
            self._low, self._low_at = low, received

    def forget(self) -> None:
        """Know nothing any more."""
        self.known = False

    def offset(self, now: float) -> float:
        """Return how far the server's clock is ahead; only when it is known."""
        return (self._least(now) + self._most(now)) / 2

    def error(self, now: float) -> float:
        """Return how wrong the offset may be; infinite when nothing is known."""
        if not self.known:
            return float("inf")
        return max(0.0, self._most(now) - self._least(now)) / 2 + NODE_SECONDS

    def _least(self, now: float) -> float:
        return self._low - DRIFT * (now - self._low_at)

    def _most(self, now: float) -> float:
        return self._high + DRIFT * (now - self._high_at)


def real_seconds(time: PersonTime, moment: datetime) -> float:
    """Return the real moment, in seconds since 1970, at which the person's clock shows `moment`."""
    passed = (moment - time.person_at).total_seconds() / time.rate
    return (time.real_at - _ORIGIN).total_seconds() + passed


def person_moment(time: PersonTime, seconds: float) -> datetime:
    """Return what the person's clock shows at a real moment given in seconds since 1970."""
    passed = seconds - (time.real_at - _ORIGIN).total_seconds()
    return time.person_at + timedelta(seconds=passed * time.rate)
