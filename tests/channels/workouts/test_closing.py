"""How a workout ends: when the person says so, when nobody says anything, when it is thrown away."""

from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.envelope import Command
from channels.wire.workout import RecordKind, WorkoutStatus, WorkoutTime
from channels.wire.workout_commands import (
    OfWorkout,
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutPause,
    WorkoutReply,
    WorkoutRest,
    WorkoutResume,
    WorkoutSilent,
    WorkoutTimerData,
)
from channels.wire.workout_events import (
    WorkoutCorrected,
    WorkoutDiscarded,
    WorkoutEnded,
    WorkoutFinished,
    WorkoutRecord,
    WorkoutRecordWithdrawn,
)
from channels.workouts.lived import MOST_ENDS, MOST_MARKS
from channels.workouts.marks import MarkKind
from tests.channels.workouts.lives import SESSION, at, marked
from tests.channels.workouts.telling import (
    PLANS,
    deleted,
    edited,
    finished,
    logged,
    resting,
    shelf_with,
    squats,
    swapped,
    told,
)

LIGHT, HEAVY = squats("60", 5), squats("100", 3)
HOURS = 3600
SILENT = WorkoutSilent(id=1, data=WorkoutTimerData(session_id=SESSION))


def discarding(minutes: int) -> Command:
    return told(WorkoutDiscard, minutes)


class TestFinish:
    def test_ends_a_workout_and_tells_all_that_it_came_to(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT))
        decision = shelf.do(finished(30, 8.5, "good"))
        assert isinstance(decision.data, WorkoutReply)
        assert decision.data.status is shelf.workout.status is WorkoutStatus.FINISHED
        ended, done = decision.events
        assert isinstance(ended, WorkoutEnded)
        assert isinstance(done, WorkoutFinished)
        workout = done.data.workout
        assert (workout.ended_at, workout.rpe, workout.note) == (at(1800), 8.5, "good")
        assert (workout.planned_sets, workout.planned_done) == (3, 1)
        assert ended.data.summary == workout.summary
        assert (ended.data.ended_at, ended.data.note) == (at(1800), "good")

    def test_leaves_nothing_to_come_by_itself(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.do(resting(WorkoutRest, 1, 600))
        shelf.do(finished(2))
        assert shelf.deadlines == {}

    def test_means_the_running_workout_and_needs_no_key(self) -> None:
        shelf = shelf_with()
        shelf.do(WorkoutFinish(id=1))
        assert shelf.workout.status is WorkoutStatus.FINISHED

    def test_tells_the_record_of_the_whole(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, squats("60", 12)))
        events = shelf.do(finished(5)).events
        (record,) = (one.data.record for one in events if isinstance(one, WorkoutRecord))
        assert (record.kind, record.value) == (RecordKind.VOLUME, Decimal(720))
        assert (record.set_id, record.at) == (None, at(300))
        assert shelf.finished[SESSION].records == (record,)

    def test_in_a_pause_counts_it_until_then(self) -> None:
        shelf = shelf_with()
        shelf.do(told(WorkoutPause, 10))
        shelf.do(finished(30))
        assert shelf.workout.time == WorkoutTime(paused_seconds=1200)
        assert shelf.last(WorkoutFinished).workout.summary.moving_seconds == 600

    def test_is_taken_once_live_and_late_as_often_as_it_is_said(self) -> None:
        shelf = shelf_with()
        shelf.do(finished(5, 6.0, "good"))
        assert shelf.refuse(finished(6)).code is Code.WORKOUT_OVER
        shelf.pass_to(at(3600))
        shelf.tell(finished(9, note="hard"))
        shelf.tell(finished(7, 9.0))
        corrected = shelf.last(WorkoutCorrected)
        assert (corrected.after.ended_at, corrected.after.rpe, corrected.after.note) == (at(540), 9.0, "hard")

    def test_before_the_beginning_is_not_valid(self) -> None:
        assert shelf_with().refuse_late(finished(-1)).code is Code.VALIDATION

    def test_is_possible_however_much_was_done_and_has_a_most(self) -> None:
        shelf = shelf_with()
        marks = marked(*((MarkKind.PAUSE, number) for number in range(MOST_MARKS)))
        shelf.rows[SESSION] = replace(shelf.rows[SESSION], marks=msgspec.json.encode(marks).decode())
        shelf.do(finished(2))
        shelf.pass_to(at(3600))
        for number in range(2, MOST_ENDS + 1):
            shelf.tell(replace(finished(3), key=UUID(int=number)))
        assert shelf.refuse_late(replace(finished(3), key=UUID(int=99))).code is Code.WORKOUT_FULL


