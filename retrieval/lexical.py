"""Evidence of words: BM25 over what a library says of an exercise, and how much of a name a question says."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from retrieval.facets import Degrees
from retrieval.library import Exercise
from retrieval.words import Stems, stems_of

_K1: Final = 1.2
_B: Final = 0.75
"""The usual constants of Okapi BM25 (Robertson and Zaragoza, 2009)."""


class Bm25:
    """Scores documents against a question's stems."""

    def __init__(self, documents: Sequence[Stems]) -> None:
        size = len(documents)
        lengths = np.array([len(one) for one in documents], np.float32)
        norm = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
        counts: dict[str, dict[int, int]] = {}
        for place, document in enumerate(documents):
            for stem, count in Counter(document).items():
                counts.setdefault(stem, {})[place] = count
        self._size = size
        self._rows: dict[str, tuple[np.ndarray, Degrees]] = {}
        for stem, places in counts.items():
            at = np.fromiter(places, np.int32, len(places))
            times = np.fromiter(places.values(), np.float32, len(places))
            rarity = math.log(1 + (size - len(places) + 0.5) / (len(places) + 0.5))
            self._rows[stem] = at, (rarity * times * (_K1 + 1) / (times + norm[at])).astype(np.float32)

    def scores(self, stems: Sequence[str]) -> Degrees:
        """Return a score for each document."""
        found = np.zeros(self._size, np.float32)
        for stem in dict.fromkeys(stems):
            row = self._rows.get(stem)
            if row is not None:
                found[row[0]] += row[1]
        return found


class Names:
    """How much of each name a question says, and how much of the question the name says."""

    def __init__(self, names: Sequence[Stems]) -> None:
        rarity = Counter(stem for name in names for stem in set(name))
        self._weights = {stem: math.log(1 + len(names) / count) for stem, count in rarity.items()}
        self._unknown = math.log(1 + len(names))
        self._places: dict[str, np.ndarray] = {
            stem: np.array([place for place, name in enumerate(names) if stem in name], np.int32)
            for stem in rarity
        }
        self._totals = np.array([sum(map(self._weight, set(name))) or 1.0 for name in names], np.float32)

    def _weight(self, stem: str) -> float:
        return self._weights.get(stem, self._unknown)

    def likeness(self, stems: Sequence[str]) -> Degrees:
        """Return from 0 to 1 how alike a question and each name are: the harmonic mean of what each says of the other."""
        shared = np.zeros(len(self._totals), np.float32)
        asked = set(stems)
        for stem in asked:
            if stem in self._places:
                shared[self._places[stem]] += self._weight(stem)
        total = sum(map(self._weight, asked))
        likeness: Degrees = 2 * shared / (self._totals + np.float32(total or 1.0))
        return likeness


def document_of(exercise: Exercise) -> str:
    """Return all that a library says of an exercise, as one text."""
    return ". ".join(
        (
            exercise.name,
            *exercise.aliases,
            " ".join((*exercise.equipment, exercise.category, exercise.level or "", exercise.force or "")),
            " ".join((*exercise.primary_muscles, *exercise.secondary_muscles)),
            " ".join(exercise.instructions),
        )
    )


def bm25_of(exercises: Sequence[Exercise]) -> Bm25:
    """Return the plain lexical index of a library."""
    return Bm25([stems_of(document_of(one)) for one in exercises])
