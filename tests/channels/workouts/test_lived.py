"""A workout as decisions see it."""

from datetime import datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from channels.decision import Moment
from channels.errors import Code, Refusal
from channels.wire.routine import IntervalsBlock, Origin, OriginKind, Station
from channels.wire.workout import PreviousSet, WorkoutBrief, WorkoutStatus
from channels.wire.workout_commands import WorkoutReply
from channels.workouts.life import Step
from channels.workouts.lived import (
    LONGEST,
    MOST_ENDS,
    MOST_MARKS,
    MOST_PREVIOUS,
    MOST_SETS,
    Lived,
    brief,
    changed,
    deadlines,
    late,
    meant,
    origin_of,
    reply,
    unfolded,
    with_previous,
)
from channels.workouts.marks import Mark, MarkKind, rest_with
from channels.workouts.sets import done_of
from storage.records import PreviousRecord, Workouts
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, START, at, done, lived, marked

SPRINTS = IntervalsBlock(stations=(Station(work_seconds=300, rest_seconds=120),), rounds=4)


def moment(second: float, now: float | None = None) -> Moment:
    return Moment(now=at(second if now is None else now), at=at(second), new_id=UUID(int=100))


def after(one: Lived | Refusal) -> Lived:
    assert isinstance(one, Lived)
    return one


def refused(one: Lived | Refusal) -> Refusal:
    assert isinstance(one, Refusal)
    return one


class TestMeant:
    def test_is_the_named_workout_or_the_running_one(self) -> None:
        running = lived([done(1, reps=5)], status="running")
        state = Workouts(named=running.record, running=running.record, sets=running.sets)
        assert (
            meant(state, SESSION, Step.LOG, moment(5)) == meant(state, None, Step.LOG, moment(5)) == running
        )

    def test_is_none_that_there_is_not(self) -> None:
        other = lived(status="running").record
        for state, session_id in ((Workouts(running=other), SESSION), (Workouts(named=other), None)):
            assert refused(meant(state, session_id, Step.LOG, moment(5))).code is Code.NO_SUCH_WORKOUT

    def test_takes_from_a_queue_what_it_does_not_take_live(self) -> None:
        state = Workouts(named=lived(seconds=600, marks=marked((MarkKind.FINISH, 600))).record)
        assert refused(meant(state, SESSION, Step.LOG, moment(700))).code is Code.WORKOUT_OVER
        assert isinstance(meant(state, SESSION, Step.LOG, moment(700, now=701)), Lived)

    def test_takes_all_of_it_live_too_where_nobody_said_that_it_is_over(self) -> None:
        state = Workouts(named=lived(seconds=600, marks=marked((MarkKind.SILENCE, 900))).record)
        assert isinstance(meant(state, SESSION, Step.LOG, moment(1000)), Lived)
        assert refused(meant(state, SESSION, Step.TURN, moment(1000))).code is Code.WORKOUT_OVER

    def test_takes_nothing_new_when_it_would_be_longer_than_a_day(self) -> None:
        state, day = Workouts(named=lived(status="running").record), LONGEST.total_seconds()
        assert isinstance(meant(state, SESSION, Step.LOG, moment(day)), Lived)
        assert refused(meant(state, SESSION, Step.LOG, moment(day + 1))).code is Code.WORKOUT_OVER
        assert isinstance(meant(state, SESSION, Step.FINISH, moment(day + 1)), Lived)
        assert isinstance(meant(state, SESSION, Step.CORRECT, moment(day + 1)), Lived)

    def test_knows_when_a_sensor_last_spoke(self) -> None:
        state = Workouts(named=lived(status="running").record, sampled_at=at(9))
        assert after(meant(state, SESSION, Step.LOG, moment(5))).sampled_at == at(9)

    @pytest.mark.parametrize(("now", "it_is"), [(5, False), (6, True)])
    def test_knows_what_waited_in_a_queue(self, now: float, *, it_is: bool) -> None:
        assert late(moment(5, now)) == it_is


