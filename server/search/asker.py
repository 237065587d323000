"""Who asks, as the ranking takes them, from what is stored of them.

How long a muscle that was worked hard has to rest is told by the training guidelines that workouts go by: some 48 hours
between hard sessions of the same muscles (ACSM, Guidelines for Exercise Testing and Prescription, 11th ed., 2021). So what
was done counts whole for a day, then less and less until the third is over.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import structs

from retrieval.library import Exercise, Library
from retrieval.person import Person
from server.search.answers import OWN
from storage.library_records import AskerRecord, OwnExerciseRecord

_HARD_SETS: Final = 6
"""So many sets of an exercise work its muscles hard."""
_WHOLE_HOURS: Final = 24.0
_OVER_HOURS: Final = 72.0


def person_of(asker: AskerRecord, now: datetime) -> Person:
    """Return who asks; `now` is their own time."""
    return Person(
        equipment=None if asker.equipment is None else frozenset(asker.equipment),
        limits=asker.limits,
        level=asker.level,
        favourites=frozenset(asker.favourites),
        disliked=frozenset(asker.disliked),
        recorded=frozenset(asker.recorded),
        worked={
            one.exercise_id: min(1.0, one.sets / _HARD_SETS)
            * _left((now - one.last_at).total_seconds() / 3600)
            for one in asker.worked
        },
    )


def own_library(kept: Sequence[OwnExerciseRecord]) -> Library:
    """Return a person's own exercises as a library."""
    return Library(
        name=OWN,
        licence="",
        exercises=tuple(
            Exercise(**{name: getattr(one, name) for name in Exercise.__struct_fields__}) for one in kept
        ),
    )


def told(person: Person, *, equipment: bool, limits: Sequence[str]) -> Person:
    """Return a person with what a request says besides: that it tells itself what there is, and what hurts as well."""
    return structs.replace(
        person,
        equipment=None if equipment else person.equipment,
        limits=tuple(dict.fromkeys((*person.limits, *limits))),
    )


def _left(hours: float) -> float:
    """Return how much of a hard session is left in the muscles after so many hours."""
    return min(1.0, max(0.0, (_OVER_HOURS - hours) / (_OVER_HOURS - _WHOLE_HOURS)))
