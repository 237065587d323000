"""Which exercises answer a question best: all evidence on one scale, and what was asked for before what is merely near.

Wants of one kind are alternatives ("quads or glutes"), wants of different kinds belong together ("quads with a band"):
each kind that is asked for adds its weight times how well an exercise fits. What is not wanted, and what a limit forbids,
is out. Filters that were given as data are out whatever happens; those that were read from words give way, and say so,
when fewer than the asked number remain.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from retrieval.concepts import Concept, Kind, Rule, Vocabulary
from retrieval.facets import FITS, Degrees, Facets
from retrieval.lexical import Bm25, Names, document_of
from retrieval.library import Library
from retrieval.likeness import Likeness
from retrieval.person import NOBODY, Person, Personal
from retrieval.question import Question, Want
from retrieval.unwanted import Unwanted, ruled_out
from retrieval.weights import Weights
from retrieval.words import stems_of

_HOW: Final = frozenset({Kind.EQUIPMENT, Kind.MUSCLE, Kind.POSTURE})
_WHAT: Final = frozenset({Kind.MUSCLE, Kind.MOVEMENT, Kind.GOAL})
_EASING: Final = frozenset({"stretch", "mobility", "relief", "rehab", "beginner", "warm_up", "cool_down"})
_REMEMBERED: Final = 1000
_ALIKE: Final = 6.0
OWN_EQUIPMENT: Final = "your equipment"
"""What is said to have given way where the equipment that a person has was not enough."""
_SAID: Final = 0.4
"""How much of being named counts for one that is not done as was asked."""


class Filters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every result must have: one of each that is given, in the library's own words."""

    equipment: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    muscles: tuple[str, ...] = ()


class Found(Struct, frozen=True, kw_only=True):
    """One result: its place in the library, its score, whether a wish gave way for it, and why it was found."""

    place: int
    score: float
    gave_way: bool = False
    why: tuple[str, ...]


class Ranked(Struct, frozen=True, kw_only=True):
    """Results, the best first, and the wishes that had to give way so that there were enough."""

    results: tuple[Found, ...]
    relaxed: tuple[str, ...] = ()


_UNASKED: Final[Mapping[str, float]] = {
    "stretching": 2.0,
    "cardio": 0.5,
    "plyometrics": 0.35,
    "strongman": 0.4,
    "olympic weightlifting": 0.4,
    "powerlifting": 0.15,
}
"""How far exercises of a category stand back when it was not asked for: who names a muscle wants to train it."""


