"""What a list of results is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation.measures import ndcg, percentile, recall, unjudged, wrong
from retrieval.evaluation.questions import Judgement

IDS = [f"e{number}" for number in range(24)]


def judgement_of(grades: dict[str, int]) -> Judgement:
    """A judgement with these grades; -1 is wrong, -2 was not looked at."""
    of = {grade: frozenset(id_ for id_, given in grades.items() if given == grade) for grade in range(-1, 4)}
    return Judgement(id="q", exact=of[3], good=of[2], marginal=of[1], irrelevant=of[0], wrong=of[-1])


GRADES = st.lists(st.integers(-2, 3), min_size=len(IDS), max_size=len(IDS)).map(
    lambda grades: dict(zip(IDS, grades, strict=True))
)
RESULTS = st.permutations(IDS).flatmap(lambda order: st.integers(0, len(IDS)).map(lambda end: order[:end]))


@given(GRADES, RESULTS)
def test_both_are_from_0_to_1_or_nothing(grades: dict[str, int], results: list[str]) -> None:
    judgement = judgement_of(grades)
    gain, found = ndcg(results, judgement), recall(results, judgement)
    assert (gain is None) is (max(grades.values()) < 1)
    assert gain is None or 0 <= gain <= 1 + 1e-9
    assert (found is None) is (max(grades.values()) < 2)
    assert found is None or 0 <= found <= 1


@given(GRADES.filter(lambda grades: max(grades.values()) > 1))
def test_the_best_order_is_worth_1(grades: dict[str, int]) -> None:
    best = sorted(IDS, key=lambda id_: -grades[id_])
    assert ndcg(best, judgement_of(grades)) == pytest.approx(1)
    assert recall(best, judgement_of(grades)) == 1


@given(GRADES.filter(lambda grades: max(grades.values()) > 0), RESULTS, st.data())
def test_to_move_a_better_one_up_never_lowers(
    grades: dict[str, int], results: list[str], data: st.DataObject
) -> None:
    pairs = [
        (high, low)
        for low in range(len(results))
        for high in range(low)
        if grades[results[low]] > grades[results[high]]
    ]
    if not pairs:
        return
    high, low = data.draw(st.sampled_from(pairs))
    moved = [*results]
    moved[high], moved[low] = moved[low], moved[high]
    before, after = ndcg(results, judgement_of(grades)), ndcg(moved, judgement_of(grades))
    assert before is not None
    assert after is not None
    assert after >= before - 1e-12


def test_a_grade_gains_less_the_later_it_comes() -> None:
    judgement = judgement_of({"a": 3, "b": 1})
    assert ndcg(["a", "b"], judgement) == 1
    # (1 + 7/log2(3)) of (7 + 1/log2(3))
    assert ndcg(["b", "a"], judgement) == pytest.approx(0.7098, abs=1e-4)
    assert ndcg(["x"] * 0, judgement) == 0


def test_what_comes_after_the_tenth_gains_nothing() -> None:
    assert ndcg([*IDS[:10], "a"], judgement_of({"a": 3})) == 0


def test_recall_asks_for_no_more_than_can_be_shown() -> None:
    judgement = judgement_of(dict.fromkeys(IDS, 2))
    assert recall(IDS[:15], judgement) == 1
    assert recall(IDS, judgement) == 1
    assert recall(["a", "b"], judgement_of({"b": 2, "c": 3, "d": 1})) == 0.5


def test_wrong_and_unjudged_are_counted_in_the_first_ten() -> None:
    judgement = judgement_of(dict.fromkeys(IDS, -1))
    assert wrong(IDS, judgement) == 10
    assert unjudged(IDS, judgement) == 0
    assert unjudged(["new", *IDS], judgement) == 1
    assert wrong(["new", "e1"], judgement) == 1


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5, 1, 4, 2, 3], 50) == 3
    assert percentile(range(1, 101), 99) == 99
    assert percentile([7], 0) == percentile([7], 100) == 7


def test_a_judgement_tells_grades_wrongness_and_that_nobody_looked() -> None:
    judgement = judgement_of({"a": 3, "b": 2, "c": 1, "d": 0, "e": -1})
    assert [judgement.told(id_) for id_ in "abcdef"] == [3, 2, 1, 0, -1, None]
