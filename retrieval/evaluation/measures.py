"""What a list of results is worth, by the judgement of its question. Lists hold each id once, the best first."""

from collections.abc import Sequence
from itertools import islice
from math import ceil, log2
from typing import Final

from retrieval.evaluation.questions import Judgement

FIRST: Final = 10
"""So many results are graded by their places."""
FOUND: Final = 15
"""Among so many results what is relevant should be found."""


def ndcg(results: Sequence[str], judgement: Judgement) -> float | None:
    """Return the normalised discounted cumulative gain of the first ten, from 0 to 1; None where nothing answers.

    The gain of a grade is 2^grade - 1 (Burges and others, 2005), the discount of a place log2(1 + place) (Järvelin and
    Kekäläinen, 2002); 1 is the best order of all that was judged, found or not.
    """
    ideal = _discounted(judgement.grades())
    return _discounted([judgement.grade(one) for one in results]) / ideal if ideal else None


def recall(results: Sequence[str], judgement: Judgement) -> float | None:
    """Return how much of what is relevant is among the first fifteen, of at most fifteen; None where nothing is."""
    relevant = judgement.relevant
    if not relevant:
        return None
    return len(relevant.intersection(results[:FOUND])) / min(len(relevant), FOUND)


def wrong(results: Sequence[str], judgement: Judgement) -> int:
    """Return how many of the first ten break what was asked."""
    return len(judgement.wrong.intersection(results[:FIRST]))


def unjudged(results: Sequence[str], judgement: Judgement) -> int:
    """Return how many of the first ten nobody looked at: they count as worth nothing, rightly or not."""
    return len(set(results[:FIRST]) - judgement.seen)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent of the values do not exceed (the nearest rank); there is at least one."""
    return sorted(values)[max(ceil(len(values) * percent / 100), 1) - 1]


def _discounted(grades: Sequence[int]) -> float:
    return sum(((1 << grade) - 1) / log2(1 + place) for place, grade in enumerate(islice(grades, FIRST), 1))
