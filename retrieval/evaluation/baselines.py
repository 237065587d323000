"""What the search has to leave behind: plain BM25, plain vectors, and their fusion, each over all a library says.

Each returns the places of the exercises that are allowed, the best first. What BM25 finds no word of it does not return.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder, Vectors
from retrieval.evaluation.rows import index_of
from retrieval.lexical import bm25_of, document_of
from retrieval.library import Exercise
from retrieval.words import stems_of

Places = NDArray[np.intp]
Allowed = NDArray[np.bool_]

_FUSED_BY: Final = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009)."""


class Words:
    """Okapi BM25 over the stems of all texts."""

    def __init__(self, exercises: Sequence[Exercise]) -> None:
        self._bm25 = bm25_of(exercises)

    def places(self, text: str, allowed: Allowed) -> Places:
        """Return what shares a word with a question."""
        scores = self._bm25.scores(stems_of(text))
        return _ordered(scores, allowed & (scores > 0))


class Dense:
    """The cosine of the question's vector and the vector of everything that is said of an exercise."""

    def __init__(self, exercises: Sequence[Exercise], encoder: Encoder, path: Path) -> None:
        self._index = index_of([(document_of(one),) for one in exercises], encoder, path)

    def places(self, vector: Vectors, allowed: Allowed) -> Places:
        """Return all that is allowed, the nearest to a question first."""
        return _ordered(self._index.cosines(vector), allowed)


def fused(size: int, orders: Sequence[Places]) -> Places:
    """Return what any of the orders has of `size` exercises, by the sum of the reciprocals of its ranks."""
    scores = np.zeros(size, np.float64)
    for order in orders:
        scores[order] += 1 / (_FUSED_BY + 1 + np.arange(len(order)))
    return _ordered(scores, scores > 0)


def _ordered(scores: NDArray[np.floating], allowed: Allowed) -> Places:
    order = np.argsort(-scores, kind="stable")
    return order[allowed[order]]
