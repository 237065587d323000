from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.exercise import (
    BodyLimit,
    Equipment,
    ExerciseMark,
    ExerciseReply,
    TrainingLevel,
    TrainingProfile,
    TrainingProfileReply,
)
from channels.workouts.opinion import MOST_MARKED, mark, set_profile, shown_profile
from storage.library_records import Mine
from tests.channels.fasting.facts import ADA, HOUR, NOON, moment
from tests.channels.workouts.own_facts import (
    LIKED,
    SLED,
    TOLD,
    after,
    decided,
    marking,
    refused,
    saved,
    telling,
    told,
)

KNOWN = Mine(known=True)
MARKED = Mine(known=True, mark=LIKED, marked=1)
BARBELL = (Equipment.BARBELL,)


class TestMark:
    def test_what_is_thought_is_kept_and_told(self) -> None:
        decision = mark(ADA, KNOWN, marking(favourite=True), moment())
        assert saved(decision) == replace(LIKED, updated_at=NOON)
        assert decided(decision).data == ExerciseReply(exercise_id="Squat")
        assert told(decision).mark == ExerciseMark(exercise_id="Squat", favourite=True)

    def test_what_is_left_out_is_not_thought_any_more(self) -> None:
        decision = mark(ADA, MARKED, marking(note=" Heels up.\n"), moment())
        assert told(decision).mark == ExerciseMark(exercise_id="Squat", note="Heels up.")
        assert told(mark(ADA, MARKED, marking(), moment())).mark == ExerciseMark(exercise_id="Squat")

    def test_an_exercise_that_is_named_as_one_s_own_may_be_marked_before_it_is_kept(self) -> None:
        assert told(mark(ADA, Mine(), marking(SLED, disliked=True), moment())).mark.disliked

    @pytest.mark.parametrize("exercise_id", ["Flying", "own:"])
    def test_what_is_no_exercise_is_refused(self, exercise_id: str) -> None:
        refusal = refused(mark(ADA, Mine(), marking(exercise_id, favourite=True), moment()))
        assert refusal == (Code.UNKNOWN_EXERCISE, "exercise_id")

    def test_nothing_is_liked_and_disliked_at_once(self) -> None:
        both = marking(favourite=True, disliked=True)
        assert refused(mark(ADA, KNOWN, both, moment())) == (Code.VALIDATION, "disliked")

    def test_what_is_said_again_is_no_event_but_counts_from_then(self) -> None:
        decision = decided(mark(ADA, MARKED, marking(favourite=True), moment()))
        assert decision.events == ()
        assert saved(decision).updated_at == NOON
        assert decided(mark(ADA, KNOWN, marking(), moment())).events == ()

    def test_what_was_said_before_what_is_known_changes_nothing(self) -> None:
        decision = decided(mark(ADA, MARKED, marking(), moment(NOON - 2 * HOUR, NOON)))
        assert (decision.saves, decision.events) == ((), ())

    def test_there_is_a_most_of_exercises_that_something_is_said_of(self) -> None:
        full = replace(KNOWN, marked=MOST_MARKED)
        refusal = refused(mark(ADA, full, marking(note="x"), moment()))
        assert refusal == (Code.EXERCISES_FULL, "exercise_id")
        assert saved(mark(ADA, full, marking(), moment()))
        assert saved(mark(ADA, replace(full, mark=LIKED), marking(note="x"), moment()))


class TestProfile:
    def test_the_whole_is_kept_and_told_each_thing_once(self) -> None:
        command = telling(
            equipment=(Equipment.BENCH, Equipment.BARBELL, Equipment.BENCH),
            limits=(BodyLimit.WRIST, BodyLimit.KNEE, BodyLimit.KNEE),
            level=TrainingLevel.EXPERT,
        )
        decision = set_profile(ADA, Mine(), command, moment())
        profile = TrainingProfile(
            equipment=(Equipment.BARBELL, Equipment.BENCH),
            limits=(BodyLimit.KNEE, BodyLimit.WRIST),
            level=TrainingLevel.EXPERT,
        )
        assert decision.data == TrainingProfileReply(profile=profile)
        assert (told(decision).user_id, told(decision).profile) == (ADA.user_id, profile)
        assert shown_profile(saved(decision)) == profile

    @pytest.mark.parametrize("equipment", [None, ()])
    def test_nothing_to_train_with_is_not_the_same_as_not_told(self, equipment: Any) -> None:
        decision = set_profile(ADA, Mine(profile=TOLD), telling(equipment=equipment), moment())
        assert saved(decision).equipment == equipment
        assert told(decision).profile == TrainingProfile(equipment=equipment)

    def test_what_is_said_again_is_no_event_but_counts_from_then(self) -> None:
        again = telling(equipment=BARBELL, limits=(BodyLimit.KNEE,))
        decision = set_profile(ADA, Mine(profile=TOLD), again, moment())
        assert decision.events == ()
        assert saved(decision) == replace(TOLD, updated_at=NOON)

    def test_what_was_said_before_what_is_known_changes_nothing_and_says_what_is_known(self) -> None:
        decision = set_profile(ADA, Mine(profile=TOLD), telling(), moment(NOON - 2 * HOUR, NOON))
        assert (decision.saves, decision.events) == ((), ())
        assert decision.data == TrainingProfileReply(profile=shown_profile(TOLD))


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["a", "b", ""])), min_size=1, max_size=4))
def test_in_whatever_order_things_are_heard_and_how_often_they_come_to_the_same(
    sayings: list[tuple[int, str]],
) -> None:
    ends = set()
    for order in permutations(sayings):
        state = KNOWN
        for hours, note in (*order, order[0]):
            at = moment(NOON + timedelta(hours=hours), NOON + timedelta(hours=9))
            state = after(state, mark(ADA, state, marking(note=note), at))
            level = TrainingLevel.EXPERT if note == "a" else None
            equipment = BARBELL if note == "b" else None
            state = after(state, set_profile(ADA, state, telling(level=level, equipment=equipment), at))
        ends.add((state.mark, state.profile))
    assert len(ends) == 1
