"""A workout's clocks and plan are read alike by the client and the server."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.wire.codec import encode
from channels.wire.routine import Block
from channels.wire.workout import IntervalClock, Planned, Rest, WorkoutStatus, WorkoutTime
from channels.wire.workout import Workout as ServerWorkout
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.plan import next_planned
from channels.workouts.snapshot import shown_workout
from channels.workouts.tick import tick
from channels.workouts.timeline import intervals_of
from cornerman_client import types
from cornerman_client.clocks import elapsed, running_interval, running_rest, seconds_until
from cornerman_client.plan import Place, next_set, previous_set
from scripts.generate.workout_facts import START, TABATA
from storage.records import SetRecord
from tests.channels.workouts.lives import at, done, lived
from tests.clients.python.rooms import workout_at

SECONDS = st.integers(0, 300)
MOMENTS = st.floats(0, 400, allow_nan=False).map(lambda seconds: START + timedelta(seconds=seconds))


@st.composite
def times(draw: st.DrawFn) -> WorkoutTime:
    began, rested = (START + timedelta(seconds=draw(SECONDS)) for _ in range(2))
    clock = IntervalClock(block=0, starts_at=began, intervals=intervals_of(TABATA))
    rest = Rest(started_at=rested, ends_at=rested + timedelta(seconds=draw(SECONDS)))
    return WorkoutTime(
        paused_at=draw(st.none() | MOMENTS),
        paused_seconds=float(draw(SECONDS)),
        clock=draw(st.none() | st.just(clock)),
        rest=draw(st.none() | st.just(rest)),
    )


def ours(workout: ServerWorkout) -> types.Workout:
    return msgspec.json.decode(encode(workout), type=types.Workout)


@given(times(), MOMENTS)
@settings(max_examples=300, deadline=None)
def test_the_clocks_show_what_the_servers_tick_says(time: WorkoutTime, now: datetime) -> None:
    status = WorkoutStatus.RUNNING if time.paused_at is None else WorkoutStatus.PAUSED
    theirs = replace(workout_at(0), started_at=START, time=time, status=status)
    said, workout = tick(theirs, now), ours(theirs)
    turn, rest = running_interval(workout, now), running_rest(workout, now)
    assert elapsed(workout, now) // timedelta(seconds=1) == said.elapsed_seconds
    assert (None if turn is None else turn.index) == said.interval
    if turn is not None:
        assert seconds_until(turn.ends_at, workout, now) == said.interval_remaining_seconds
        last = turn.index == len(intervals_of(TABATA)) - 1
        assert (turn.after is None) is last
    assert (None if rest is None else seconds_until(rest.ends_at, workout, now)) == (
        said.rest_remaining_seconds
    )


def exercise(exercise_id: str, *kinds: types.SetKind) -> types.PlannedExercise:
    sets = tuple(types.PlannedSet(kind=kind, reps=5) for kind in kinds)
    return types.PlannedExercise(exercise_id=exercise_id, sets=sets)


WARM, WORKING = types.SetKind.WARM_UP, types.SetKind.WORKING
BLOCKS = (
    types.IntervalsBlock(stations=(types.Station(work_seconds=20),)),
    types.SetsBlock(exercises=(exercise("Squat", WARM, WORKING, WORKING), exercise("Row", WORKING, WORKING))),
    types.SetsBlock(exercises=(exercise("Squat", WORKING),)),
)
EMPTY = replace(ours(workout_at(0)), blocks=BLOCKS)


def place(found: Place | None) -> tuple[str, int, int, int] | None:
    return None if found is None else (found.exercise_id, found.planned.block, found.number, found.of)


def lifted(exercise_id: str, kind: types.SetKind = WORKING, at: types.Planned | None = None) -> types.DoneSet:
    return types.DoneSet(exercise_id=exercise_id, reps=5, kind=kind, planned=at)


def after(*each: types.DoneSet, **more: object) -> types.Workout:
    sets = tuple(
        types.WorkoutSet(set_id=UUID(int=number), at=START, changed_at=START, done=one)
        for number, one in enumerate(each)
    )
    return replace(EMPTY, sets=sets, **more)


def test_a_superset_is_done_in_turns_and_sets_take_the_first_free_place() -> None:
    lifts = [
        lifted("Squat", WARM),
        lifted("Row"),
        lifted("Squat"),
        lifted("Row"),
        lifted("Squat"),
        lifted("Squat"),
    ]
    seen = [place(next_set(after(*lifts[:count]))) for count in range(len(lifts) + 1)]
    assert seen == [
        ("Squat", 1, 1, 3),
        ("Row", 1, 1, 2),
        ("Squat", 1, 2, 3),
        ("Row", 1, 2, 2),
        ("Squat", 1, 3, 3),
        ("Squat", 2, 1, 1),
        None,
    ]


def test_a_set_takes_the_place_or_the_block_that_it_names() -> None:
    named = lifted("Squat", WORKING, types.Planned(block=1, exercise=0, set=0))
    assert place(next_set(after(named))) == ("Row", 1, 1, 2)
    later = lifted("Squat", WORKING, types.Planned(block=2))
    assert place(next_set(after(later, skipped=(types.Planned(block=1),)))) is None
    assert place(next_set(after(lifted("Plank")))) == ("Squat", 1, 1, 3)


def test_what_is_skipped_is_not_next_and_what_is_swapped_is_another_exercise() -> None:
    skipped = (types.Planned(block=1, exercise=0, set=0), types.Planned(block=1, exercise=1))
    assert place(next_set(after(skipped=skipped))) == ("Squat", 1, 2, 3)
    swap = types.Swap(planned=types.Planned(block=1, exercise=0), exercise_id="Lunge")
    assert place(next_set(after(swaps=(swap,)))) == ("Lunge", 1, 1, 3)


EXERCISES = st.sampled_from(["Squat", "Row", "Lunge"])
PLACES = st.tuples(st.integers(0, 2), st.none() | st.integers(0, 1), st.none() | st.integers(0, 2)).map(
    lambda place: Planned(block=place[0], exercise=place[1], set=None if place[1] is None else place[2])
)


def by_chance(number: int, exercise_id: str, kind: str, place: Planned | None) -> SetRecord:
    one = done(number, exercise=exercise_id, kind=kind, reps=5)
    if place is None:
        return one
    return replace(one, block=place.block, block_exercise=place.exercise, block_set=place.set)


def change(number: int, kind: MarkKind, place: Planned, exercise_id: str) -> Mark:
    return Mark(kind=kind, at=at(number), key=UUID(int=number), planned=place, exercise_id=exercise_id)


@given(
    st.lists(st.tuples(EXERCISES, st.sampled_from(["working", "warm_up"]), st.none() | PLACES), max_size=8),
    st.lists(st.tuples(st.sampled_from([MarkKind.SKIP, MarkKind.SWAP]), PLACES, EXERCISES), max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_the_next_set_is_the_servers(
    sets: list[tuple[str, str, Planned | None]], marks: list[tuple[MarkKind, Planned, str]]
) -> None:
    blocks = msgspec.convert(msgspec.to_builtins(BLOCKS), tuple[Block, ...])
    theirs = lived(
        [by_chance(number, *one) for number, one in enumerate(sets)],
        blocks=blocks,
        marks=[change(number, *one) for number, one in enumerate(marks)],
        status="running",
    )
    found, expected = next_set(ours(shown_workout(theirs))), next_planned(theirs)
    assert (found is None) is (expected is None)
    if found is not None and expected is not None:
        assert found.planned == msgspec.convert(msgspec.to_builtins(expected.planned), types.Planned)
        assert found.exercise_id == expected.exercise_id


def test_the_previous_set_is_that_of_the_same_number_or_the_last_one() -> None:
    last_time = tuple(types.PreviousSet(at=START, done=replace(lifted("Row"), reps=reps)) for reps in (9, 7))
    previous = {"Row": last_time, "Squat": ()}
    found = [previous_set(after(*[lifted("Row")] * count, previous=previous), "Row") for count in range(3)]
    assert found == [last_time[0], last_time[1], last_time[1]]
    assert previous_set(after(previous=previous), "Squat") is None
    assert previous_set(after(), "Plank") is None
