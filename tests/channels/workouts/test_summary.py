from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.quantity import MassUnit
from channels.wire.routine import OriginKind, PlannedExercise, PlannedSet, SetsBlock
from channels.wire.workout import (
    EnergyShare,
    ExerciseSummary,
    LoadMethod,
    MuscleSummary,
    OneRepMaximum,
    Planned,
    Record,
    RecordKind,
    TrainingLoad,
    WorkoutSummary,
)
from channels.wire.workout_events import FinishedWorkout
from channels.workouts.heart import heart_summary
from channels.workouts.marks import Mark, MarkKind
from channels.workouts.summary import finished_workout, summary_of
from storage.records import BodyRecord, PulseRecord, SetRecord, Workouts
from tests.channels.workouts.lives import ROWING, SESSION, SQUAT, START, at, done, lived, marked

STATE = Workouts(exercises=(SQUAT, ROWING))
OWN = "own: Sandbag carry"
FIVES = SetsBlock(exercises=(PlannedExercise(exercise_id=SQUAT.exercise_id, sets=(PlannedSet(reps=5),) * 3),))


def summed(*sets: SetRecord) -> WorkoutSummary:
    return summary_of(lived(sets), STATE)


def test_a_finished_workout_says_all_that_is_derived_from_it() -> None:
    record = Record(
        exercise_id=SQUAT.exercise_id,
        kind=RecordKind.HEAVIEST,
        value=Decimal(110),
        session_id=SESSION,
        at=at(60),
    )
    workout = lived([done(1, kg="110", reps=5)], rpe="8.5", seconds=1800)
    finished = finished_workout(workout, STATE, [record])
    assert finished == FinishedWorkout(
        session_id=SESSION,
        name="Legs",
        origin=finished.origin,
        routine_id="tabata",
        started_at=START,
        ended_at=at(1800),
        time_zone="Europe/Berlin",
        rpe=8.5,
        note="good",
        summary=summary_of(workout, STATE),
        records=(record,),
    )
    assert finished.origin.kind is OriginKind.READY
    assert finished_workout(lived(), STATE, ()).rpe is None


def test_what_is_stored_of_a_finished_workout_is_the_same_when_it_is_read() -> None:
    state = msgspec.structs.replace(STATE, pulses=(PulseRecord(heart_rate=150, seconds=1800),))
    sets = [done(1, kg="45.35923700", reps=7), done(2, exercise=ROWING.exercise_id, metres="2011.68")]
    finished = finished_workout(lived(sets, rpe="7"), state, ())
    assert msgspec.json.decode(msgspec.json.encode(finished), type=FinishedWorkout) == finished


def test_each_exercise_is_summed_in_the_order_of_their_first_sets() -> None:
    summary = summed(
        done(1, kg="20", reps=10, kind="warm_up"),
        done(2, exercise=ROWING.exercise_id, metres="500.5", seconds=120),
        done(3, kg="100", reps=5),
        done(4, exercise=ROWING.exercise_id, metres="500", seconds=118),
        done(5, kg="102.5", reps=3, kind="failure"),
        done(6, kg="60", reps=20, kind="drop"),
        done(7, kg="500", reps=5, deleted=True),
    )
    assert summary.exercises == (
        ExerciseSummary(
            exercise_id=ROWING.exercise_id, name=ROWING.name, sets=2, seconds=238, metres=Decimal("1000.5")
        ),
        ExerciseSummary(
            exercise_id=SQUAT.exercise_id,
            name=SQUAT.name,
            sets=3,
            reps=28,
            volume_kg=Decimal("2007.5"),
            one_rep_maximum=OneRepMaximum(epley_kg=Decimal("116.67"), brzycki_kg=Decimal("112.50")),
            mass_unit=MassUnit.KG,
        ),
    )
    assert (summary.sets, summary.reps, summary.volume_kg) == (5, 28, Decimal("2007.5"))


def test_what_was_lifted_in_pounds_says_so_beside_its_kilograms() -> None:
    squats = msgspec.structs.replace(
        done(1, reps=5), mass=Decimal(225), mass_unit="lb", mass_kg=Decimal(225) * Decimal("0.45359237")
    )
    rows = done(2, exercise=ROWING.exercise_id, metres="500")
    summary = summed(squats, rows)
    assert [one.mass_unit for one in summary.exercises] == ["lb", None]
    assert summary.mass_unit == "lb"
    assert summary.volume_kg / Decimal("0.45359237") == 1125


def test_each_formula_takes_its_own_best_set() -> None:
    # Epley gives 124.00 and 124.67 for these, Brzycki 124.00 and 120.00.
    (squat,) = summed(done(1, kg="93", reps=10), done(2, kg="110", reps=4)).exercises
    assert squat.one_rep_maximum == OneRepMaximum(epley_kg=Decimal("124.67"), brzycki_kg=Decimal("124.00"))


