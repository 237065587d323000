"""The law of a lived workout: in what order what was done is told, and how often, makes no difference to what it comes to.

Stories by chance, of several devices, each command with the moment at which it was done. Whatever is told, and when, the
shelf holds every step against what is kept: see there.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import permutations
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.structs import replace

from channels.decision import Decision
from channels.wire.routine import (
    Block,
)
from channels.wire.workout import Workout, WorkoutStatus
from channels.wire.workout_commands import (
    WorkoutDiscard,
    WorkoutPause,
    WorkoutRest,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
)
from channels.workouts.tick import tick
from tests.channels.workouts.lives import ROWING, SESSION, START, at
from tests.channels.workouts.shelf import Shelf
from tests.channels.workouts.telling import (
    OWN,
    PLANS,
    SETS_DONE,
    Story,
    chances,
    deleted,
    edited,
    finished,
    gaps,
    logged,
    plans,
    resting,
    shelf_with,
    skipped,
    squats,
    stories,
    swapped,
    timed,
    told,
)


def told_late(blocks: tuple[Block, ...], story: Story, gap: timedelta) -> Shelf:
    """A shelf after all that was done came from queues, in this order, with so much time between."""
    shelf = shelf_with(blocks)
    shelf.pass_to(max([at(3600), *(one.at for one in story if one.at)]) + timedelta(seconds=1))
    for command in story:
        shelf.late(command)
        shelf.pass_to(shelf.now + gap)
    return shelf


def ended(shelf: Shelf) -> Workout:
    """The workout after it was finished by itself, where nobody did."""
    shelf.end()
    return shelf.shown[SESSION]


def orders(story: Story, chance: Random) -> Iterator[Story]:
    """Some orders in which a story may be told; in the last one parts of it are told twice."""
    yield sorted(story, key=lambda one: (one.at, one.key))
    yield story[::-1]
    twice = [*story, *chance.sample(story, len(story) // 2)]
    chance.shuffle(twice)
    yield twice


DAYS: Final = 3 * 24 * 60
jumps: Final = st.lists(st.timedeltas(timedelta(hours=-2), timedelta(hours=2)), min_size=1, max_size=12)
SOFT_SPOTS: Final[dict[str, Story]] = {
    "a set that is deleted, and said anew after that, has its rest again": [
        logged(1, rest=1200),
        deleted(2),
        edited(3, squats("100", 3)),
    ],
    "a set that is deleted before its device says that it was done": [
        deleted(1),
        logged(2),
        edited(3, SETS_DONE[3]),
    ],
    "two things that are said of a set at once": [
        logged(1),
        edited(2, squats("60", 5)),
        edited(2, squats("85", 5)),
    ],
    "an exercise that is mentioned and taken back": [
        logged(1, SETS_DONE[3]),
        edited(2, SETS_DONE[5]),
        deleted(3),
    ],
    "an interval that is skipped before its clock is heard of": [
        timed(1),
        skipped(3),
        told(WorkoutPause, 4),
    ],
    "a clock that is started in a pause": [
        told(WorkoutPause, 1),
        timed(2),
        told(WorkoutResume, 4),
        skipped(5),
    ],
    "pauses in pauses": [
        told(WorkoutPause, 1),
        told(WorkoutPause, 2),
        told(WorkoutResume, 3),
        told(WorkoutPause, 4),
    ],
    "a rest that is followed by others": [
        resting(WorkoutRest, 1, 600),
        resting(WorkoutRestExtend, 2, 60),
        told(WorkoutRestSkip, 3),
        resting(WorkoutRestExtend, 4, 60),
    ],
    "sets and pauses after the end move it": [
        logged(9),
        told(WorkoutPause, 6),
        finished(5),
        logged(3, set_id=2),
    ],
    "a late set is taken back, and the end with it": [
        finished(5),
        logged(9),
        deleted(10),
        told(WorkoutPause, 6),
    ],
    "several devices say that it is over": [
        finished(5, 6.0, "good"),
        finished(9, None, "hard"),
        finished(7, 8.5),
    ],
    "one place is swapped twice": [swapped(1, OWN), swapped(2, ROWING.exercise_id), logged(3, SETS_DONE[5])],
    "it is thrown away": [
        logged(1, rest=60),
        swapped(2, OWN),
        finished(5, 6.0, "good"),
        told(WorkoutDiscard, 3),
    ],
    "it is thrown away by two": [told(WorkoutDiscard, 3), told(WorkoutDiscard, 4), timed(1), finished(5)],
    "it is finished days later": [finished(DAYS), logged(5), timed(9)],
    "sets are corrected days later, before they are heard of": [
        edited(DAYS, SETS_DONE[3]),
        logged(3),
        finished(5),
    ],
    "something new is said days later": [logged(DAYS), told(WorkoutPause, DAYS), logged(5), timed(3)],
    "a clock runs on that was paused": [timed(1), told(WorkoutPause, 2), logged(3)],
}


@pytest.mark.parametrize("gap", [timedelta(seconds=1), timedelta(minutes=11)])
@pytest.mark.parametrize("story", SOFT_SPOTS.values(), ids=SOFT_SPOTS)
def test_every_order_comes_to_the_same(story: Story, gap: timedelta) -> None:
    sorted_story = sorted(story, key=lambda one: (one.at, one.key))
    once = told_late(PLANS[1], sorted_story, timedelta(seconds=1))
    shown, last = dict(once.shown), ended(once)
    for order in permutations(story):
        again = told_late(PLANS[1], [*order, order[0]], gap)
        assert again.shown == shown or gap > timedelta(minutes=10)
        assert ended(again) == last


def law_of_order(blocks: tuple[Block, ...], story: Story, chance: Random) -> None:
    gap = timedelta(seconds=1)
    once = told_late(blocks, story, gap)
    for order in orders(story, chance):
        assert told_late(blocks, order, gap).shown == once.shown


def law_of_time(blocks: tuple[Block, ...], story: Story, gap: timedelta, other_gap: timedelta) -> None:
    assert ended(told_late(blocks, story[::-1], other_gap)) == ended(told_late(blocks, story, gap))


def law_of_queues(blocks: tuple[Block, ...], story: Story, gap: timedelta, chance: Random) -> None:
    shelf, taken = shelf_with(blocks), []
    for number, command in enumerate(sorted(story, key=lambda one: one.at or START)):
        # No two at the same moment: the one that was done first was heard first.
        lived = replace(command, at=(command.at or START) + timedelta(milliseconds=number))
        if isinstance(shelf.live(lived), Decision):
            taken.append(lived)
    chance.shuffle(taken)
    assert ended(told_late(blocks, taken, gap)) == ended(shelf)


def law_of_jumps(blocks: tuple[Block, ...], story: Story, jumps: list[timedelta]) -> None:
    shelf = shelf_with(blocks)
    for number, command in enumerate(story):
        # As nodes do whose clocks disagree, or one whose clock is set: it may well stand before the start.
        shelf.now = START + jumps[number % len(jumps)]
        shelf.live(replace(command, at=None))
        shown = tick(shelf.workout, shelf.now)
        assert shown.elapsed_seconds >= 0
        assert (shown.interval_remaining_seconds or 1) > 0
        assert (shown.rest_remaining_seconds or 1) > 0
    workout = ended(shelf)
    assert workout.status in {WorkoutStatus.FINISHED, WorkoutStatus.DISCARDED}
    assert workout.ended_at is None or workout.ended_at >= workout.started_at


LAWS: Final = {
    "the order in which it is told, and how often, makes no difference": (law_of_order, chances),
    "nor does it when, or whether it was finished by itself meanwhile": (law_of_time, gaps, gaps),
    "what was done live comes to the same when it is told late": (law_of_queues, gaps, chances),
    "a clock that jumps leaves no workout without an end, nor ends it before its start": (
        law_of_jumps,
        jumps,
    ),
}


def holds(examples: int, law: Callable[..., None], *more: SearchStrategy[Any]) -> None:
    settings(max_examples=examples)(given(plans, stories(), *more)(law))()


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_laws_hold(law: tuple[Any, ...]) -> None:
    holds(60, *law)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_laws_hold_for_long(law: tuple[Any, ...]) -> None:
    holds(1000, *law)
