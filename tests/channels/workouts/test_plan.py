from uuid import UUID

import pytest
from msgspec.structs import replace

from channels.wire.routine import (
    Block,
    IntervalsBlock,
    PlannedExercise,
    PlannedSet,
    SetKind,
    SetsBlock,
    Station,
)
from channels.wire.workout import Planned
from channels.workouts.lived import Lived
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.plan import (
    exercises_of,
    holds,
    name_of,
    next_planned,
    places,
    planned_of,
    rest_after,
    undone,
)
from storage.records import SetRecord
from tests.channels.workouts.lives import ROWING, SQUAT, at, done, lived

FIVE = PlannedSet(reps=5)
WARM_UP = PlannedSet(kind=SetKind.WARM_UP, reps=8)
SQUATS = PlannedExercise(exercise_id=SQUAT.exercise_id, sets=(WARM_UP, FIVE, replace(FIVE, rest_seconds=180)))
ROWS = PlannedExercise(exercise_id=ROWING.exercise_id, sets=(FIVE,))
SUPERSET = SetsBlock(exercises=(SQUATS, ROWS), rest_seconds=90)
SPRINTS = IntervalsBlock(stations=(Station(work_seconds=20, exercise_id="Burpees"), Station(work_seconds=20)))
BLOCKS: tuple[Block, ...] = (SUPERSET, SPRINTS, SetsBlock(exercises=(SQUATS,)))
OWN = "own:Sled push"


def place(block: int, exercise: int | None = None, one: int | None = None) -> Planned:
    return Planned(block=block, exercise=exercise, set=one)


def going(*sets: SetRecord, marks: tuple[Mark, ...] = ()) -> Lived:
    return lived(sets, status="running", blocks=BLOCKS, marks=marks)


def left(workout: Lived) -> list[tuple[int, int | None, int | None]]:
    return [(one.planned.block, one.planned.exercise, one.planned.set) for one in undone(workout)]


def skipped(planned: Planned) -> Mark:
    return Mark(kind=MarkKind.SKIP, at=at(1), key=UUID(int=1), planned=planned)


def swapped(planned: Planned, exercise_id: str) -> Mark:
    return Mark(kind=MarkKind.SWAP, at=at(1), key=UUID(int=1), planned=planned, exercise_id=exercise_id)


WHOLE = [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 2), (2, 0, 0), (2, 0, 1), (2, 0, 2)]


class TestPlaces:
    @pytest.mark.parametrize(
        ("planned", "there"),
        [
            (place(0), True),
            (place(0, 1), True),
            (place(0, 1, 0), True),
            (place(0, 1, 1), False),
            (place(0, 2), False),
            (place(0, None, 0), False),
            (place(1), True),
            (place(1, 1), True),
            (place(1, 2), False),
            (place(1, 0, 0), False),
            (place(3), False),
        ],
    )
    def test_are_there_or_not(self, planned: Planned, *, there: bool) -> None:
        assert holds(BLOCKS, planned) == there

    def test_are_in_the_order_in_which_a_superset_is_done(self) -> None:
        assert left(going()) == WHOLE

    @pytest.mark.parametrize(
        ("planned", "gone"),
        [
            (place(0), WHOLE[:4]),
            (place(0, 0), [(0, 0, 0), (0, 0, 1), (0, 0, 2)]),
            (place(0, 0, 1), [(0, 0, 1)]),
            (place(1), []),
        ],
    )
    def test_are_skipped_with_all_that_is_in_them(
        self, planned: Planned, gone: list[tuple[int, int, int]]
    ) -> None:
        assert left(going(marks=(skipped(planned),))) == [one for one in WHOLE if one not in gone]

    def test_are_of_the_exercise_that_is_done_in_place_of_the_planned_one(self) -> None:
        workout = going(marks=(swapped(place(0, 0), OWN),))
        assert [one.exercise_id for one in places(workout)][:4] == [OWN, ROWING.exercise_id, OWN, OWN]
        assert [one.exercise_id for one in places(workout)][4:] == [SQUAT.exercise_id] * 3


