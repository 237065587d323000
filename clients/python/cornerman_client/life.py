"""Whether the other side still lives, judged by silence: first it is asked, then given up."""

from enum import StrEnum
from typing import Final

PROBE_SECONDS: Final = 5.0
"""How long a silence is borne with a question open before the server is asked, and again before it is given up."""


class Verdict(StrEnum):
    """What a silence means."""

    LIVES = "lives"
    ASK = "ask"
    DEAD = "dead"


class Life:
    """Any frame counts as life. Without a question open, silence is judged by the server's own pings."""

    def __init__(self) -> None:
        self._heard_at = self._asked_at = 0.0
        self._probed_at: float | None = None
        self._ping_seconds = 0.0

    def begin(self, now: float, ping_seconds: float) -> None:
        """A connection stands whose server pings so often."""
        self._ping_seconds = ping_seconds
        self.heard(now)

    def heard(self, now: float) -> None:
        """A frame came."""
        self._heard_at = now
        self._probed_at = None

    def asked(self, now: float) -> None:
        """A question was sent."""
        self._asked_at = now

    def due(self, *, question_open: bool) -> float:
        """Return when the silence has to be judged."""
        if self._probed_at is not None:
            return self._probed_at + PROBE_SECONDS
        if question_open:
            return max(self._heard_at, self._asked_at) + PROBE_SECONDS
        return self._heard_at + self._ping_seconds + PROBE_SECONDS

    def judge(self, now: float, *, question_open: bool) -> Verdict:
        """Say what the silence means by now; the answer ASK is given once."""
        if now < self.due(question_open=question_open):
            return Verdict.LIVES
        if self._probed_at is not None:
            return Verdict.DEAD
        self._probed_at = now
        return Verdict.ASK
