"""What may be told of a lived workout: stories by chance, and stories that are written out."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from channels.wire.envelope import Command
from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import (
    Block,
    IntervalsBlock,
    PlannedExercise,
    PlannedSet,
    SetKind,
    SetsBlock,
    Station,
)
from channels.wire.workout import DoneSet, Planned
from channels.wire.workout_commands import (
    OfWorkout,
    WorkoutDiscard,
    WorkoutFinish,
    WorkoutFinishData,
    WorkoutIntervals,
    WorkoutIntervalsData,
    WorkoutPause,
    WorkoutRest,
    WorkoutRestData,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutResume,
    WorkoutSetDelete,
    WorkoutSetDeleteData,
    WorkoutSetEdit,
    WorkoutSetEditData,
    WorkoutSetLog,
    WorkoutSetLogData,
    WorkoutSkip,
    WorkoutSkipData,
    WorkoutStart,
    WorkoutStartData,
    WorkoutSwap,
    WorkoutSwapData,
)
from storage.records import BestsRecord, PreviousRecord
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, at, done
from tests.channels.workouts.shelf import Shelf

OWN: Final = "own:Sled push"
EXERCISES: Final = (SQUAT.exercise_id, ROWING.exercise_id, OWN)
SPRINTS: Final = IntervalsBlock(stations=(Station(work_seconds=300, rest_seconds=120),), rounds=4)
LIFTING: Final = SetsBlock(
    exercises=(
        PlannedExercise(exercise_id=SQUAT.exercise_id, sets=(PlannedSet(reps=5),) * 2),
        PlannedExercise(exercise_id=ROWING.exercise_id, sets=(PlannedSet(reps=5, rest_seconds=240),)),
    ),
    rest_seconds=90,
)
PLANS: Final[tuple[tuple[Block, ...], ...]] = ((), (LIFTING, SPRINTS), (SPRINTS, LIFTING))
PLACES: Final = [
    Planned(block=0),
    Planned(block=1),
    Planned(block=0, exercise=0),
    Planned(block=1, exercise=0),
    Planned(block=1, exercise=1),
    Planned(block=0, exercise=0, set=1),
    Planned(block=2),
]
BESTS: Final = tuple(
    BestsRecord(exercise_id=one, efforts=((Decimal(80), 5), (Decimal(90), 1)), volume_kg=Decimal(700))
    for one in EXERCISES
)
PREVIOUS: Final = tuple(
    PreviousRecord(exercise_id=one, sets=(done(1, exercise=one, kg="80", reps=5),)) for one in EXERCISES
)

Story = Sequence[Command]


def named(number: int) -> UUID:
    """The id of a set."""
    return UUID(int=7000 + number)


def squats(kg: str, reps: int, planned: Planned | None = None) -> DoneSet:
    mass = Mass(value=Decimal(kg), unit=MassUnit.KG)
    return DoneSet(exercise_id=SQUAT.exercise_id, mass=mass, reps=reps, planned=planned)


IT: Final = OfWorkout(session_id=SESSION)
SETS_DONE: Final = (
    squats("60", 5),
    squats("85", 5, Planned(block=0, exercise=0, set=1)),
    squats("100", 3, Planned(block=1, exercise=0, set=0)),
    DoneSet(exercise_id=ROWING.exercise_id, seconds=300),
    DoneSet(exercise_id=ROWING.exercise_id, kind=SetKind.WARM_UP, seconds=300),
    DoneSet(exercise_id=OWN, reps=8, note="heavy"),
)
NAMED: Final = (named(1), named(1), named(2))
TOLD: Final[dict[type[Command], Sequence[Any]]] = {
    WorkoutSetLog: [
        WorkoutSetLogData(session_id=SESSION, set_id=one, done=done, rest_seconds=seconds)
        for one, done, seconds in product(NAMED, SETS_DONE, (None, 240, 1200))
    ],
    WorkoutSetEdit: [
        WorkoutSetEditData(session_id=SESSION, set_id=one, done=done)
        for one, done in product(NAMED, SETS_DONE)
    ],
    WorkoutSetDelete: [WorkoutSetDeleteData(session_id=SESSION, set_id=one) for one in NAMED],
    WorkoutSkip: [WorkoutSkipData(session_id=SESSION, planned=one) for one in (None, *PLACES)],
    WorkoutSwap: [
        WorkoutSwapData(session_id=SESSION, planned=one, exercise_id=other)
        for one, other in product(PLACES, EXERCISES)
    ],
    WorkoutIntervals: [WorkoutIntervalsData(session_id=SESSION, block=block) for block in (0, 1, 2)],
    WorkoutRest: [WorkoutRestData(session_id=SESSION, seconds=seconds) for seconds in (60, 600)],
    WorkoutRestExtend: [WorkoutRestData(session_id=SESSION, seconds=seconds) for seconds in (60, 600)],
    WorkoutRestSkip: [IT],
    WorkoutPause: [IT],
    WorkoutResume: [IT],
    WorkoutFinish: [
        WorkoutFinishData(session_id=SESSION, rpe=rpe, note=note)
        for rpe, note in ((None, None), (6.0, "good"), (8.5, None), (None, ""))
    ],
    WorkoutDiscard: [IT],
}
SETS: Final = (WorkoutSetLog, WorkoutSetLog, WorkoutSetEdit, WorkoutSetDelete)
ENDS: Final = (WorkoutFinish, WorkoutPause, WorkoutResume)
CLOCKS: Final = (WorkoutIntervals, WorkoutSkip, WorkoutPause, WorkoutResume)
RESTS: Final = (
    WorkoutSetLog,
    WorkoutSetDelete,
    WorkoutRest,
    WorkoutRestExtend,
    WorkoutRestSkip,
    WorkoutPause,
)
PLAN: Final = (WorkoutSkip, WorkoutSwap, WorkoutSetLog, WorkoutSetEdit)
THEMES: Final[Sequence[Sequence[type[Command]]]] = (
    SETS,
    (*SETS, *ENDS),
    CLOCKS,
    (*CLOCKS, *ENDS),
    RESTS,
    (*RESTS, *ENDS, WorkoutSetEdit),
    PLAN,
    (*PLAN, *ENDS, WorkoutDiscard),
    tuple(TOLD),
)
"""Of what stories are: of few kinds of commands, so that they meet; of all."""


def pool(theme: Sequence[type[Command]]) -> st.SearchStrategy[tuple[type[Command], Any]]:
    """What may be told, each kind of command as often as the others."""
    most = max(map(len, TOLD.values()))
    return st.sampled_from(
        [(kind, TOLD[kind][number % len(TOLD[kind])]) for kind in theme for number in range(most)]
    )


POOLS: Final = [
    st.lists(st.tuples(st.integers(0, 15), pool(theme)), min_size=2, max_size=9) for theme in THEMES
]


def command_of(told: tuple[type[Command], Any], minutes: int, key: int) -> Command:
    kind, data = told
    make: Any = kind  # each has data of its own
    command: Command = make(id=1, key=UUID(int=9000 + key), at=at(60 * minutes), data=data)
    return command


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Commands that are done within the hour after the start, some of them at once; their keys may fall."""
    down = draw(st.sampled_from([1, -1]))
    told = draw(draw(st.sampled_from(POOLS)))
    return [command_of(one, 4 * quarter, down * key) for key, (quarter, one) in enumerate(told)]


