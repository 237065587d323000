"""What is exported here can be imported again."""

from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.wire.routine import SetKind
from channels.wire.workout import DoneSet, Side
from channels.wire.workout_commands import LoggedSet, WorkoutLog
from channels.workouts.exports import CSV, names_by_id
from channels.workouts.starting import log
from storage.records import SetRecord, WorkoutRecord, Workouts
from tests.channels.fasting.facts import ADA as PERSON
from tests.channels.workouts.imports.facts import ADA, fixture, imported, sets, workouts
from tests.channels.workouts.library import library

NOTHING_SAID = replace(ADA, mass_unit=None, length_unit=None)
DONE = (
    DoneSet(
        exercise_id="Barbell_Squat",
        kind=SetKind.WARM_UP,
        mass=Mass(value=Decimal("225.5"), unit=MassUnit.LB),
        reps=5,
        rpe=8.5,
    ),
    DoneSet(exercise_id="own:=Sled", seconds=60, side=Side.LEFT, note="-hard, 'very'"),
    DoneSet(exercise_id="Running_Treadmill", distance=Length(value=Decimal("3.1"), unit=LengthUnit.MI)),
)
LEGS = replace(
    workouts(fixture("strong_classic.csv"))[0],
    name="+Legs",
    note="@home\nalone",
    rpe=7.5,
    sets=tuple(LoggedSet(done=one) for one in DONE),
)


def exported() -> tuple[UUID, str]:
    """A workout as it is exported, and its id."""
    moment = Moment(now=ADA.now, at=ADA.now, new_id=UUID(int=100))
    decision = log(PERSON, Workouts(exercises=library()), WorkoutLog(id=1, data=LEGS), moment)
    assert isinstance(decision, Decision)
    (record,) = (one for one in decision.saves if isinstance(one, WorkoutRecord))
    done = [one for one in decision.saves if isinstance(one, SetRecord)]
    (piece,) = CSV.pieces([(record, done)], names_by_id(library()))
    return record.session_id, (CSV.begin + piece).decode()


def test_a_workout_comes_back_as_it_was_entered() -> None:
    session_id, text = exported()
    found = imported(text, NOTHING_SAID)
    (one,) = found.workouts
    assert (one.known_as, one.data.source) == (session_id, "cornerman")
    assert (one.data.name, one.data.note, one.data.rpe) == ("+Legs", "@home\nalone", 7.5)
    assert (one.data.started_at, one.data.ended_at) == (LEGS.started_at, LEGS.ended_at)
    assert tuple(sets(one.data)) == DONE
    assert (found.report.skipped_rows, found.report.untimed) == (0, 0)


def test_an_apostrophe_of_ones_own_stays() -> None:
    _, text = exported()
    (one,) = imported(text.replace("'+Legs", "'round"), NOTHING_SAID).workouts
    assert one.data.name == "'round"


def test_an_id_that_is_none_is_nothing() -> None:
    session_id, text = exported()
    (one,) = imported(text.replace(str(session_id), "first"), NOTHING_SAID).workouts
    assert one.known_as is None
