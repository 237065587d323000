"""The questions and their judgements, as they come along. What the unseen half asks is told nowhere."""

from retrieval.evaluation.questions import Half, judged
from retrieval.importers.reading import SHIPPED, read

ALL = judged()


def test_there_are_enough_in_either_half() -> None:
    assert {half: len(judged([half])) >= 100 for half in Half} == dict.fromkeys(Half, True)
    assert len(ALL) == sum(len(judged([half])) for half in Half)
    assert len({question.id for question, _ in ALL}) == len(ALL)


def test_each_judgement_is_of_exercises_that_there_are_and_grades_each_once() -> None:
    ids = {one.exercise.exercise_id for one in read(SHIPPED.read_bytes()).taken}
    for question, one in ALL:
        graded = [*one.exact, *one.good, *one.marginal, *one.wrong, *one.irrelevant]
        assert one.id == question.id
        assert len(graded) == len(set(graded)), f"{one.id} grades something twice"
        assert one.seen <= ids, f"{one.id} grades what there is not"


def test_both_wordings_ask_something_and_are_not_the_same() -> None:
    assert all(question.query.strip() and question.paraphrase.strip() for question, _ in ALL)
    same = [question.id for question, _ in ALL if question.query == question.paraphrase]
    assert not same
