"""The plan of a workout: its places, which of them are done, and what comes next."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from channels.wire.routine import Block, IntervalsBlock, PlannedSet, SetKind, SetsBlock
from channels.wire.workout import Planned
from channels.workouts.lived import Lived
from channels.workouts.marks import skipped_of, swaps_of
from channels.workouts.sets import OWN
from storage.records import ExerciseRecord, SetRecord


class Place(Struct, frozen=True):
    """A set of the plan, and the exercise that is to be done there, swaps reckoned in."""

    planned: Planned
    exercise_id: str
    set: PlannedSet
    rest_seconds: int | None


def holds(blocks: Sequence[Block], planned: Planned) -> bool:
    """Say whether there is something at a place of the plan."""
    if planned.block >= len(blocks):
        return False
    block = blocks[planned.block]
    if planned.exercise is None:
        return planned.set is None
    if isinstance(block, IntervalsBlock):
        return planned.exercise < len(block.stations) and planned.set is None
    if planned.exercise >= len(block.exercises):
        return False
    return planned.set is None or planned.set < len(block.exercises[planned.exercise].sets)


def places(lived: Lived) -> Iterator[Place]:
    """Yield the sets that are planned, skipped or not, in the order in which they are to be done."""
    swapped = {swap.planned: swap.exercise_id for swap in swaps_of(lived.marks)}
    for number, block in enumerate(lived.blocks):
        if isinstance(block, SetsBlock):
            yield from _in_turn(number, block, swapped)


def _in_turn(number: int, block: SetsBlock, swapped: dict[Planned, str]) -> Iterator[Place]:
    """Yield a block's sets: the first of each exercise, then the second of each, as a superset is done.

    The block's own rest comes when all exercises of a turn are done.
    """
    for turn in range(max(len(exercise.sets) for exercise in block.exercises)):
        exercises = [place for place, exercise in enumerate(block.exercises) if turn < len(exercise.sets)]
        for place in exercises:
            exercise = block.exercises[place]
            one = exercise.sets[turn]
            swap = swapped.get(Planned(block=number, exercise=place))
            after_all = block.rest_seconds if place == exercises[-1] else None
            yield Place(
                Planned(block=number, exercise=place, set=turn),
                swap or exercise.exercise_id,
                one,
                one.rest_seconds or after_all,
            )


def _within(planned: Planned) -> set[Planned]:
    """Return all places that a place lies in, itself among them."""
    return {
        planned,
        Planned(block=planned.block, exercise=planned.exercise),
        Planned(block=planned.block),
    }


def undone(lived: Lived) -> list[Place]:
    """Return what is still to be done; what was skipped is not."""
    skipped = set(skipped_of(lived.marks))
    return _free(lived, (place for place in places(lived) if not skipped & _within(place.planned)))


def missed(lived: Lived) -> list[Place]:
    """Return what of the plan was not done, skipped or not."""
    return _free(lived, places(lived))


def _free(lived: Lived, places: Iterable[Place]) -> list[Place]:
    """Return the places that no set has taken.

    A set that names its place is that place's; the others are, in their order, the first free places of their exercise,
    warm-up sets of planned warm-up sets only.
    """
    done = [one for one in lived.sets if not one.deleted]
    named = {planned_of(one) for one in done}
    free = [place for place in places if place.planned not in named]
    for one in done:
        if one.block_set is None:
            taken = next((place for place in free if _fits(one, place)), None)
            if taken is not None:
                free.remove(taken)
    return free


def _fits(one: SetRecord, place: Place) -> bool:
    """Say whether a set may be what is planned at a place; it may name the block or the exercise that the place is in."""
    planned = planned_of(one)
    warm_up = one.kind == SetKind.WARM_UP
    return (
        place.exercise_id == one.exercise_id
        and warm_up == (place.set.kind is SetKind.WARM_UP)
        and (planned is None or planned in _within(place.planned))
    )


def next_planned(lived: Lived) -> Place | None:
    """Return the set that comes next, if one is still planned."""
    return next(iter(undone(lived)), None)


def rest_after(blocks: Sequence[Block], one: SetRecord) -> int | None:
    """Return for how many seconds the plan says to rest after a set.

    That is what its place says, or the first place that it fits when it names none: whatever is done, skipped or swapped
    already, so that the order in which sets come makes no difference.
    """
    planned = planned_of(one)
    for number, block in enumerate(blocks):
        if isinstance(block, SetsBlock):
            for place in _in_turn(number, block, {}):
                if place.planned == planned or (one.block_set is None and _fits(one, place)):
                    return place.rest_seconds
    return None


def planned_of(one: SetRecord) -> Planned | None:
    """Return the place of the plan that a set names."""
    if one.block is None:
        return None
    return Planned(block=one.block, exercise=one.block_exercise, set=one.block_set)


def exercises_of(blocks: Sequence[Block]) -> list[str]:
    """Return the exercises of a plan, each once."""
    found: dict[str, None] = {}
    for block in blocks:
        if isinstance(block, SetsBlock):
            found |= dict.fromkeys(exercise.exercise_id for exercise in block.exercises)
        else:
            found |= {station.exercise_id: None for station in block.stations if station.exercise_id}
    return list(found)


def name_of(exercise_id: str, exercises: Sequence[ExerciseRecord]) -> str:
    """Return what an exercise is called."""
    if exercise_id.startswith(OWN):
        return exercise_id.removeprefix(OWN).strip()
    return next((one.name for one in exercises if one.exercise_id == exercise_id), exercise_id)
