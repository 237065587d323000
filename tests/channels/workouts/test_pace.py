"""Clocks, as decisions: what is set, what is told, and what comes by itself."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.envelope import Command
from channels.wire.routine import IntervalsBlock, Station
from channels.wire.workout import IntervalKind, Planned, Rest, WorkoutStatus
from channels.wire.workout_commands import (
    OfWorkout,
    WorkoutDiscard,
    WorkoutIntervals,
    WorkoutIntervalsData,
    WorkoutPause,
    WorkoutReply,
    WorkoutRest,
    WorkoutRested,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutTimerData,
    WorkoutTurn,
)
from channels.wire.workout_events import (
    WorkoutClockSet,
    WorkoutInterval,
    WorkoutPaused,
    WorkoutRestOver,
    WorkoutRestSet,
    WorkoutResumed,
)
from channels.workouts.lived import MOST_MARKS
from channels.workouts.marks import MarkKind
from channels.workouts.timeline import index_at
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, at, marked
from tests.channels.workouts.shelf import Shelf
from tests.channels.workouts.telling import (
    PLANS,
    finished,
    logged,
    resting,
    shelf_with,
    skipped,
    squats,
    timed,
    told,
)

TIMER = WorkoutTimerData(session_id=SESSION)
TURN, RESTED = WorkoutTurn(id=1, data=TIMER), WorkoutRested(id=1, data=TIMER)


def pause(minutes: int) -> Command:
    return told(WorkoutPause, minutes)


def resume(minutes: int) -> Command:
    return told(WorkoutResume, minutes)


def rest(minutes: int, seconds: int = 600) -> Command:
    return resting(WorkoutRest, minutes, seconds)


def events(shelf: Shelf, kind: type[Any]) -> list[Any]:
    """The events of a type in the workout's topic."""
    return [one for one in shelf.topics[f"workout:{SESSION}"] if isinstance(one, kind)]


