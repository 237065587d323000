import pytest

from channels.wire.routine import IntervalsBlock, OriginKind, Routine
from channels.wire.workout import IntervalKind
from channels.workouts.planning import checked_plan
from channels.workouts.ready import READY
from channels.workouts.timeline import intervals_of

MINUTE = 60


def block_of(routine: Routine) -> IntervalsBlock:
    (block,) = routine.blocks
    assert isinstance(block, IntervalsBlock)
    return block


def seconds_of(routine: Routine, *kinds: IntervalKind) -> int:
    return sum(interval.seconds for interval in intervals_of(block_of(routine)) if interval.kind in kinds)


FIGURES = {
    # Seconds of work, of rest, from the first work to the last; rounds.
    "tabata": (8 * 20, 7 * 10, 230, 8),
    "30-30": (15 * 30, 14 * 30, 870, 15),
    "15-15": (47 * 15, 46 * 15, 1395, 47),
    "40-20": (10 * 40, 9 * 20, 580, 10),
    "emom": (10 * MINUTE, 0, 600, 10),
    "amrap": (20 * MINUTE, 0, 1200, 1),
    "norwegian-4x4": (16 * MINUTE, 9 * MINUTE, 1500, 4),
    "10x60": (10 * MINUTE, 9 * MINUTE, 1140, 10),
    "10-20-30": (15 * MINUTE, 4 * MINUTE, 1140, 3),
    "sprints-30": (4 * 30, 12 * MINUTE, 840, 4),
    "sprints-20": (3 * 20, 4 * MINUTE, 300, 3),
    "rehit": (2 * 20, 200, 240, 2),
}


def test_there_are_figures_for_each() -> None:
    assert FIGURES.keys() == READY.keys()


@pytest.mark.parametrize("routine_id", READY)
def test_the_figures_are_those_of_its_source(routine_id: str) -> None:
    routine = READY[routine_id]
    work = seconds_of(routine, IntervalKind.WORK)
    rest = seconds_of(routine, IntervalKind.REST, IntervalKind.ROUND_REST)
    assert (work, rest, work + rest, block_of(routine).rounds) == FIGURES[routine_id]


@pytest.mark.parametrize("routine", READY.values(), ids=lambda routine: routine.routine_id)
def test_each_says_where_it_is_from_and_may_be_planned(routine: Routine) -> None:
    assert (routine.origin.kind, routine.origin.of) == (OriginKind.READY, routine.routine_id)
    assert routine.source
    assert 0 < len(routine.name) <= 100
    assert 0 < len(routine.note) <= 1000
    assert checked_plan(routine.blocks, ()) is None
    assert all(station.target for station in block_of(routine).stations)


def test_the_norwegian_one_has_its_warm_up_zones_and_cool_down() -> None:
    routine = READY["norwegian-4x4"]
    assert seconds_of(routine, IntervalKind.WARM_UP) == 10 * MINUTE
    assert seconds_of(routine, IntervalKind.COOL_DOWN) == 5 * MINUTE
    (station,) = block_of(routine).stations
    assert (station.work_seconds, station.rest_seconds) == (4 * MINUTE, 3 * MINUTE)
    assert "85-95 % of HRmax" in station.target
    assert "60-70 %" in station.target


@pytest.mark.parametrize("routine_id", ["10x60", "sprints-20", "rehit"])
def test_whole_sessions_take_as_long_as_they_did(routine_id: str) -> None:
    whole = sum(interval.seconds for interval in intervals_of(block_of(READY[routine_id])))
    assert whole == {"10x60": 24 * MINUTE, "sprints-20": 10 * MINUTE, "rehit": 10 * MINUTE}[routine_id]


def test_five_times_30_20_and_10_seconds_make_a_block_of_five_minutes() -> None:
    stations = block_of(READY["10-20-30"]).stations
    assert [station.work_seconds for station in stations] == [30, 20, 10] * 5
