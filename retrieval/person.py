"""Who asks: what they have, what hurts, what they like and have trained; and what of a library that speaks for or against.

What hurts is as hard as a filter: nothing that a limit forbids is found, whatever the question says. What they do not have
gives way, as wishes do, when too little remains, and to a question that names equipment or a place of its own. All else
moves an exercise up or down among those that answer the question as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from retrieval.concepts import Concept, Kind, Vocabulary
from retrieval.facets import Degrees, Facets
from retrieval.library import Exercise
from retrieval.needs import Needs
from retrieval.question import Question
from retrieval.unwanted import Unwanted

_LEVELS: Final = ("beginner", "intermediate", "expert")
_EVERYWHERE: Final = frozenset({"body", "wall", "towel", "chair"})
_FIXED: Final = frozenset({"pull_up_bar", "dip_bars", "rings", "suspension", "climbing_rope"})
_OTHER: Final = "other"
"""The label of what has a name of its own: there nothing that is mentioned is by the way."""
_FAVOURITE: Final = 1.5
_DISLIKED: Final = 4.0
_KNOWN: Final = 0.5
_WORKED: Final = 2.0
_SPARED: Final = 0.5
_TIRED: Final = 0.5
_TOO_HARD: Final = 1.0
"""What each level above a person's own takes off."""
_REMEMBERED: Final = 1000


class Person(Struct, frozen=True, kw_only=True):
    """Who asks. Exercises are told by their ids.

    `equipment` are names of the vocabulary's equipment, None when it was not told; `limits` names of its limits; `worked`
    says of exercises that were done lately how tired they still leave the muscles that they work first of all: from 0, not
    at all, to 1, so that these have to rest.
    """

    equipment: frozenset[str] | None = None
    limits: tuple[str, ...] = ()
    level: str | None = None
    favourites: frozenset[str] = frozenset()
    disliked: frozenset[str] = frozenset()
    recorded: frozenset[str] = frozenset()
    worked: Mapping[str, float] = {}


NOBODY: Final = Person()


class Personal:
    """What of one library speaks for and against who asks."""

    def __init__(self, facets: Facets, vocabulary: Vocabulary, unwanted: Unwanted) -> None:
        self._exercises = facets.library.exercises
        self._facets = facets
        self._rules = vocabulary.rules
        self._unwanted = unwanted
        self._places = {one.exercise_id: place for place, one in enumerate(self._exercises)}
        self._needed = [_needed(one) for one in facets.needs]
        self._levels = np.array([_height(one.level) for one in self._exercises], np.float32)
        self._muscles = sorted({muscle for one in self._exercises for muscle in one.primary_muscles})
        self._shares = np.array([_shares(one, self._muscles) for one in self._exercises], np.float32)
        self._missing: dict[frozenset[str], NDArray[np.bool_]] = {}

    def forbidden(self, person: Person) -> NDArray[np.bool_]:
        """Return which exercises a person's limits leave out."""
        rows = [self._unwanted.spared(one) > 0 for one in self._limits(person)]
        none = np.zeros(len(self._exercises), np.bool_)
        return np.asarray(np.logical_or.reduce([none, *rows]), np.bool_)

    def missing(self, person: Person, question: Question) -> NDArray[np.bool_]:
        """Return which exercises need what a person does not have, unless the question says what there is."""
        told = question.wanted(Kind.EQUIPMENT) or question.wanted(Kind.PLACE)
        if person.equipment is None or told or question.only:
            return np.zeros(len(self._exercises), np.bool_)
        if person.equipment not in self._missing:
            if len(self._missing) >= _REMEMBERED:
                self._missing.clear()
            there = _EVERYWHERE | person.equipment | self._parts(person.equipment)
            self._missing[person.equipment] = np.array([not one <= there for one in self._needed], np.bool_)
        return self._missing[person.equipment]

    def liking(self, person: Person, question: Question) -> Degrees:
        """Return how far each exercise moves up."""
        moved = np.zeros(len(self._exercises), np.float32)
        for ids, much in (
            (person.favourites, _FAVOURITE),
            (person.disliked, -_DISLIKED),
            (person.recorded, _KNOWN),
        ):
            moved[[self._places[one] for one in ids if one in self._places]] += much
        if person.worked:
            tired = self._tired(person)
            moved -= _WORKED * (
                self._shares @ np.array([tired.get(one, 0.0) for one in self._muscles], np.float32)
            )
        asks_for_level = any(self._rules[one].level for one in question.wanted(Kind.GOAL))
        if person.level in _LEVELS and not asks_for_level:
            moved -= _TOO_HARD * np.maximum(self._levels - _height(person.level), 0)
        for one in self._limits(person):
            moved += _SPARED * self._facets.preferred(self._rules[one])
        return moved

    def why(self, person: Person, places: Iterable[int]) -> list[tuple[str, ...]]:
        """Tell what of a person speaks for each of these exercises, or against it."""
        tired = self._tired(person)
        return [tuple(self._why(person, tired, self._exercises[one])) for one in places]

    def _why(self, person: Person, tired: Mapping[str, float], one: Exercise) -> Iterable[str]:
        yield from (self._rules[limit].why for limit in self._limits(person))
        if one.exercise_id in person.favourites:
            yield "a favourite of yours"
        if one.exercise_id in person.recorded:
            yield "you have records in it"
        yield from (
            f"{muscle} worked hard lately"
            for muscle in one.primary_muscles
            if tired.get(muscle, 0.0) > _TIRED
        )

    def _tired(self, person: Person) -> dict[str, float]:
        """Return how tired muscles are: all that was done adds up, what works them besides by half."""
        found: dict[str, float] = {}
        for exercise_id, worked in person.worked.items():
            place = self._places.get(exercise_id)
            if place is not None:
                one = self._exercises[place]
                shares = {
                    **dict.fromkeys(one.secondary_muscles, 0.5),
                    **dict.fromkeys(one.primary_muscles, 1.0),
                }
                for muscle, share in shares.items():
                    found[muscle] = min(1.0, found.get(muscle, 0.0) + share * worked)
        return found

    def _limits(self, person: Person) -> list[Concept]:
        return [Concept(Kind.LIMIT, one) for one in person.limits]

    def _parts(self, equipment: Iterable[str]) -> frozenset[str]:
        """Return what words for several kinds of equipment mean ("free_weights")."""
        return frozenset(part for one in equipment for part in self._rules[Concept(Kind.EQUIPMENT, one)].any)


def _needed(needs: Needs) -> frozenset[str]:
    """Return what an exercise cannot be done without: a bench that is mentioned is often but the nearest thing to lie on."""
    return needs.main | (needs.fixtures if _OTHER in needs.labels else needs.fixtures & _FIXED)


def _height(level: str | None) -> int:
    return _LEVELS.index(level) if level in _LEVELS else 0


def _shares(exercise: Exercise, muscles: Sequence[str]) -> list[float]:
    """Return how much of an exercise each muscle does that it works first of all."""
    first = exercise.primary_muscles
    return [(one in first) / max(len(first), 1) for one in muscles]
