"""Finding exercises: a library made searchable, by itself and without waiting for anything."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from retrieval.concepts import Vocabulary, vocabulary
from retrieval.facets import Degrees, Facets
from retrieval.grammar import grammar_words
from retrieval.library import Exercise, Library
from retrieval.question import Reader
from retrieval.ranking import Filters, Ranked, Ranking
from retrieval.spelling import Spelling
from retrieval.words import is_break, two_words, words_of

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

    def search(self, query: str, filters: Filters, limit: int, cosines: Degrees | None = None) -> Hits:
        """Return the best `limit` exercises; `cosines` are the encoder's, one for each exercise, if there are any."""
        question = self._reader.read(query)
        ranked: Ranked = self._ranking.rank(question, filters, cosines, limit)
        return Hits(
            hits=tuple(
                Hit(exercise=self.library.exercises[one.place], score=one.score, why=one.why)
                for one in ranked.results
            ),
            relaxed=ranked.relaxed,
            read_as=question.text,
        )


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
