"""How a workout begins, and how one is logged that is over."""

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from channels.decision import Decision
from channels.errors import Code
from channels.wire.routine import (
    Origin,
    OriginKind,
    PlannedExercise,
    PlannedSet,
    SetsBlock,
)
from channels.wire.workout import Planned, WorkoutBrief, WorkoutStatus
from channels.wire.workout_commands import (
    LoggedSet,
    WorkoutLog,
    WorkoutLogData,
    WorkoutReply,
    WorkoutStart,
    WorkoutStartData,
)
from channels.wire.workout_events import (
    WorkoutEnded,
    WorkoutFinished,
    WorkoutRecord,
    WorkoutStarted,
)
from channels.workouts.lived import LONGEST, MOST_SETS
from channels.workouts.ready import READY
from channels.workouts.starting import OLDEST
from storage.records import RoutineRecord
from tests.channels.fasting.facts import ADA
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, START, at
from tests.channels.workouts.shelf import Shelf
from tests.channels.workouts.telling import (
    BESTS,
    LIFTING,
    PREVIOUS,
    SPRINTS,
    finished,
    logged,
    shelf_with,
    squats,
)

KEY = UUID("0199f3a1-0000-7000-8000-00000000beef")
ROUTINE = RoutineRecord(
    user_id=ADA.user_id,
    routine_id=UUID(int=77),
    name="Legs, heavy",
    note="",
    blocks=msgspec.json.encode((LIFTING,)).decode(),
    origin_kind="shared",
    origin_of="Bob",
    link=None,
    created_at=START,
    updated_at=START,
    deleted_at=None,
)


def start(**data: Any) -> WorkoutStart:
    return WorkoutStart(id=1, key=KEY, data=WorkoutStartData(session_id=SESSION, **data))


