from collections import Counter
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.routine import IntervalsBlock, PlannedExercise, PlannedSet, SetsBlock, Station
from channels.wire.workout import EnergyShare, IntervalClock, IntervalKind, WorkoutTime
from channels.workouts.energy import (
    CIRCUIT,
    HIGH_INTENSITY,
    LIGHT,
    RESISTANCE,
    TABATA,
    Cost,
    cost_of,
    energy_of,
    kcal,
)
from channels.workouts.lived import Lived
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.moving import moving_time
from channels.workouts.ready import READY
from channels.workouts.timeline import index_at, times_of
from tests.channels.workouts.lives import ROWING, SQUAT, at, done, lived, marked

EXERCISES = (SQUAT, ROWING)
LIFTING = SetsBlock(exercises=(PlannedExercise(exercise_id=SQUAT.exercise_id, sets=(PlannedSet(reps=5),)),))
SPRINTS = IntervalsBlock(stations=(Station(work_seconds=20, rest_seconds=10),), rounds=8)

SPRINTS_AND_ROWING = IntervalsBlock(
    stations=(
        Station(work_seconds=20, rest_seconds=10),
        Station(work_seconds=20, rest_seconds=10, exercise_id=ROWING.exercise_id),
    )
)


def timed(*stations: tuple[int, int], rounds: int = 3, round_rest: int | None = None) -> IntervalsBlock:
    return IntervalsBlock(
        stations=tuple(Station(work_seconds=work, rest_seconds=rest) for work, rest in stations),
        rounds=rounds,
        round_rest_seconds=round_rest,
    )


def spent(workout: Lived) -> dict[str, int]:
    return {share.code: share.seconds for share in energy_of(workout, EXERCISES)}


@pytest.mark.parametrize(
    ("block", "cost"),
    [
        (timed((20, 10)), TABATA),
        (timed((30, 15)), TABATA),
        (timed((30, 30)), HIGH_INTENSITY),
        (timed((40, 20)), HIGH_INTENSITY),
        (timed((240, 180)), HIGH_INTENSITY),
        (timed((20, 10), round_rest=60), HIGH_INTENSITY),
        (timed((60, 0)), CIRCUIT),
        (timed((1200, 0), rounds=1), CIRCUIT),
        (timed((30, 0), (20, 0), (10, 0)), HIGH_INTENSITY),
        (SPRINTS_AND_ROWING, CIRCUIT),
    ],
)
def test_an_interval_block_costs_by_its_form(block: IntervalsBlock, cost: Cost) -> None:
    assert cost_of(block) == cost


def test_ready_made_routines_cost_what_their_kind_does() -> None:
    costs = {
        name: cost_of(block)
        for name, routine in READY.items()
        for block in routine.blocks
        if isinstance(block, IntervalsBlock)
    }
    assert {name for name, cost in costs.items() if cost == TABATA} == {"tabata"}
    assert {name for name, cost in costs.items() if cost == CIRCUIT} == {"emom", "amrap"}


def test_time_counts_to_the_set_that_ends_it_and_after_the_last_to_the_last() -> None:
    sets = [done(1, seconds_in=100), done(2, seconds_in=250, exercise=ROWING.exercise_id)]
    assert spent(lived(sets, seconds=300)) == {SQUAT.met_code: 100, ROWING.met_code: 200}


def test_warm_up_sets_take_time_and_deleted_ones_do_not() -> None:
    sets = [
        done(1, seconds_in=100, kind="warm_up", exercise=ROWING.exercise_id),
        done(2, seconds_in=200),
        done(3, seconds_in=300, exercise=ROWING.exercise_id, deleted=True),
    ]
    assert spent(lived(sets, seconds=300)) == {ROWING.met_code: 100, SQUAT.met_code: 200}


def test_an_exercise_of_ones_own_counts_as_resistance_training() -> None:
    workout = lived([done(1, exercise="own:Sandbag carry")], seconds=120)
    assert spent(workout) == {RESISTANCE.code: 120}


def test_a_workout_without_sets_is_light_and_one_without_time_is_nothing() -> None:
    assert spent(lived(seconds=120)) == {LIGHT.code: 120}
    assert energy_of(lived(seconds=0), EXERCISES) == ()


def test_an_interval_block_goes_before_the_sets_that_are_done_in_it() -> None:
    marks = marked((MarkKind.INTERVALS, 60))
    sets = [done(1, seconds_in=60), done(2, seconds_in=90, exercise=ROWING.exercise_id)]
    workout = lived(sets, seconds=400, blocks=[SPRINTS], marks=marks)
    # Eight times 20 s and seven times 10 s: there is no rest after the last.
    assert spent(workout) == {SQUAT.met_code: 60, TABATA.code: 230, ROWING.met_code: 110}


def test_what_lies_around_the_rounds_of_a_block_is_light() -> None:
    block = IntervalsBlock(
        stations=(Station(work_seconds=240, rest_seconds=180),),
        rounds=4,
        warm_up_seconds=600,
        cool_down_seconds=300,
    )
    workout = lived(seconds=2400, blocks=[block], marks=marked((MarkKind.INTERVALS, 0)))
    assert spent(workout) == {LIGHT.code: 900, HIGH_INTENSITY.code: 1500}


def test_a_block_ends_where_the_workout_does_and_where_another_begins() -> None:
    circuit = timed((60, 0), rounds=10)
    workout = lived(
        seconds=180,
        blocks=[SPRINTS, circuit],
        marks=[
            *marked((MarkKind.INTERVALS, 0)),
            *marked((MarkKind.INTERVALS, 50), (MarkKind.INTERVALS, 180), block=1),
        ],
    )
    assert spent(workout) == {TABATA.code: 50, CIRCUIT.code: 130}


