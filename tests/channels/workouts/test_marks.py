from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.wire.workout import Planned, Swap
from channels.workouts.marks import Mark, MarkKind, counted, in_order, rest_with, skipped_of, swaps_of
from tests.channels.workouts.chance import marks
from tests.channels.workouts.lives import at, done

FIRST, SECOND = Planned(block=0, exercise=0), Planned(block=0, exercise=1)


def skip(second: float, planned: Planned, key: int = 1) -> Mark:
    return Mark(kind=MarkKind.SKIP, at=at(second), key=UUID(int=key), planned=planned)


def swap(second: float, planned: Planned, exercise_id: str, key: int = 1) -> Mark:
    return replace(skip(second, planned, key), kind=MarkKind.SWAP, exercise_id=exercise_id)


@given(marks(until=5), st.data())
def test_have_one_order_however_they_come_and_each_is_there_once(chosen: list[Mark], data: Any) -> None:
    ordered = in_order(data.draw(st.permutations([*chosen, *chosen])))
    assert ordered == in_order(chosen)
    assert len(ordered) == len(set(chosen)) == len(set(ordered))
    assert [one.at for one in ordered] == sorted(one.at for one in ordered)


def test_of_one_moment_are_in_the_order_of_their_keys() -> None:
    first, second = skip(5, SECOND, key=1), skip(5, FIRST, key=2)
    assert in_order([second, first]) == [first, second]


def test_a_place_is_skipped_once_however_often_it_is() -> None:
    chosen = [skip(9, FIRST, key=3), skip(5, SECOND), skip(2, FIRST)]
    assert skipped_of([*chosen, Mark(kind=MarkKind.PAUSE, at=at(1), key=UUID(int=1))]) == (FIRST, SECOND)


def test_the_last_swap_of_a_place_counts() -> None:
    chosen = [swap(9, FIRST, "Pushups"), swap(2, FIRST, "Plank"), swap(5, SECOND, "Plank"), skip(1, FIRST)]
    assert swaps_of(chosen) == (
        Swap(planned=FIRST, exercise_id="Pushups"),
        Swap(planned=SECOND, exercise_id="Plank"),
    )


def test_a_rest_that_began_with_a_set_counts_as_long_as_the_set_does() -> None:
    kept, gone = done(1, reps=5), done(2, reps=5, deleted=True)
    own = Mark(kind=MarkKind.REST, at=gone.at, key=gone.set_id, seconds=30)
    assert counted([rest_with(kept, 90), rest_with(gone, 90), own], [kept, gone]) == [
        rest_with(kept, 90),
        own,
    ]


def test_a_rest_begins_when_its_set_was_done() -> None:
    one = done(3, reps=5)
    assert rest_with(one, 90) == Mark(
        kind=MarkKind.REST, at=one.at, key=one.set_id, seconds=90, set_id=one.set_id
    )
