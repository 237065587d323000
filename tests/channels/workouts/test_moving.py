from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from channels.workouts.marks import Mark, MarkKind
from channels.workouts.moving import moving_time
from channels.workouts.timeline import times_of
from tests.channels.workouts.lives import at, lived, marked

PAUSE, RESUME = MarkKind.PAUSE, MarkKind.RESUME


def test_pauses_are_no_part_of_the_moving_time() -> None:
    time = moving_time(lived(seconds=100, marks=marked((PAUSE, 10), (RESUME, 30), (PAUSE, 50), (RESUME, 51))))
    assert (time.seconds, time.paused_seconds) == (79, 21)


def test_a_pause_from_which_nobody_came_back_lasts_to_the_end() -> None:
    time = moving_time(lived(seconds=100, marks=marked((PAUSE, 60))))
    assert (time.seconds, time.paused_seconds) == (60, 40)


def test_what_lies_outside_of_the_workout_is_no_pause_of_it() -> None:
    late = marked((PAUSE, -20), (RESUME, 10), (PAUSE, 90), (RESUME, 130), (PAUSE, 140))
    time = moving_time(lived(seconds=100, marks=late))
    assert (time.seconds, time.paused_seconds) == (80, 20)


def test_to_pause_twice_or_to_resume_what_runs_changes_nothing() -> None:
    marks = marked((RESUME, 5), (PAUSE, 10), (PAUSE, 20), (RESUME, 30), (RESUME, 40))
    assert moving_time(lived(seconds=100, marks=marks)).paused_seconds == 20


def test_a_running_workout_has_moved_until_it_was_last_heard_of() -> None:
    assert moving_time(lived(seconds=100, status="running")).seconds == 100


def test_parts_of_seconds_go_to_the_pause() -> None:
    time = moving_time(lived(seconds=100.5, marks=marked((PAUSE, 10), (RESUME, 11.2))))
    assert time.whole == timedelta(seconds=99.3)
    assert (time.seconds, time.paused_seconds) == (99, 1)
    time = moving_time(lived(seconds=100, marks=marked((PAUSE, 10), (RESUME, 11.2))))
    assert (time.seconds, time.paused_seconds) == (98, 2)


def test_moving_time_stands_still_in_a_pause() -> None:
    time = moving_time(lived(seconds=100, marks=marked((PAUSE, 10), (RESUME, 30))))
    passed = [time.until(at(moment)).total_seconds() for moment in (-5, 0, 10, 25, 30, 31, 100, 200)]
    assert passed == [0, 0, 10, 10, 10, 11, 80, 80]


_marks = st.lists(
    st.builds(
        Mark,
        kind=st.sampled_from(MarkKind),
        at=st.integers(0, 40).map(at),
        key=st.integers(0, 10**6).map(lambda number: UUID(int=number)),
    ),
    max_size=8,
)


@given(marks=_marks, seconds=st.integers(0, 40))
def test_each_second_is_moving_or_paused_as_the_clocks_say(marks: list[Mark], seconds: int) -> None:
    time = moving_time(lived(seconds=seconds, marks=marks))
    paused = [
        times_of((), [mark for mark in marks if mark.at <= at(second)]).paused_at is not None
        for second in range(seconds)
    ]
    assert (time.seconds, time.paused_seconds) == (paused.count(False), paused.count(True))
    for second in range(seconds):
        assert time.until(at(second)) == timedelta(seconds=paused[:second].count(False))
