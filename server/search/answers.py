"""What search is asked and what it answers, in words that need no part of search itself to be there."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

NO_ENCODER: Final = "none"
"""What the encoder is called where there is to be none."""
LONGEST_QUERY: Final = 500
"""Characters of a question."""
OWN: Final = "own"
"""What the library of a person's own exercises is called."""


class SearchState(StrEnum):
    """How search answers: by meaning as well, by words until meaning is ready, or by words alone."""

    READY = "ready"
    WARMING = "warming"
    LEXICAL = "lexical"


class Wished(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every result must have: one of each that is given, in the libraries' own words."""

    equipment: tuple[str, ...] = ()
    muscles: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    category: tuple[str, ...] = ()


class Asked(Struct, frozen=True, kw_only=True):
    """A question."""

    query: str
    filters: Wished = Wished()
    limit: int = 10


class Who(Struct, frozen=True, kw_only=True):
    """Who asks, and when it is for them: their time may run faster."""

    user_id: UUID
    now: datetime


class Instead(Struct, frozen=True, kw_only=True):
    """A question for what may be done instead of an exercise, for who has these `limits` besides those they have told."""

    exercise_id: str
    filters: Wished = Wished()
    limits: tuple[str, ...] = ()
    limit: int = 10


class FoundExercise(Struct, frozen=True, kw_only=True):
    """An exercise that answers a question, in its library's own words, and why it does.

    `muscles` are those that it works first of all. `equipment` is empty where the library says nothing. The library of a
    person's own exercises is `own`.
    """

    exercise_id: str
    library: str
    name: str
    equipment: tuple[str, ...]
    muscles: tuple[str, ...]
    level: str | None
    category: str
    why: tuple[str, ...]


class FoundExercises(Struct, frozen=True, kw_only=True):
    """The exercises that answer a question best, the best first.

    `relaxed` are wishes in the question's words that gave way, because too few exercises had them all, and the equipment
    that a person has; filters and a person's limits never do.
    """

    results: tuple[FoundExercise, ...]
    relaxed: tuple[str, ...]
    state: SearchState


class UnknownValueError(Exception):
    """A filter asks for what no exercise of the libraries has; `known` is what there is."""

    def __init__(self, field: str, value: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{field}: there is no {value!r}; there is {', '.join(known) or 'nothing'}")
        self.field = field
        self.value = value
        self.known = known


def own_words(wished: Wished, known: Mapping[str, Mapping[str, str]]) -> Wished:
    """Return filters in the libraries' own writing, whatever case they were given in.

    `known` has, by filter, each value by its casefolded form. Raises UnknownValueError.
    """
    return Wished(**{field: _own(field, getattr(wished, field), known[field]) for field in known})


def _own(field: str, values: tuple[str, ...], known: Mapping[str, str]) -> tuple[str, ...]:
    for value in values:
        if value.casefold() not in known:
            raise UnknownValueError(field, value, tuple(sorted(known.values())))
    return tuple(known[value.casefold()] for value in values)
