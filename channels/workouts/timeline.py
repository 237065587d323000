"""The clocks of a workout, folded from what was done to them.

A mark that makes no sense at its place (to pause what is paused) changes nothing.

All is absolute: a clock is the moment at which its first interval would have begun had nobody paused or skipped. What
runs now follows from that on every device alike, and nothing has to be corrected as time goes by.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from msgspec.structs import replace

from channels.wire.routine import Block, IntervalsBlock, Station
from channels.wire.workout import Interval, IntervalClock, IntervalKind, Rest, WorkoutTime
from channels.workouts.marks import Mark, MarkKind, in_order


def intervals_of(block: IntervalsBlock) -> tuple[Interval, ...]:
    """Return a block's timeline: preparation, warm-up, the rounds, cool-down."""
    before = ((IntervalKind.PREPARE, block.prepare_seconds), (IntervalKind.WARM_UP, block.warm_up_seconds))
    whole = [
        *(Interval(kind=kind, seconds=seconds) for kind, seconds in before if seconds),
        *_rounds(block),
    ]
    if block.cool_down_seconds:
        whole.append(Interval(kind=IntervalKind.COOL_DOWN, seconds=block.cool_down_seconds))
    return tuple(whole)


def _rounds(block: IntervalsBlock) -> Iterator[Interval]:
    for number in range(1, block.rounds + 1):
        for place, station in enumerate(block.stations, 1):
            yield Interval(
                kind=IntervalKind.WORK,
                seconds=station.work_seconds,
                round=number,
                station=place,
                exercise_id=station.exercise_id,
                target=station.target,
            )
            yield from _rest_after(block, number, place, station)


def _rest_after(block: IntervalsBlock, number: int, place: int, station: Station) -> Iterator[Interval]:
    kind, seconds = IntervalKind.REST, station.rest_seconds
    if place == len(block.stations):
        if number == block.rounds:
            return
        if block.round_rest_seconds is not None:
            kind, seconds = IntervalKind.ROUND_REST, block.round_rest_seconds
    if seconds:
        yield Interval(kind=kind, seconds=seconds, round=number, station=place)


def ends_of(clock: IntervalClock) -> list[datetime]:
    """Return when each interval ends, had nobody paused since."""
    return [
        clock.starts_at + timedelta(seconds=seconds)
        for seconds in accumulate(interval.seconds for interval in clock.intervals)
    ]


def index_at(clock: IntervalClock, moment: datetime) -> int:
    """Return which interval runs at a moment; as many as there are when the block is done."""
    return sum(end <= moment for end in ends_of(clock))


def turn_after(time: WorkoutTime, moment: datetime) -> datetime | None:
    """Return when the running interval ends; None while the workout is paused and when the block is done."""
    if time.clock is None or time.paused_at is not None:
        return None
    return next((end for end in ends_of(time.clock) if end > moment), None)


def rest_end_after(time: WorkoutTime, moment: datetime) -> datetime | None:
    """Return when the running rest ends; None while the workout is paused and when nobody rests."""
    if time.rest is None or time.paused_at is not None or time.rest.ends_at <= moment:
        return None
    return time.rest.ends_at


def times_of(blocks: Sequence[Block], marks: Iterable[Mark], ended_at: datetime | None = None) -> WorkoutTime:
    """Return the clocks that the marks come to, in whatever order they are given.

    With its end all of it ends: a pause lasts until then at most, nobody rests any more, and later marks change nothing.
    """
    time = WorkoutTime()
    for mark in in_order(marks):
        if ended_at is not None and mark.at > ended_at:
            break
        if step := _STEPS.get(mark.kind):
            time = step(time, mark, blocks)
    return time if ended_at is None else replace(_resumed(time, ended_at), rest=None)


def _intervals(time: WorkoutTime, mark: Mark, blocks: Sequence[Block]) -> WorkoutTime:
    block = blocks[mark.block] if mark.block < len(blocks) else None
    if not isinstance(block, IntervalsBlock):
        return time
    # While paused all begins where the pause did, and moves on with it.
    starts_at = time.paused_at or mark.at
    clock = IntervalClock(block=mark.block, starts_at=starts_at, intervals=intervals_of(block))
    return replace(time, clock=clock)


def _next(time: WorkoutTime, mark: Mark, _blocks: Sequence[Block]) -> WorkoutTime:
    if time.clock is None:
        return time
    reached = time.paused_at or mark.at
    end = next((end for end in ends_of(time.clock) if end > reached), None)
    if end is None:
        return time
    return replace(time, clock=_moved(time.clock, reached - end))


def _pause(time: WorkoutTime, mark: Mark, _blocks: Sequence[Block]) -> WorkoutTime:
    return time if time.paused_at is not None else replace(time, paused_at=mark.at)


def _resume(time: WorkoutTime, mark: Mark, _blocks: Sequence[Block]) -> WorkoutTime:
    return _resumed(time, mark.at)


def _resumed(time: WorkoutTime, at: datetime) -> WorkoutTime:
    if time.paused_at is None:
        return time
    paused = at - time.paused_at
    rest = time.rest
    if rest is not None and rest.ends_at > time.paused_at:
        rest = Rest(started_at=rest.started_at + paused, ends_at=rest.ends_at + paused)
    return replace(
        time,
        paused_at=None,
        paused_seconds=time.paused_seconds + paused.total_seconds(),
        clock=None if time.clock is None else _moved(time.clock, paused),
        rest=rest,
    )


def _rest(time: WorkoutTime, mark: Mark, _blocks: Sequence[Block]) -> WorkoutTime:
    began = time.paused_at or mark.at
    return replace(time, rest=Rest(started_at=began, ends_at=began + timedelta(seconds=mark.seconds)))


def _rest_extend(time: WorkoutTime, mark: Mark, _blocks: Sequence[Block]) -> WorkoutTime:
    if time.rest is None or time.rest.ends_at <= (time.paused_at or mark.at):
        return time
    later = time.rest.ends_at + timedelta(seconds=mark.seconds)
    return replace(time, rest=replace(time.rest, ends_at=later))


def _rest_skip(time: WorkoutTime, _mark: Mark, _blocks: Sequence[Block]) -> WorkoutTime:
    return replace(time, rest=None)


def _moved(clock: IntervalClock, by: timedelta) -> IntervalClock:
    return replace(clock, starts_at=clock.starts_at + by)


_STEPS: Final[dict[MarkKind, Callable[[WorkoutTime, Mark, Sequence[Block]], WorkoutTime]]] = {
    MarkKind.INTERVALS: _intervals,
    MarkKind.NEXT: _next,
    MarkKind.PAUSE: _pause,
    MarkKind.RESUME: _resume,
    MarkKind.REST: _rest,
    MarkKind.REST_EXTEND: _rest_extend,
    MarkKind.REST_SKIP: _rest_skip,
}
