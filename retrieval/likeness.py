"""How alike exercises are: the same movement, the same muscles, the same sort of training."""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.concepts import Concept, Kind, Rule, Vocabulary
from retrieval.facets import FITS, Degrees, Facets
from retrieval.library import Exercise
from retrieval.question import Named

_MOVES: Final = 0.55
_MUSCLES: Final = 0.35
_SORT: Final = 0.1
_NEAR: Final = 0.4
"""How much what is only like a named exercise counts beside it."""
_SECOND: Final = 0.88
_EACH: Final = 0.04
"""The second of the names that an alias means, and what each further one counts less."""
_SORTS: Final = frozenset({"stretch", "smr"})
_FORCES: Final = frozenset({"push", "pull", "static"})
"""Which way the force goes is no movement: half of all exercises pull."""
_PATTERNS: Final = tuple(
    Concept(Kind.MOVEMENT, name)
    for name in (
        "knee_dominant",
        "hip_dominant",
        "horizontal_push",
        "vertical_push",
        "horizontal_pull",
        "vertical_pull",
        "upper_pull",
    )
)


class Likeness:
    """Degrees of likeness to exercises of one library."""

    def __init__(self, facets: Facets, vocabulary: Vocabulary) -> None:
        self._library = facets.library
        self._facets = facets
        self._vocabulary = vocabulary
        self._places = {one.name: place for place, one in enumerate(facets.library.exercises)}
        self._known: dict[int, Degrees] = {}

    def place(self, names: tuple[str, ...]) -> int | None:
        """Return the place of the first of these names that the library has; None when it has none."""
        return next((self._places[name] for name in names if name in self._places), None)

    def to(self, named: Named) -> Degrees:
        """Return how alike each exercise is to the first of the named ones that the library has."""
        anchor = self.place(named.means)
        if anchor is None:
            return np.zeros(len(self._library.exercises), np.float32)
        if anchor not in self._known:
            self._known[anchor] = self._to(anchor)
        return self._known[anchor]

    def trained(self, named: Named) -> Degrees:
        """Return how far each exercise trains what the first of the named ones that the library has trains."""
        place = self.place(named.means)
        return np.zeros(len(self._library.exercises), np.float32) if place is None else self._muscles(place)

    def muscles(self, named: Named) -> Degrees:
        """Return how far each exercise works the muscles of the first of the named ones that the library has."""
        place = self.place(named.means)
        if place is None:
            return np.zeros(len(self._library.exercises), np.float32)
        of = self._library.exercises[place]
        muscles = {*of.primary_muscles, *of.secondary_muscles}
        works = [bool(muscles & set(one.primary_muscles)) for one in self._library.exercises]
        return np.array(works, np.float32)

    def named(self, named: Named) -> Degrees:
        """Return how well each exercise is what was named: the ones that are meant, then what is like the first."""
        found = np.float32(_NEAR) * self.to(named)
        for rank, name in enumerate(named.means):
            if name in self._places:
                place = self._places[name]
                found[place] = max(found[place], _SECOND - _EACH * rank if rank else 1.0)
        return found

    def alternatives(self, place: int) -> tuple[Degrees, NDArray[np.bool_]]:
        """Return how alike each exercise is to that of a place, and which follow its pattern and work its muscles.

        Where nothing is known of how it moves, its muscles decide.
        """
        muscles = self._muscles(place)
        moves = self._moves(place)
        patterns = [self._facets.of(one) for one in _PATTERNS]
        shared = [row for row in patterns if row[place] >= FITS]
        close = np.maximum.reduce([moves, *shared])
        same = (close >= FITS) & (muscles > 0) if close.any() else muscles >= FITS
        same[place] = False
        return self._to(place), same

    def one_of(self, names: tuple[str, ...]) -> Degrees:
        """Return 1 for each exercise of these names."""
        found = np.zeros(len(self._library.exercises), np.float32)
        found[[self._places[name] for name in names if name in self._places]] = 1
        return found

    def _to(self, anchor: int) -> Degrees:
        of = self._library.exercises[anchor]
        sort = np.array([one.category == of.category for one in self._library.exercises], np.float32)
        return np.asarray(
            _MOVES * self._moves(anchor) + _MUSCLES * self._muscles(anchor) + _SORT * sort, np.float32
        )

    def _moves(self, anchor: int) -> Degrees:
        rows = [self._facets.of(one) for one in self._movements if self._facets.of(one)[anchor] >= FITS]
        none = np.zeros(len(self._library.exercises), np.float32)
        return np.mean(rows, axis=0, dtype=np.float32) if rows else none

    def _muscles(self, anchor: int) -> Degrees:
        of = self._library.exercises[anchor]
        return np.array([_shared_muscles(of, one) for one in self._library.exercises], np.float32)

    @cached_property
    def _movements(self) -> list[Concept]:
        return [
            concept
            for concept, rule in self._vocabulary.rules.items()
            if concept.kind is Kind.MOVEMENT and _is_specific(concept, rule)
        ]


def _is_specific(concept: Concept, rule: Rule) -> bool:
    """Say whether a concept is a movement itself, and no group or manner of movements."""
    return concept.name in _SORTS or not (rule.any or rule.group or concept.name in _FORCES)


def _shared_muscles(of: Exercise, one: Exercise) -> float:
    first = len(set(of.primary_muscles) & set(one.primary_muscles)) / max(len(of.primary_muscles), 1)
    both = {*of.primary_muscles, *of.secondary_muscles}, {*one.primary_muscles, *one.secondary_muscles}
    return 0.8 * first + 0.2 * len(both[0] & both[1]) / max(len(both[0] | both[1]), 1)
