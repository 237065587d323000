"""The vocabulary: what people can mean, how they say it, and which exercises match it.

A concept is a table of one of the files beside this module: its rule says which exercises it fits, by their names and
by what their library says of them, and `said.toml` has the phrases that mean it. Files are facts of anatomy and of
training; nothing in them is of one library but the labels that libraries use.
"""

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from retrieval.words import Stems, stem, stems_of

_FOLDER: Final = Path(__file__).parent / "vocabulary"


class Kind(StrEnum):
    """What sort of thing a phrase speaks of: the names of the files."""

    MUSCLE = "muscles"
    EQUIPMENT = "equipment"
    MOVEMENT = "movements"
    POSTURE = "postures"
    GOAL = "goals"
    PLACE = "places"
    LIMIT = "limits"


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exercises fit: all that is given must hold. Phrases are looked for in the name, `told` in the instructions.

    Who wishes it asks for exercises of the categories in `asks` too. Wishes of one `group` are alternatives; without one it is the kind. `also` are alternatives; `weight` is how well one fits that fits only there.
    """

    why: str = ""
    group: str = ""
    asks: tuple[str, ...] = ()
    weight: float = 1.0
    weights: Mapping[str, float] = {}
    primary: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    words: tuple[Stems, ...] = ()
    not_words: tuple[Stems, ...] = ()
    told: tuple[Stems, ...] = ()
    category: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    force: tuple[str, ...] = ()
    mechanic: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    movements: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    postures: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    main: bool = False
    alone: bool = False
    has: tuple[str, ...] | None = None
    prefers: tuple[str, ...] = ()
    eases: tuple[str, ...] = ()
    prefers_movements: tuple[str, ...] = ()
    prefers_equipment: tuple[str, ...] = ()
    not_movements: tuple[str, ...] = ()
    not_postures: tuple[str, ...] = ()
    not_primary: tuple[str, ...] = ()
    not_level: tuple[str, ...] = ()
    also: tuple["Rule", ...] = ()


class Concept(Struct, frozen=True):
    """Something that people can mean."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"


class Alias(Struct, frozen=True, kw_only=True):
    """What people call an exercise, and the names that libraries have for it, the closest first.

    `nearest` says that it is another exercise, which trains the same in the same way.
    """

    says: tuple[str, ...]
    means: tuple[str, ...]
    nearest: bool = False


class Region(Struct, frozen=True, kw_only=True):
    """A part of the body that is said by where it is."""

    near: frozenset[Stems]
    of: frozenset[Stems]
    concept: Concept


class Vocabulary(Struct, frozen=True, kw_only=True):
    """All concepts with their rules, and the phrases that say them."""

    rules: Mapping[Concept, Rule]
    phrases: Mapping[Stems, tuple[Concept, ...]]
    aliases: Mapping[Stems, Alias]
    said: tuple[str, ...]
    """All phrases and aliases as they were written."""
    regions: tuple["Region", ...]
    between: frozenset[str]
    parts: Mapping[Stems, Concept]
    complaints: frozenset[Stems]

    def of(self, kind: Kind) -> dict[str, Rule]:
        """Return the rules of one kind by their concepts' names."""
        return {concept.name: rule for concept, rule in self.rules.items() if concept.kind is kind}


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary, read once."""
    said = _read("said")
    phrases: dict[Stems, list[Concept]] = {}
    for kind in Kind:
        for name, says in said[kind].items():
            for phrase in says:
                named = phrases.setdefault(stems_of(phrase), [])
                if Concept(kind, name) not in named:
                    named.append(Concept(kind, name))
    aliases = msgspec.convert(_read("aliases")["alias"], tuple[Alias, ...])
    return Vocabulary(
        rules={Concept(kind, name): _rule(table) for kind in Kind for name, table in _read(kind).items()},
        phrases={phrase: tuple(named) for phrase, named in phrases.items()},
        said=(
            *(phrase for kind in Kind for says in said[kind].values() for phrase in says),
            *(phrase for alias in aliases for phrase in alias.says),
        ),
        regions=tuple(map(_region, _read("regions")["region"])),
        between=frozenset(map(stem, _read("regions")["between"])),
        aliases={stems_of(phrase): alias for alias in (*_ladders(), *aliases) for phrase in alias.says},
        parts={
            stems_of(phrase): Concept(Kind.LIMIT, name)
            for name, says in said["parts"].items()
            for phrase in says
        },
        complaints=frozenset(map(stems_of, said["complaints"]["words"])),
    )


def _ladders() -> Iterator[Alias]:
    """Yield what leads up to exercises, and what comes after them, by all that people say for it."""
    told = _read("ladders")
    for ladder in told["ladder"]:
        for way in ("easier", "harder"):
            says = tuple(template.format(name) for template in told[way] for name in ladder["names"])
            yield Alias(says=says, means=tuple(ladder[way]), nearest=True)


def _region(table: dict[str, Any]) -> Region:
    return Region(
        near=frozenset(map(stems_of, table["near"])),
        of=frozenset(map(stems_of, table["of"])),
        concept=Concept(Kind.MUSCLE, table["concept"]),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _rule(table: dict[str, Any]) -> Rule:
    stemmed = {
        name: tuple(map(stems_of, table[name])) for name in ("words", "not_words", "told") if name in table
    }
    also = {"also": tuple(_rule(one) for one in table["also"])} if "also" in table else {}
    return msgspec.convert(table | stemmed | also, Rule)
