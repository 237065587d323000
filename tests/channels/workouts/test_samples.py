"""What is believed of samples, what of it is shown, and what is kept of each second."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.topics import workout_topic
from channels.wire.routine import Origin, OriginKind
from channels.wire.sample import WorkoutCadence, WorkoutHeartRate, WorkoutPower, WorkoutSampleData
from channels.wire.workout import Workout, WorkoutStatus, WorkoutTime
from channels.workouts.samples import AHEAD, BACK, BURST, Pace, Reading, Seconds, reading, record, shown

ADA, SESSION, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RUNNING = Workout(
    session_id=SESSION,
    topic=workout_topic(SESSION),
    name="Legs",
    status=WorkoutStatus.RUNNING,
    started_at=NOON - 2 * BACK,
    origin=Origin(kind=OriginKind.OWN),
)
JUST_BEGUN = replace(RUNNING, started_at=NOON)
PAUSED = replace(RUNNING, status=WorkoutStatus.PAUSED, time=WorkoutTime(paused_at=NOON))


def read(workout: Workout = RUNNING, now: datetime = NOON, **said: Any) -> Reading | None:
    return reading(workout, WorkoutSampleData(**said), now)


def believed(at: datetime = NOON, **said: int) -> Reading:
    values = dict.fromkeys(("heart_rate", "cadence", "power")) | said
    return Reading(at=at, counts=True, **values)


def kept(seconds: Seconds) -> list[tuple[Any, ...]]:
    rows = [record(key, second) for key, second in seconds.waiting().items()]
    return [(row.session_id, row.at, row.heart_rate, row.cadence, row.power) for row in rows]


class TestReading:
    def test_is_of_now_when_no_moment_was_said(self) -> None:
        assert read(heart_rate=120, cadence=80, power=200) == believed(heart_rate=120, cadence=80, power=200)

    def test_is_of_the_moment_that_was_said_up_to_an_hour_back(self) -> None:
        assert read(heart_rate=120, at=NOON - BACK) == believed(NOON - BACK, heart_rate=120)
        assert read(heart_rate=120, at=NOON - BACK - SECOND) is None

    def test_is_of_now_for_a_clock_that_is_a_little_ahead(self) -> None:
        assert read(heart_rate=120, at=NOON + AHEAD) == believed(heart_rate=120)
        assert read(heart_rate=120, at=NOON + AHEAD + SECOND) is None

    def test_is_nothing_before_the_workout_began(self) -> None:
        assert read(JUST_BEGUN, heart_rate=120) is not None
        assert read(JUST_BEGUN, now=NOON + SECOND, at=NOON - SECOND, heart_rate=120) is None

    @pytest.mark.parametrize("status", [WorkoutStatus.FINISHED, WorkoutStatus.DISCARDED])
    def test_is_nothing_when_the_workout_is_over(self, status: WorkoutStatus) -> None:
        assert read(replace(RUNNING, status=status), heart_rate=120) is None

    def test_of_a_pause_is_shown_but_does_not_count(self) -> None:
        during = read(PAUSED, now=NOON + SECOND, heart_rate=120)
        before = read(PAUSED, now=NOON + SECOND, heart_rate=120, at=NOON - SECOND)
        assert during is not None
        assert not during.counts
        assert before is not None
        assert before.counts

    @pytest.mark.parametrize(
        ("kind", "least", "most"), [("heart_rate", 25, 250), ("cadence", 0, 300), ("power", 0, 3_000)]
    )
    def test_leaves_out_what_is_impossible(self, kind: str, least: int, most: int) -> None:
        other: dict[str, Any] = {"power": 100} if kind != "power" else {"cadence": 80}
        said: dict[str, Any]
        for value in (least, most):
            said = {kind: value}
            assert read(**said) == believed(**said)
        for value in (least - 1, most + 1):
            said = {kind: value}
            assert read(**said) is None
            assert read(**said, **other) == believed(**other)

    def test_of_nothing_is_none(self) -> None:
        assert read() is None


class TestShown:
    def test_is_a_state_for_each_kind_that_was_said(self) -> None:
        states = shown(RUNNING, ADA, believed(heart_rate=120, cadence=80, power=200))
        assert [type(state) for state in states] == [WorkoutHeartRate, WorkoutCadence, WorkoutPower]
        for state in states:
            assert (state.topic, state.of) == (RUNNING.topic, str(ADA))
            assert state.version == int(NOON.timestamp() * 1000)
            assert (state.data.session_id, state.data.at) == (SESSION, NOON)
        assert shown(RUNNING, ADA, believed()) == []

    def test_of_a_later_moment_has_a_higher_version(self) -> None:
        (first,) = shown(RUNNING, ADA, believed(heart_rate=120))
        (later,) = shown(RUNNING, ADA, believed(NOON + timedelta(milliseconds=1), heart_rate=121))
        assert later.version > first.version


class TestPace:
    def test_lets_a_burst_through_and_then_five_a_second(self) -> None:
        pace = Pace(100.0)
        assert [pace.allows(100.0) for _ in range(int(BURST) + 2)] == [True] * int(BURST) + [False] * 2
        assert [pace.allows(101.0) for _ in range(6)] == [True] * 5 + [False]

    def test_a_long_silence_earns_no_more_than_a_burst(self) -> None:
        pace = Pace(100.0)
        assert sum(pace.allows(10_000.0) for _ in range(100)) == BURST

    @given(st.lists(st.floats(0, 2), max_size=200))
    def test_over_any_time_no_more_than_five_a_second_and_a_burst(self, waits: list[float]) -> None:
        pace, now, taken = Pace(0.0), 0.0, 0
        for wait in waits:
            now += wait
            taken += pace.allows(now)
            assert taken <= BURST + 5 * now + 1e-6


class TestSeconds:
    def test_keep_the_last_value_of_each_kind_in_each_second(self) -> None:
        seconds = Seconds(10)
        for milliseconds, heart_rate in ((0, 120), (900, 124), (400, 122), (1000, 125)):
            seconds.take(
                ADA, SESSION, believed(NOON + timedelta(milliseconds=milliseconds), heart_rate=heart_rate)
            )
        assert kept(seconds) == [(SESSION, NOON, 124, None, None), (SESSION, NOON + SECOND, 125, None, None)]

    def test_merge_what_several_devices_say(self) -> None:
        seconds = Seconds(10)
        seconds.take(ADA, SESSION, believed(heart_rate=120))
        seconds.take(ADA, SESSION, believed(NOON + SECOND / 5, cadence=80))
        seconds.take(ADA, SESSION, believed(NOON + SECOND / 2, power=200))
        assert kept(seconds) == [(SESSION, NOON, 120, 80, 200)]

    def test_of_several_workouts_are_apart(self) -> None:
        seconds = Seconds(10)
        seconds.take(ADA, SESSION, believed(heart_rate=120))
        seconds.take(ADA, OTHER, believed(heart_rate=130))
        assert [row[0] for row in kept(seconds)] == [SESSION, OTHER]

    def test_beyond_their_capacity_the_oldest_go(self) -> None:
        seconds = Seconds(2)
        gone = [seconds.take(ADA, SESSION, believed(NOON + n * SECOND, heart_rate=100 + n)) for n in range(4)]
        assert gone == [0, 0, 1, 1]
        assert [row[2] for row in kept(seconds)] == [102, 103]
        assert len(seconds) == seconds.capacity

    def test_that_were_stored_are_let_go_but_for_those_of_which_more_was_heard(self) -> None:
        seconds = Seconds(10)
        for n in range(2):
            seconds.take(ADA, SESSION, believed(NOON + n * SECOND, heart_rate=100 + n))
        writing = seconds.waiting()
        seconds.take(ADA, SESSION, believed(NOON + SECOND * 3 / 2, heart_rate=111))
        seconds.stored(writing)
        assert [row[2] for row in kept(seconds)] == [111]

    @given(st.permutations([(0, 120), (200, 121), (400, 122), (600, 123), (800, 124), (1000, 99)]))
    def test_come_to_the_same_in_whatever_order_samples_arrive(self, said: list[tuple[int, int]]) -> None:
        seconds = Seconds(10)
        for milliseconds, heart_rate in (*said, *said):
            at = NOON + timedelta(milliseconds=milliseconds)
            seconds.take(ADA, SESSION, believed(at, heart_rate=heart_rate))
        assert sorted(kept(seconds)) == [
            (SESSION, NOON, 124, None, None),
            (SESSION, NOON + SECOND, 99, None, None),
        ]
