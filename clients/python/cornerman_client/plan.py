"""What comes next in a workout's plan, and what was done the last time."""

from collections.abc import Iterator

from msgspec import Struct

from cornerman_client.types import DoneSet, Planned, PlannedSet, PreviousSet, SetKind, SetsBlock, Workout


class Place(Struct, frozen=True):
    """A set of the plan and its exercise, swaps reckoned in; `of` is how many sets of it the block has."""

    planned: Planned
    exercise_id: str
    set: PlannedSet
    number: int
    of: int


def next_set(workout: Workout) -> Place | None:
    """Return the planned set that comes next.

    A set that names its place is that place's; the others are, in their order, the first free places of their exercise,
    warm-up sets of planned warm-up sets only.
    """
    named = {_key(one.done.planned) for one in workout.sets if one.done.planned is not None}
    free = [place for place in _places(workout) if _key(place.planned) not in named]
    for one in workout.sets:
        if one.done.planned is None or one.done.planned.set is None:
            taken = next((place for place in free if _fits(one.done, place)), None)
            if taken is not None:
                free.remove(taken)
    return free[0] if free else None


def previous_set(workout: Workout, exercise_id: str) -> PreviousSet | None:
    """Return the set of the last time that the next one is held against: as many of the exercise came before it."""
    before = sum(one.done.exercise_id == exercise_id for one in workout.sets)
    previous = workout.previous.get(exercise_id, ())
    return previous[min(before, len(previous) - 1)] if previous else None


def _places(workout: Workout) -> Iterator[Place]:
    """Yield what is planned and not skipped, as a superset is done: the first set of each exercise, then the second."""
    skipped = {_key(planned) for planned in workout.skipped}
    for number, block in enumerate(workout.blocks):
        if isinstance(block, SetsBlock):
            for place in _in_turn(workout, number, block):
                if not skipped & _within(place.planned):
                    yield place


def _in_turn(workout: Workout, number: int, block: SetsBlock) -> Iterator[Place]:
    swapped = {_key(swap.planned): swap.exercise_id for swap in workout.swaps}
    for turn in range(max(len(exercise.sets) for exercise in block.exercises)):
        for place, exercise in enumerate(block.exercises):
            if turn < len(exercise.sets):
                planned = Planned(block=number, exercise=place, set=turn)
                exercise_id = swapped.get((number, place, None), exercise.exercise_id)
                yield Place(planned, exercise_id, exercise.sets[turn], turn + 1, len(exercise.sets))


_Key = tuple[int, int | None, int | None]


def _key(planned: Planned) -> _Key:
    return planned.block, planned.exercise, planned.set


def _within(planned: Planned) -> set[_Key]:
    """Return all places that a place lies in, itself among them."""
    return {_key(planned), (planned.block, planned.exercise, None), (planned.block, None, None)}


def _fits(done: DoneSet, place: Place) -> bool:
    return (
        place.exercise_id == done.exercise_id
        and (done.kind is SetKind.WARM_UP) == (place.set.kind is SetKind.WARM_UP)
        and (done.planned is None or _key(done.planned) in _within(place.planned))
    )
