"""A library's own words for muscles and equipment, in those of the vocabulary: libraries name them as they like."""

from collections.abc import Iterable

from msgspec.structs import replace

from retrieval.concepts import Concept, Kind, Vocabulary
from retrieval.library import Exercise, Library
from retrieval.words import stems_of


def in_canon(library: Library, vocabulary: Vocabulary) -> Library:
    """Return a library with its muscles named as the vocabulary names them; what is not known stays as it is."""
    named = {muscle for one in library.exercises for muscle in (*one.primary_muscles, *one.secondary_muscles)}
    meant = {muscle: _muscle(muscle, vocabulary) for muscle in named}

    def translated(exercise: Exercise) -> Exercise:
        first = _each_once(meant[one] for one in exercise.primary_muscles)
        second = _each_once(meant[one] for one in exercise.secondary_muscles)
        return replace(exercise, primary_muscles=first, secondary_muscles=second)

    return replace(library, exercises=tuple(map(translated, library.exercises)))


def implements_meant(library: Library, vocabulary: Vocabulary) -> dict[str, str]:
    """Return what the labels of a library mean, by the ids of `equipment.toml`; those that are not known are left out."""
    rules = vocabulary.of(Kind.EQUIPMENT)
    found: dict[str, str] = {}
    for label in {label for one in library.exercises for label in one.equipment}:
        named = (one for one, rule in rules.items() if label in rule.labels)
        said = (one.name for one in _said(label, Kind.EQUIPMENT, vocabulary))
        meant = next(iter((*named, *said)), None)
        if meant is not None:
            found[label] = meant
    return found


def _muscle(name: str, vocabulary: Vocabulary) -> str:
    rules = vocabulary.of(Kind.MUSCLE)
    if any(name in rule.primary for rule in rules.values()):
        return name
    meant = next(iter(_said(name, Kind.MUSCLE, vocabulary)), None)
    primary = rules[meant.name].primary if meant is not None else ()
    return primary[0] if primary else name


def _said(text: str, kind: Kind, vocabulary: Vocabulary) -> list[Concept]:
    return [one for one in vocabulary.phrases.get(stems_of(text), ()) if one.kind is kind]


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
