"""What is skipped and swapped, as decisions."""

import msgspec
import pytest
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.envelope import Command
from channels.wire.workout import Planned, Swap
from channels.wire.workout_commands import (
    WorkoutDiscard,
    WorkoutSkip,
    WorkoutSkipData,
    WorkoutSwap,
    WorkoutSwapData,
)
from channels.wire.workout_events import WorkoutPlanChanged
from channels.workouts.lived import MOST_MARKS
from channels.workouts.marks import MarkKind
from channels.workouts.plan import next_planned
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, at, marked
from tests.channels.workouts.telling import OWN, PREVIOUS, finished, logged, shelf_with, squats, swapped, told

FIRST = Planned(block=0, exercise=0)


def skipping(minutes: int, planned: Planned) -> Command:
    return told(WorkoutSkip, minutes, WorkoutSkipData(session_id=SESSION, planned=planned))


def swapping(minutes: int, planned: Planned, exercise_id: str) -> Command:
    data = WorkoutSwapData(session_id=SESSION, planned=planned, exercise_id=exercise_id)
    return told(WorkoutSwap, minutes, data)


class TestSkip:
    def test_leaves_out_a_part_of_the_plan(self) -> None:
        shelf = shelf_with()
        shelf.do(skipping(1, FIRST))
        assert shelf.last(WorkoutPlanChanged).skipped == shelf.workout.skipped == (FIRST,)
        following = next_planned(shelf.of(SESSION))
        assert following is not None
        assert following.planned == Planned(block=0, exercise=1, set=0)

    def test_twice_is_told_once(self) -> None:
        shelf = shelf_with()
        shelf.do(skipping(1, FIRST))
        assert shelf.do(skipping(2, FIRST)).events == ()

    def test_of_what_is_not_planned_is_refused(self) -> None:
        assert shelf_with().refuse(skipping(1, Planned(block=5))).code is Code.NOT_PLANNED


class TestSwap:
    def test_puts_another_exercise_in_the_place_of_the_planned_one(self) -> None:
        shelf = shelf_with()
        shelf.do(swapped(1, OWN))
        event = shelf.last(WorkoutPlanChanged)
        assert event.swaps == shelf.workout.swaps == (Swap(planned=FIRST, exercise_id=OWN),)
        assert (event.exercise_id, [one.done.reps for one in event.previous]) == (OWN, [5])
        assert shelf.workout.previous[OWN] == event.previous

    def test_shows_no_last_time_of_what_was_never_done(self) -> None:
        shelf = shelf_with()
        shelf._previous = PREVIOUS[:2]
        shelf.do(swapped(1, OWN))
        assert shelf.last(WorkoutPlanChanged).previous == shelf.workout.previous[OWN] == ()

    def test_of_one_place_that_was_swapped_before_counts_and_the_other_exercise_is_forgotten(self) -> None:
        shelf = shelf_with()
        shelf.do(swapped(1, OWN))
        shelf.do(swapped(2, ROWING.exercise_id))
        assert shelf.workout.swaps == (Swap(planned=FIRST, exercise_id=ROWING.exercise_id),)
        assert set(shelf.workout.previous) == {SQUAT.exercise_id, ROWING.exercise_id}

    @pytest.mark.parametrize(
        "planned", [Planned(block=0), Planned(block=0, exercise=0, set=0), Planned(block=5, exercise=0)]
    )
    def test_is_of_an_exercise_of_the_plan(self, planned: Planned) -> None:
        refusal = shelf_with().refuse(swapping(1, planned, OWN))
        assert (refusal.code, refusal.details[0].field) == (Code.NOT_PLANNED, "planned")

    def test_is_for_an_exercise_that_there_is(self) -> None:
        refusal = shelf_with().refuse(swapped(1, "Squad"))
        assert (refusal.code, refusal.details[0].field) == (Code.UNKNOWN_EXERCISE, "exercise_id")

    def test_is_refused_where_there_is_no_room(self) -> None:
        shelf, long = shelf_with(), replace(squats("60", 5), note="x" * 500)
        number = 0
        while not hasattr(shelf.live(logged(1, long, set_id=number)), "code"):
            number += 1
        # The last room goes, with shorter ones.
        while not hasattr(shelf.live(logged(1, squats("60", 5), set_id=number)), "code"):
            number += 1
        assert shelf.refuse(swapped(2, f"own:{'x' * 110}")).code is Code.WORKOUT_FULL


@pytest.mark.parametrize("command", [skipping(6, FIRST), swapped(6, OWN)])
class TestBoth:
    def test_are_not_taken_live_after_the_end(self, command: Command) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        assert shelf.refuse(command).code is Code.WORKOUT_OVER

    def test_find_their_place_late(self, command: Command) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        shelf.pass_to(at(600))
        before = shelf.workout
        shelf.tell(replace(command, at=at(60)))
        assert (shelf.workout.skipped, shelf.workout.swaps) != (before.skipped, before.swaps)

    def test_are_refused_where_there_is_no_workout(self, command: Command) -> None:
        shelf = shelf_with()
        shelf.do(told(WorkoutDiscard, 1))
        assert shelf.refuse(command).code is Code.NO_SUCH_WORKOUT

    def test_have_a_most(self, command: Command) -> None:
        shelf = shelf_with()
        marks = marked(*((MarkKind.PAUSE, number) for number in range(MOST_MARKS)))
        shelf.rows[SESSION] = replace(shelf.rows[SESSION], marks=msgspec.json.encode(marks).decode())
        assert shelf.refuse(command).code is Code.WORKOUT_FULL
