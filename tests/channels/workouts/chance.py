"""Plans and marks by chance, for laws that hold for all of them."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from channels.wire.routine import Block, IntervalsBlock, PlannedExercise, PlannedSet, SetsBlock, Station
from channels.workouts.marks import Mark, MarkKind
from tests.channels.workouts.lives import SQUAT, at

CLOCKS = (
    MarkKind.INTERVALS,
    MarkKind.NEXT,
    MarkKind.PAUSE,
    MarkKind.RESUME,
    MarkKind.REST,
    MarkKind.REST_EXTEND,
    MarkKind.REST_SKIP,
)
LIFTING = SetsBlock(exercises=(PlannedExercise(exercise_id=SQUAT.exercise_id, sets=(PlannedSet(reps=5),)),))

stations = st.builds(
    Station,
    work_seconds=st.integers(1, 40),
    rest_seconds=st.integers(0, 20),
    target=st.sampled_from(["", "all out"]),
)
timed = st.builds(
    IntervalsBlock,
    stations=st.lists(stations, min_size=1, max_size=3).map(tuple),
    rounds=st.integers(1, 4),
    round_rest_seconds=st.none() | st.integers(1, 30),
    prepare_seconds=st.integers(0, 10),
    warm_up_seconds=st.integers(0, 30),
    cool_down_seconds=st.integers(0, 30),
)
plans: st.SearchStrategy[tuple[Block, ...]] = st.tuples(timed, timed, st.just(LIFTING))


def marks(kinds: tuple[MarkKind, ...] = CLOCKS, *, until: int = 300, most: int = 10) -> Any:
    """Marks at whole seconds, several at one of them too; blocks are of `plans`, or are none at all."""
    one = st.builds(
        Mark,
        kind=st.sampled_from(kinds),
        at=st.integers(0, until).map(at),
        key=st.integers(0, 5).map(lambda number: UUID(int=number)),
        block=st.integers(0, 3),
        seconds=st.integers(1, 90),
    )
    return st.lists(one, max_size=most)
