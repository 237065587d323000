"""Sets: logged, edited, taken back, with the rests, records and corrections that they bring."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.envelope import Command
from channels.wire.workout import DoneSet, Planned, RecordKind, Rest
from channels.wire.workout_commands import (
    SetReply,
    WorkoutDiscard,
    WorkoutPause,
    WorkoutSetLog,
    WorkoutSetLogData,
)
from channels.wire.workout_events import (
    WorkoutCorrected,
    WorkoutEnded,
    WorkoutRecord,
    WorkoutRecordWithdrawn,
    WorkoutSetDeleted,
    WorkoutSetEdited,
    WorkoutSetLogged,
)
from channels.workouts.lived import MOST_SETS
from channels.workouts.sets import OWN
from channels.workouts.snapshot import shown_workout
from tests.channels.workouts.lives import SESSION, SQUAT, at
from tests.channels.workouts.telling import (
    SETS_DONE,
    deleted,
    edited,
    finished,
    logged,
    named,
    shelf_with,
    squats,
    told,
)

LIGHT, HEAVY = squats("60", 5), squats("100", 3)
UNNAMED = WorkoutSetLog(id=1, data=WorkoutSetLogData(done=LIGHT))


class TestLog:
    def test_keeps_the_set_as_it_was_done(self) -> None:
        shelf = shelf_with()
        decision = shelf.do(logged(1, LIGHT))
        assert decision.data == SetReply(session_id=SESSION, set_id=named(1))
        (one,) = shelf.workout.sets
        assert (one.set_id, one.at, one.changed_at, one.done) == (named(1), at(60), at(60), LIGHT)

    def test_tells_the_set_and_the_last_time_of_its_exercise(self) -> None:
        shelf = shelf_with(())
        shelf.do(logged(1, LIGHT))
        event = shelf.last(WorkoutSetLogged)
        assert event.set.done == LIGHT
        assert [one.done.reps for one in event.previous] == [5]
        assert shelf.workout.previous == {SQUAT.exercise_id: event.previous}

    def test_names_a_set_that_its_device_did_not_name_and_means_the_running_workout(self) -> None:
        shelf = shelf_with()
        reply = shelf.do(UNNAMED).data
        assert isinstance(reply, SetReply)
        assert reply.set_id == shelf.workout.sets[0].set_id != named(1)

    def test_begins_the_rest_that_is_planned(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, DoneSet(exercise_id=SETS_DONE[3].exercise_id, reps=5)))
        assert shelf.last(WorkoutSetLogged).rest == Rest(started_at=at(60), ends_at=at(300))
        assert shelf.due("rest") == 300

    def test_begins_the_rest_that_is_said(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, rest=90))
        assert shelf.workout.time.rest == Rest(started_at=at(60), ends_at=at(150))

    def test_puts_off_the_end_by_silence(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(10))
        assert shelf.due("silence") == 600 + 4 * 3600

    def test_that_comes_twice_is_one_set_and_told_once(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, rest=90))
        events = shelf.do(logged(1, rest=90)).events
        assert events == ()
        assert len(shelf.workout.sets) == 1

    def test_of_a_set_that_was_deleted_afterwards_is_told_nobody(self) -> None:
        shelf = shelf_with()
        shelf.pass_to(at(600))
        shelf.tell(deleted(5))
        assert shelf.tell(logged(1)).events == ()
        assert shelf.workout.sets == ()

    @pytest.mark.parametrize(
        ("done", "code", "field"),
        [
            (replace(LIGHT, exercise_id="Squad"), Code.UNKNOWN_EXERCISE, "done.exercise_id"),
            (replace(LIGHT, reps=None), Code.VALIDATION, "done.reps"),
        ],
    )
    def test_refuses_what_cannot_be(self, done: DoneSet, code: Code, field: str) -> None:
        refusal = shelf_with().refuse(logged(1, done))
        assert (refusal.code, refusal.details[0].field) == (code, field)

    def test_refuses_a_place_that_the_plan_does_not_have(self) -> None:
        elsewhere = replace(LIGHT, planned=Planned(block=7, exercise=0, set=0))
        assert shelf_with().refuse(logged(1, elsewhere)).code is Code.NOT_PLANNED
        assert shelf_with(()).refuse(edited(1, elsewhere)).code is Code.NOT_PLANNED

    def test_refuses_what_was_done_before_the_beginning(self) -> None:
        shelf = shelf_with()
        refusal = shelf.refuse_late(logged(-1))
        assert (refusal.code, refusal.details[0].field) == (Code.VALIDATION, "at")

    def test_is_refused_where_there_is_no_workout(self) -> None:
        shelf = shelf_with()
        shelf.do(told(WorkoutDiscard, 1))
        assert shelf.refuse(logged(2)).code is Code.NO_SUCH_WORKOUT
        assert shelf.refuse_late(logged(1)).code is Code.NO_SUCH_WORKOUT
        assert shelf.refuse(UNNAMED).code is Code.NO_SUCH_WORKOUT

    def test_goes_on_in_a_pause(self) -> None:
        shelf = shelf_with()
        shelf.do(told(WorkoutPause, 1))
        shelf.do(logged(2, rest=90))
        assert shelf.due("rest") is None
        assert shelf.workout.time.rest == Rest(started_at=at(60), ends_at=at(150))

    def test_has_a_most_and_what_is_there_can_still_be_corrected(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT))
        kept = shelf.sets[SESSION]
        kept |= {named(number): replace(kept[named(1)], set_id=named(number)) for number in range(MOST_SETS)}
        shelf.shown[SESSION] = shown_workout(shelf.of(SESSION))
        assert shelf.refuse(logged(1, LIGHT, set_id=MOST_SETS)).code is Code.WORKOUT_FULL
        shelf.do(edited(2, HEAVY))
        shelf.do(deleted(3))

    def test_keeps_a_workout_shorter_than_a_snapshot_may_be(self) -> None:
        shelf, long = shelf_with(), replace(LIGHT, note="x" * 500)
        taken = [number for number in range(MOST_SETS) if _taken(shelf.live(logged(1, long, set_id=number)))]
        assert taken == list(range(len(taken)))
        assert 60 < len(taken) < 100
        shelf.do(deleted(2))
        shelf.do(logged(3, long, set_id=MOST_SETS))


class TestRecord:
    def test_is_told_after_its_set_and_in_the_reply(self) -> None:
        shelf = shelf_with()
        decision = shelf.do(logged(1, HEAVY))
        types = [type(event) for event in decision.events]
        assert types[0] is WorkoutSetLogged
        assert set(types[1:]) == {WorkoutRecord}
        told_kinds = {one.data.record.kind for one in decision.events if isinstance(one, WorkoutRecord)}
        assert told_kinds == {RecordKind.HEAVIEST, RecordKind.E1RM}
        assert isinstance(decision.data, SetReply)
        assert {one.kind for one in decision.data.records} == told_kinds
        assert {one.value for one in decision.data.records} >= {Decimal(100)}

    def test_stays_with_its_set(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, HEAVY))
        assert set(shelf.sets[SESSION][named(1)].records) == {"heaviest", "e1rm"}
        shelf.do(edited(2, LIGHT))
        assert shelf.sets[SESSION][named(1)].records == ()

    @pytest.mark.parametrize("mended", [edited(2, LIGHT), deleted(2)])
    def test_that_was_a_mistake_goes_away(self, mended: Command) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, HEAVY))
        shelf.do(mended)
        assert shelf.last(WorkoutRecordWithdrawn).record.set_id == named(1)
        assert shelf.told[SESSION] == []

    def test_of_another_exercise_is_none_of_this_command_s_business(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, HEAVY))
        assert not any(
            isinstance(one, WorkoutRecord) for one in shelf.do(logged(2, SETS_DONE[5], set_id=2)).events
        )


class TestEdit:
    def test_tells_the_set_as_it_was_and_as_it_is(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT))
        shelf.do(edited(2, HEAVY))
        event = shelf.last(WorkoutSetEdited)
        assert (event.before.done, event.set.done) == (LIGHT, HEAVY)
        assert (event.set.at, event.set.changed_at) == (at(60), at(120))

    def test_of_something_older_than_what_is_known_changes_nothing(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT))
        shelf.do(edited(5, HEAVY))
        assert shelf.tell(edited(3, SETS_DONE[5])).events == ()
        assert shelf.workout.sets[0].done == HEAVY

    def test_of_a_set_that_nobody_logged_is_refused_live(self) -> None:
        for command in (edited(1, LIGHT), deleted(1)):
            refusal = shelf_with().refuse(command)
            assert (refusal.code, refusal.details[0].field) == (Code.VALIDATION, "set_id")

    def test_that_comes_before_its_set_stands_for_it(self) -> None:
        shelf = shelf_with()
        shelf.pass_to(at(600))
        shelf.tell(edited(5, HEAVY))
        assert shelf.last(WorkoutSetLogged).set.at == at(300)
        shelf.tell(logged(1, LIGHT, rest=90))
        event = shelf.last(WorkoutSetEdited)
        assert (event.set.done, event.set.at, event.rest) == (
            HEAVY,
            at(60),
            Rest(started_at=at(60), ends_at=at(150)),
        )

    def test_refuses_what_cannot_be(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1))
        assert shelf.refuse(edited(2, replace(LIGHT, exercise_id="Squad"))).code is Code.UNKNOWN_EXERCISE
        assert shelf.refuse_late(edited(-1, LIGHT)).code is Code.VALIDATION


class TestDelete:
    def test_takes_the_set_back_and_its_rest(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT, rest=600))
        shelf.do(deleted(2))
        event = shelf.last(WorkoutSetDeleted)
        assert (event.before.done, event.rest) == (LIGHT, None)
        assert shelf.due("rest") is None

    def test_lets_the_rest_go_on_that_ran_before(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT, rest=600))
        shelf.do(logged(2, LIGHT, set_id=2, rest=600))
        shelf.do(deleted(3, set_id=2))
        assert shelf.last(WorkoutSetDeleted).rest == Rest(started_at=at(60), ends_at=at(660))
        assert shelf.due("rest") == 660

    def test_twice_is_once(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1))
        shelf.do(deleted(2))
        assert shelf.do(deleted(3)).events == ()

    def test_of_what_was_not_heard_of_is_remembered(self) -> None:
        shelf = shelf_with()
        shelf.pass_to(at(600))
        assert shelf.tell(deleted(5)).events == ()
        assert [(one.deleted, one.exercise_id) for one in shelf.of(SESSION).sets] == [(True, OWN)]

    def test_is_refused_where_there_is_no_workout(self) -> None:
        shelf = shelf_with()
        assert shelf.refuse_late(deleted(-1)).code is Code.VALIDATION
        shelf.do(told(WorkoutDiscard, 1))
        assert shelf.refuse(deleted(2)).code is shelf.refuse(edited(2, LIGHT)).code is Code.NO_SUCH_WORKOUT

    def test_and_an_edit_after_it_brings_the_set_back_with_its_rest(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT, rest=600))
        shelf.do(deleted(2))
        shelf.do(edited(3, HEAVY))
        event = shelf.last(WorkoutSetLogged)
        assert (event.set.done, event.rest) == (HEAVY, Rest(started_at=at(60), ends_at=at(660)))


class TestFinished:
    """What comes after the end."""

    def test_takes_no_set_live(self) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        assert shelf.refuse(logged(6)).code is Code.WORKOUT_OVER

    def test_takes_a_set_that_comes_late_and_is_another_then(self) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        shelf.pass_to(at(600))
        shelf.tell(logged(2, HEAVY, rest=600))
        event = shelf.last(WorkoutCorrected)
        assert (event.before.summary.sets, event.after.summary.sets) == (0, 1)
        assert event.after.ended_at == at(300)
        assert {one.kind for one in event.after.records} == {RecordKind.HEAVIEST, RecordKind.E1RM}
        assert shelf.last(WorkoutSetLogged).rest is None
        assert shelf.last(WorkoutEnded).summary == event.after.summary

    def test_ended_with_a_set_that_was_done_later(self) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        shelf.pass_to(at(600))
        shelf.tell(logged(9, LIGHT))
        assert shelf.workout.ended_at == shelf.last(WorkoutCorrected).after.ended_at == at(540)
        shelf.tell(deleted(9))
        assert shelf.workout.ended_at == at(300)

    def test_is_corrected_long_afterwards_and_does_not_end_later_by_it(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT))
        shelf.do(finished(5))
        shelf.pass_to(at(30 * 24 * 3600))
        shelf.do(replace(edited(0, HEAVY), at=shelf.now))
        event = shelf.last(WorkoutCorrected)
        assert (event.before.summary.volume_kg, event.after.summary.volume_kg) == (300, 300)
        assert (event.before.ended_at, event.after.ended_at) == (at(300), at(300))
        assert shelf.last(WorkoutRecord).record.value in {Decimal(100), Decimal("110.00")}
        shelf.do(replace(deleted(0), at=shelf.now))
        assert shelf.last(WorkoutCorrected).after.summary.sets == 0

    def test_is_not_corrected_by_what_changes_nothing(self) -> None:
        shelf = shelf_with()
        shelf.do(logged(1, LIGHT))
        shelf.do(finished(5))
        shelf.pass_to(at(600))
        assert shelf.tell(logged(1, LIGHT)).events == ()


def _taken(decision: object) -> bool:
    return not hasattr(decision, "code")
