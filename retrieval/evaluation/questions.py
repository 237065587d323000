"""The questions that the search is measured by, and how good readers found each exercise as an answer."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from retrieval.ranking import Filters

_Line = TypeVar("_Line")

_HERE: Final = Path(__file__).parent


class Half(StrEnum):
    """What a question is for: to tune by, or to measure by what was not tuned to it."""

    TUNING = "tuning"
    UNSEEN = "unseen"


class Asked(Struct, frozen=True, kw_only=True):
    """A question in two wordings, and the filters that are given beside it as data."""

    id: str
    half: Half
    kind: str
    query: str
    paraphrase: str
    filters: Filters
    intent: str


class Judgement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ids of all exercises that were looked at for a question, by what they are worth."""

    id: str
    exact: frozenset[str]
    good: frozenset[str]
    marginal: frozenset[str]
    wrong: frozenset[str]
    irrelevant: frozenset[str]

    def grade(self, exercise_id: str) -> int:
        """Return from 0 to 3 what an exercise is worth; nothing, where nobody looked at it."""
        return (
            3 * (exercise_id in self.exact) + 2 * (exercise_id in self.good) + (exercise_id in self.marginal)
        )

    def told(self, exercise_id: str) -> int | None:
        """Return the grade, -1 for what is wrong, None where nobody looked at it."""
        if exercise_id in self.wrong:
            return -1
        return self.grade(exercise_id) if exercise_id in self.seen else None

    def grades(self) -> list[int]:
        """Return what all that is worth something is worth, the best first."""
        return [3] * len(self.exact) + [2] * len(self.good) + [1] * len(self.marginal)

    @property
    def relevant(self) -> frozenset[str]:
        """What should be found."""
        return self.exact | self.good

    @property
    def seen(self) -> frozenset[str]:
        """What somebody looked at."""
        return self.exact | self.good | self.marginal | self.wrong | self.irrelevant


Judged = tuple[Asked, Judgement]


def judged(halves: Sequence[Half] = tuple(Half)) -> list[Judged]:
    """Return the questions of these halves, each with its judgement."""
    judgements = {one.id: one for one in _lines("judgements.jsonl", Judgement)}
    return [(one, judgements[one.id]) for one in _lines("questions.jsonl", Asked) if one.half in halves]


def _lines(name: str, kind: type[_Line]) -> list[_Line]:
    return msgspec.json.Decoder(kind).decode_lines((_HERE / name).read_bytes())
