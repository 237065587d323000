"""All systems, all questions in both wordings, one run: what each is worth, and how long ours takes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

from msgspec import Struct

from retrieval.encoder import Encoder
from retrieval.evaluation import measures
from retrieval.evaluation.breaking import breaks
from retrieval.evaluation.questions import Half, Judged
from retrieval.evaluation.systems import BY_WORDS, OURS, Answered, Systems
from retrieval.library import Library
from retrieval.ranking import Filters

_LOOKED_AT: Final = 5
_HUNDRED: Final = 100
_MILLISECONDS: Final = 1000
_MEDIAN: Final = 50
_SLOWEST: Final = 99


class Worth(Struct, frozen=True, kw_only=True):
    """What a system's answers to many questions are worth; questions that nothing answers have no nDCG and no recall."""

    questions: int
    ndcg: float
    recall: float
    wrong_per_100: float
    broken: int
    unjudged_per_100: float


class Row(Struct, frozen=True, kw_only=True):
    """A system on one half of the questions, in their first and in their second wording."""

    system: str
    half: Half
    queries: Worth
    paraphrases: Worth

    @property
    def ours(self) -> bool:
        """Say whether it is no baseline."""
        return self.system in {BY_WORDS, OURS}

    @property
    def fall(self) -> float:
        """How much is lost when the same is asked in other words."""
        return self.queries.ndcg - self.paraphrases.ndcg


class Latency(Struct, frozen=True, kw_only=True):
    """Milliseconds that the best of ours took for a question; `encoded_*` with encoding, None where nothing was."""

    p50: float
    p99: float
    encoded_p50: float | None = None
    encoded_p99: float | None = None


class Shown(Struct, frozen=True, kw_only=True):
    """A result, and what it is worth: None where nobody looked at it, -1 where it is wrong."""

    exercise_id: str
    name: str
    grade: int | None


class Low(Struct, frozen=True, kw_only=True):
    """A question that is answered badly, and the first five answers."""

    id: str
    query: str
    filters: Filters
    intent: str
    ndcg: float
    first: tuple[Shown, ...]


class Evaluation(Struct, frozen=True, kw_only=True):
    """What a run came to. `fingerprint` and `encoder` say of what."""

    library: str
    fingerprint: str
    exercises: int
    encoder: str | None
    best: str
    rows: tuple[Row, ...]
    latency: Latency
    worst: tuple[Low, ...] = ()


class _Answers(Struct, frozen=True):
    """A question, and what was answered to each of its wordings."""

    judged: Judged
    query: Answered
    paraphrase: Answered


def evaluate(
    library: Library,
    questions: Sequence[Judged],
    encoder: Encoder | None,
    folder: Path,
    *,
    worst: int = 0,
) -> Evaluation:
    """Ask all systems all questions, of which there is at least one; of the tuning half's tell the `worst`.

    Vectors are kept in `folder`. Raises EncoderError and OSError.
    """
    systems = Systems(library, encoder, folder)
    _warm_up(systems, questions)
    answers: list[_Answers] = []
    for question, judgement in questions:
        query = systems.ask(question.query, question.filters)
        paraphrase = systems.ask(question.paraphrase, question.filters)
        answers.append(_Answers((question, judgement), query, paraphrase))
    return Evaluation(
        library=library.name,
        fingerprint=library.fingerprint,
        exercises=len(library.exercises),
        encoder=encoder.fingerprint if encoder else None,
        best=systems.best,
        rows=tuple(_rows(library, answers)),
        latency=_latency(answers, encoded=encoder is not None),
        worst=tuple(_worst(library, systems.best, answers)[:worst]),
    )


def _warm_up(systems: Systems, questions: Sequence[Judged]) -> None:
    """Ask something before time is taken: first times read code and memory."""
    for question, _ in questions[:_LOOKED_AT]:
        systems.ask(f"{question.query} please", question.filters)


def _rows(library: Library, answers: Sequence[_Answers]) -> Iterable[Row]:
    for half in Half:
        of_half = [one for one in answers if one.judged[0].half is half]
        for system in of_half[0].query.first if of_half else ():
            yield Row(
                system=system,
                half=half,
                queries=_worth(library, [(one.judged, one.query.first[system]) for one in of_half]),
                paraphrases=_worth(library, [(one.judged, one.paraphrase.first[system]) for one in of_half]),
            )


def _worth(library: Library, results: Sequence[tuple[Judged, tuple[str, ...]]]) -> Worth:
    exercises = {one.exercise_id: one for one in library.exercises}
    gains = [measures.ndcg(first, judgement) for (_, judgement), first in results]
    recalls = [measures.recall(first, judgement) for (_, judgement), first in results]
    shown = sum(len(first[: measures.FIRST]) for _, first in results)
    wrong = sum(measures.wrong(first, judgement) for (_, judgement), first in results)
    unjudged = sum(measures.unjudged(first, judgement) for (_, judgement), first in results)
    return Worth(
        questions=len(results),
        ndcg=_mean(gains),
        recall=_mean(recalls),
        wrong_per_100=_HUNDRED * wrong / max(shown, 1),
        broken=sum(breaks(exercises[id_], one.filters) for (one, _), first in results for id_ in first),
        unjudged_per_100=_HUNDRED * unjudged / max(shown, 1),
    )


def _mean(values: Iterable[float | None]) -> float:
    there = [value for value in values if value is not None]
    return fmean(there) if there else 0.0


def _latency(answers: Sequence[_Answers], *, encoded: bool) -> Latency:
    asked = [answered for one in answers for answered in (one.query, one.paraphrase)]
    ranking = [_MILLISECONDS * one.ranking for one in asked]
    whole = [_MILLISECONDS * (one.ranking + one.encoding) for one in asked] if encoded else []
    return Latency(
        p50=measures.percentile(ranking, _MEDIAN),
        p99=measures.percentile(ranking, _SLOWEST),
        encoded_p50=measures.percentile(whole, _MEDIAN) if whole else None,
        encoded_p99=measures.percentile(whole, _SLOWEST) if whole else None,
    )


def _worst(library: Library, system: str, answers: Sequence[_Answers]) -> list[Low]:
    """Return the questions of the tuning half, the worst answered first. Of the others nothing is told, ever."""
    names = {one.exercise_id: one.name for one in library.exercises}
    found: list[Low] = []
    for one in answers:
        question, judgement = one.judged
        first = one.query.first[system]
        gain = measures.ndcg(first, judgement)
        if question.half is Half.TUNING and gain is not None:
            shown = tuple(
                Shown(exercise_id=id_, name=names[id_], grade=judgement.told(id_))
                for id_ in first[:_LOOKED_AT]
            )
            found.append(
                Low(
                    id=question.id,
                    query=question.query,
                    filters=question.filters,
                    intent=question.intent,
                    ndcg=gain,
                    first=shown,
                )
            )
    return sorted(found, key=lambda low: low.ndcg)
