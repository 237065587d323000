from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from channels.wire.quantity import LengthUnit, MassUnit
from channels.wire.routine import SetKind
from channels.workouts.imports.report import NamedExercise, Reason, Skipped
from tests.channels.workouts.imports.facts import ADA, fixture, imported, sets, told, workouts

HEADER = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps"


def one_row(row: str, header: str = HEADER) -> str:
    """The set that a row comes to, in a few words."""
    (data,) = workouts(f"{header}\n{row}\n")
    (only,) = sets(data)
    return told(only)


class TestClassic:
    def test_sets_stay_in_their_order_with_what_they_are_for(self) -> None:
        data = workouts(fixture("strong_classic.csv"))[0]
        assert [(told(one), one.kind.value) for one in sets(data)] == [
            ("Barbell_Squat: 60 kg x 8", "warm_up"),
            ("Barbell_Squat: 102.5 kg x 5", "working"),
            ("Barbell_Squat: 102.5 kg x 5", "working"),
            ("Pullups: x 11", "working"),
            ("Barbell_Squat: 80 kg x 9", "drop"),
            ("Barbell_Squat: 80 kg x 6", "failure"),
            ("Plank: 60 s", "working"),
            ("Running_Treadmill: 900 s 2.5 km", "working"),
        ]

    def test_the_workout_is_in_the_persons_time_and_as_long_as_it_says(self) -> None:
        data = workouts(fixture("strong_classic.csv"))[0]
        assert data.name == "Legs, heavy"
        assert data.started_at == datetime(2024, 3, 4, 17, 30, tzinfo=UTC)
        assert data.ended_at - data.started_at == timedelta(hours=1, minutes=5)
        assert data.source == "strong"

    def test_notes_and_effort_are_kept(self) -> None:
        data = workouts(fixture("strong_classic.csv"))[0]
        assert data.note == "Slept well\nand ate"
        assert [one.rpe for one in sets(data)] == [None, 8.0, 8.5, None, None, 10.0, None, None]
        assert sets(data)[1].note == 'Belt, "tight"'

    def test_two_workouts_of_one_name_on_one_day_are_two(self) -> None:
        first, second = workouts(fixture("strong_classic.csv"))
        assert first.name == second.name
        assert first.session_id != second.session_id
        assert [told(one) for one in sets(second)] == ["own:Cossack Squat: 16 kg x 8"] * 2

    def test_the_report_tells_what_was_matched_and_what_was_not(self) -> None:
        report = imported(fixture("strong_classic.csv")).report
        assert (report.rows, report.sets, report.workouts, report.untimed) == (11, 10, 2, 0)
        assert [(one.name, one.exercise_id, one.sets) for one in report.matched] == [
            ("Squat (Barbell)", "Barbell_Squat", 5),
            ("Pull Up", "Pullups", 1),
            ("Plank", "Plank", 1),
            ("Running (Treadmill)", "Running_Treadmill", 1),
        ]
        own = NamedExercise(name="Cossack Squat", exercise_id="own:Cossack Squat", sets=2)
        assert report.unmatched == (own,)
        assert report.skipped == (Skipped(line=10, reason=Reason.EMPTY),)
        assert report.unread == ()

    def test_units_that_are_not_said_are_the_persons(self) -> None:
        american = msgspec.structs.replace(ADA, mass_unit=MassUnit.LB, length_unit=LengthUnit.MI)
        data = workouts(fixture("strong_classic.csv"), american)[0]
        assert told(sets(data)[1]) == "Barbell_Squat: 102.5 lb x 5"
        assert told(sets(data)[7]) == "Running_Treadmill: 900 s 2.5 mi"


def test_units_of_the_row_go_before_all_others() -> None:
    american = msgspec.structs.replace(ADA, mass_unit=MassUnit.LB, length_unit=LengthUnit.FT)
    (data,) = workouts(fixture("strong_units.csv"), american)
    assert [told(one) for one in sets(data)] == [
        "Barbell_Bench_Press_-_Medium_Grip: 82.5 kg x 5",
        "Barbell_Bench_Press_-_Medium_Grip: 185 lb x 5",
        "Rowing_Stationary: 412 s 1500.5 m",
        "Bicycling: 600 s 3.1 mi",
    ]
    assert sets(data)[1].rpe == 8.5


