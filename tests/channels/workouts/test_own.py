from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.exercise import (
    ExerciseDeletedData,
    ExerciseReply,
    ExerciseSave,
    ExerciseSavedData,
    Force,
    Mechanic,
    OwnExercise,
    TrainingLevel,
)
from channels.workouts.own import MOST_BYTES, MOST_OWN, delete, is_own, named, save, shown_own
from storage.library_records import Mine
from tests.channels.fasting.facts import ADA, HOUR, NOON, moment
from tests.channels.workouts.own_facts import (
    SAID,
    SLED,
    after,
    decided,
    deleting,
    refused,
    saved,
    saving,
    told,
)

WHOLE: dict[str, Any] = {
    "aliases": ("Prowler",),
    "category": "strongman",
    "equipment": ("sled",),
    "primary_muscles": ("quadriceps",),
    "secondary_muscles": ("glutes",),
    "level": TrainingLevel.BEGINNER,
    "force": Force.PUSH,
    "mechanic": Mechanic.COMPOUND,
    "instructions": ("Push it.",),
}
THERE = Mine(own=SAID, kept=1)
GONE = Mine(own=replace(SAID, deleted_at=SAID.updated_at))


class TestIds:
    @pytest.mark.parametrize("exercise_id", [SLED, "own: Sled", "own:/"])
    def test_own_and_a_name_is_one_s_own(self, exercise_id: str) -> None:
        assert is_own(exercise_id)

    @pytest.mark.parametrize("exercise_id", ["own:", "own:  ", "Sled push", "", "OWN:Sled"])
    def test_anything_else_is_not(self, exercise_id: str) -> None:
        assert not is_own(exercise_id)

    def test_the_id_comes_from_the_name_unless_it_is_given(self) -> None:
        assert named(saving(name="  Sled \n push ").data) == SLED
        assert named(saving("own:Prowler").data) == "own:Prowler"
        assert named(saving(name="\t").data) is None

    def test_the_longest_name_makes_an_id_of_its_own(self) -> None:
        assert named(saving(name="x" * 100).data) == "own:" + "x" * 100


