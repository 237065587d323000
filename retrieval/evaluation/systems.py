"""The systems that are compared: each answers a question with exercises of one library."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
from msgspec import Struct

from retrieval.encoder import Encoder, Vectors
from retrieval.evaluation.baselines import Allowed, Dense, Words, fused
from retrieval.evaluation.breaking import breaks
from retrieval.evaluation.measures import FOUND
from retrieval.evaluation.rows import index_of
from retrieval.index import texts_of
from retrieval.library import Library
from retrieval.ranking import Filters
from retrieval.search import Search

BM25: Final = "BM25"
DENSE: Final = "dense"
FUSED: Final = "BM25 and dense, fused"
BY_WORDS: Final = "ours, by words alone"
OURS: Final = "ours"


class Answered(Struct, frozen=True, kw_only=True):
    """The first fifteen ids of each system, and the seconds that the best of ours took: to rank, and to encode before."""

    first: Mapping[str, tuple[str, ...]]
    ranking: float
    encoding: float


class Systems:
    """All systems over one library; without an encoder those that need none. Vectors are kept in `folder`."""

    def __init__(self, library: Library, encoder: Encoder | None, folder: Path) -> None:
        self._library = library
        self._search = Search(library)
        self._words = Words(library.exercises)
        self._meaning = None if encoder is None else _Meaning(library, self._search, encoder, folder)
        self._allowed: dict[Filters, Allowed] = {}
        self.best = BY_WORDS if encoder is None else OURS

    def ask(self, text: str, filters: Filters) -> Answered:
        """Ask all systems."""
        allowed = self._allows(filters)
        began = perf_counter()
        by_words = self._ours(text, filters, None)
        ranked = perf_counter() - began
        words = self._words.places(text, allowed)
        if self._meaning is None:
            first = {BM25: self._ids(words), BY_WORDS: by_words}
            return Answered(first=first, ranking=ranked, encoding=0)
        began = perf_counter()
        vector = self._meaning.vector(text)
        encoded = perf_counter()
        ours = self._ours(text, filters, self._meaning.cosines(vector))
        ranked = perf_counter() - encoded
        dense = self._meaning.dense.places(vector, allowed)
        both = fused(len(allowed), (words, dense))
        first = {
            BM25: self._ids(words),
            DENSE: self._ids(dense),
            FUSED: self._ids(both),
            BY_WORDS: by_words,
            OURS: ours,
        }
        return Answered(first=first, ranking=ranked, encoding=encoded - began)

    def _allows(self, filters: Filters) -> Allowed:
        if filters not in self._allowed:
            fits = [not breaks(one, filters) for one in self._library.exercises]
            self._allowed[filters] = np.array(fits, np.bool_)
        return self._allowed[filters]

    def _ours(self, text: str, filters: Filters, cosines: Vectors | None) -> tuple[str, ...]:
        hits = self._search.search(text, filters, FOUND, cosines).hits
        return tuple(one.exercise.exercise_id for one in hits)

    def _ids(self, places: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._library.exercises[place].exercise_id for place in list(places)[:FOUND])


class _Meaning:
    """What needs the encoder."""

    def __init__(self, library: Library, search: Search, encoder: Encoder, folder: Path) -> None:
        self._encoder = encoder
        self.dense = Dense(library.exercises, encoder, folder / "evaluation-dense.index")
        self._index = index_of(
            list(map(texts_of, search.library.exercises)), encoder, folder / "evaluation-ours.index"
        )

    def vector(self, text: str) -> Vectors:
        row: Vectors = self._encoder.encode([text])[0]
        return row

    def cosines(self, vector: Vectors) -> Vectors:
        return self._index.cosines(vector)
