"""Which exercise of the library a name means that another tool gave it, or somebody typed.

A name is taken as the words in it, in any order: `Squat (Barbell)` is `Barbell Squat`. What is written in many ways
(plurals, `Push-Up` and `pushup`, `DB`, `Single Arm`) is brought to one; words that tell nothing apart are left out. The
words for equipment are looked at by themselves: where a name says its equipment, the exercise must be done with that;
where it says none, only an exercise matches that the library calls so without naming equipment either.

A wrong guess would put years of somebody's training under another exercise, and records with it. So there is no likeness
by degrees: the words are the same or they are not, a name that fits two exercises fits none, and what words alone cannot
tell stands in `channels.workouts.names`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from msgspec import Struct

from channels.workouts.names import COMPOUNDS, EQUIPMENT, EQUIPMENT_WORDS, FILLERS, KNOWN, ONE_WORD
from channels.workouts.sets import OWN
from storage.records import ExerciseRecord

_LONGEST_OWN: Final = 120 - len(OWN)
_LONGEST: Final = 200
"""No exercise has a longer name; more of one is not looked at."""
_WORD: Final = re.compile(r"[^\W_]+")
_MARK: Final = re.compile(r"[\u0300-\u036f]")
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f]+")
_PLURALS: Final = (("ches", "ch"), ("sses", "ss"), ("ies", "y"), ("yes", "y"), ("ss", "ss"), ("s", ""))
_COMPOUND: Final = re.compile(r"\b(?:" + "|".join(sorted(COMPOUNDS, key=len, reverse=True)) + r")\b")

_ADDED: Final = frozenset({"band"})
"""What is put to other equipment: a barbell squat with bands is no squat with a band."""

Words = frozenset[str]
_Key = TypeVar("_Key")


class Names(Struct, frozen=True):
    """The library by name; None stands where two exercises have the same.

    `literal` is by their very words in order, `plain` of those whose names say no equipment.
    """

    literal: Mapping[str, str]
    known: Mapping[Words, str | None]
    exact: Mapping[tuple[Words, Words], str | None]
    plain: Mapping[Words, str | None]


def names_of(exercises: Sequence[ExerciseRecord]) -> Names:
    """Return the library by name. This takes a while: keep it for as long as the library is the same."""
    ids = {one.exercise_id for one in exercises}
    literal: dict[str, str] = {}
    exact: list[tuple[tuple[Words, Words], str]] = []
    plain: list[tuple[Words, str]] = []
    for one in exercises:
        literal[_literal(one.name)] = one.exercise_id
        bare, said = _split(_words(one.name))
        exact.append(((bare, said - _ADDED or said | _equipment(one)), one.exercise_id))
        if not said:
            plain.append((bare, one.exercise_id))
    known = {_words(name): found for name, found in KNOWN.items() if found is None or found in ids}
    return Names(literal, known, _unique(exact), _unique(plain))


def match(name: str, names: Names) -> str | None:
    """Return the id of the exercise that a name means, or None where that is not sure."""
    words = _words(name)
    if words in names.known:
        return names.known[words]
    bare, said = _split(words)
    by_words = names.exact.get((bare, said)) if said else names.plain.get(bare)
    return names.literal.get(_literal(name), by_words)


def own_exercise(name: str) -> str | None:
    """Return the id of an exercise of one's own that has this name; None where there is nothing in it."""
    cleaned = _SPACE.sub(" ", name).strip()[:_LONGEST_OWN].strip()
    return OWN + cleaned if cleaned else None


def _literal(name: str) -> str:
    folded = _MARK.sub("", unicodedata.normalize("NFKD", name[:_LONGEST].casefold()))
    return " ".join(_WORD.findall(folded))


def _words(name: str) -> Words:
    singular = (_singular(word) for word in _literal(name).split())
    text = " ".join(ONE_WORD.get(word, word) for word in singular)
    joined = _COMPOUND.sub(lambda found: COMPOUNDS[found.group()], text)
    return frozenset(joined.split()) - FILLERS


def _singular(word: str) -> str:
    for ending, instead in _PLURALS:
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word


def _split(words: Words) -> tuple[Words, Words]:
    return words - EQUIPMENT_WORDS, words & EQUIPMENT_WORDS


def _equipment(one: ExerciseRecord) -> Words:
    said = EQUIPMENT.get(one.equipment)
    return frozenset((said,)) if said else frozenset()


def _unique(pairs: Iterable[tuple[_Key, str]]) -> dict[_Key, str | None]:
    found: dict[_Key, str | None] = {}
    for key, exercise_id in pairs:
        found[key] = None if key in found else exercise_id
    return found
