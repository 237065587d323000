"""What the clock shows of a workout at a moment."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from cornerman_client import types
from server.cli.live.face import Face
from server.cli.live.workout_face import workout_face, workout_good_for

START = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
WORK = types.Interval(
    kind=types.IntervalKind.WORK, seconds=20, round=1, station=1, target="[b]all[/b] you have"
)
TABATA = types.IntervalClock(
    block=0,
    starts_at=START,
    intervals=(
        types.Interval(kind=types.IntervalKind.PREPARE, seconds=10),
        WORK,
        types.Interval(kind=types.IntervalKind.REST, seconds=10, round=1, station=1),
        types.Interval(
            kind=types.IntervalKind.WORK, seconds=20, round=2, station=1, exercise_id="own: Rope jumps"
        ),
    ),
)
HUNDRED = types.Mass(value=Decimal(100), unit=types.MassUnit.KG)
SQUATS = types.SetsBlock(
    exercises=(
        types.PlannedExercise(
            exercise_id="Barbell_Squat",
            sets=(types.PlannedSet(reps=5, most_reps=8, load=types.PercentLoad(percent=80), rir=2),) * 2,
        ),
    )
)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def squat(number: int, reps: int, **more: Any) -> types.WorkoutSet:
    done = types.DoneSet(exercise_id="Barbell_Squat", mass=HUNDRED, reps=reps, **more)
    at = after(60 * number)
    return types.WorkoutSet(set_id=UUID(int=number), at=at, changed_at=at, done=done)


def workout(**facts: Any) -> types.Workout:
    told: dict[str, Any] = {
        "session_id": UUID(int=1),
        "topic": "workout:1",
        "name": "Legs",
        "status": types.WorkoutStatus.RUNNING,
        "started_at": START,
        "origin": types.Origin(kind=types.OriginKind.OWN),
    }
    return types.Workout(**(told | facts))


INTERVALS = workout(name="Tabata", time=types.WorkoutTime(clock=TABATA))
LIFTING = workout(
    blocks=(SQUATS,),
    previous={
        "Barbell_Squat": (
            types.PreviousSet(at=START, done=squat(1, 6).done),
            types.PreviousSet(at=START, done=squat(1, 4, rpe=9.5).done),
        )
    },
)


@pytest.mark.parametrize(
    ("seconds", "hands", "caption", "target"),
    [
        (0, "00:00:10", "get ready", "then WORK, round 1, 20 s"),
        (0.01, "00:00:10", "get ready", "then WORK, round 1, 20 s"),
        (9.99, "00:00:01", "get ready", "then WORK, round 1, 20 s"),
        (10, "00:00:20", "WORK, round 1 of 2", "then rest, round 1, 10 s   [b]all[/b] you have"),
        (30, "00:00:10", "rest, round 1 of 2", "then WORK, round 2: Rope jumps, 20 s"),
        (59.5, "00:00:01", "WORK, round 2 of 2: Rope jumps", "then the end"),
        (60, "00:01:00", "of training", ""),
    ],
)
def test_the_hands_count_the_interval_down(seconds: float, hands: str, caption: str, target: str) -> None:
    found = workout_face(INTERVALS, after(seconds))
    assert (found.hands, found.caption, found.target) == (hands, caption, target)
    assert found.over is ("WORK" in caption)


def test_while_paused_the_clock_stands() -> None:
    time = types.WorkoutTime(clock=TABATA, paused_at=after(15), paused_seconds=0)
    paused = workout(status=types.WorkoutStatus.PAUSED, time=time)
    found = workout_face(paused, after(500))
    assert (found.hands, found.caption) == ("00:00:15", "paused: WORK, round 1 of 2")
    assert found.passed == "Legs   elapsed 00:00:15"
    assert workout_good_for(paused, after(500), 1) == 0.5


def test_the_next_set_is_told_with_its_plan_and_the_last_time() -> None:
    assert workout_face(LIFTING, after(7)) == Face(
        hands="00:00:07",
        caption="Barbell Squat, set 1 of 2",
        progress=0.0,
        target="planned 5-8 reps, 80 %, 2 left   last time 100 kg x 6",
        passed="Legs   elapsed 00:00:07",
    )


def test_who_trains_in_pounds_sees_pounds() -> None:
    pounds = types.Mass(value=Decimal(225), unit=types.MassUnit.LB)
    planned = types.PlannedSet(reps=5, load=types.MassLoad(mass=pounds))
    heavy = types.SetsBlock(exercises=(types.PlannedExercise(exercise_id="Barbell_Squat", sets=(planned,)),))
    last = types.DoneSet(exercise_id="Barbell_Squat", mass=replace(pounds, value=Decimal("220.50")), reps=5)
    facts = workout(blocks=(heavy,), previous={"Barbell_Squat": (types.PreviousSet(at=START, done=last),)})
    face = workout_face(facts, after(60))
    assert face.target == "planned 5 reps, 225 lb   last time 220.50 lb x 5"
    assert "kg" not in f"{face.caption} {face.target} {face.passed}"


def test_a_rest_goes_first_and_says_what_comes_after_it() -> None:
    rest = types.Rest(started_at=after(60), ends_at=after(150))
    resting = replace(LIFTING, sets=(squat(1, 5),), time=types.WorkoutTime(rest=rest))
    found = workout_face(resting, after(90.5), "heart 142")
    assert (found.hands, found.caption) == ("00:01:00", "resting, then Barbell Squat, set 2 of 2")
    assert found.target.endswith("last time 100 kg x 4, RPE 9.5")
    assert found.passed == "Legs   elapsed 00:01:30   1 set   heart 142"
    assert found.progress == pytest.approx(1 / 3)
    assert workout_face(resting, after(150)).caption == "Barbell Squat, set 2 of 2"


def test_when_all_is_done_the_last_exercise_is_held_against_its_last_time() -> None:
    done = replace(LIFTING, sets=(squat(1, 5), squat(2, 5), squat(3, 5)))
    found = workout_face(done, after(300))
    assert (found.caption, found.progress) == ("of training", 1.0)
    assert found.target == "last time 100 kg x 4, RPE 9.5"


def test_a_long_name_leaves_room_for_the_clock() -> None:
    long = workout(name="A name of a workout that goes on and on")
    assert workout_face(long, after(1)).passed == "A name of a worko…   elapsed 00:00:01"


@pytest.mark.parametrize(("seconds", "rate", "good"), [(0.75, 1, 0.25), (0.5, 2, 0.25), (0.5, 10_000, 0.05)])
def test_a_face_is_good_until_the_next_second_of_any_of_its_clocks(
    seconds: float, rate: float, good: float
) -> None:
    assert workout_good_for(INTERVALS, after(seconds), rate) == pytest.approx(good)
    rest = types.Rest(started_at=START, ends_at=after(30.3))
    resting = workout(time=types.WorkoutTime(clock=TABATA, rest=rest))
    assert workout_good_for(resting, after(20.2), 1) == pytest.approx(0.1)
