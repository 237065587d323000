"""What a question rules out: what is not wanted, what a limit forbids, what is not there, what is not all there is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from retrieval.concepts import Concept, Kind, Rule, Vocabulary
from retrieval.facets import FITS, Degrees, Facets, best
from retrieval.likeness import Likeness
from retrieval.question import Avoid, Question

_BODY: Final = Concept(Kind.EQUIPMENT, "body")
_BEGINNER: Final = Concept(Kind.GOAL, "beginner")
_MEANT: Final[Mapping[Concept, Concept]] = {
    # Who wants no machines wants none with a pulley either.
    Concept(Kind.EQUIPMENT, "machine"): Concept(Kind.EQUIPMENT, "machines"),
}
_STRETCHES: Final = Concept(Kind.GOAL, "mobility")
_HOLDS: Final = Concept(Kind.MOVEMENT, "isometric")
_PART_OF: Final[Mapping[str, tuple[str, ...]]] = {"smith": ("machine",), "landmine": ("barbell",)}
_SAME: Final = 3
"""So many of an alias's names are the exercise itself; the others are near it."""
_EVERYWHERE: Final = ("wall", "towel", "chair")
_LYING_DOWN: Final = frozenset({"dumbbell", "barbell"})


class Unwanted:
    """What of one library a question rules out."""

    def __init__(self, facets: Facets, vocabulary: Vocabulary, likeness: Likeness) -> None:
        self._library = facets.library
        self._facets = facets
        self._vocabulary = vocabulary
        self._likeness = likeness
        self._expert = np.array([one.level == "expert" for one in self._library.exercises], np.float32)
        self._limits: dict[Concept, Degrees] = {}

    def of(self, question: Question) -> Degrees:
        """Return 1 for each exercise that is ruled out, else 0."""
        rows = [np.zeros(len(self._library.exercises), np.float32), *self._rows(question)]
        return best(rows)

    def spared(self, limit: Concept) -> Degrees:
        """Return 1 for each exercise that a limit forbids; what gently eases the part that hurts is not forbidden."""
        if limit not in self._limits:
            self._limits[limit] = self._spared(self._vocabulary.rules[limit])
        return self._limits[limit]

    def brought(self, question: Question) -> frozenset[str]:
        """Return the equipment that a question names, which is there wherever one is."""
        found: set[str] = set()
        for concept in question.wanted(Kind.EQUIPMENT):
            found |= {concept.name, *self._vocabulary.rules[concept].any}
        # Where weights are, there is something to lie on, as a rule.
        return frozenset(found - {"kit"} | ({"bench"} if found & _LYING_DOWN else set()))

    def _rows(self, question: Question) -> Iterator[Degrees]:
        yield from map(self._avoided, question.avoids)
        for named in question.not_named:
            yield self._facets.saying([named.stems])
            yield self._likeness.one_of(named.means[: 1 if named.exact else _SAME])
        yield from map(self.spared, question.wanted(Kind.LIMIT))
        if _BEGINNER in question.wanted(Kind.GOAL):
            yield self._expert
        brought = self.brought(question)
        for concept in question.wanted(Kind.PLACE):
            yield (self._facets.place(concept, brought) <= 0).astype(np.float32)
        if question.only:
            yield self._not_only(question.wanted(Kind.EQUIPMENT))

    def _avoided(self, avoid: Avoid) -> Degrees:
        if _BODY in avoid.concepts:
            return np.zeros(len(self._library.exercises), np.float32)
        rows = [self._facets.of(_MEANT.get(one, one)) >= FITS for one in avoid.concepts]
        if avoid.stems:
            rows.append(self._facets.saying([avoid.stems]) > 0)
        return np.asarray(np.all(rows, axis=0), np.float32)

    def _spared(self, rule: Rule) -> Degrees:
        eases = set(rule.eases)
        eased = [not eases.isdisjoint(one.primary_muscles) for one in self._library.exercises]
        # To hold is gentle as well, but where a limit names it: gripping hard does an elbow no good.
        holds = self._facets.of(_HOLDS) * (1 - self._facets.saying(rule.not_words))
        gentle = np.maximum(self._facets.of(_STRETCHES), holds)
        spared: Degrees = self._facets.against(rule) * (1 - np.array(eased, np.float32) * gentle)
        return spared

    def _not_only(self, concepts: Sequence[Concept]) -> Degrees:
        there: set[str] = set(_EVERYWHERE)
        for concept in concepts:
            there |= {concept.name, *self._vocabulary.rules[concept].any, *_PART_OF.get(concept.name, ())}
        return np.array([not one.main <= there for one in self._facets.needs], np.float32)


def ruled_out(question: Question) -> tuple[str, ...]:
    """Return the words by which a question rules something out."""
    said: Iterable[str] = (
        *(one.said for one in question.avoids),
        *(one.said for one in question.wants if one.concept.kind in {Kind.LIMIT, Kind.PLACE}),
        *(one.said for one in question.not_named),
    )
    return tuple(dict.fromkeys(said))
