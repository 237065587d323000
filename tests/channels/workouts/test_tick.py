"""What a device shows that does no more than to show what it is told each second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.envelope import Topic
from channels.wire.routine import IntervalsBlock, Origin, OriginKind, Station
from channels.wire.workout import IntervalClock, Rest, Workout, WorkoutStatus, WorkoutTime
from channels.workouts.tick import tick
from channels.workouts.timeline import intervals_of
from tests.channels.workouts.lives import SESSION, START, at

SPRINTS = IntervalsBlock(stations=(Station(work_seconds=20, rest_seconds=10),), rounds=2)
LAST = 20 + 10 + 20


def timed(time: WorkoutTime) -> Workout:
    return Workout(
        session_id=SESSION,
        topic=Topic(f"workout:{SESSION}"),
        name="Sprints",
        status=WorkoutStatus.RUNNING,
        started_at=START,
        origin=Origin(kind=OriginKind.OWN),
        blocks=(SPRINTS,),
        time=time,
    )


def clock() -> IntervalClock:
    return IntervalClock(block=0, starts_at=at(0), intervals=intervals_of(SPRINTS))


@pytest.mark.parametrize(
    ("second", "interval", "left"),
    [(0, 0, 20), (0.001, 0, 20), (19.999, 0, 1), (20, 1, 10), (30, 2, 20), (LAST - 0.5, 2, 1)],
)
def test_a_countdown_shows_its_length_first_and_one_last(second: float, interval: int, left: int) -> None:
    shown = tick(timed(WorkoutTime(clock=clock())), at(second))
    assert (shown.interval, shown.interval_remaining_seconds) == (interval, left)


def test_after_the_last_interval_there_is_no_countdown() -> None:
    shown = tick(timed(WorkoutTime(clock=clock())), at(LAST))
    assert (shown.interval, shown.interval_remaining_seconds) == (None, None)


@given(pause=st.floats(0, LAST - 1), later=st.floats(0, 3600))
def test_while_it_is_paused_it_shows_the_moment_of_the_pause(pause: float, later: float) -> None:
    time = WorkoutTime(clock=clock(), rest=Rest(started_at=at(0), ends_at=at(600)))
    running, paused = timed(time), timed(WorkoutTime(clock=clock(), rest=time.rest, paused_at=at(pause)))
    then, now = tick(running, at(pause)), tick(paused, at(pause + later))
    assert now.paused
    assert not then.paused
    assert (
        now.elapsed_seconds,
        now.interval,
        now.interval_remaining_seconds,
        now.rest_remaining_seconds,
    ) == (
        then.elapsed_seconds,
        then.interval,
        then.interval_remaining_seconds,
        then.rest_remaining_seconds,
    )


def test_earlier_pauses_do_not_count() -> None:
    assert tick(timed(WorkoutTime(paused_seconds=30)), at(90)).elapsed_seconds == 60


def test_before_its_start_no_second_has_passed() -> None:
    assert tick(timed(WorkoutTime()), at(-5)).elapsed_seconds == 0


@pytest.mark.parametrize(("second", "left"), [(0, 90), (89.5, 1), (90, None), (91, None)])
def test_a_rest_counts_down_and_is_over(second: float, left: int | None) -> None:
    shown = tick(timed(WorkoutTime(rest=Rest(started_at=at(0), ends_at=at(90)))), at(second))
    assert shown.rest_remaining_seconds == left
    assert shown.session_id == SESSION
