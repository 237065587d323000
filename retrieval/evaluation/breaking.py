"""Whether a result breaks a filter that was given as data, read from the library itself.

The search has a reading of its own of what an exercise is done with. This one is plainer and shares nothing with it, so that
a mistake there does not excuse itself here: the implements that the name says, else the label.
"""

import re
from collections.abc import Mapping
from typing import Final

from retrieval.library import Exercise
from retrieval.ranking import Filters

_SAYS: Final[Mapping[str, re.Pattern[str]]] = {
    label: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for label, words in {
        "bands": r"(?<!IT )bands?",
        "barbell": "barbells?",
        "cable": "cables?",
        "dumbbell": "dumbbells?|db",
        "e-z curl bar": "e-?z(?:[- ]curl)?[- ]bar",
        "exercise ball": "(?:exercise|swiss|stability) ball",
        "foam roll": "foam roll(?:er)?|smr",
        "kettlebells": "kettlebells?",
        "machine": "machine|smith|leverage",
        "medicine ball": "medicine ball",
    }.items()
}
"""What names say, by the library's labels."""
_BESIDE: Final = re.compile(r"\bwith\b|\breverse band\b", re.IGNORECASE)
"""What is done "with bands" needs what the label says as well."""
_ANYTHING: Final = "other"
"""A label that says nothing where the name says something."""


def breaks(exercise: Exercise, filters: Filters) -> bool:
    """Say whether an exercise breaks any of the filters."""
    asked_and_had = (
        (filters.level, {exercise.level}),
        (filters.category, {exercise.category}),
        (filters.muscles, set(exercise.primary_muscles)),
    )
    if any(asked and had.isdisjoint(asked) for asked, had in asked_and_had):
        return True
    if not filters.equipment:
        return False
    used = labels_of(exercise)
    return not used or not used <= set(filters.equipment)


def labels_of(exercise: Exercise) -> set[str]:
    """Return what an exercise is done with, in the library's labels; empty where neither name nor label says it."""
    named = {label for label, says in _SAYS.items() if says.search(exercise.name)}
    if not named:
        return set(exercise.equipment)
    return named | (set(exercise.equipment) - {_ANYTHING}) if _BESIDE.search(exercise.name) else named
