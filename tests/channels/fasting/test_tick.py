from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from channels.fasting.session import shown_fast
from channels.fasting.tick import tick
from tests.channels.fasting.facts import HOUR, NOON, SECOND, begun

FAST = shown_fast(begun())
TARGET = 16 * 3600


def test_a_fast_that_has_just_begun_has_everything_before_it() -> None:
    data = tick(FAST, NOON)
    assert (data.elapsed_seconds, data.remaining_seconds, data.over_seconds) == (0, TARGET, 0)
    assert data.session_id == FAST.session_id
    assert data.target_seconds == TARGET


def test_seconds_are_whole_and_turn_when_they_are_full() -> None:
    assert tick(FAST, NOON + timedelta(milliseconds=999)).elapsed_seconds == 0
    assert tick(FAST, NOON + SECOND).elapsed_seconds == 1


def test_after_the_target_it_counts_over() -> None:
    data = tick(FAST, NOON + 17 * HOUR)
    assert (data.elapsed_seconds, data.remaining_seconds, data.over_seconds) == (17 * 3600, 0, 3600)


def test_a_start_ahead_of_the_clock_shows_as_just_begun() -> None:
    data = tick(FAST, NOON - 3 * SECOND)
    assert (data.elapsed_seconds, data.remaining_seconds) == (0, TARGET)


@given(st.floats(min_value=0, max_value=3 * TARGET))
def test_elapsed_and_remaining_are_the_target_until_it_is_reached(seconds: float) -> None:
    data = tick(FAST, NOON + timedelta(seconds=seconds))
    if data.elapsed_seconds <= TARGET:
        assert data.elapsed_seconds + data.remaining_seconds == TARGET
        assert data.over_seconds == 0
    else:
        assert data.remaining_seconds == 0
        assert data.elapsed_seconds - data.over_seconds == TARGET