def test_an_exercise_of_ones_own_has_its_name_and_no_muscles() -> None:
    summary = summed(done(1, exercise=OWN, kg="50", seconds=40))
    assert summary.exercises == (ExerciseSummary(exercise_id=OWN, name="Sandbag carry", sets=1, seconds=40),)
    assert summary.muscles == ()


def test_a_set_counts_whole_for_primary_and_half_for_secondary_muscles() -> None:
    summary = summed(
        done(1, kg="100", reps=5), done(2, exercise=ROWING.exercise_id, seconds=60), done(3, kg="100", reps=3)
    )
    assert summary.muscles == (
        MuscleSummary(muscle="quadriceps", sets=Decimal(3), volume_kg=Decimal(800)),
        MuscleSummary(muscle="glutes", sets=Decimal(1), volume_kg=Decimal(400)),
        MuscleSummary(muscle="lower back", sets=Decimal(1), volume_kg=Decimal(400)),
        MuscleSummary(muscle="biceps", sets=Decimal("0.5"), volume_kg=Decimal(0)),
    )


def test_a_muscle_that_is_named_as_both_is_a_primary_one() -> None:
    muscles = summed(done(1, exercise=ROWING.exercise_id, seconds=60)).muscles
    assert {each.muscle: each.sets for each in muscles} == {"quadriceps": 1, "biceps": Decimal("0.5")}


def test_the_time_is_without_pauses_and_so_are_energy_and_load() -> None:
    workout = lived([done(1)], marks=marked((MarkKind.PAUSE, 600), (MarkKind.RESUME, 1200)), rpe="8")
    summary = summary_of(workout, STATE)
    assert (summary.moving_seconds, summary.paused_seconds) == (3000, 600)
    assert summary.energy == (EnergyShare(code=SQUAT.met_code, met=SQUAT.met, seconds=3000),)
    assert summary.load == TrainingLoad(method=LoadMethod.SESSION_RPE, value=Decimal("400.0"))
    assert summary.heart is None


def test_the_heart_is_held_against_the_body_in_the_year_of_the_workout() -> None:
    pulses, body = (PulseRecord(heart_rate=150, seconds=3600),), BodyRecord(birth_year=1986, sex="male")
    summary = summary_of(lived(), msgspec.structs.replace(STATE, pulses=pulses, body=body))
    assert summary.heart == heart_summary(pulses, 3600, body, 2026)
    assert summary.load is not None
    assert summary.load.method is LoadMethod.TRIMP


def test_what_was_planned_is_told_beside_what_of_it_was_done() -> None:
    sets = [done(1, kg="100", reps=5), done(2, kg="100", reps=5, place=(0, 0, 2)), done(3, exercise=OWN)]
    finished = finished_workout(lived(sets, blocks=[FIVES]), STATE, ())
    assert (finished.planned_sets, finished.planned_done) == (3, 2)
    skip = Mark(kind=MarkKind.SKIP, at=at(30), key=UUID(int=9), planned=Planned(block=0, exercise=0, set=1))
    finished = finished_workout(lived(sets[:1], blocks=[FIVES], marks=[skip]), STATE, ())
    assert (finished.planned_sets, finished.planned_done) == (3, 1), "what was skipped was planned"


_sets = st.lists(
    st.builds(
        done,
        st.integers(0, 20),
        exercise=st.sampled_from([SQUAT.exercise_id, ROWING.exercise_id, OWN]),
        kg=st.sampled_from([None, "20", "45.35923700", "102.5"]),
        reps=st.none() | st.integers(1, 20),
        kind=st.sampled_from(["warm_up", "working", "drop"]),
        deleted=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.set_id,
)


@given(sets=_sets)
def test_the_whole_is_the_sum_of_its_exercises(sets: Sequence[SetRecord]) -> None:
    summary = summed(*sets)
    for name in ("sets", "reps", "volume_kg"):
        assert getattr(summary, name) == sum(getattr(each, name) for each in summary.exercises)
    assert sum(share.seconds for share in summary.energy) == summary.moving_seconds
    of_squats = sum(each.sets for each in summary.exercises if each.exercise_id == SQUAT.exercise_id)
    of_rowing = sum(each.sets for each in summary.exercises if each.exercise_id == ROWING.exercise_id)
    muscles = {each.muscle: each.sets for each in summary.muscles}
    assert muscles.get("quadriceps", 0) == of_squats + of_rowing
    assert muscles.get("glutes", 0) == Decimal(of_squats) / 2
