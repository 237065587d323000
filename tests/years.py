"""Years of somebody's training, made up from a seed and written as they stand."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.wire.routine import Block, PlannedExercise, PlannedSet, SetKind, SetsBlock
from channels.wire.workout import DoneSet, Planned
from channels.workouts.lived import unfolded
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.sets import said
from channels.workouts.summary import finished_workout
from storage.exercises import by_ids
from storage.postgres import Link
from storage.records import ExerciseRecord, SetRecord, WorkoutRecord, Workouts

BEGIN: Final = datetime(2021, 11, 15, 6, tzinfo=UTC)
LIFTS: Final = (
    "Barbell_Squat",
    "Barbell_Deadlift",
    "Barbell_Bench_Press_-_Medium_Grip",
    "Bent_Over_Barbell_Row",
    "Standing_Military_Press",
    "Front_Barbell_Squat",
    "Romanian_Deadlift",
    "Incline_Dumbbell_Press",
    "Dumbbell_Bicep_Curl",
    "Triceps_Pushdown",
    "Leg_Press",
    "Lying_Leg_Curls",
    "Leg_Extensions",
    "Wide-Grip_Lat_Pulldown",
    "Seated_Cable_Rows",
    "Side_Lateral_Raise",
    "Standing_Calf_Raises",
    "own: Sandbag over shoulder",
)
BODY_WEIGHT: Final = ("Pullups", "Pushups")
RUNS: Final = ("Running_Treadmill", "Rowing_Stationary")
HOLDS: Final = ("Plank",)
_KINDS: Final = (SetKind.WARM_UP, *(SetKind.WORKING,) * 6, SetKind.DROP, SetKind.FAILURE)
_COLUMNS: Final = tuple(
    name
    for name in SetRecord.__struct_fields__
    if name not in {"mass_kg", "metres"}  # the database reckons those
)

_AT_ONCE: Final = 2_000
"""A command's connection takes no statement that lasts long."""


class History(Struct, frozen=True):
    """All workouts of a person, the oldest first, each with its sets: also those that were taken back or thrown away."""

    workouts: tuple[tuple[WorkoutRecord, tuple[SetRecord, ...]], ...]
    exercises: tuple[ExerciseRecord, ...]

    def finished(self) -> Iterator[tuple[WorkoutRecord, tuple[SetRecord, ...]]]:
        """Those that count."""
        return ((row, sets) for row, sets in self.workouts if row.status == "finished")


async def train(
    link: Link, user_id: UUID, *, sessions: int, days: int, sets: int = 20, seed: int = 1
) -> History:
    """Make up so many workouts over so many days, of so many sets each, and write them; the last one runs still."""
    exercises = await by_ids(link, (*LIFTS, *BODY_WEIGHT, *RUNS, *HOLDS))
    chance = random.Random(seed)
    apart = timedelta(days=days) / sessions
    made = tuple(
        _workout(
            user_id,
            BEGIN + number * apart + timedelta(minutes=chance.randrange(900)),
            sets,
            exercises,
            chance,
        )
        for number in range(sessions)
    )
    history = History((*made[:-1], _running(*made[-1])), exercises)
    await _write(link, user_id, history)
    return history