class Ranking:
    """Ranks the exercises of one library."""

    def __init__(
        self, library: Library, facets: Facets, vocabulary: Vocabulary, weights: Weights | None = None
    ) -> None:
        self.weights = weights or Weights()
        self._library = library
        self._facets = facets
        self._vocabulary = vocabulary
        self._told = Bm25([stems_of(document_of(one)) for one in library.exercises])
        self._names = Names(facets.names)
        self._likeness = Likeness(facets, vocabulary)
        self._unwanted = Unwanted(facets, vocabulary, self._likeness)
        self._personal = Personal(facets, vocabulary, self._unwanted)
        self._plain = self._plainness()
        self._allowed: dict[Filters, NDArray[np.bool_]] = {}
        # Whatever its category: who raises the trunk against its weight trains.
        trains = 1 - facets.of(Concept(Kind.MOVEMENT, "back_extension"))
        self._categories = {
            category: trains
            * np.array([back * (one.category == category) for one in library.exercises], np.float32)
            for category, back in _UNASKED.items()
        }
        self._labels = [one.labels for one in facets.needs]

    def _plainness(self) -> Degrees:
        """Return how plain each exercise is: the ones that aliases name first, short names, no expert's."""
        named = np.zeros(len(self._library.exercises), np.float32)
        for alias in self._vocabulary.aliases.values():
            for rank, name in enumerate(alias.means[:4]):
                if not alias.nearest:
                    named += self._likeness.one_of((name,)) / (1 + rank)
        lengths = np.array([len(name) for name in self._facets.names], np.float32)
        expert = np.array([one.level == "expert" for one in self._library.exercises], np.float32)
        plain: Degrees = np.minimum(np.log1p(named) / 3, 1) - 0.05 * lengths - 0.3 * expert
        return plain.astype(np.float32)

    def rank(
        self, question: Question, filters: Filters, dense: Degrees | None, limit: int, person: Person = NOBODY
    ) -> Ranked:
        """Return the best `limit` exercises that the filters allow. `dense` are cosines, None while there are none."""
        scores = (
            self._scores(question, dense) - self._doubtful(filters) + self._personal.liking(person, question)
        )
        allowed = self.allowed(filters) & ~self._personal.forbidden(person)
        unwanted = self._unwanted.of(question) > 0
        missing = self._personal.missing(person, question)
        order = np.lexsort((-scores, unwanted | missing, ~allowed))
        chosen = order[: min(limit, int(allowed.sum()))]
        return Ranked(
            results=tuple(
                Found(
                    place=int(one),
                    score=float(scores[one]),
                    gave_way=bool(unwanted[one] | missing[one]),
                    why=(*self._why(question, int(one)), *why),
                )
                for one, why in zip(chosen, self._personal.why(person, chosen), strict=True)
            ),
            relaxed=(
                *(ruled_out(question) if unwanted[chosen].any() else ()),
                *((OWN_EQUIPMENT,) if missing[chosen].any() else ()),
            ),
        )

    def alternatives(self, place: int, filters: Filters, person: Person, limit: int) -> Ranked:
        """Return what may be done instead of an exercise: of its pattern, allowed, and with what a person has."""
        alike, same = self._likeness.alternatives(place)
        nothing = Question(text="")
        fit = (
            same
            & self.allowed(filters)
            & ~self._personal.forbidden(person)
            & ~self._personal.missing(person, nothing)
        )
        scores = _ALIKE * alike + self.weights.plain * self._plain + self._personal.liking(person, nothing)
        scores = scores - self._doubtful(filters)
        order = np.lexsort((-scores, ~fit))[: min(limit, int(fit.sum()))]
        return Ranked(
            results=tuple(
                Found(
                    place=int(one),
                    score=float(scores[one]),
                    why=(*self._shared(place, int(one)), *why),
                )
                for one, why in zip(order, self._personal.why(person, order), strict=True)
            )
        )

    def allowed(self, filters: Filters) -> NDArray[np.bool_]:
        """Return which exercises have what the filters ask for; a name that says another implement is believed."""
        if filters not in self._allowed:
            if len(self._allowed) >= _REMEMBERED:
                self._allowed.clear()
            found = [self._is_allowed(place, filters) for place in range(len(self._labels))]
            self._allowed[filters] = np.array(found, np.bool_)
        return self._allowed[filters]

    def _doubtful(self, filters: Filters) -> Degrees:
        """Return how far those stand back that a filter allows by their name alone."""
        if not filters.equipment:
            return np.zeros(len(self._labels), np.float32)
        sure = [set(one.equipment) <= set(filters.equipment) for one in self._library.exercises]
        return np.where(sure, np.float32(0), np.float32(self.weights.doubt))

    def _is_allowed(self, place: int, filters: Filters) -> bool:
        one, labels = self._library.exercises[place], self._labels[place]
        return (
            (not filters.equipment or (bool(labels) and labels <= set(filters.equipment)))
            and (not filters.level or one.level in filters.level)
            and (not filters.category or one.category in filters.category)
            and (not filters.muscles or not set(filters.muscles).isdisjoint(one.primary_muscles))
        )

    def _scores(self, question: Question, dense: Degrees | None) -> Degrees:
        weights = self.weights
        found = weights.plain * self._plain
        fits = [(name, self._fit(question, concepts)) for name, concepts in self._groups(question)]
        for kind, fit in fits:
            found = found + getattr(weights, kind.value) * fit
        # Who names an exercise and says how it is to be done wants one that is done so.
        apt = (
            np.mean([fit for kind, fit in fits if kind in _HOW], axis=0)
            if any(kind in _HOW for kind, _ in fits)
            else 1
        )
        for named in question.named:
            found = found + weights.alias * self._likeness.named(named) * (_SAID + (1 - _SAID) * apt)
        found = found + self._examples(question, with_what=bool(fits))
        for concept in question.wanted(Kind.LIMIT):
            found = found + weights.limits * self._facets.preferred(self._vocabulary.rules[concept])
        found = found + weights.name * self._names.likeness(question.said)
        found = found + weights.told * np.tanh(self._told.scores(question.said) / 10)
        if question.rest:
            found = found + weights.rest * self._names.likeness(question.rest)
        if dense is not None:
            found = found + (weights.dense if _is_read(question) else weights.unread) * dense
        found = found + self._eased(question)
        return (found - weights.unasked * self._unasked(question)).astype(np.float32)

    def _examples(self, question: Question, *, with_what: bool) -> Degrees:
        """Return how far exercises stand forward for being like those that were named as examples, or back."""
        weights = self.weights
        found = np.zeros(len(self._labels), np.float32)
        alone = not (question.named or any(want.concept.kind in _WHAT for want in question.wants))
        for named in question.like:
            found = found + (weights.like_alone if alone else weights.like) * self._likeness.to(named)
            found = found - weights.itself * self._likeness.one_of(named.means[:1])
            if alone and with_what and named in question.not_named:
                # Who says but what it is to be done with wants the same muscles trained.
                found = found + weights.muscles * self._likeness.trained(named)
        for named in question.around:
            found = found + weights.around * self._likeness.muscles(named)
        return found.astype(np.float32)

    def _groups(self, question: Question) -> list[tuple[Kind, list[Concept]]]:
        """Return the wishes that are alternatives to each other, together."""
        groups: dict[tuple[Kind, str], list[Concept]] = {}
        for want in question.wants:
            if want.concept.kind is not Kind.LIMIT and self._is_meant(want):
                key = want.concept.kind, self._vocabulary.rules[want.concept].group
                groups.setdefault(key, []).append(want.concept)
        return [(kind, self._narrowest(dict.fromkeys(concepts))) for (kind, _), concepts in groups.items()]

    def _narrowest(self, concepts: Iterable[Concept]) -> list[Concept]:
        """Leave out what is said more closely besides ("the brachialis, of the arm", "weights, a barbell")."""
        rules = {one: self._vocabulary.rules[one] for one in concepts}
        return [
            one
            for one, rule in rules.items()
            if not any(other is not one and _is_part(other, part, rule) for other, part in rules.items())
        ]

    def _is_meant(self, want: Want) -> bool:
        """Say whether a word of an exercise's name means what it says ("IT band" is no band)."""
        anchor = self._likeness.place(want.of)
        return anchor is None or bool(self._facets.of(want.concept)[anchor] >= FITS)

    def _fit(self, question: Question, concepts: Sequence[Concept]) -> Degrees:
        """Return how well exercises fit one of the wishes best, and a little how well they fit the others."""
        brought = self._unwanted.brought(question)
        rows = np.stack(
            [
                self._facets.place(one, brought) if one.kind is Kind.PLACE else self._facets.of(one)
                for one in concepts
            ]
        )
        best: Degrees = rows.max(axis=0)
        return best if len(rows) == 1 else 0.8 * best + 0.2 * rows.mean(axis=0)

    def _eased(self, question: Question) -> Degrees:
        """Return how well exercises ease what hurts, for who asks for nothing else."""
        found = np.zeros(len(self._labels), np.float32)
        if not self._only_eases(question):
            return found
        for concept in question.wanted(Kind.LIMIT):
            eases = set(self._vocabulary.rules[concept].eases)
            if eases:
                worked = [bool(eases & set(one.primary_muscles)) for one in self._facets.library.exercises]
                stretches = self._facets.of(Concept(Kind.GOAL, "mobility"))
                found = np.maximum(found, np.array(worked, np.float32) * (1 + 2 * stretches))
        return np.asarray(self.weights.muscles * found / 2, np.float32)

    @staticmethod
    def _only_eases(question: Question) -> bool:
        asks = any(want.concept.kind in _WHAT and want.concept.name not in _EASING for want in question.wants)
        # Who wants no jumping wants to move all the same.
        moves = Concept(Kind.LIMIT, "low_impact") in question.wanted(Kind.LIMIT)
        return not (asks or moves or question.named or question.like)

    def _unasked(self, question: Question) -> Degrees:
        asked = self._asked_categories(question)
        found = np.zeros(len(self._labels), np.float32)
        for category, row in self._categories.items():
            if category not in asked:
                found += row
        return found

    def _asked_categories(self, question: Question) -> set[str]:
        found: set[str] = set()
        for want in question.wants:
            rule = self._vocabulary.rules[want.concept]
            found |= {*rule.asks, *rule.category, *(one for also in rule.also for one in also.category)}
            if rule.eases and self._only_eases(question):
                found.add("stretching")
        for named in (*question.named, *question.like):
            places = np.flatnonzero(self._likeness.one_of(named.means[:2]))
            found |= {self._library.exercises[one].category for one in places}
        return found

    def _shared(self, anchor: int, place: int) -> Iterable[str]:
        """Tell which muscles two exercises both work first of all."""
        of = set(self._library.exercises[anchor].primary_muscles)
        return (one for one in self._library.exercises[place].primary_muscles if one in of)

    def _why(self, question: Question, place: int) -> tuple[str, ...]:
        one = self._library.exercises[place]
        reasons = [
            self._vocabulary.rules[want.concept].why or want.said
            for want in question.wants
            if want.concept.kind is not Kind.LIMIT and self._facets.of(want.concept)[place] >= FITS
        ]
        reasons += [f"is called {named.said!r}" for named in question.named if one.name in named.means]
        reasons += [self._vocabulary.rules[one].why for one in question.wanted(Kind.LIMIT)]
        return tuple(dict.fromkeys(reasons))


def _is_read(question: Question) -> bool:
    """Say whether anything of a question was understood: else what it is near to is all that is known of it."""
    return bool(question.wants or question.avoids or question.named or question.like or question.around)


def _is_part(other: Concept, part: Rule, rule: Rule) -> bool:
    """Say whether one concept is a part of another: of a region a muscle, of a group of equipment one."""
    if other.kind is Kind.EQUIPMENT:
        return bool(rule.any) and not part.any
    return bool(part.words and part.primary and not rule.words and set(part.primary) <= set(rule.primary))
