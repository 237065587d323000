"""The clocks, against clocks that tick by the second."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from channels.wire.routine import Block, IntervalsBlock, Station
from channels.wire.workout import Interval, IntervalClock, IntervalKind, Rest, WorkoutTime
from channels.workouts.marks import Mark, MarkKind, in_order
from channels.workouts.ready import READY
from channels.workouts.timeline import ends_of, index_at, intervals_of, rest_end_after, times_of, turn_after
from tests.channels.workouts.chance import LIFTING, marks, plans, timed
from tests.channels.workouts.lives import at, marked

SPRINTS = IntervalsBlock(stations=(Station(work_seconds=20, rest_seconds=10),), rounds=3)
SPRINT_SECONDS = 20 + 10 + 20 + 10 + 20
LATER = 1000
"""After all marks by chance."""


def mark(kind: MarkKind, second: float, *, block: int = 0, seconds: int = 60, key: int = 1) -> Mark:
    return Mark(kind=kind, at=at(second), key=UUID(int=key), block=block, seconds=seconds)


def begun(second: float = 0) -> Mark:
    return mark(MarkKind.INTERVALS, second)


def running(time: WorkoutTime, second: float) -> int:
    """Which interval runs, as a device reckons it."""
    assert time.clock is not None
    return index_at(time.clock, time.paused_at or at(second))


def starts(time: WorkoutTime) -> float:
    """The second at which the clock's first interval began."""
    assert time.clock is not None
    return (time.clock.starts_at - at(0)).total_seconds()


class TestIntervals:
    def test_of_tabata_last_230_seconds_without_a_last_rest(self) -> None:
        (tabata,) = (block for block in READY["tabata"].blocks if isinstance(block, IntervalsBlock))
        rounds = [one for one in intervals_of(tabata) if one.round]
        assert [one.seconds for one in rounds] == [20, 10] * 7 + [20]
        assert sum(one.seconds for one in rounds) == 230

    def test_say_their_round_and_their_station(self) -> None:
        block = IntervalsBlock(
            stations=(
                Station(work_seconds=40, rest_seconds=20, exercise_id="Pushups", target="steady"),
                Station(work_seconds=30, exercise_id="Plank"),
            ),
            rounds=2,
        )
        pushups = Interval(
            kind=IntervalKind.WORK, seconds=40, station=1, exercise_id="Pushups", target="steady"
        )
        rest = Interval(kind=IntervalKind.REST, seconds=20, station=1)
        plank = Interval(kind=IntervalKind.WORK, seconds=30, station=2, exercise_id="Plank")
        assert intervals_of(block) == tuple(
            replace(one, round=number) for number in (1, 2) for one in (pushups, rest, plank)
        )

    def test_begin_with_what_goes_before_and_end_with_what_comes_after(self) -> None:
        block = IntervalsBlock(
            stations=(Station(work_seconds=240, rest_seconds=60),),
            rounds=2,
            round_rest_seconds=180,
            prepare_seconds=5,
            warm_up_seconds=600,
            cool_down_seconds=300,
        )
        assert [(one.kind.value, one.seconds) for one in intervals_of(block)] == [
            ("prepare", 5),
            ("warm_up", 600),
            ("work", 240),
            ("round_rest", 180),
            ("work", 240),
            ("cool_down", 300),
        ]

    @given(timed)
    def test_last_as_long_as_the_block_says(self, block: IntervalsBlock) -> None:
        work = sum(station.work_seconds for station in block.stations)
        between = sum(station.rest_seconds for station in block.stations[:-1])
        last = block.stations[-1].rest_seconds
        turn = last if block.round_rest_seconds is None else block.round_rest_seconds
        around = block.prepare_seconds + block.warm_up_seconds + block.cool_down_seconds
        whole = around + block.rounds * (work + between) + (block.rounds - 1) * turn
        assert sum(one.seconds for one in intervals_of(block)) == whole

    @given(timed)
    def test_are_none_of_no_time_and_end_with_work_or_cool_down(self, block: IntervalsBlock) -> None:
        whole = intervals_of(block)
        assert all(one.seconds > 0 for one in whole)
        assert whole[-1].kind in {IntervalKind.WORK, IntervalKind.COOL_DOWN}
        assert sum(one.kind is IntervalKind.WORK for one in whole) == block.rounds * len(block.stations)