async def _write(link: Link, user_id: UUID, history: History) -> None:
    rows = [msgspec.structs.astuple(row) for row, _ in history.workouts]
    await link.copy_records_to_table(
        "workout_sessions", records=rows, columns=WorkoutRecord.__struct_fields__
    )
    sets = [
        (user_id, row.session_id, *(getattr(one, name) for name in _COLUMNS))
        for row, its in history.workouts
        for one in its
    ]
    for begin in range(0, len(sets), _AT_ONCE):
        await link.copy_records_to_table(
            "workout_sets",
            records=sets[begin : begin + _AT_ONCE],
            columns=("user_id", "session_id", *_COLUMNS),
        )
    await link.execute("ANALYZE workout_sessions, workout_sets")
    # A workout is summed up when it is saved, with its sets there.
    for begin in range(0, len(rows), _AT_ONCE // 20):
        ids = [row.session_id for row, _ in history.workouts[begin : begin + _AT_ONCE // 20]]
        await link.execute("UPDATE workout_sessions SET updated_at = now() WHERE session_id = ANY ($1)", ids)
    await link.execute("ANALYZE workout_exercises")


def _workout(
    user_id: UUID, began: datetime, count: int, exercises: Sequence[ExerciseRecord], chance: random.Random
) -> tuple[WorkoutRecord, tuple[SetRecord, ...]]:
    blocks = _plan(chance)
    sets = tuple(sorted(_sets(blocks, began, count, chance), key=lambda one: (one.at, one.set_id)))
    ended = began + timedelta(minutes=4 * count)
    rpe = chance.choice((None, Decimal(7), Decimal("8.5")))
    row = WorkoutRecord(
        user_id=user_id,
        session_id=UUID(int=chance.getrandbits(128)),
        name=chance.choice(("Legs", "Push", "Pull")),
        status="finished",
        started_at=began,
        ended_at=ended,
        last_at=ended,
        time_zone="Europe/Berlin",
        origin_kind="own",
        origin_of="",
        routine_id=None,
        note="",
        rpe=rpe,
        blocks=msgspec.json.encode(blocks).decode(),
        marks=msgspec.json.encode((Mark(kind=MarkKind.FINISH, at=ended, key=UUID(int=1)),)).decode(),
        previous="{}",
        finished=None,
    )
    if chance.random() < 0.03:
        return replace(row, status="discarded"), tuple(replace(one, deleted=True) for one in sets)
    done = finished_workout(unfolded(row, sets), Workouts(exercises=tuple(exercises)), ())
    return replace(row, finished=msgspec.json.encode(done).decode()), sets


def _running(row: WorkoutRecord, sets: tuple[SetRecord, ...]) -> tuple[WorkoutRecord, tuple[SetRecord, ...]]:
    return replace(row, status="running", ended_at=None, finished=None, marks="[]"), sets


def _plan(chance: random.Random) -> tuple[Block, ...]:
    """Half of all workouts follow a plan."""
    if chance.random() < 0.5:
        return ()
    return tuple(
        SetsBlock(exercises=(PlannedExercise(exercise_id=one, sets=(PlannedSet(reps=5),) * 4),))
        for one in chance.sample(LIFTS, 3)
    )


def _sets(blocks: Sequence[Block], began: datetime, count: int, chance: random.Random) -> Iterator[SetRecord]:
    planned = [
        (Planned(block=number, exercise=0, set=turn), block.exercises[0].exercise_id)
        for number, block in enumerate(blocks)
        if isinstance(block, SetsBlock)
        for turn in range(4)
        if chance.random() < 0.8
    ]
    others = chance.sample((*LIFTS, *BODY_WEIGHT, *RUNS, *HOLDS), 4)
    for number in range(count):
        place, exercise = planned[number] if number < len(planned) else (None, others[number % 4])
        # Now and then two sets in one moment, as tools export them.
        at = began + timedelta(minutes=4 * (number - chance.randrange(8) // 7))
        one = said(UUID(int=chance.getrandbits(128)), _done(exercise, place, chance), max(at, began))
        yield replace(one, deleted=chance.random() < 0.1)


def _done(exercise: str, place: Planned | None, chance: random.Random) -> DoneSet:
    what: dict[str, Any]
    if exercise in RUNS:
        what = {
            "seconds": chance.choice((None, chance.randrange(200, 4000))),
            "distance": Length(
                value=Decimal(chance.choice(("0", "1", "5", "10", "21.0975", "3.1"))[:7]),
                unit=chance.choice((LengthUnit.KM, LengthUnit.MI)),
            ),
        }
    elif exercise in HOLDS:
        what = {"seconds": chance.randrange(20, 300)}
    elif exercise in BODY_WEIGHT:
        none = Mass(value=Decimal(0), unit=MassUnit.KG)
        what = {"reps": chance.randrange(1, 25), "mass": chance.choice((None, none, _mass(chance)))}
    else:
        what = {"reps": chance.randrange(1, 16), "mass": _mass(chance)}
    return DoneSet(exercise_id=exercise, kind=chance.choice(_KINDS), planned=place, **what)


def _mass(chance: random.Random) -> Mass:
    """A mass on the bar; some are the same in pounds and in kilograms to the last digit, most are not."""
    if chance.random() < 0.3:
        return Mass(value=Decimal(5 * chance.randrange(9, 60)), unit=MassUnit.LB)
    return Mass(value=Decimal(chance.randrange(8, 60)) * Decimal("2.5"), unit=MassUnit.KG)
