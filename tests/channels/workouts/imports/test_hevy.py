from datetime import UTC, datetime, timedelta

from tests.channels.workouts.imports.facts import fixture, imported, sets, told, workouts

HEADER = "title,start_time,end_time,exercise_title,set_type,weight_kg,reps"


def test_sets_stay_in_their_order_with_what_they_are_for() -> None:
    data = workouts(fixture("hevy_kg.csv"))[0]
    assert [(told(one), one.kind.value) for one in sets(data)] == [
        ("Barbell_Bench_Press_-_Medium_Grip: 40 kg x 10", "warm_up"),
        ("Barbell_Bench_Press_-_Medium_Grip: 80 kg x 8", "working"),
        ("Dumbbell_Bicep_Curl: 14 kg x 10", "working"),
        ("Triceps_Pushdown_-_Rope_Attachment: 25 kg x 12", "failure"),
        ("Barbell_Bench_Press_-_Medium_Grip: 60 kg x 12", "drop"),
        ("own:Hanging Knee Raise: x 15", "working"),
        ("Plank: 75 s", "working"),
    ]
    assert sets(data)[1].rpe == 8.5


def test_a_workout_has_its_name_note_and_times() -> None:
    first, second = workouts(fixture("hevy_kg.csv"))
    assert (first.name, first.note, first.source) == ("Upper A", "First week", "hevy")
    assert first.started_at == datetime(2024, 3, 5, 17, tzinfo=UTC)
    assert first.ended_at - first.started_at == timedelta(minutes=70)
    assert [told(one) for one in sets(second)] == ["Walking_Treadmill: 2700 s 3.21 km"]


def test_the_note_of_an_exercise_stands_with_its_first_set_alone() -> None:
    data = workouts(fixture("hevy_kg.csv"))[0]
    assert [one.note for one in sets(data)] == ["Feet up", "", "", "", "", "", ""]


def test_what_is_not_kept_is_told() -> None:
    report = imported(fixture("hevy_kg.csv")).report
    assert report.unread == ("superset_id",)
    assert report.skipped == ()


def test_units_are_in_the_names_of_the_columns() -> None:
    (data,) = workouts(fixture("hevy_lbs.csv"))
    assert [told(one) for one in sets(data)] == [
        "Lying_Leg_Curls: 100 lb x 10",
        "Barbell_Squat: 100 kg x 5",
        "own:Running: 754 s 1.5 mi",
    ]
    assert data.ended_at - data.started_at == timedelta(hours=5, minutes=5)
    assert data.note == "Knee sleeves,\nnew ones"


def test_months_are_read_in_the_language_of_the_app() -> None:
    starts = [data.started_at for data in workouts(fixture("hevy_french.csv"))]
    assert starts == [
        datetime(2026, 2, 21, 17, tzinfo=UTC),
        datetime(2026, 8, 3, 16, tzinfo=UTC),
        datetime(2026, 12, 31, 22, 30, tzinfo=UTC),
    ]
    assert all(
        data.ended_at - data.started_at == timedelta(hours=1) for data in workouts(fixture("hevy_french.csv"))
    )


def test_an_end_that_cannot_be_is_not_believed() -> None:
    for end in ("", "later", "4 Mar 2024, 09:59", "5 Mar 2024, 10:01"):
        content = f'{HEADER}\nA,"4 Mar 2024, 10:00","{end}",Plank,normal,,5\n'
        (data,) = workouts(content)
        assert data.ended_at == data.started_at
        assert imported(content).report.untimed == 1


def test_a_kind_that_is_not_known_is_a_working_set() -> None:
    (data,) = workouts(f'{HEADER}\nA,"4 Mar 2024, 10:00",,Plank,superslow,,5\n')
    assert [one.kind.value for one in sets(data)] == ["working"]