class TestChanged:
    def test_keeps_sets_and_marks_in_their_order_each_once(self) -> None:
        sets, marks = [done(1, reps=5), done(2, reps=5)], marked((MarkKind.PAUSE, 5), (MarkKind.RESUME, 9))
        going = lived(sets[1:], status="running", marks=marks[1:], seconds=0)
        one = after(changed(going, moment(300), *marks, sets=[replace(sets[1], reps=6), sets[0]]))
        assert one.marks == tuple(marks)
        assert [(each.set_id, each.reps) for each in one.sets] == [(UUID(int=1), 5), (UUID(int=2), 6)]
        assert one.record.last_at == at(300)
        assert unfolded(one.record, one.sets) == one

    def test_was_heard_of_last_when_it_was_whatever_comes_late(self) -> None:
        going = lived(status="running", seconds=600)
        assert after(changed(going, moment(300))).record.last_at == at(600)

    def test_keeps_the_rest_of_a_deleted_set_but_does_not_count_it(self) -> None:
        gone = done(1, reps=5, deleted=True)
        one = after(changed(lived(status="running"), moment(60), rest_with(gone, 600), sets=[gone]))
        assert one.marks == (rest_with(gone, 600),)
        assert one.time.rest is None

    def test_is_too_much_at_some_point(self) -> None:
        sets = [done(number, reps=5) for number in range(MOST_SETS + 1)]
        marks = marked(*((MarkKind.PAUSE, number) for number in range(MOST_MARKS + 1)))
        going = lived(status="running")
        ends = [replace(mark, kind=MarkKind.FINISH) for mark in marks[: MOST_ENDS + 1]]
        after(changed(going, moment(5), *marks[1:], *ends[1:], sets=sets[1:]))
        assert refused(changed(going, moment(5), *ends)).code is Code.WORKOUT_FULL
        assert refused(changed(going, moment(5), sets=sets)).code is Code.WORKOUT_FULL
        assert refused(changed(going, moment(5), *marks)).code is Code.WORKOUT_FULL

    @pytest.mark.parametrize("kind", [MarkKind.FINISH, MarkKind.SILENCE])
    def test_can_always_be_ended(self, kind: MarkKind) -> None:
        marks = marked(*((MarkKind.PAUSE, number) for number in range(MOST_MARKS)))
        full = lived(status="running", marks=marks)
        end = Mark(kind=kind, at=at(500), key=UUID(int=1))
        assert after(changed(full, moment(500), end)).status is WorkoutStatus.FINISHED


class TestPrevious:
    LAST = PreviousRecord(
        exercise_id=SQUAT.exercise_id,
        sets=tuple(done(number, reps=5, place=(0, 0, number)) for number in range(MOST_PREVIOUS + 1)),
    )

    def test_is_kept_with_the_workout_without_its_places(self) -> None:
        one = with_previous(lived(), Workouts(previous=(self.LAST,)), SQUAT.exercise_id, ROWING.exercise_id)
        assert one.previous[ROWING.exercise_id] == ()
        assert len(one.previous[SQUAT.exercise_id]) == MOST_PREVIOUS
        first = done_of(self.LAST.sets[0])
        assert one.previous[SQUAT.exercise_id][0] == PreviousSet(at=at(0), done=replace(first, planned=None))

    def test_stays_what_it_was(self) -> None:
        one = with_previous(lived(), Workouts(), SQUAT.exercise_id)
        assert with_previous(one, Workouts(previous=(self.LAST,)), SQUAT.exercise_id) == one


class TestDeadlines:
    def causes(self, before: Lived | None, one: Lived, now: datetime = START) -> dict[str, float | None]:
        return {
            deadline.cause.rpartition(":")[2]: None
            if deadline.due is None
            else (deadline.due - START).total_seconds()
            for deadline in deadlines(before, one, now)
        }

    def test_of_a_beginning_are_what_there_is_to_come(self) -> None:
        going = lived(status="running", blocks=(SPRINTS,), marks=marked((MarkKind.INTERVALS, 0)), seconds=0)
        assert self.causes(None, lived(status="running", seconds=0)) == {"silence": 4 * 3600}
        assert self.causes(None, going) == {"turn": 300, "silence": 1560 + 4 * 3600}

    def test_of_a_change_are_what_it_changes(self) -> None:
        clock, rest = marked((MarkKind.INTERVALS, 0)), [rest_with(done(1, reps=5), 90)]
        going = lived(status="running", blocks=(SPRINTS,), marks=clock, seconds=0)
        resting = lived([done(1, reps=5)], status="running", blocks=(SPRINTS,), marks=[*clock, *rest])
        silence = {"silence": 1560 + 4 * 3600}
        assert self.causes(going, resting) == {"rest": 150} | silence | {"silence": 3600 + 4 * 3600}
        assert self.causes(resting, going) == {"rest": None} | silence
        assert self.causes(going, going, at(299)) == silence

    def test_of_an_end_are_cleared_once(self) -> None:
        going = lived(status="running", blocks=(SPRINTS,), marks=marked((MarkKind.INTERVALS, 0)), seconds=0)
        over = lived(blocks=(SPRINTS,), marks=marked((MarkKind.INTERVALS, 0)))
        assert self.causes(going, over) == {"turn": None, "silence": None}
        assert self.causes(over, over) == {}


def test_a_reply_says_where_the_workout_is() -> None:
    one = lived()
    assert reply(one) == WorkoutReply(
        session_id=SESSION, topic=brief(one.record).topic, status=WorkoutStatus.FINISHED
    )


def test_a_brief_says_which_workout_it_is() -> None:
    record = lived().record
    topic = brief(record).topic
    assert topic == f"workout:{SESSION}"
    assert brief(record) == WorkoutBrief(session_id=SESSION, topic=topic, name="Legs", started_at=START)
    assert origin_of(record) == Origin(kind=OriginKind.READY, of="")
