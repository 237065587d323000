"""Finding exercises: a library made searchable, by itself and without waiting for anything."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from msgspec import Struct, structs

from retrieval.concepts import Vocabulary, vocabulary
from retrieval.facets import Degrees, Facets
from retrieval.grammar import grammar_words
from retrieval.library import Exercise, Library
from retrieval.person import NOBODY, Person
from retrieval.question import Question, Reader
from retrieval.ranking import Filters, Found, Ranking
from retrieval.spelling import Spelling
from retrieval.words import Stems, is_break, stems_of, two_words, words_of

_OF_A_NAME: Final = 20
"""A word of a name is as likely meant as so many of other texts."""


class Hit(Struct, frozen=True, kw_only=True):
    """An exercise that answers a question, and why."""

    exercise: Exercise
    score: float
    why: tuple[str, ...]


class Hits(Struct, frozen=True, kw_only=True):
    """What was found, the best first; the wishes that gave way so that there were enough; how the question was read."""

    hits: tuple[Hit, ...]
    relaxed: tuple[str, ...]
    read_as: str


class Search:
    """Answers questions about one library."""

    def __init__(self, library: Library) -> None:
        words = vocabulary()
        self.library = library
        self._vocabulary = words
        self._facets = Facets(library, words)
        names = {name: one.name for name, one in zip(self._facets.names, library.exercises, strict=True)}
        self._reader = Reader(words, names, Spelling(_known(library, words)))
        self._ranking = Ranking(library, self._facets, words)
        # A quarter of a second now, or a tenth of one for the first who asks for what nobody has asked for yet.
        for concept in words.rules:
            self._facets.of(concept)
        self._places = {one.exercise_id: place for place, one in enumerate(library.exercises)}

    @property
    def facets(self) -> Facets:
        """How well each exercise fits each concept."""
        return self._facets

    def read(self, query: str) -> Question:
        """Return what a question means, by the vocabulary and this library's names."""
        return self._reader.read(query)

    def search(
        self,
        query: str,
        filters: Filters,
        limit: int,
        cosines: Degrees | None = None,
        person: Person = NOBODY,
        own: "Own | None" = None,
    ) -> Hits:
        """Return the best `limit` exercises, those of the person's own among them.

        `cosines` are the encoder's, one for each exercise of the library, if there are any.
        """
        question = self.read(query)
        ranked = self._ranking.rank(question, filters, cosines, limit, person)
        found = [(one, self.library.exercises[one.place]) for one in ranked.results]
        relaxed = ranked.relaxed
        if own is not None:
            beside, also = own.rank(question, stems_of(query), filters, person, cosines)
            found = sorted([*found, *beside], key=lambda one: (one[0].gave_way, -one[0].score))[:limit]
            gave_way = any(one.gave_way for one, _ in found)
            relaxed = tuple(dict.fromkeys((*relaxed, *also))) if gave_way else ()
        return Hits(
            hits=tuple(Hit(exercise=exercise, score=one.score, why=one.why) for one, exercise in found),
            relaxed=relaxed,
            read_as=question.text,
        )

    def alternatives(self, exercise_id: str, filters: Filters, limit: int, person: Person = NOBODY) -> Hits:
        """Return what may be done instead of an exercise of the library. Raises KeyError."""
        ranked = self._ranking.alternatives(self._places[exercise_id], filters, person, limit)
        return Hits(
            hits=tuple(
                Hit(exercise=self.library.exercises[one.place], score=one.score, why=one.why)
                for one in ranked.results
            ),
            relaxed=(),
            read_as="",
        )

    def allowed(self, filters: Filters) -> list[Exercise]:
        """Return all exercises that the filters allow, in the order of their ids."""
        return [
            one
            for one, fits in zip(self.library.exercises, self._ranking.allowed(filters), strict=True)
            if fits
        ]

    def own(self, exercises: Library) -> "Own":
        """Return a person's own exercises, to be found beside the library's."""
        return Own(exercises, self._vocabulary)


class Own:
    """Exercises of a person's own: read by what is told of them, and by their names as they are written."""

    def __init__(self, library: Library, vocabulary: Vocabulary) -> None:
        facets = Facets(library, vocabulary)
        self.library = library
        self._ranking = Ranking(library, facets, vocabulary)
        self._names = [frozenset(name) for name in facets.names]

    def allowed(self, filters: Filters) -> list[Exercise]:
        """Return all that the filters allow, in the order of their ids."""
        return [
            one
            for one, fits in zip(self.library.exercises, self._ranking.allowed(filters), strict=True)
            if fits
        ]

    def rank(
        self, question: Question, written: Stems, filters: Filters, person: Person, cosines: Degrees | None
    ) -> tuple[list[tuple[Found, Exercise]], tuple[str, ...]]:
        """Return all that are allowed, and what gave way for some. `written` are the question's stems before any was mended.

        Of what a person has written nothing is encoded: where meaning counts, it counts for them as for most others.
        """
        weights = self._ranking.weights
        ranked = self._ranking.rank(question, filters, None, len(self.library.exercises), person)
        usual = weights.dense * float(np.median(cosines)) if cosines is not None else 0.0
        said = frozenset(written)
        found: list[tuple[Found, Exercise]] = []
        for one in ranked.results:
            score = one.score + usual + weights.alias * (self._names[one.place] <= said)
            found.append((structs.replace(one, score=score), self.library.exercises[one.place]))
        return found, ranked.relaxed


def _known(library: Library, words: Vocabulary) -> Iterable[str]:
    """Return the words that questions are made of, the more usual first."""
    counts: Counter[str] = Counter()
    for exercise in library.exercises:
        for word in words_of(exercise.name):
            counts[word] += _OF_A_NAME
    counts.update(word for text in _texts(library, words) for word in words_of(text))
    counts.update(two_words())
    counts.update(grammar_words())
    return (word for word, _ in counts.most_common() if not is_break(word))


def _texts(library: Library, words: Vocabulary) -> Iterator[str]:
    yield from words.said
    for exercise in library.exercises:
        yield from exercise.primary_muscles
        yield from exercise.secondary_muscles
