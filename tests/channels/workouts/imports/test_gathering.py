from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from channels.wire.quantity import Mass, MassUnit
from channels.workouts.imports.gathering import MOST_TOLD, gathered
from channels.workouts.imports.report import Imported, Reason, Skipped
from channels.workouts.imports.rows import Row
from channels.workouts.lived import MOST_SETS
from tests.channels.workouts.imports.facts import ADA, sets, wall

SIX = wall("2024-03-04 18:00")


def row(line: int = 2, **changes: object) -> Row:
    """Five squats in a workout at six."""
    squat = Row(line=line, start=SIX, workout="Legs", exercise="Squat (Barbell)", reps=5)
    return msgspec.structs.replace(squat, **changes)


def gather(*rows: Row | Skipped) -> Imported:
    return gathered("strong", rows, ADA)


def only(*rows: Row) -> UUID:
    (workout,) = gather(*rows).workouts
    return workout.key


def test_a_workout_is_what_begins_at_one_moment_under_one_name() -> None:
    found = gather(
        row(2),
        row(3, workout="Arms"),
        row(4, start=SIX + timedelta(minutes=1)),
        row(5, exercise="Plank"),
    )
    assert [(one.line, len(one.data.sets)) for one in found.workouts] == [(2, 2), (3, 1), (4, 1)]


def test_the_oldest_workout_comes_first() -> None:
    found = gather(row(2, start=SIX + timedelta(days=1)), row(3), row(4, start=SIX - timedelta(days=1)))
    assert [one.line for one in found.workouts] == [4, 3, 2]


def test_the_key_is_the_same_in_every_file_that_has_the_workout() -> None:
    key = only(row())
    assert key == only(row(99, reps=6, mass=Mass(value=Decimal(100), unit=MassUnit.KG)), row(100))
    assert key == gather(row(2, workout="Arms"), row(3)).workouts[1].key
    assert gather(row()).workouts[0].data.session_id == key


def test_the_key_differs_by_person_tool_moment_and_name() -> None:
    keys = {
        only(row()),
        only(row(workout="Arms")),
        only(row(start=SIX + timedelta(seconds=1))),
        gathered("hevy", [row()], ADA).workouts[0].key,
        gathered("strong", [row()], msgspec.structs.replace(ADA, user_id=UUID(int=2))).workouts[0].key,
    }
    assert len(keys) == 5


def test_the_key_stays_when_the_person_moves() -> None:
    moved = msgspec.structs.replace(ADA, zone=ZoneInfo("Asia/Tokyo"))
    (workout,) = gathered("strong", [row()], moved).workouts
    assert workout.key == only(row())
    assert workout.data.started_at == datetime(2024, 3, 4, 9, tzinfo=UTC)


def test_a_workout_without_a_name_gets_one_and_a_long_one_is_cut() -> None:
    assert gather(row(workout="")).workouts[0].data.name == "Workout"
    assert gather(row(workout="Leg\n  day " * 50)).workouts[0].data.name == ("Leg day " * 50)[:100]


def test_notes_are_joined_and_cut() -> None:
    found = gather(row(exercise_note="a" * 300, note="b" * 300, workout_note="c" * 1200)).workouts[0].data
    assert sets(found)[0].note == "a" * 300 + "\n" + "b" * 199
    assert found.note == "c" * 1000


def test_the_first_note_that_there_is_counts() -> None:
    found = (
        gather(row(), row(3, workout_note="one", exercise_note="x"), row(4, workout_note="two"))
        .workouts[0]
        .data
    )
    assert found.note == "one"
    assert [one.note for one in sets(found)] == ["x", "", ""]


def test_notes_alone_are_no_workout() -> None:
    found = gather(row(is_note=True, reps=None, exercise_note="x"))
    assert found.workouts == ()
    assert found.report.skipped == (Skipped(line=2, reason=Reason.NOTE),)
    assert found.report.matched == ()


def test_more_sets_than_a_workout_may_have_are_told() -> None:
    found = gather(*(row(line) for line in range(2, MOST_SETS + 4)))
    assert len(found.workouts[0].data.sets) == MOST_SETS
    assert [(one.line, one.reason) for one in found.report.skipped] == [
        (MOST_SETS + 2, Reason.TOO_MANY_SETS),
        (MOST_SETS + 3, Reason.TOO_MANY_SETS),
    ]
    assert found.report.matched[0].sets == MOST_SETS


def test_only_so_many_skipped_rows_are_told() -> None:
    report = gather(*(Skipped(line=n, reason=Reason.REST) for n in range(MOST_TOLD + 5))).report
    assert len(report.skipped) == MOST_TOLD
    assert report.skipped_rows == report.rows == MOST_TOLD + 5


def test_a_workout_is_as_long_as_its_timed_sets_when_nothing_else_is_known() -> None:
    data = gather(row(seconds=600), row(3, seconds=None), row(4, seconds=300)).workouts[0].data
    assert data.ended_at - data.started_at == timedelta(minutes=15)
    data = gather(row(seconds=80_000), row(3, seconds=80_000)).workouts[0].data
    assert data.ended_at - data.started_at == timedelta(hours=24)


def test_a_workout_does_not_end_in_the_future() -> None:
    early = msgspec.structs.replace(ADA, now=datetime(2024, 3, 4, 17, 30, tzinfo=UTC))
    (workout,) = gathered("strong", [row(duration=3600)], early).workouts
    assert workout.data.ended_at == early.now
    early = msgspec.structs.replace(ADA, now=datetime(2024, 3, 4, 16, 59, tzinfo=UTC))
    found = gathered("strong", [row()], early)
    assert found.report.skipped == (Skipped(line=2, reason=Reason.FUTURE),)


def test_what_is_older_than_the_calendar_is_not_taken() -> None:
    found = gather(row(start=wall("1970-01-01 00:30")))
    assert found.report.skipped == (Skipped(line=2, reason=Reason.BAD_DATE),)


def test_skipped_rows_are_told_in_the_order_of_the_file() -> None:
    note = row(3, is_note=True, reps=None)
    report = gather(row(2, exercise=" "), note, Skipped(line=4, reason=Reason.REST), row(5)).report
    assert [one.line for one in report.skipped] == [2, 3, 4]
