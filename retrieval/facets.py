"""How well each exercise of a library fits each concept: one row of numbers a concept, reckoned once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from retrieval.canon import implements_meant, in_canon
from retrieval.concepts import Concept, Kind, Rule, Vocabulary
from retrieval.library import Exercise, Library
from retrieval.needs import Needs, needs_of
from retrieval.words import Stems, grams, stems_of

Degrees: TypeAlias = NDArray[np.float32]

FITS: Final = 0.5
"""From here on an exercise is what a concept means."""
SECONDARY: Final = 0.3
"""How well an exercise fits a muscle that it works besides."""
_ELSEWHERE: Final = 0.5
"""How well one fits a part of a muscle that it works, when its name does not say that part."""
_BAND: Final = "band"
_BESIDES: Final = 0.5
"""How well one fits an implement that it needs besides another."""
_REMEMBERED: Final = 1000
_TOLD_SENTENCES: Final = 2


def best(rows: Sequence[Degrees]) -> Degrees:
    """Return how well each exercise fits what it fits best."""
    return np.asarray(np.maximum.reduce(rows), np.float32)


class Facets:
    """Degrees from 0 to 1, one for each exercise in the library's order."""

    def __init__(self, library: Library, vocabulary: Vocabulary) -> None:
        self.library = in_canon(library, vocabulary)
        self.vocabulary = vocabulary
        self.names = [stems_of(one.name) for one in library.exercises]
        self._grams = [frozenset(grams(name)) for name in self.names]
        self._told = [
            frozenset(grams(stems_of(" ".join(one.instructions[:_TOLD_SENTENCES]))))
            for one in library.exercises
        ]
        implements = vocabulary.of(Kind.EQUIPMENT)
        meant = implements_meant(library, vocabulary)
        self.needs: list[Needs] = [needs_of(one, implements, meant) for one in library.exercises]
        self._degrees: dict[Concept, Degrees] = {}
        self._brought: dict[tuple[Concept, frozenset[str]], Degrees] = {}

    def of(self, concept: Concept) -> Degrees:
        """Return how well each exercise fits a concept; never to be changed."""
        if concept not in self._degrees:
            found = self._reckoned(concept)
            found.flags.writeable = False
            self._degrees[concept] = found
        return self._degrees[concept]

    def saying(self, phrases: Iterable[Stems]) -> Degrees:
        """Return 1 for each exercise whose name says one of the phrases."""
        wanted = frozenset(phrases)
        return np.fromiter((not one.isdisjoint(wanted) for one in self._grams), np.float32, len(self.names))

    def _reckoned(self, concept: Concept) -> Degrees:
        rule = self.vocabulary.rules[concept]
        match concept.kind:
            case Kind.MUSCLE:
                return self._muscles(rule)
            case Kind.EQUIPMENT:
                return self._implements(concept.name, rule)
            case Kind.POSTURE:
                return self._postures(rule)
            case Kind.PLACE:
                return self._places(rule)
            case Kind.LIMIT:
                return 1 - self.against(rule)
            case Kind.MOVEMENT | Kind.GOAL:
                return self._rule(rule, concept.kind)

    def _muscles(self, rule: Rule) -> Degrees:
        found = np.array([_worked(one, rule) for one in self.library.exercises], np.float32)
        if rule.words:
            found = found * np.where(self.saying(rule.words) > 0, 1, _ELSEWHERE).astype(np.float32)
        if rule.not_words:
            found = found * np.where(self.saying(rule.not_words) > 0, _ELSEWHERE, 1).astype(np.float32)
        return best([found, *(self._also(one, Kind.MUSCLE) for one in rule.also)])

    def _implements(self, name: str, rule: Rule) -> Degrees:
        if rule.any:
            return self._any(rule, Kind.EQUIPMENT)
        if name == "body":
            return np.array([_bodily(one) for one in self.needs], np.float32)
        if name == _BAND:
            # A band on a barbell makes a heavy lift heavier: who has but bands can do nothing with it.
            return np.array([_banded(one) for one in self.needs], np.float32)
        return np.array([name in one.all for one in self.needs], np.float32)

    def _postures(self, rule: Rule) -> Degrees:
        named = self.saying(rule.words)
        told = np.array([not one.isdisjoint(rule.told) for one in self._told], np.float32)
        for other in rule.unless:
            told = told * (1 - np.sign(self.of(Concept(Kind.POSTURE, other))))
        return best([named, told * np.float32(0.8)])

    def place(self, concept: Concept, brought: frozenset[str]) -> Degrees:
        """Return how well each exercise fits a place to which some equipment is brought."""
        known = concept, brought
        if known not in self._brought:
            if len(self._brought) >= _REMEMBERED:
                self._brought.clear()
            self._brought[known] = self._places(self.vocabulary.rules[concept], brought)
        return self._brought[known]

    def _places(self, rule: Rule, brought: frozenset[str] = frozenset()) -> Degrees:
        found = np.ones(len(self.names), np.float32)
        if rule.has:
            there = frozenset(rule.has) | brought
            found = np.array([one.all <= there for one in self.needs], np.float32)
        if rule.prefers:
            prefers = set(rule.prefers) | brought
            liked = np.array([one.nothing or bool(one.all & prefers) for one in self.needs], np.float32)
            found = found * (np.float32(0.8) + np.float32(0.2) * liked)
        if rule.postures:
            found = found * (np.float32(0.5) + np.float32(0.5) * self._best(Kind.POSTURE, rule.postures))
        return found * (1 - self.against(rule))

    def against(self, rule: Rule) -> Degrees:
        """Return 1 for each exercise that a rule leaves out."""
        found = self.saying(rule.not_words) if rule.not_words else np.zeros(len(self.names), np.float32)
        for kind, names in ((Kind.MOVEMENT, rule.not_movements), (Kind.POSTURE, rule.not_postures)):
            if names:
                found = np.maximum(found, self._best(kind, names) >= FITS)
        left_out = [
            bool(set(one.primary_muscles) & set(rule.not_primary)) or one.level in rule.not_level
            for one in self.library.exercises
        ]
        return np.maximum(found, np.array(left_out, np.float32)).astype(np.float32)

    def preferred(self, rule: Rule) -> Degrees:
        """Return how well each exercise fits what a rule prefers."""
        moves = self._best(Kind.MOVEMENT, rule.prefers_movements)
        return np.maximum(moves, self._best(Kind.EQUIPMENT, rule.prefers_equipment))

    def _rule(self, rule: Rule, kind: Kind) -> Degrees:
        parts = [np.array([_described(one, rule) for one in self.library.exercises], np.float32)]
        if rule.words:
            parts.append(self.saying(rule.words))
        if rule.not_words:
            parts.append(1 - self.saying(rule.not_words))
        if rule.any:
            parts.append(self._any(rule, kind))
        if rule.movements:
            parts.append(self._best(Kind.MOVEMENT, rule.movements, rule.weights))
        if rule.equipment:
            parts.append(self._best(Kind.EQUIPMENT, rule.equipment))
        found = np.prod(parts, axis=0, dtype=np.float32) * np.float32(rule.weight)
        return best([found, *(self._also(one, kind) for one in rule.also)])

    def _also(self, rule: Rule, kind: Kind) -> Degrees:
        if kind is Kind.MUSCLE:
            return self._muscles(rule)
        return self._rule(rule, kind)

    def _any(self, rule: Rule, kind: Kind) -> Degrees:
        return self._best(kind, rule.any, rule.weights)

    def _best(self, kind: Kind, names: Iterable[str], weights: Mapping[str, float] | None = None) -> Degrees:
        rows = [self.of(Concept(kind, name)) * np.float32((weights or {}).get(name, 1)) for name in names]
        return np.maximum.reduce(rows) if rows else np.zeros(len(self.names), np.float32)


