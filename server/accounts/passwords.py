"""Passwords: how they are kept, compared and judged. The work is slow by intent and never runs on the event loop.

Comparing releases the interpreter's lock and has threads of its own. Judging does not, and the library's dictionaries
are not safe between threads, so one thread does it.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from server.accounts.threads import Threads
from server.telemetry import Measures

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 128
MIN_SCORE: Final = 3
"""The least score of zxcvbn, of 0 to 4: 3 takes more than 10^8 guesses, out of reach while the hashes are slow."""

# OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB of memory, two iterations, one degree of parallelism.
_MEMORY_KIB: Final = 19 * 1024
_ITERATIONS: Final = 2
_PARALLELISM: Final = 1

JUDGED_LENGTH: Final = 32
"""So many characters are judged: a longer password is no weaker than its beginning, and the time grows steeply."""
_STAND_INS: Final = frozenset("!$%(+0123456789<@[{|")
_STAND_INS_JUDGED: Final = 7
"""So many different stand-ins for letters are tried as letters: the time grows with the product of their readings."""
_NEUTRAL: Final = 0x3400
_NEUTRAL_STEP: Final = 16
"""Characters that stand for nothing, far enough apart to make no sequence."""
_OURS: Final = "cornerman"


class Passwords:
    """Keeps, compares and judges passwords; `threads` compare at once, and `waiting` may wait in each queue."""

    def __init__(self, measures: Measures, *, threads: int = 2, waiting: int = 64) -> None:
        self._hasher = PasswordHasher(
            time_cost=_ITERATIONS, memory_cost=_MEMORY_KIB, parallelism=_PARALLELISM, type=Type.ID
        )
        self._nobodys = self._hasher.hash("")
        self._comparing = Threads("passwords to compare", threads=threads, waiting=waiting, measures=measures)
        self._judging = Threads("passwords to judge", threads=1, waiting=waiting, measures=measures)

    async def hashed(self, password: str) -> str:
        """Return what is kept of a password. Raises Refused when too many wait."""
        return await self._comparing.run(lambda: self._hasher.hash(_normal(password)))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Say whether a password is the kept one; it takes as long when none is kept. Raises Refused as `hashed`."""
        same = await self._comparing.run(lambda: self._compare(_normal(password), kept or self._nobodys))
        return same and kept is not None

    def outdated(self, kept: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    async def is_strong(self, password: str, context: Iterable[str]) -> bool:
        """Say whether a password is hard to guess for who knows the texts of `context`. Raises Refused as `hashed`."""
        words = sorted({word for text in (_OURS, *context) for word in _words(text)})
        return await self._judging.run(lambda: score(_normal(password), words) >= MIN_SCORE)

    async def aclose(self) -> None:
        """Let the threads end."""
        self._comparing.close()
        self._judging.close()

    def _compare(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def score(password: str, words: list[str]) -> int:
    """Return zxcvbn's score (0 to 4) of a password's beginning. Not to be called from two threads at once."""
    found: int = zxcvbn(_plainer(password[:JUDGED_LENGTH]), user_inputs=words)["score"]
    return found


def _plainer(password: str) -> str:
    """Return a password with only so many different stand-ins for letters; what replaces the others means nothing."""
    different = dict.fromkeys(character for character in password if character in _STAND_INS)
    further = list(different)[_STAND_INS_JUDGED:]
    return password.translate(
        {ord(character): _NEUTRAL + n * _NEUTRAL_STEP for n, character in enumerate(further)}
    )


def _words(text: str) -> Iterable[str]:
    return (word[:JUDGED_LENGTH].lower() for word in (text, *re.split(r"[\W_]+", text)) if word)


def _normal(password: str) -> str:
    """Return the form in which keyboards that write the same characters differently agree (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
