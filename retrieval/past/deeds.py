"""Which exercises a question about the past speaks of: those of the library that do the same by its words.

It is read by the same reader as questions for exercises; only that here everything is wanted: "did" and "have done" say no more
than that it is about the past.
"""

import re
from collections.abc import Mapping
from functools import reduce
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from retrieval.concepts import Kind
from retrieval.facets import FITS
from retrieval.past.asking import ASKING
from retrieval.question import Named, Question
from retrieval.search import Search
from retrieval.words import Stems, stems_of

_KINDS: Final = frozenset({Kind.MUSCLE, Kind.MOVEMENT, Kind.EQUIPMENT, Kind.POSTURE})
_DAY: Final = re.compile(r"\b(\w+(?:[ -]\w+)?)[ -](?:days?|workouts?|sessions?)\b")
_Fits = NDArray[np.bool_]


class Deed(Struct, frozen=True, kw_only=True):
    """What was done: exercises by their ids, None when none is spoken of; `said` are the words.

    With `muscles` it was no certain exercise, but whatever works these. `rest` are stems that speak of something else.
    """

    exercises: frozenset[str] | None = None
    muscles: bool = False
    said: tuple[str, ...] = ()
    rest: Stems = ()


class Deeds:
    """Reads questions by the names of one library."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._places = {one.name: place for place, one in enumerate(search.library.exercises)}

    def read(self, text: str) -> Deed:
        """Return what a question in lower case speaks of."""
        day = _DAY.search(text)
        asked = " ".join(word for word in re.findall(r"[\w'-]+", text) if word not in ASKING)
        question = self._search.read(f"{day[1]} day" if day and _is_day(self._search, day[1]) else asked)
        masks = self._masks(question)
        rest = _rest(self._search.read(asked))
        if not masks:
            return Deed(rest=rest)
        return Deed(
            exercises=self._ids(question, masks),
            muscles=not question.named and not question.like and not question.not_named,
            said=tuple(masks),
            rest=rest,
        )

    def _masks(self, question: Question) -> dict[str, _Fits]:
        """Return by its words which exercises fit each thing that is spoken of."""
        facets = self._search.facets
        masks = {one.said: self._named(one) for one in (*question.named, *question.not_named, *question.like)}
        exact = {one.said for one in question.named if one.exact}
        for want in question.wants:
            done_with = want.concept.kind is Kind.EQUIPMENT and want.said in masks
            if want.concept.kind in _KINDS and want.said not in exact and not want.of and not done_with:
                fits = facets.of(want.concept) >= FITS
                masks[want.said] = masks[want.said] | fits if want.said in masks else fits
        return masks

    def _named(self, named: Named) -> _Fits:
        found = np.zeros(len(self._places), np.bool_)
        found[[self._places[name] for name in named.means[: 1 if named.exact else None]]] = True
        saying: _Fits = self._search.facets.saying([named.stems]) > 0
        return found | saying

    def _ids(self, question: Question, masks: Mapping[str, _Fits]) -> frozenset[str]:
        """Return what fits: muscles are alternatives, all else belongs together as far as anything has it all."""
        worked = {one.said for one in question.wants if one.concept.kind is Kind.MUSCLE}
        alternatives = [mask for said, mask in masks.items() if said in worked]
        parts = [mask for said, mask in masks.items() if said not in worked]
        if alternatives:
            parts.append(reduce(np.logical_or, alternatives))
        found = reduce(np.logical_and, parts)
        if not found.any():
            found = reduce(np.logical_or, parts)
        exercises = self._search.library.exercises
        return frozenset(exercises[place].exercise_id for place in np.flatnonzero(found))


def _is_day(search: Search, words: str) -> bool:
    """Say whether this is a kind of day: "leg day", and not "rest day"."""
    kinds = {one.concept.kind for one in search.read(f"{words} day").wants}
    return bool(kinds & {Kind.MUSCLE, Kind.MOVEMENT})


def _rest(question: Question) -> Stems:
    """Return the stems that no exercise is told by: places, complaints and what nobody knows."""
    elsewhere = [one.said for one in question.wants if one.concept.kind not in _KINDS]
    said = (*question.rest, *(stem for words in elsewhere for stem in stems_of(words)))
    return tuple(one for one in dict.fromkeys(said) if one not in _QUIET)


_QUIET: Final = frozenset({"ever", "was", "hardest", "back"})