class TestStart:
    def test_begins_empty(self) -> None:
        shelf = Shelf()
        decision = shelf.do(start())
        workout = shelf.workout
        assert (workout.status, workout.started_at, workout.ended_at) == (WorkoutStatus.RUNNING, START, None)
        assert (workout.name, workout.blocks, workout.origin) == ("Workout", (), Origin(kind=OriginKind.OWN))
        assert decision.data == WorkoutReply(
            session_id=SESSION, topic=workout.topic, status=WorkoutStatus.RUNNING
        )

    def test_tells_the_person_s_devices(self) -> None:
        shelf = Shelf()
        (event,) = shelf.do(start(name="Legs", note="slowly")).events
        assert isinstance(event, WorkoutStarted)
        assert (event.topic, event.at) == (f"user:{ADA.user_id}", START)
        assert event.data.workout == WorkoutBrief(
            session_id=SESSION, topic=shelf.workout.topic, name="Legs", started_at=START
        )
        assert shelf.workout.note == "slowly"

    def test_names_a_workout_that_its_device_did_not_name(self) -> None:
        reply = Shelf().do(WorkoutStart(id=1)).data
        assert isinstance(reply, WorkoutReply)
        assert reply.session_id != SESSION

    def test_is_to_be_finished_by_itself(self) -> None:
        shelf = Shelf()
        shelf.do(start())
        assert (shelf.due("silence"), shelf.due("turn"), shelf.due("rest")) == (4 * 3600, None, None)

    def test_shows_the_last_time_of_all_that_is_planned(self) -> None:
        shelf = Shelf(previous=PREVIOUS)
        shelf.do(start(blocks=(LIFTING,)))
        assert {one: len(sets) for one, sets in shelf.workout.previous.items()} == {
            SQUAT.exercise_id: 1,
            ROWING.exercise_id: 1,
        }

    def test_starts_the_clock_of_intervals_that_come_first(self) -> None:
        shelf = Shelf()
        shelf.do(start(blocks=(SPRINTS, LIFTING)))
        clock = shelf.workout.time.clock
        assert clock is not None
        assert (clock.block, clock.starts_at) == (0, START)
        assert shelf.due("turn") == 300

    def test_late_began_when_it_began(self) -> None:
        shelf = Shelf()
        shelf.pass_to(at(4 * 3600))
        shelf.tell(replace(start(blocks=(SPRINTS,)), at=at(60)))
        assert shelf.workout.started_at == at(60)
        assert shelf.due("silence") == 60 + 1560 + 4 * 3600

    def test_longer_ago_than_silence_lasts_waits_for_the_rest_of_the_queue(self) -> None:
        shelf = Shelf()
        shelf.pass_to(at(24 * 3600))
        shelf.tell(replace(start(), at=at(60)))
        assert shelf.due("silence") == 24 * 3600 + 600
        shelf.tell(logged(30, squats("60", 5)))
        shelf.tell(finished(60))
        assert (shelf.workout.ended_at, shelf.due("silence")) == (at(3600), None)

    def test_of_a_routine_of_one_s_own(self) -> None:
        shelf = Shelf(routine=ROUTINE)
        shelf.do(start(routine_id=str(ROUTINE.routine_id)))
        workout = shelf.workout
        assert (workout.name, workout.blocks) == ("Legs, heavy", (LIFTING,))
        assert workout.origin == Origin(kind=OriginKind.SHARED, of="Bob")
        assert workout.routine_id == str(ROUTINE.routine_id)

    def test_of_a_ready_made_routine_under_another_name(self) -> None:
        shelf = Shelf()
        shelf.do(start(routine_id="tabata", name="Hard and short"))
        workout = shelf.workout
        assert (workout.name, workout.blocks) == ("Hard and short", READY["tabata"].blocks)
        assert (workout.origin, workout.routine_id) == (READY["tabata"].origin, "tabata")

    @pytest.mark.parametrize("plan", [{"blocks": (LIFTING,)}, {"routine_id": str(ROUTINE.routine_id)}])
    def test_of_the_coach_s_plan_says_by_which_answer(self, plan: dict[str, Any]) -> None:
        shelf = Shelf(routine=ROUTINE)
        shelf.do(start(turn="turn-7", **plan))
        assert shelf.workout.blocks == (LIFTING,)
        assert shelf.workout.origin == Origin(kind=OriginKind.COACH, of="turn-7")
        assert shelf.workout.routine_id == plan.get("routine_id")

    def test_of_a_routine_that_there_is_not_is_refused(self) -> None:
        assert Shelf().refuse(start(routine_id=str(UUID(int=78)))).code is Code.NO_SUCH_ROUTINE

    def test_takes_a_routine_or_blocks(self) -> None:
        refusal = Shelf().refuse(start(routine_id="tabata", blocks=(LIFTING,)))
        assert (refusal.code, refusal.details[0].field) == (Code.VALIDATION, "blocks")

    def test_knows_all_exercises_of_the_plan(self) -> None:
        refusal = Shelf(exercises=(SQUAT,)).refuse(start(blocks=(LIFTING,)))
        assert (refusal.code, refusal.details[0].value) == (Code.UNKNOWN_EXERCISE, ROWING.exercise_id)

    def test_one_runs_at_a_time_and_the_refusal_shows_it(self) -> None:
        shelf = shelf_with()
        refusal = shelf.refuse(WorkoutStart(id=1))
        assert refusal.code is Code.WORKOUT_ACTIVE
        assert msgspec.convert(refusal.details[0].value, WorkoutBrief).session_id == SESSION

    def test_under_an_id_that_is_taken_is_refused(self) -> None:
        shelf = shelf_with()
        shelf.do(finished(5))
        refusal = shelf.refuse(start())
        assert (refusal.code, refusal.details[0].field) == (Code.VALIDATION, "session_id")

    def test_with_a_plan_and_a_past_that_are_too_long_together_is_refused(self) -> None:
        one = PlannedExercise(exercise_id=SQUAT.exercise_id, sets=(PlannedSet(reps=5),), note="x" * 900)
        blocks = (SetsBlock(exercises=(one,) * 8),) * 3
        past = tuple(
            replace(PREVIOUS[0], sets=tuple(replace(done, note="y" * 500) for done in one.sets * 12))
            for one in PREVIOUS
        )
        assert isinstance(Shelf(previous=past).live(start(blocks=blocks)), Decision)
        names = [f"own:{number}" for number in range(8)]
        many = tuple(replace(past[0], exercise_id=name) for name in names)
        others = tuple(replace(one, exercise_id=name) for name in names)
        refusal = Shelf(previous=many).refuse(start(blocks=(SetsBlock(exercises=others),) * 3))
        assert refusal.code is Code.WORKOUT_FULL


def log(*sets: LoggedSet, seconds: float = 3600, **data: Any) -> WorkoutLog:
    """Log an hour that began with everything else, at its end."""
    whole: dict[str, Any] = {
        "name": "Legs",
        "started_at": START,
        "ended_at": at(seconds),
        "sets": sets,
    } | data
    return WorkoutLog(id=1, key=KEY, at=at(7200), data=WorkoutLogData(**whole))


SQUATTED = (
    LoggedSet(done=squats("60", 5)),
    LoggedSet(done=squats("100", 3)),
    LoggedSet(done=squats("60", 8)),
)


