"""What an exercise is done with, from its label, its name and its instructions.

Labels are often wrong or say too little: a name that says another main implement than the label is believed, and one
that is done "with bands" needs both.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from retrieval.concepts import Rule
from retrieval.library import Exercise
from retrieval.words import Stems, grams, stems_of

_WITH: Final = frozenset({("with",), ("off", "of")})
_NOT_EQUIPMENT: Final = frozenset({"body", "wall", "towel"})
"""What everybody has."""


class Needs(Struct, frozen=True):
    """`main` are what the exercise is done with, `fixtures` what it is done on; `labels` are the library's words for `main`."""

    main: frozenset[str]
    fixtures: frozenset[str]
    labels: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Everything that has to be there."""
        return self.main | self.fixtures

    @property
    def nothing(self) -> bool:
        """Say whether a body is enough."""
        return self.all <= _NOT_EQUIPMENT


def needs_of(exercise: Exercise, implements: Mapping[str, Rule], meant: Mapping[str, str]) -> Needs:
    """Return what an exercise needs, by the ids of `equipment.toml`. `meant` are these of the library's labels."""
    name = frozenset(grams(stems_of(exercise.name)))
    told = frozenset(grams(stems_of(" ".join(exercise.instructions))))
    labelled = {meant[label] for label in exercise.equipment if label in meant}
    named = set(_named(implements, name))
    main = {one for one in named if implements[one].main} - ({"barbell"} if "ez_bar" in named else set())
    agreed = labelled & main or not main
    adds = not name.isdisjoint(_WITH) or main == {"band"}
    real = {one for one in labelled if implements[one].main}
    chosen = labelled | main if agreed else real | main if adds else main
    fixtures = {one for one in named if not implements[one].main}
    fixtures |= {
        one
        for one, rule in implements.items()
        if rule.told and not told.isdisjoint(rule.told) and not (rule.alone and chosen)
    }
    return Needs(
        main=frozenset(chosen) - _NOT_EQUIPMENT,
        fixtures=frozenset(fixtures) - chosen,
        labels=_labels(exercise, chosen - labelled if not agreed and not adds else chosen, meant),
    )


def _named(implements: Mapping[str, Rule], name: frozenset[Stems]) -> Iterator[str]:
    for one, rule in implements.items():
        if not name.isdisjoint(rule.words) and name.isdisjoint(rule.not_words):
            yield one


def _labels(exercise: Exercise, chosen: set[str], meant: Mapping[str, str]) -> frozenset[str]:
    of_chosen = {label for label, one in meant.items() if one in chosen}
    return frozenset(of_chosen or exercise.equipment)