class TestSave:
    def test_keeps_a_new_exercise_as_it_was_said_when_it_was_said(self) -> None:
        decision = save(ADA, Mine(), saving(**WHOLE), moment(NOON, NOON + HOUR))
        assert saved(decision) == replace(SAID, updated_at=NOON)
        assert decided(decision).data == ExerciseReply(exercise_id=SLED)
        assert told(decision) == ExerciseSavedData(exercise=shown_own(SAID))

    def test_only_a_name_is_needed(self) -> None:
        shown = told(save(ADA, Mine(), saving(), moment())).exercise
        assert shown == OwnExercise(exercise_id=SLED, name="Sled push", category="strength")

    def test_words_are_tidied_and_each_is_there_once(self) -> None:
        said = saved(
            save(
                ADA,
                Mine(),
                saving(
                    name=" Sled\n push",
                    category=" strength ",
                    primary_muscles=("lats ", "lats", " "),
                    secondary_muscles=("lats", "lower  back"),
                    instructions=(" Go.\n", "\n"),
                ),
                moment(),
            )
        )
        assert (said.name, said.category, said.primary_muscles) == ("Sled push", "strength", ("lats",))
        assert (said.secondary_muscles, said.instructions) == (("lower back",), ("Go.",))

    def test_a_change_says_all_anew_and_keeps_the_id(self) -> None:
        decision = save(ADA, THERE, saving(SLED, name="Prowler push"), moment())
        assert told(decision).exercise == OwnExercise(
            exercise_id=SLED, name="Prowler push", category="strength"
        )

    def test_what_is_said_again_is_no_event_but_counts_from_then(self) -> None:
        decision = decided(save(ADA, THERE, saving(**WHOLE), moment()))
        assert decision.events == ()
        assert saved(decision) == replace(SAID, updated_at=NOON)

    @pytest.mark.parametrize("state", [THERE, GONE])
    def test_what_was_said_before_what_is_known_changes_nothing(self, state: Mine) -> None:
        decision = decided(save(ADA, state, saving(name="Sled"), moment(NOON - 2 * HOUR, NOON)))
        assert (decision.saves, decision.events) == ((), ())
        assert decision.data == ExerciseReply(exercise_id="own:Sled")

    def test_what_was_deleted_is_kept_again(self) -> None:
        decision = save(ADA, GONE, saving(**WHOLE), moment())
        assert saved(decision).deleted_at is None
        assert told(decision).exercise == shown_own(SAID)

    def test_there_is_a_most_of_them(self) -> None:
        full = replace(GONE, kept=MOST_OWN)
        for state in (full, replace(full, own=None)):
            assert refused(save(ADA, state, saving(), moment())) == (Code.EXERCISES_FULL, "exercise_id")
        assert saved(save(ADA, replace(THERE, kept=MOST_OWN), saving(), moment()))

    @pytest.mark.parametrize(
        ("command", "refusal"),
        [
            (saving(name=" \n"), (Code.VALIDATION, "name")),
            (saving(SLED, name="\t"), (Code.VALIDATION, "name")),
            (saving(category="  "), (Code.VALIDATION, "category")),
            (saving("Barbell_Squat"), (Code.UNKNOWN_EXERCISE, "exercise_id")),
            (saving("own: "), (Code.UNKNOWN_EXERCISE, "exercise_id")),
            (saving(instructions=("ü" * (MOST_BYTES // 4),) * 2), (Code.VALIDATION, "instructions")),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_field(
        self, command: ExerciseSave, refusal: tuple[Code, str]
    ) -> None:
        assert refused(save(ADA, Mine(), command, moment())) == refusal


class TestDelete:
    def test_an_exercise_is_gone_and_that_is_remembered(self) -> None:
        decision = delete(ADA, THERE, deleting(), moment())
        assert saved(decision) == replace(SAID, updated_at=NOON, deleted_at=NOON)
        assert told(decision) == ExerciseDeletedData(exercise_id=SLED)

    @pytest.mark.parametrize("state", [Mine(), GONE])
    def test_what_is_not_there_is_deleted_without_a_word(self, state: Mine) -> None:
        decision = decided(delete(ADA, state, deleting(), moment()))
        assert decision.events == ()
        assert decision.data == ExerciseReply(exercise_id=SLED)
        assert saved(decision).deleted_at == NOON

    def test_what_was_said_after_it_stays(self) -> None:
        decision = decided(delete(ADA, THERE, deleting(), moment(NOON - 2 * HOUR, NOON)))
        assert (decision.saves, decision.events) == ((), ())

    @pytest.mark.parametrize("exercise_id", ["Barbell_Squat", "own:"])
    def test_only_one_s_own_can_be_deleted(self, exercise_id: str) -> None:
        assert refused(delete(ADA, Mine(), deleting(exercise_id), moment())) == (
            Code.UNKNOWN_EXERCISE,
            "exercise_id",
        )


SAYINGS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["Sled", "Prowler", None])), min_size=1, max_size=4
)


@given(SAYINGS)
def test_in_whatever_order_things_are_heard_and_how_often_they_come_to_the_same(
    sayings: list[tuple[int, str | None]],
) -> None:
    ends = set()
    for order in permutations(sayings):
        state = Mine()
        for hours, name in (*order, order[0]):
            at = moment(NOON + timedelta(hours=hours), NOON + timedelta(hours=9))
            decision = (
                delete(ADA, state, deleting(), at)
                if name is None
                else save(ADA, state, saving(SLED, name=name), at)
            )
            state = after(state, decision)
        assert state.own is not None
        ends.add(None if state.own.deleted_at else state.own.name)
    assert len(ends) == 1