class TestPause:
    def test_stops_all_clocks_and_what_comes_by_itself(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.do(rest(1))
        assert (shelf.due("turn"), shelf.due("rest")) == (300, 660)
        reply = shelf.do(pause(2)).data
        assert isinstance(reply, WorkoutReply)
        assert (
            reply.status is shelf.last(WorkoutPaused).status is shelf.workout.status is WorkoutStatus.PAUSED
        )
        assert shelf.workout.time.paused_at == at(120)
        assert (shelf.due("turn"), shelf.due("rest")) == (None, None)

    def test_ends_and_all_goes_on_where_it_stopped(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.do(rest(1))
        shelf.do(pause(2))
        shelf.do(resume(12))
        assert shelf.last(WorkoutResumed).status is WorkoutStatus.RUNNING
        assert shelf.workout.time.paused_seconds == 600
        assert (shelf.due("turn"), shelf.due("rest")) == (900, 1260)

    @pytest.mark.parametrize("again", [[pause(1), pause(2)], [resume(1)]])
    def test_that_changes_nothing_is_taken_and_told_nobody(self, again: list[Command]) -> None:
        shelf = shelf_with()
        decisions = [shelf.do(command) for command in again]
        assert decisions[-1].events == ()

    def test_that_comes_late_into_another_moves_the_clocks(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.do(pause(2))
        shelf.do(resume(12))
        shelf.tell(pause(1))
        event = shelf.last(WorkoutClockSet)
        assert (event.status, event.time.paused_seconds) == (WorkoutStatus.RUNNING, 660)
        assert shelf.due("turn") == 960

    def test_of_a_finished_workout_is_over(self) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        for command in (pause(6), resume(6), rest(6), timed(6), skipped(6)):
            assert shelf.refuse(command).code is Code.WORKOUT_OVER

    def test_of_a_finished_workout_that_comes_late_was_in_its_time(self) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        shelf.pass_to(at(600))
        shelf.tell(pause(2))
        assert shelf.workout.time.paused_seconds == 180
        assert shelf.workout.status is WorkoutStatus.FINISHED
        shelf.tell(pause(7))
        assert shelf.workout.time.paused_seconds == 180

    def test_before_the_beginning_is_not_valid(self) -> None:
        assert shelf_with().refuse_late(pause(-1)).code is Code.VALIDATION

    def test_of_a_workout_that_was_thrown_away_is_none(self) -> None:
        shelf = shelf_with()
        shelf.do(told(WorkoutDiscard, 1))
        assert shelf.refuse(pause(2)).code is Code.NO_SUCH_WORKOUT

    def test_means_the_running_workout_where_none_is_named(self) -> None:
        shelf = shelf_with()
        shelf.do(WorkoutPause(id=1, data=OfWorkout()))
        assert shelf.workout.status is WorkoutStatus.PAUSED

    def test_has_a_most(self) -> None:
        shelf = shelf_with()
        marks = marked(*((MarkKind.PAUSE, number) for number in range(MOST_MARKS)))
        shelf.rows[SESSION] = replace(shelf.rows[SESSION], marks=msgspec.json.encode(marks).decode())
        assert shelf.refuse(resume(2)).code is Code.WORKOUT_FULL


class TestIntervals:
    def test_start_with_the_workout_or_when_it_is_said(self) -> None:
        shelf = shelf_with(PLANS[1])
        assert shelf.workout.time.clock is None
        shelf.do(timed(2))
        event = shelf.last(WorkoutClockSet)
        assert (event.time.clock.block, event.time.clock.starts_at) == (1, at(120))
        assert shelf.due("turn") == 420

    @pytest.mark.parametrize("block", [0, 2])
    def test_are_planned_or_refused(self, block: int) -> None:
        data = WorkoutIntervalsData(session_id=SESSION, block=block)
        assert shelf_with(PLANS[1]).refuse(told(WorkoutIntervals, 1, data)).code is Code.NOT_PLANNED

    def test_are_skipped_one_by_one(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.do(skipped(1))
        clock = shelf.last(WorkoutClockSet).time.clock
        assert index_at(clock, at(60)) == 1
        assert shelf.due("turn") == 180
        shelf.do(skipped(2))
        assert shelf.due("turn") == 420

    def test_are_not_skipped_where_none_are_planned(self) -> None:
        assert shelf_with(()).refuse(skipped(1)).code is Code.NOT_PLANNED

    def test_that_are_skipped_before_they_were_started_wait_for_that(self) -> None:
        shelf = shelf_with(PLANS[1])
        shelf.pass_to(at(600))
        assert shelf.tell(skipped(3)).events == ()
        shelf.tell(timed(1))
        assert shelf.last(WorkoutClockSet).time.clock.starts_at == at(180 - 300)


class TestTurn:
    def test_tells_each_interval_at_its_second_and_the_end(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.pass_to(at(3600))
        told_turns = events(shelf, WorkoutInterval)
        assert [(one.at, one.data.index) for one in told_turns] == [
            (at(second), index) for index, second in enumerate((300, 420, 720, 840, 1140, 1260, 1560), 1)
        ]
        first, last = told_turns[0].data, told_turns[-1].data
        assert (first.block, first.kind, first.seconds, first.done) == (0, IntervalKind.REST, 120, False)
        assert (last.kind, last.seconds, last.done) == (None, 0, True)
        assert shelf.due("turn") is None

    def test_says_what_is_to_be_done(self) -> None:
        squatting = Station(work_seconds=20, exercise_id=SQUAT.exercise_id)
        rowing = Station(work_seconds=20, rest_seconds=10, exercise_id=ROWING.exercise_id)
        shelf = shelf_with((IntervalsBlock(stations=(squatting, rowing), rounds=2),))
        shelf.pass_to(at(60))
        exercises = [one.data.exercise for one in events(shelf, WorkoutInterval)]
        assert exercises == ["Rowing, Stationary", "", "Barbell Squat"]

    def test_that_is_overdue_is_left_to_come_when_something_else_is_done(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.now = at(301)
        decision = shelf.tell(rest(5, 60))
        assert not any("turn" in one.cause for one in decision.deadlines)
        shelf.pass_to(at(302))
        assert events(shelf, WorkoutInterval)[0].at == at(300)

    def test_is_refused_where_nothing_turns(self) -> None:
        shelf = shelf_with(PLANS[1])
        for command in (TURN, RESTED):
            assert shelf.refuse(command).code is Code.NOT_PLANNED
        shelf.do(pause(1))
        assert shelf.refuse(TURN).code is shelf.refuse(RESTED).code is Code.NOT_PLANNED
        shelf.do(finished(2))
        assert shelf.refuse(TURN).code is shelf.refuse(RESTED).code is Code.WORKOUT_OVER


class TestRest:
    def test_begins_ends_and_says_what_comes_next(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, squats("60", 5, Planned(block=0, exercise=0, set=0))))
        shelf.do(rest(2, 90))
        assert shelf.last(WorkoutRestSet).time.rest == Rest(started_at=at(120), ends_at=at(210))
        shelf.pass_to(at(300))
        (over,) = events(shelf, WorkoutRestOver)
        assert (over.at, over.data.rested_seconds) == (at(210), 90)
        assert (over.data.next, over.data.next_exercise) == (
            Planned(block=0, exercise=1, set=0),
            "Rowing, Stationary",
        )
        assert shelf.due("rest") is None

    def test_says_nothing_of_what_comes_next_where_nothing_is_planned(self) -> None:
        shelf = shelf_with(())
        shelf.do(rest(2, 90))
        shelf.pass_to(at(300))
        over = shelf.last(WorkoutRestOver)
        assert (over.next, over.next_exercise) == (None, "")

    def test_that_was_paused_was_not_longer_by_that(self) -> None:
        shelf = shelf_with()
        shelf.do(rest(1, 90))
        shelf.do(pause(2))
        shelf.do(resume(10))
        shelf.pass_to(at(900))
        (over,) = events(shelf, WorkoutRestOver)
        assert (over.at, over.data.rested_seconds) == (at(630), 90)

    def test_gets_longer(self) -> None:
        shelf = shelf_with()
        shelf.do(rest(1, 90))
        shelf.do(resting(WorkoutRestExtend, 2, 60))
        assert shelf.due("rest") == 210
        assert shelf.last(WorkoutRestSet).time.rest.ends_at == at(210)

    def test_that_is_over_gets_no_longer(self) -> None:
        shelf = shelf_with()
        shelf.do(rest(1, 30))
        shelf.pass_to(at(100))
        assert shelf.do(resting(WorkoutRestExtend, 2, 60)).events == ()

    def test_is_skipped(self) -> None:
        shelf = shelf_with()
        shelf.do(rest(1, 90))
        shelf.do(told(WorkoutRestSkip, 2))
        assert shelf.last(WorkoutRestSet).time.rest is None
        assert shelf.due("rest") is None

    def test_that_comes_late_and_is_over_long_ago_tells_nobody_that_it_is(self) -> None:
        shelf = shelf_with()
        shelf.pass_to(at(1200))
        shelf.tell(rest(1, 90))
        shelf.pass_to(at(2400))
        assert events(shelf, WorkoutRestOver) == []