class TestLog:
    def test_keeps_a_whole_workout_that_is_over(self) -> None:
        shelf = Shelf()
        decision = shelf.do(log(*SQUATTED, session_id=SESSION, rpe=8.0, note="early"))
        workout = shelf.workout
        assert (workout.status, workout.started_at, workout.ended_at) == ("finished", START, at(3600))
        assert (workout.name, workout.note, workout.origin) == ("Legs", "early", Origin(kind=OriginKind.OWN))
        assert [one.done for one in workout.sets] == [one.done for one in SQUATTED]
        assert decision.data == WorkoutReply(
            session_id=SESSION, topic=workout.topic, status=WorkoutStatus.FINISHED
        )
        assert shelf.deadlines == {}

    def test_spreads_sets_over_it_that_have_no_moment(self) -> None:
        shelf = Shelf()
        first, *others = SQUATTED
        shelf.do(log(replace(first, at=at(60)), *others, session_id=SESSION))
        assert [one.at for one in shelf.workout.sets] == [at(60), at(1800), at(2700)]

    def test_is_told_as_finished_with_its_records(self) -> None:
        shelf = Shelf(bests=BESTS)
        events = shelf.do(log(*SQUATTED, session_id=SESSION, rpe=8.0)).events
        types = [type(event) for event in events]
        assert types[:2] == [WorkoutEnded, WorkoutFinished]
        assert set(types[2:]) == {WorkoutRecord}
        told = shelf.last(WorkoutFinished).workout
        assert (told.rpe, told.summary.sets, told.summary.volume_kg) == (8.0, 3, Decimal(1080))
        assert set(told.records) == {event.data.record for event in events[2:]}  # type: ignore[attr-defined]

    def test_may_be_beside_one_that_runs(self) -> None:
        shelf = shelf_with()
        shelf.do(log(*SQUATTED))
        assert shelf.workout.status is WorkoutStatus.RUNNING
        assert len(shelf.rows) == 2

    def test_says_what_it_was_exported_by(self) -> None:
        shelf = Shelf()
        shelf.do(log(*SQUATTED, session_id=SESSION, source="strong"))
        assert shelf.workout.origin == Origin(kind=OriginKind.IMPORTED, of="strong")

    def test_of_history_that_was_imported_no_record_is_told(self) -> None:
        shelf = Shelf(bests=BESTS)
        events = shelf.do(log(*SQUATTED, session_id=SESSION, source="strong")).events
        assert [type(event) for event in events] == [WorkoutEnded, WorkoutFinished]
        assert shelf.last(WorkoutFinished).workout.records

    def test_is_kept_in_utc_whatever_the_zone_of_its_clock(self) -> None:
        shelf, zone = Shelf(), timezone(timedelta(hours=5))
        moments: dict[str, Any] = {
            "started_at": START.astimezone(zone),
            "ended_at": at(3600).astimezone(zone),
        }
        shelf.do(
            log(LoggedSet(done=squats("60", 5), at=at(60).astimezone(zone)), session_id=SESSION, **moments)
        )
        shown = msgspec.json.decode(msgspec.json.encode(shelf.shown[SESSION]))
        assert (shown["started_at"], shown["ended_at"]) == ("2026-03-02T18:00:00Z", "2026-03-02T19:00:00Z")
        assert shown["sets"][0]["at"] == "2026-03-02T18:01:00Z"

    def test_without_a_key_is_taken(self) -> None:
        shelf = Shelf()
        shelf.do(replace(log(*SQUATTED), key=None))
        assert len(shelf.rows) == 1

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"ended_at": at(-1)}, "ended_at"),
            ({"ended_at": at(7201)}, "ended_at"),
            ({"started_at": OLDEST - timedelta(seconds=1), "ended_at": OLDEST}, "started_at"),
            ({"started_at": START - LONGEST, "ended_at": at(1)}, "ended_at"),
            ({"sets": (LoggedSet(done=squats("60", 5), at=at(3601)),)}, "sets.0.at"),
            ({"sets": (*SQUATTED, LoggedSet(done=squats("60", 5), at=at(-1)))}, "sets.3.at"),
            ({"sets": (LoggedSet(done=squats("-1", 5)),)}, "sets.0.done.mass.value"),
            ({"sets": (LoggedSet(done=squats("60", 5, Planned(block=0))),)}, "sets.0.done.planned"),
        ],
    )
    def test_refuses_what_cannot_be(self, data: dict[str, Any], field: str) -> None:
        refusal = Shelf().refuse(log(*data.pop("sets", SQUATTED), **data))
        assert (refusal.code, refusal.details[0].field) == (Code.VALIDATION, field)

    def test_under_an_id_that_is_taken_is_refused(self) -> None:
        shelf = Shelf()
        shelf.do(log(*SQUATTED, session_id=SESSION))
        refusal = shelf.refuse(log(*SQUATTED, session_id=SESSION))
        assert (refusal.code, refusal.details[0].field) == (Code.VALIDATION, "session_id")

    def test_has_a_most_of_sets_and_of_bytes(self) -> None:
        many = (LoggedSet(done=squats("60", 5)),) * (MOST_SETS + 1)
        long = (LoggedSet(done=replace(squats("60", 5), note="x" * 500)),) * 100
        for sets in (many, long):
            assert Shelf().refuse(log(*sets)).code is Code.WORKOUT_FULL