class TestSilence:
    def test_ends_a_workout_after_four_hours_at_its_last_set(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(10, LIGHT))
        shelf.pass_to(at(600 + 4 * HOURS - 1))
        assert shelf.workout.status is WorkoutStatus.RUNNING
        shelf.pass_to(at(600 + 4 * HOURS))
        assert (shelf.workout.status, shelf.workout.ended_at) == (WorkoutStatus.FINISHED, at(600))
        assert shelf.last(WorkoutFinished).workout.ended_at == at(600)

    def test_ends_one_in_which_nothing_was_done_where_it_began(self) -> None:
        shelf = shelf_with()
        shelf.end()
        assert shelf.workout.ended_at == at(0)

    def test_ends_one_whose_clock_ran_on_with_its_last_interval(self) -> None:
        shelf = shelf_with(PLANS[2])
        assert shelf.due("silence") == 1560 + 4 * HOURS
        shelf.end()
        assert shelf.workout.ended_at == at(1560)

    def test_ends_one_that_was_paused_at_its_pause(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.do(told(WorkoutPause, 10))
        shelf.end()
        assert (shelf.workout.ended_at, shelf.workout.time.paused_seconds) == (at(600), 0)

    def test_waits_longer_when_a_set_was_corrected_but_the_workout_is_not_longer_by_that(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(10, LIGHT))
        shelf.do(edited(60, HEAVY))
        assert shelf.due("silence") == 5 * HOURS
        shelf.end()
        assert shelf.workout.ended_at == at(600)

    def test_of_what_was_taken_back_is_silence_too(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(10, LIGHT, rest=60))
        shelf.do(deleted(11))
        shelf.end()
        assert shelf.workout.ended_at == at(0)

    def test_is_none_while_sensors_tell_of_it(self) -> None:
        shelf = shelf_with()
        shelf.sampled_at = at(3 * HOURS)
        shelf.pass_to(at(5 * HOURS))
        assert shelf.workout.status is WorkoutStatus.RUNNING
        assert shelf.due("silence") == 7 * HOURS
        shelf.end()
        assert shelf.workout.ended_at == at(3 * HOURS)

    def test_counts_less_than_what_the_person_says_late(self) -> None:
        shelf = shelf_with()
        shelf.pass_to(at(5 * HOURS))
        assert shelf.workout.ended_at == at(0)
        shelf.tell(logged(20, LIGHT))
        assert shelf.workout.ended_at == at(1200)
        shelf.tell(finished(30))
        assert shelf.workout.ended_at == at(1800)

    def test_is_a_guess_and_who_goes_on_is_not_refused(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(5 * 60, LIGHT))
        assert shelf.workout.ended_at == at(5 * HOURS)
        assert shelf.workout.time.rest is None
        shelf.do(finished(6 * 60))
        assert (shelf.workout.status, shelf.workout.ended_at) == (WorkoutStatus.FINISHED, at(6 * HOURS))
        assert shelf.refuse(logged(7 * 60, LIGHT, set_id=2)).code is Code.WORKOUT_OVER

    def test_is_a_guess_that_nobody_mends_days_later(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(10, LIGHT))
        assert shelf.refuse(logged(24 * 60 + 1, LIGHT)).code is Code.WORKOUT_OVER
        assert shelf.refuse(told(WorkoutPause, 24 * 60 + 2)).code is Code.WORKOUT_OVER
        shelf.do(finished(24 * 60 + 3, 8.0))
        assert (shelf.workout.ended_at, shelf.last(WorkoutCorrected).after.rpe) == (at(600), 8.0)

    def test_of_a_workout_that_is_over_is_refused(self) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        assert shelf.refuse(SILENT).code is Code.WORKOUT_OVER


class TestDiscard:
    def test_of_a_running_workout_leaves_nothing_of_it(self) -> None:
        shelf = shelf_with(PLANS[2])
        shelf.do(logged(1, HEAVY, rest=60))
        reply = shelf.do(discarding(2)).data
        assert isinstance(reply, WorkoutReply)
        assert reply.status is shelf.workout.status is WorkoutStatus.DISCARDED
        assert (shelf.workout.sets, shelf.workout.time, shelf.workout.ended_at) == ((), WorkoutTime(), None)
        assert shelf.last(WorkoutDiscarded).before is None
        assert shelf.last(WorkoutRecordWithdrawn).record.set_id is not None
        assert shelf.told[SESSION] == []
        assert shelf.deadlines == {}

    def test_of_a_finished_one_tells_what_counted_until_then(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, HEAVY))
        shelf.do(finished(5))
        done = shelf.finished[SESSION]
        shelf.do(discarding(6))
        assert shelf.last(WorkoutDiscarded).before == done
        assert shelf.last(WorkoutEnded).summary is None
        assert all(one.deleted for one in shelf.sets[SESSION].values())

    def test_is_final(self) -> None:
        shelf = shelf_with()
        shelf.do(discarding(1))
        for command in (
            discarding(2),
            finished(2),
            logged(2),
            swapped(2, "own:Sled"),
            told(WorkoutResume, 2),
        ):
            assert shelf.refuse(command).code is Code.NO_SUCH_WORKOUT
            assert shelf.refuse_late(command).code is Code.NO_SUCH_WORKOUT

    def test_makes_room_for_the_next(self) -> None:
        shelf = shelf_with()
        shelf.do(WorkoutDiscard(id=1, data=OfWorkout()))
        assert shelf.refuse(WorkoutDiscard(id=1, data=OfWorkout())).code is Code.NO_SUCH_WORKOUT
