"""Words mended: what is in no list of words, and is a slip of the thumb away from one that exercises are made of."""

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract
from zxcvbn.frequency_lists import FREQUENCY_LISTS

_ENGLISH: Final = ("english_wikipedia", "us_tv_and_film")
_SHORTEST: Final = 3
_TWO_SLIPS: Final = 6
"""Letters from which on two slips are mended."""


class Spelling:
    """Mends words. `known` are the words of the vocabulary and of the library, the more usual first."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {word: place for place, word in enumerate(dict.fromkeys(known))}
        self._targets = [word for word in self._known if len(word) >= _SHORTEST and word.isalpha()]
        self._mended: dict[str, str] = {}
        # Of short words one is often another, but for a letter that should stand twice ("pul ups").
        self._doubled = {
            _squeezed(word): word
            for word in reversed(self._targets)
            if len(word) == _SHORTEST + 1 and len(_squeezed(word)) == _SHORTEST
        }

    def mended(self, word: str) -> str:
        """Return the word that was meant; two, where a blank was left out; the word itself, where none is near."""
        if word in self._known or len(word) < _SHORTEST or not word.isalpha():
            return word
        if word in self._doubled:
            return self._doubled[word]
        if word in _english():
            return word
        if word not in self._mended:
            if len(self._mended) >= _REMEMBERED:
                self._mended.clear()
            self._mended[word] = self._apart(word) or self._nearest(word)
        return self._mended[word]

    def _nearest(self, word: str) -> str:
        slips = 2 if len(word) >= _TWO_SLIPS else 1
        near = extract(word, self._targets, scorer=OSA.distance, score_cutoff=slips, limit=None)
        likely = [one for one in near if len(word) > _SHORTEST or sorted(one[0]) == sorted(word)]
        if not likely:
            return word
        # Thumbs seldom miss the first letter; of equally near words the more usual one was meant.
        best: str = min(
            likely,
            key=lambda one: (
                _squeezed(one[0]) != _squeezed(word),
                one[1] + (one[0][0] != word[0]),
                self._known[one[0]],
            ),
        )[0]
        return best

    def _apart(self, word: str) -> str | None:
        for cut in range(_SHORTEST, len(word) - _SHORTEST + 1):
            if word[:cut] in self._known and word[cut:] in self._known:
                return f"{word[:cut]} {word[cut:]}"
        return None


def _squeezed(word: str) -> str:
    """Return a word with its doubled letters as one: most slips are there."""
    return "".join(letter for letter, _ in groupby(word))


_REMEMBERED: Final = 10_000


@cache
def _english() -> frozenset[str]:
    """Return words that need no mending: those of an encyclopedia and of films, by how usual they are."""
    return frozenset(word for name in _ENGLISH for word in FREQUENCY_LISTS[name][:_USUAL])


_USUAL: Final = 15_000
"""Rarer ones of these lists are themselves often slips."""