def _worked(exercise: Exercise, rule: Rule) -> float:
    if not rule.primary:
        return 1.0
    first = (rule.weights.get(one, 1.0) for one in exercise.primary_muscles if one in rule.primary)
    second = (
        SECONDARY * rule.weights.get(one, 1.0) for one in exercise.secondary_muscles if one in rule.primary
    )
    return max([*first, *second], default=0.0)


def _banded(needs: Needs) -> float:
    if _BAND not in needs.all:
        return 0.0
    return _BESIDES if needs.main - {_BAND} else 1.0


def _bodily(needs: Needs) -> float:
    if needs.nothing:
        return 1.0
    if needs.main:
        return 0.0
    # What is labelled "other" has something of its own that it is done with, as a rule.
    return 0.3 if "other" in needs.labels and needs.fixtures else 0.6


def _described(exercise: Exercise, rule: Rule) -> float:
    if rule.primary and not set(rule.primary) & set(exercise.primary_muscles):
        return 0.0
    if rule.labels and not set(rule.labels) & set(exercise.equipment):
        return 0.0
    told = (
        (rule.category, exercise.category),
        (rule.level, exercise.level),
        (rule.force, exercise.force),
        (rule.mechanic, exercise.mechanic),
    )
    if any(wanted and one not in wanted for wanted, one in told):
        return 0.0
    return rule.weights.get(exercise.level or "", 1.0) if rule.level else 1.0