def test_a_duration_is_real_time_also_when_clocks_are_put_back() -> None:
    (data,) = workouts(fixture("strong_units.csv"))
    assert data.started_at == datetime(2023, 10, 28, 23, 30, tzinfo=UTC)
    assert data.ended_at == datetime(2023, 10, 29, 1, 30, tzinfo=UTC)


class TestNumbered:
    def test_units_of_the_columns_count_and_pounds_are_found_again(self) -> None:
        data = workouts(fixture("strong_numbered.csv"))[0]
        assert [told(one) for one in sets(data)] == [
            "Barbell_Deadlift: 135 lb x 10",
            "Barbell_Deadlift: 142.5 kg x 3",
            "own:Running: 1500 s 5000 m",
        ]
        assert data.ended_at - data.started_at == timedelta(seconds=3720)

    def test_a_note_on_an_exercise_goes_to_its_first_set(self) -> None:
        data = workouts(fixture("strong_numbered.csv"))[0]
        assert [one.note for one in sets(data)] == ["Mixed grip\non the last", "Easy", ""]

    def test_rows_of_notes_and_rests_are_told_as_what_they_are(self) -> None:
        report = imported(fixture("strong_numbered.csv")).report
        assert report.skipped == (Skipped(line=2, reason=Reason.NOTE), Skipped(line=4, reason=Reason.REST))

    def test_a_workout_of_unknown_duration_is_not_given_one(self) -> None:
        found = imported(fixture("strong_numbered.csv"))
        assert found.report.untimed == 1
        data = found.workouts[1].data
        assert data.ended_at == data.started_at


def test_columns_may_be_german() -> None:
    (data,) = workouts(fixture("strong_german.csv"))
    assert data.name == "Drücken"
    assert [told(one) for one in sets(data)] == [
        "own:Schrägbankdrücken: 62.5 kg x 8",
        "own:Überzüge: 20 kg x 12",
    ]
    assert [one.kind for one in sets(data)] == [SetKind.WORKING, SetKind.WARM_UP]
    assert data.ended_at - data.started_at == timedelta(minutes=45)


def test_every_row_that_cannot_be_taken_is_told_with_its_line_and_reason() -> None:
    found = imported(fixture("strong_broken.csv"))
    skipped = [(one.line, one.reason.value, one.column, one.value) for one in found.report.skipped]
    assert skipped == [
        (4, "bad_date", "Date", "yesterday"),
        (5, "bad_date", "Date", "2024-02-30 10:00:00"),
        (6, "no_exercise", "", ""),
        (7, "bad_number", "Weight", "heavy"),
        (8, "bad_unit", "Weight Unit", "stone"),
        (9, "out_of_bounds", "Weight", "2001"),
        (10, "out_of_bounds", "Weight", "-5"),
        (11, "out_of_bounds", "Reps", "1001"),
        (12, "out_of_bounds", "Seconds", "86401"),
        (13, "out_of_bounds", "Distance", "1001"),
        (14, "not_a_set", "", "Warm Up?"),
        (15, "too_many_cells", "", "extra"),
        (16, "future", "", ""),
        (18, "empty", "", ""),
    ]
    assert [told(one) for one in sets(found.workouts[0].data)] == ["Pushups: x 20", "Pushups: x 19"]
    assert found.report.skipped_rows == 14
    assert found.report.unread == ("Mood",)


def test_a_duration_that_cannot_be_is_not_believed() -> None:
    data = workouts(fixture("strong_broken.csv"))[0]
    assert data.ended_at - data.started_at == timedelta(hours=1)
    header = f"{HEADER},Duration"
    found = imported(f"{header}\n2024-03-04 10:00:00,A,Plank,1,5,3,25h")
    assert found.report.untimed == 1


@pytest.mark.parametrize("order", ["1", "12", "1.0", "", "w", "W", "D", "F"])
def test_what_is_numbered_or_marked_is_a_set(order: str) -> None:
    assert one_row(f"2024-03-04 10:00:00,A,Plank,{order},5,3") == "Plank: 5 kg x 3"


def test_of_two_columns_of_one_name_the_first_counts() -> None:
    row = "2024-03-04 10:00:00,A,Plank,1,5,3,9"
    assert one_row(row, f"{HEADER},Reps") == "Plank: 5 kg x 3"
    assert imported(f"{HEADER},Reps\n{row}").report.unread == ("Reps",)


def test_a_unit_without_a_value_does_not_matter() -> None:
    row = "2024-03-04 10:00:00,A,Plank,1,,3,stone"
    assert one_row(row, f"{HEADER},Weight Unit") == "Plank: x 3"