plans = st.sampled_from(PLANS)
chances = st.integers(0, 1000).map(Random)
gaps = st.sampled_from([timedelta(seconds=1), timedelta(minutes=11), timedelta(hours=2)])
"""Within the longer ones a workout may be finished by itself."""


def told(kind: type[Command], minutes: int, data: Any = IT) -> Command:
    """A command of a story that is written out."""
    return command_of((kind, data), minutes, minutes)


def logged(
    minutes: int, done: DoneSet = SETS_DONE[1], *, set_id: int = 1, rest: int | None = None
) -> Command:
    data = WorkoutSetLogData(session_id=SESSION, set_id=named(set_id), done=done, rest_seconds=rest)
    return told(WorkoutSetLog, minutes, data)


def edited(minutes: int, done: DoneSet, *, set_id: int = 1) -> Command:
    data = WorkoutSetEditData(session_id=SESSION, set_id=named(set_id), done=done)
    return told(WorkoutSetEdit, minutes, data)


def deleted(minutes: int, *, set_id: int = 1) -> Command:
    data = WorkoutSetDeleteData(session_id=SESSION, set_id=named(set_id))
    return told(WorkoutSetDelete, minutes, data)


def finished(minutes: int, rpe: float | None = None, note: str | None = None) -> Command:
    return told(WorkoutFinish, minutes, WorkoutFinishData(session_id=SESSION, rpe=rpe, note=note))


def swapped(minutes: int, exercise_id: str) -> Command:
    planned = Planned(block=0, exercise=0)
    data = WorkoutSwapData(session_id=SESSION, planned=planned, exercise_id=exercise_id)
    return told(WorkoutSwap, minutes, data)


def resting(kind: type[Command], minutes: int, seconds: int) -> Command:
    return told(kind, minutes, WorkoutRestData(session_id=SESSION, seconds=seconds))


def timed(minutes: int) -> Command:
    return told(WorkoutIntervals, minutes, WorkoutIntervalsData(session_id=SESSION, block=1))


def skipped(minutes: int) -> Command:
    """The running interval is skipped."""
    return told(WorkoutSkip, minutes, WorkoutSkipData(session_id=SESSION))


def shelf_with(blocks: tuple[Block, ...] = PLANS[1]) -> Shelf:
    """A shelf with a workout that has just begun."""
    shelf = Shelf(bests=BESTS, previous=PREVIOUS)
    start = WorkoutStart(id=1, key=UUID(int=1), data=WorkoutStartData(session_id=SESSION, blocks=blocks))
    shelf.do(start)
    return shelf
