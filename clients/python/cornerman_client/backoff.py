"""When to come back after a lost connection, and when not to."""

from typing import Final

from cornerman_client.codes import FINAL_STANDARD_CODES, CloseCode

FIRST_SECONDS: Final = 2.0
CAP_SECONDS: Final = 20.0
LOST: Final = 1006
"""The close code of a connection that ended without one (RFC 6455, section 7.1.5)."""
LONGEST_REASON_SECONDS: Final = 3600
"""The most that a close reason can make us wait: it is a number that came from outside."""

_WAIT: Final = frozenset({CloseCode.RATE_LIMITED, CloseCode.TOO_MANY_CONNECTIONS})
_FINAL: Final = range(4500, 5000)


def may_return(code: int) -> bool:
    """Say whether a client comes back after this close code; a new code of a known range is obeyed like the others."""
    return code not in FINAL_STANDARD_CODES and code not in _FINAL


class Backoff:
    """The wait before the next attempt: first uniform in 0-2 s, then full jitter, doubling to a cap of 20 s.

    `spread` replaces those first 2 s; `goodbye` or the reason of 4001 sets it. The reason of 4013 and 4015 is waited for
    in any case.
    """

    __slots__ = ("_failures", "spread")

    def __init__(self) -> None:
        self._failures = 0
        self.spread: float | None = None

    def wait(self, code: int, reason: str, chance: float) -> float:
        """Return the seconds to wait after a connection, or an attempt, ended with `code`."""
        told = _seconds(reason)
        if code == CloseCode.DRAINING and told is not None:
            self.spread = told
        window = min(CAP_SECONDS, FIRST_SECONDS * (1 << self._failures))
        if self.spread is not None:
            window, self.spread = self.spread, None
        self._failures = min(self._failures + 1, 16)
        asked = told if code in _WAIT and told is not None else 0
        return asked + window * chance

    def joined(self) -> None:
        """A connection stands: the next loss is a first one again."""
        self._failures = 0
        self.spread = None


def _seconds(reason: str) -> int | None:
    return min(int(reason), LONGEST_REASON_SECONDS) if reason.isascii() and reason.isdigit() else None
