"""All systems, all questions in both wordings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from retrieval.encoder import Encoder
from retrieval.evaluation.questions import Asked, Half, Judged, Judgement, judged
from retrieval.evaluation.run import Evaluation, Row, evaluate
from retrieval.evaluation.systems import BM25, BY_WORDS, DENSE, FUSED, OURS
from retrieval.importers.reading import SHIPPED, read
from retrieval.library import Library
from retrieval.ranking import Filters

AHEAD: Final = 0.25
"""So much nDCG ours has to be ahead of BM25 without any encoder: the rules are worth their keep only if they leave plain
search of the same texts far behind."""

LIBRARY: Final = Library(
    name="shipped", licence="", exercises=tuple(one.exercise for one in read(SHIPPED.read_bytes()).taken)
)
SMALL: Final = Library(name="small", licence="", exercises=LIBRARY.exercises[::40])


def asked(number: int, half: Half, query: str, **filters: tuple[str, ...]) -> Asked:
    return Asked(
        id=f"q{number}",
        half=half,
        kind="name",
        query=query,
        paraphrase=f"{query} for me",
        filters=Filters(**filters),
        intent="It is found.",
    )


def judgement(number: int, *exact: str, wrong: Sequence[str] = ()) -> Judgement:
    none: frozenset[str] = frozenset()
    return Judgement(
        id=f"q{number}",
        exact=frozenset(exact),
        good=none,
        marginal=none,
        wrong=frozenset(wrong),
        irrelevant=none,
    )


FIRST, SECOND = SMALL.exercises[3], SMALL.exercises[7]
QUESTIONS: Final[list[Judged]] = [
    (asked(1, Half.TUNING, FIRST.name), judgement(1, FIRST.exercise_id)),
    (asked(2, Half.TUNING, SECOND.name), judgement(2, "nowhere", wrong=[SECOND.exercise_id])),
    (asked(3, Half.UNSEEN, SECOND.name, level=(SECOND.level or "",)), judgement(3, "nowhere")),
]


def rows(evaluation: Evaluation) -> dict[tuple[str, Half], Row]:
    return {(row.system, row.half): row for row in evaluation.rows}


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """All of the tuning half, without an encoder."""
    return evaluate(LIBRARY, judged([Half.TUNING]), None, tmp_path_factory.mktemp("kept"), worst=3)


def test_without_an_encoder_no_filter_is_broken_and_bm25_is_left_behind(tuned: Evaluation) -> None:
    of = rows(tuned)
    assert set(of) == {(BM25, Half.TUNING), (BY_WORDS, Half.TUNING)}
    ours, plain = of[BY_WORDS, Half.TUNING], of[BM25, Half.TUNING]
    assert ours.queries.broken == ours.paraphrases.broken == 0
    assert ours.queries.ndcg >= plain.queries.ndcg + AHEAD


def test_the_worst_come_first(tuned: Evaluation) -> None:
    assert len(tuned.worst) == 3
    gains = [low.ndcg for low in tuned.worst]
    assert gains == sorted(gains)
    assert gains[-1] < rows(tuned)[BY_WORDS, Half.TUNING].queries.ndcg


def test_with_an_encoder_all_systems_answer_both_halves(letters: Encoder, tmp_path: Path) -> None:
    evaluation = evaluate(SMALL, QUESTIONS, letters, tmp_path)
    assert set(rows(evaluation)) == {
        (system, half) for system in (BM25, BY_WORDS, DENSE, FUSED, OURS) for half in Half
    }
    assert (evaluation.best, evaluation.encoder) == (OURS, letters.fingerprint)
    latency = evaluation.latency
    assert 0 < latency.p50 <= latency.p99
    assert latency.encoded_p50 is not None
    assert latency.p50 <= latency.encoded_p50


def test_worth_is_counted_from_the_first_ten(letters: Encoder, tmp_path: Path) -> None:
    worth = rows(evaluate(SMALL, QUESTIONS, letters, tmp_path))[OURS, Half.TUNING].queries
    assert worth.questions == 2
    # The first question is answered at once, the second by what is wrong, and nobody looked at the others.
    assert (worth.ndcg, worth.recall) == (0.5, 0.5)
    assert (worth.wrong_per_100, worth.unjudged_per_100) == (5, 90)


def test_of_the_unseen_half_no_question_is_told(letters: Encoder, tmp_path: Path) -> None:
    evaluation = evaluate(SMALL, QUESTIONS, letters, tmp_path, worst=9)
    assert [low.id for low in evaluation.worst] == ["q2", "q1"]
    first = evaluation.worst[0].first
    assert (len(first), first[0].name, first[0].grade, first[1].grade) == (5, SECOND.name, -1, None)
    assert not evaluate(SMALL, QUESTIONS[2:], letters, tmp_path, worst=9).worst


def test_questions_that_nothing_answers_have_no_gain(tmp_path: Path) -> None:
    questions = [(asked(1, Half.TUNING, "snow"), judgement(1))]
    evaluation = evaluate(SMALL, questions, None, tmp_path, worst=1)
    assert rows(evaluation)[BY_WORDS, Half.TUNING].queries.ndcg == 0
    assert not evaluation.worst