class TestClock:
    def test_begins_with_its_mark_and_knows_all_intervals(self) -> None:
        time = times_of((SPRINTS,), [begun(7)])
        assert time == WorkoutTime(
            clock=IntervalClock(block=0, starts_at=at(7), intervals=intervals_of(SPRINTS))
        )

    def test_of_a_later_block_takes_the_place_of_the_one_before(self) -> None:
        time = times_of((SPRINTS, SPRINTS), [begun(), mark(MarkKind.INTERVALS, 10, block=1)])
        assert time.clock is not None
        assert (time.clock.block, time.clock.starts_at) == (1, at(10))

    @pytest.mark.parametrize("block", [1, 2])
    def test_is_only_of_a_block_of_intervals(self, block: int) -> None:
        assert times_of((SPRINTS, LIFTING), [mark(MarkKind.INTERVALS, 0, block=block)]) == WorkoutTime()

    @pytest.mark.parametrize(
        ("second", "index"),
        [(0, 0), (19.999, 0), (20, 1), (29.999, 1), (30, 2), (79.999, 4), (80, 5), (900, 5)],
    )
    def test_runs_an_interval_from_its_first_moment_to_the_next_one_s(
        self, second: float, index: int
    ) -> None:
        assert running(times_of((SPRINTS,), [begun()]), second) == index

    def test_turns_at_the_end_of_each_interval_and_not_after_the_last(self) -> None:
        time = times_of((SPRINTS,), [begun()])
        turns, turn = [], turn_after(time, at(0))
        while turn is not None:
            turns.append(turn)
            turn = turn_after(time, turn)
        assert turns == [at(20), at(30), at(50), at(60), at(80)]

    @pytest.mark.parametrize("kind", [MarkKind.SKIP, MarkKind.SWAP, MarkKind.FINISH, MarkKind.SILENCE])
    def test_is_not_touched_by_what_is_not_of_clocks(self, kind: MarkKind) -> None:
        assert times_of((SPRINTS,), [begun(), mark(kind, 5)]) == times_of((SPRINTS,), [begun()])

    def test_does_not_turn_before_it_is_started(self) -> None:
        assert turn_after(WorkoutTime(), at(0)) is None

    @given(timed, st.lists(st.floats(0, 400), min_size=2, max_size=8))
    def test_never_goes_back(self, block: IntervalsBlock, seconds: list[float]) -> None:
        time = times_of((block,), [begun()])
        indices = [running(time, second) for second in sorted(seconds)]
        assert indices == sorted(indices)