class TestUndone:
    def test_is_not_what_a_set_names(self) -> None:
        assert left(going(done(1, reps=5, place=(0, 0, 1)))) == [one for one in WHOLE if one != (0, 0, 1)]

    def test_is_what_a_set_named_that_was_taken_back(self) -> None:
        assert left(going(done(1, reps=5, place=(0, 0, 1), deleted=True))) == WHOLE

    def test_is_not_the_first_free_place_that_a_set_fits_that_names_none(self) -> None:
        named, unnamed = done(1, reps=5, place=(0, 0, 1)), done(2, reps=5)
        assert left(going(named, unnamed)) == [one for one in WHOLE if one not in {(0, 0, 1), (0, 0, 2)}]

    def test_is_filled_by_warm_ups_only_where_they_are_planned(self) -> None:
        warm_ups = [done(number, reps=8, kind="warm_up") for number in (1, 2, 3)]
        assert left(going(*warm_ups)) == [one for one in WHOLE if one not in {(0, 0, 0), (2, 0, 0)}]

    def test_is_filled_within_what_a_set_names_a_part_of(self) -> None:
        in_block = replace(done(1, reps=5), block=2)
        in_exercise = replace(done(2, reps=5), block=2, block_exercise=0)
        assert left(going(in_block, in_exercise)) == [
            one for one in WHOLE if one not in {(2, 0, 1), (2, 0, 2)}
        ]

    def test_is_nothing_else_s_business(self) -> None:
        other = done(1, reps=5, exercise=OWN)
        too_many = [done(number, reps=5, exercise=ROWING.exercise_id) for number in (2, 3)]
        assert left(going(other, *too_many)) == [one for one in WHOLE if one != (0, 1, 0)]

    def test_comes_next(self) -> None:
        following = next_planned(going(done(1, reps=8, place=(0, 0, 0))))
        assert following is not None
        assert (following.planned, following.exercise_id) == (place(0, 1, 0), ROWING.exercise_id)

    def test_is_nothing_at_the_end(self) -> None:
        assert next_planned(going(marks=(skipped(place(0)), skipped(place(2))))) is None
        assert next_planned(lived(status="running")) is None


class TestRest:
    @pytest.mark.parametrize(
        ("planned", "seconds"),
        [((0, 0, 0), None), ((0, 1, 0), 90), ((0, 0, 1), 90), ((0, 0, 2), 180), ((2, 0, 1), None)],
    )
    def test_is_what_the_set_says_or_the_block_after_each_turn(
        self, planned: tuple[int, int, int], seconds: int | None
    ) -> None:
        assert rest_after(BLOCKS, done(1, reps=5, place=planned)) == seconds

    def test_is_that_of_the_first_place_that_fits_where_none_is_named(self) -> None:
        assert rest_after(BLOCKS, done(1, reps=5)) == 90
        assert rest_after(BLOCKS, done(1, reps=8, kind="warm_up")) is None
        assert rest_after(BLOCKS, done(1, reps=8, exercise=OWN)) is None
        assert rest_after(BLOCKS, replace(done(1, reps=5), block=2)) is None

    def test_is_not_planned_between_stations(self) -> None:
        assert rest_after((SPRINTS,), done(1, reps=5, exercise="Burpees")) is None


def test_a_set_names_its_place_or_a_part_of_it_or_none() -> None:
    assert planned_of(done(1, reps=5, place=(0, 0, 1))) == place(0, 0, 1)
    assert planned_of(replace(done(1, reps=5), block=2)) == place(2)
    assert planned_of(done(1, reps=5)) is None


def test_the_exercises_of_a_plan_are_each_there_once() -> None:
    assert exercises_of(BLOCKS) == [SQUAT.exercise_id, ROWING.exercise_id, "Burpees"]


@pytest.mark.parametrize(
    ("exercise_id", "name"), [(SQUAT.exercise_id, "Barbell Squat"), (OWN, "Sled push"), ("Gone", "Gone")]
)
def test_an_exercise_is_called_as_in_the_library_or_as_its_owner_calls_it(
    exercise_id: str, name: str
) -> None:
    assert name_of(exercise_id, (SQUAT,)) == name