def test_what_is_skipped_costs_nothing_and_what_is_paused_neither() -> None:
    marks = marked(
        (MarkKind.NEXT, 0),
        (MarkKind.INTERVALS, 10),
        (MarkKind.NEXT, 15),
        (MarkKind.PAUSE, 20),
        (MarkKind.RESUME, 80),
        (MarkKind.NEXT, 350),
    )
    workout = lived(seconds=400, blocks=[SPRINTS], marks=marks)
    assert spent(workout) == {LIGHT.code: 125, TABATA.code: 215}


def test_a_skip_at_the_end_of_an_interval_is_of_the_next_one() -> None:
    marks = marked((MarkKind.INTERVALS, 0), (MarkKind.NEXT, 20))
    assert spent(lived(seconds=400, blocks=[SPRINTS], marks=marks)) == {TABATA.code: 220, LIGHT.code: 180}


def test_clocks_that_were_not_planned_count_for_nothing() -> None:
    marks = [*marked((MarkKind.INTERVALS, 0)), *marked((MarkKind.INTERVALS, 0), block=1)]
    assert spent(lived([done(1)], seconds=90, blocks=[LIFTING], marks=marks)) == {SQUAT.met_code: 90}


def test_shares_come_in_whole_seconds_that_sum_up() -> None:
    sets = [done(1, seconds_in=0.6), done(2, seconds_in=1.2, exercise=ROWING.exercise_id)]
    workout = lived(sets, seconds=3.9, marks=marked((MarkKind.PAUSE, 2), (MarkKind.RESUME, 2.5)))
    assert energy_of(workout, EXERCISES) == (EnergyShare(code=ROWING.met_code, met=ROWING.met, seconds=3),)


def test_kcal_are_met_times_kg_times_hours() -> None:
    assert kcal([EnergyShare(code="02054", met=Decimal("3.5"), seconds=3600)], Decimal(70)) == 245
    tabata = [EnergyShare(code="02214", met=Decimal(11), seconds=240)]
    assert round(kcal(tabata, Decimal(70)), 1) == Decimal("51.3")
    assert kcal([*tabata, *tabata], Decimal(70)) == 2 * kcal(tabata, Decimal(70))
    assert kcal([], Decimal(70)) == 0


_AROUND = {IntervalKind.PREPARE, IntervalKind.WARM_UP, IntervalKind.COOL_DOWN}
_second = st.integers(0, 35)
_marks = st.lists(
    st.builds(
        Mark,
        kind=st.sampled_from([MarkKind.INTERVALS, MarkKind.NEXT, MarkKind.PAUSE, MarkKind.RESUME]),
        at=_second.map(at),
        key=st.integers(0, 10**6).map(lambda number: UUID(int=number)),
        block=st.integers(0, 3),
    ),
    max_size=7,
)
_blocks = st.tuples(
    st.just(LIFTING),
    st.builds(
        IntervalsBlock,
        stations=st.just((Station(work_seconds=4, rest_seconds=2),)),
        rounds=st.integers(1, 4),
        prepare_seconds=st.integers(0, 3),
        cool_down_seconds=st.integers(0, 3),
    ),
    st.just(timed((3, 1), (2, 0), rounds=2)),
)
_sets = st.lists(
    st.tuples(st.integers(0, 35), st.sampled_from([SQUAT.exercise_id, ROWING.exercise_id, "own:Carry"])),
    max_size=4,
)


def second_by_second(workout: Lived, seconds: int) -> Counter[str]:
    """What the clocks of the timeline say runs in each second that was not paused."""
    found: Counter[str] = Counter()
    time = WorkoutTime()
    for second in range(seconds):
        if any(mark.at == at(second) for mark in workout.marks):
            time = times_of(workout.blocks, [mark for mark in workout.marks if mark.at <= at(second)])
        if time.paused_at is None:
            found[_of_clock(workout, time.clock, second) or _of_sets(workout, second)] += 1
    return found


def _of_clock(workout: Lived, clock: IntervalClock | None, second: int) -> str | None:
    if clock is None or index_at(clock, at(second)) == len(clock.intervals):
        return None
    block = workout.blocks[clock.block]
    assert isinstance(block, IntervalsBlock)
    around = clock.intervals[index_at(clock, at(second))].kind in _AROUND
    return LIGHT.code if around else cost_of(block).code


def _of_sets(workout: Lived, second: int) -> str:
    following = [one for one in workout.sets if one.at > at(second)] or workout.sets[-1:]
    if not following:
        return LIGHT.code
    codes = {exercise.exercise_id: exercise.met_code for exercise in EXERCISES}
    return codes.get(following[0].exercise_id, RESISTANCE.code)


@given(marks=_marks, blocks=_blocks, sets=_sets, seconds=st.integers(0, 35))
def test_each_moving_second_counts_once_to_what_ran_in_it(
    marks: list[Mark],
    blocks: tuple[SetsBlock | IntervalsBlock, ...],
    sets: list[tuple[int, str]],
    seconds: int,
) -> None:
    records = [
        done(n, seconds_in=min(moment, seconds), exercise=exercise)
        for n, (moment, exercise) in enumerate(sets)
    ]
    workout = lived(records, seconds=seconds, blocks=blocks, marks=marks)
    shares = energy_of(workout, EXERCISES)
    assert sum(share.seconds for share in shares) == moving_time(workout).seconds
    assert Counter({share.code: share.seconds for share in shares}) == second_by_second(workout, seconds)