class TestPause:
    def test_stops_all_clocks(self) -> None:
        time = times_of((SPRINTS,), [begun(), mark(MarkKind.REST, 10), mark(MarkKind.PAUSE, 15)])
        assert time.paused_at == at(15)
        assert running(time, 500) == 0
        assert turn_after(time, at(15)) is None
        assert rest_end_after(time, at(15)) is None

    def test_in_a_pause_changes_nothing(self) -> None:
        pauses = [mark(MarkKind.PAUSE, 15), mark(MarkKind.PAUSE, 20)]
        assert times_of((SPRINTS,), [begun(), *pauses]) == times_of((SPRINTS,), [begun(), pauses[0]])

    def test_that_nobody_began_cannot_end(self) -> None:
        assert times_of((SPRINTS,), [begun(), mark(MarkKind.RESUME, 5)]) == times_of((SPRINTS,), [begun()])

    def test_is_counted(self) -> None:
        kinds = [(MarkKind.PAUSE, 10), (MarkKind.RESUME, 25.5), (MarkKind.PAUSE, 30), (MarkKind.RESUME, 31)]
        assert times_of((), marked(*kinds)) == WorkoutTime(paused_seconds=16.5)

    @given(plans, marks(until=300), st.integers(0, 120), st.integers(0, 120))
    def test_moves_every_later_end_by_its_length_exactly(
        self, blocks: tuple[Block, ...], before: list[Mark], after: int, length: int
    ) -> None:
        began = 300 + after
        before = [*before, mark(MarkKind.RESUME, 300, key=9)]
        time = times_of(blocks, before)
        pause = [mark(MarkKind.PAUSE, began, key=10), mark(MarkKind.RESUME, began + length, key=11)]
        moved = times_of(blocks, [*before, *pause])
        by = timedelta(seconds=length)
        assert moved.paused_seconds == time.paused_seconds + length
        if time.clock is not None:
            assert moved.clock is not None
            assert ends_of(moved.clock) == [end + by for end in ends_of(time.clock)]
            assert running(moved, began + length) == running(time, began)
        if time.rest is not None:
            goes_on = time.rest.ends_at > at(began)
            kept = Rest(started_at=time.rest.started_at + by, ends_at=time.rest.ends_at + by)
            assert moved.rest == (kept if goes_on else time.rest)

    @given(timed, st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
    def test_lets_a_clock_that_was_started_in_it_begin_at_its_end(
        self, block: IntervalsBlock, began: int, started: int, length: int
    ) -> None:
        pause = [mark(MarkKind.PAUSE, began), mark(MarkKind.RESUME, began + started + length, key=9)]
        start = mark(MarkKind.INTERVALS, began + started, key=5)
        assert starts(times_of((block,), [*pause, start])) == began + started + length

    def test_lets_a_rest_that_was_begun_in_it_begin_at_its_end(self) -> None:
        marks = [mark(MarkKind.PAUSE, 10), mark(MarkKind.REST, 20, seconds=90), mark(MarkKind.RESUME, 30)]
        assert times_of((), marks).rest == Rest(started_at=at(30), ends_at=at(120))


class TestSkip:
    @given(plans, marks(until=300), st.integers(300, 400))
    def test_goes_to_the_next_interval_s_start_exactly(
        self, blocks: tuple[Block, ...], before: list[Mark], second: int
    ) -> None:
        time = times_of(blocks, before)
        skipped = times_of(blocks, [*before, mark(MarkKind.NEXT, second, key=9)])
        if time.clock is None or running(time, second) == len(time.clock.intervals):
            assert skipped == time
            return
        index, reached = running(time, second), time.paused_at or at(second)
        assert running(skipped, second) == index + 1
        assert skipped.clock is not None
        assert ends_of(skipped.clock)[index] == reached

    def test_of_the_last_interval_ends_the_block(self) -> None:
        time = times_of((SPRINTS,), [begun(), mark(MarkKind.NEXT, SPRINT_SECONDS - 5)])
        assert running(time, SPRINT_SECONDS - 5) == 5
        assert turn_after(time, at(SPRINT_SECONDS - 5)) is None


class TestRest:
    def test_lasts_as_long_as_is_said(self) -> None:
        time = times_of((), [mark(MarkKind.REST, 10, seconds=90)])
        assert time.rest == Rest(started_at=at(10), ends_at=at(100))
        assert rest_end_after(time, at(99)) == at(100)
        assert rest_end_after(time, at(100)) is None

    def test_takes_the_place_of_the_one_before(self) -> None:
        time = times_of((), [mark(MarkKind.REST, 10, seconds=90), mark(MarkKind.REST, 40, seconds=30)])
        assert time.rest == Rest(started_at=at(40), ends_at=at(70))

    def test_gets_longer_while_it_runs(self) -> None:
        rest = [mark(MarkKind.REST, 10, seconds=90)]
        longer = times_of((), [*rest, mark(MarkKind.REST_EXTEND, 99, seconds=30)])
        assert longer.rest == Rest(started_at=at(10), ends_at=at(130))
        assert times_of((), [*rest, mark(MarkKind.REST_EXTEND, 100, seconds=30)]) == times_of((), rest)
        assert times_of((), [mark(MarkKind.REST_EXTEND, 5)]) == WorkoutTime()

    def test_is_skipped(self) -> None:
        time = times_of((), [mark(MarkKind.REST, 10), mark(MarkKind.REST_SKIP, 20)])
        assert time == WorkoutTime()
        assert rest_end_after(time, at(20)) is None

    def test_that_was_over_before_a_pause_stays_so(self) -> None:
        marks = [mark(MarkKind.REST, 0, seconds=10), mark(MarkKind.PAUSE, 10), mark(MarkKind.RESUME, 20)]
        assert times_of((), marks).rest == Rest(started_at=at(0), ends_at=at(10))


class TestEnd:
    def test_ends_a_pause_and_a_rest_and_keeps_how_far_the_clock_was(self) -> None:
        lived = [begun(), mark(MarkKind.REST, 10), mark(MarkKind.PAUSE, 35)]
        time = times_of((SPRINTS,), lived, at(100))
        assert (time.paused_at, time.paused_seconds, time.rest) == (None, 65, None)
        assert running(time, 100) == 2

    def test_lets_nothing_change_afterwards(self) -> None:
        lived, later = [begun(), mark(MarkKind.NEXT, 50)], [begun(51), mark(MarkKind.PAUSE, 51)]
        assert times_of((SPRINTS,), [*lived, *later], at(50)) == times_of((SPRINTS,), lived, at(50))


class Ticking(Struct):
    """Clocks that are moved on second by second, as a device without any reckoning would."""

    left: list[int] | None = None
    intervals: int = 0
    rest: int = 0
    paused: bool = False
    paused_seconds: int = 0

    def hear(self, mark: Mark, blocks: Sequence[Block]) -> None:
        block = blocks[mark.block] if mark.block < len(blocks) else None
        match mark.kind:
            case MarkKind.INTERVALS if isinstance(block, IntervalsBlock):
                self.left = [one.seconds for one in intervals_of(block)]
                self.intervals = len(self.left)
            case MarkKind.NEXT:
                self.left = self.left and self.left[1:]
            case MarkKind.PAUSE:
                self.paused = True
            case MarkKind.RESUME:
                self.paused = False
            case MarkKind.REST:
                self.rest = mark.seconds
            case MarkKind.REST_EXTEND:
                self.rest += mark.seconds if self.rest else 0
            case MarkKind.REST_SKIP:
                self.rest = 0

    def tick(self) -> None:
        if self.paused:
            self.paused_seconds += 1
            return
        if self.left:
            self.left[0] -= 1
            self.left = [seconds for seconds in self.left if seconds]
        self.rest = max(0, self.rest - 1)


def shown(time: WorkoutTime, second: int) -> tuple[int | None, list[int] | None, int, float]:
    """Which interval runs, what is left of each, what is left of the rest, what pauses took."""
    moment = time.paused_at or at(second)
    index = left = None
    if time.clock is not None:
        index = index_at(time.clock, moment)
        left = [int((end - moment).total_seconds()) for end in ends_of(time.clock)[index:]]
    rest = 0 if time.rest is None else max(0, int((time.rest.ends_at - moment).total_seconds()))
    pausing = 0.0 if time.paused_at is None else (at(second) - time.paused_at).total_seconds()
    return index, left, rest, time.paused_seconds + pausing


@given(plans, marks(until=120, most=12))
def test_what_is_reckoned_is_what_clocks_show_that_tick_by_the_second(
    blocks: tuple[Block, ...], chosen: list[Mark]
) -> None:
    ticking, told, time = Ticking(), in_order(chosen), WorkoutTime()
    for second in range(140):
        heard = [one for one in told if one.at == at(second)]
        for one in heard:
            ticking.hear(one, blocks)
        if heard:
            time = times_of(blocks, [one for one in told if one.at <= at(second)])
        index = None if ticking.left is None else ticking.intervals - len(ticking.left)
        left = None if ticking.left is None else list(accumulate(ticking.left))
        assert shown(time, second) == (index, left, ticking.rest, ticking.paused_seconds)
        ticking.tick()


@given(plans, marks(until=300), st.integers(0, 300), st.integers(300, LATER))
def test_who_was_away_shows_at_once_what_they_show_who_stayed(
    blocks: tuple[Block, ...], chosen: list[Mark], away_from: int, second: int
) -> None:
    heard = [one for one in chosen if one.at <= at(away_from)]
    queued = [one for one in chosen if one.at > at(away_from)]
    stayed = times_of(blocks, [*heard, *queued])
    came_back = msgspec.json.decode(
        msgspec.json.encode(times_of(blocks, [*queued, *heard])), type=WorkoutTime
    )
    assert shown(came_back, second) == shown(stayed, second)
