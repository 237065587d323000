"""What a workout shows, and what each event makes of that; that both agree after every step is held by the shelf."""

import msgspec
import pytest
from msgspec.structs import replace

from channels.topics import workout_topic
from channels.wire.envelope import Command
from channels.wire.workout import Workout, WorkoutStatus, WorkoutTime
from channels.wire.workout_commands import WorkoutDiscard, WorkoutPause, WorkoutRest, WorkoutResume
from channels.workouts.snapshot import MOST_BYTES, apply, shown_workout, too_long
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, at, done, lived
from tests.channels.workouts.telling import (
    OWN,
    PLANS,
    SETS_DONE,
    deleted,
    edited,
    finished,
    logged,
    resting,
    shelf_with,
    skipped,
    swapped,
    timed,
    told,
)

STORY: list[Command] = [
    logged(1, rest=60),
    timed(2),
    edited(3, SETS_DONE[3]),
    skipped(4),
    logged(5, SETS_DONE[5], set_id=2, rest=300),
    told(WorkoutPause, 6),
    swapped(7, OWN),
    told(WorkoutResume, 8),
    resting(WorkoutRest, 9, 60),
    deleted(20, set_id=2),
    finished(30, 8.0, "good"),
    told(WorkoutDiscard, 31),
]


def test_the_events_lead_from_any_moment_on_to_the_workout_as_it_is() -> None:
    shelf, seen = shelf_with(), []
    for command in STORY:
        seen.append((shelf.workout, len(shelf.topics.get(shelf.workout.topic, []))))
        shelf.do(command)
    for workout, offset in seen:
        folded = workout
        for event in shelf.topics[workout.topic][offset:]:
            folded = apply(folded, event)
        assert folded == shelf.workout == shown_workout(shelf.of(SESSION))


def test_an_event_that_is_heard_twice_changes_nothing() -> None:
    shelf = shelf_with()
    for command in STORY[:-2]:
        shelf.do(command)
        event = shelf.topics[shelf.workout.topic][-1]
        assert apply(shelf.workout, event) == shelf.workout


def test_shows_the_last_time_of_what_is_planned_swapped_in_or_done() -> None:
    shelf = shelf_with()
    assert set(shelf.workout.previous) == {SQUAT.exercise_id, ROWING.exercise_id}
    shelf.do(logged(1, SETS_DONE[5]))
    assert set(shelf.workout.previous) == {SQUAT.exercise_id, ROWING.exercise_id, OWN}
    shelf.do(deleted(2))
    assert set(shelf.workout.previous) == {SQUAT.exercise_id, ROWING.exercise_id}


def test_what_was_thrown_away_shows_its_plan_and_nothing_else() -> None:
    shelf = shelf_with()
    begun = shelf.workout
    for command in STORY:
        shelf.do(command)
    bare = replace(begun, status=WorkoutStatus.DISCARDED, previous={}, time=WorkoutTime())
    assert shelf.workout == bare


@pytest.mark.parametrize("plan", PLANS)
def test_is_the_same_after_its_way_through_json(plan: tuple[object, ...]) -> None:
    shown = shown_workout(lived([done(1, kg="102.50", reps=5)], blocks=plan, seconds=600))  # type: ignore[arg-type]
    assert msgspec.json.decode(msgspec.json.encode(shown), type=Workout) == shown
    assert shown.topic == workout_topic(SESSION)
    assert shown.ended_at == at(600)


def test_is_too_long_when_its_snapshot_is() -> None:
    sets = [replace(done(number, reps=5), note="x" * 400) for number in range(200)]
    fits = max(count for count in range(200) if too_long(lived(sets[:count], blocks=PLANS[1])) is None)
    shown = len(msgspec.json.encode(shown_workout(lived(sets[:fits], blocks=PLANS[1]))))
    assert MOST_BYTES - 1500 < shown <= MOST_BYTES
    assert too_long(lived(sets[:fits])) is None
    refusal = too_long(lived(sets))
    assert refusal is not None
    assert str(MOST_BYTES) in refusal.details[0].message
