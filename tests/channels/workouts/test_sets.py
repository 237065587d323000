from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.wire.routine import SetKind
from channels.wire.workout import DoneSet, Planned, Side
from channels.workouts.sets import (
    checked,
    counts,
    done_of,
    latest,
    mass_unit_of,
    said,
    shown_set,
    taken_back,
    unknown,
    volume_of,
)
from storage.records import SetRecord
from tests.channels.workouts.lives import ROWING, SQUAT, at, done

LIBRARY = (SQUAT, ROWING)
ONE = UUID(int=7)
SQUATS = DoneSet(
    exercise_id=SQUAT.exercise_id, mass=Mass(value=Decimal("102.50"), unit=MassUnit.KG), reps=5, rpe=8.5
)
WHOLE = DoneSet(
    exercise_id=ROWING.exercise_id,
    kind=SetKind.DROP,
    mass=Mass(value=Decimal(45), unit=MassUnit.LB),
    reps=3,
    seconds=600,
    distance=Length(value=Decimal("1.5"), unit=LengthUnit.MI),
    rpe=7.0,
    side=Side.LEFT,
    planned=Planned(block=1, exercise=2, set=3),
    note="windy",
)
PARTS = [
    WHOLE,
    SQUATS,
    replace(SQUATS, reps=6),
    replace(WHOLE, planned=Planned(block=1)),
    replace(SQUATS, rpe=None),
]

said_things = st.builds(
    lambda done, second, deleted: (
        said(ONE, done, at(second)) if not deleted else taken_back(ONE, at(second), None)
    ),
    st.sampled_from(PARTS),
    st.integers(0, 3),
    st.booleans(),
)


def heard(*things: SetRecord) -> SetRecord:
    """What counts when things are heard in this order."""
    known: SetRecord | None = None
    for one in things:
        # As a delete is heard: it keeps what is known.
        new = taken_back(ONE, one.changed_at, known) if one.deleted else one
        known = latest(known, new)
    assert known is not None
    return known


class TestChecked:
    @pytest.mark.parametrize("field", ["reps", "seconds", "distance"])
    def test_takes_repetitions_a_time_or_a_distance(self, field: str) -> None:
        only: dict[str, Any] = {field: getattr(WHOLE, field)}
        assert checked(DoneSet(exercise_id=SQUAT.exercise_id, **only), LIBRARY) is None

    def test_refuses_what_says_nothing(self) -> None:
        problem = checked(DoneSet(exercise_id=SQUAT.exercise_id, mass=SQUATS.mass), LIBRARY, "sets.3.done")
        assert problem is not None
        assert (problem.code, problem.details[0].field) == (Code.VALIDATION, "sets.3.done.reps")

    @pytest.mark.parametrize(
        ("done", "field"),
        [
            (replace(SQUATS, mass=Mass(value=Decimal(-1), unit=MassUnit.KG)), "done.mass.value"),
            (replace(WHOLE, distance=Length(value=Decimal("NaN"), unit=LengthUnit.M)), "done.distance.value"),
        ],
    )
    def test_refuses_amounts_that_cannot_be(self, done: DoneSet, field: str) -> None:
        problem = checked(done, LIBRARY)
        assert problem is not None
        assert problem.details[0].field == field

    def test_refuses_an_exercise_that_is_none(self) -> None:
        problem = checked(replace(SQUATS, exercise_id="Squad"), LIBRARY)
        assert problem is not None
        assert (problem.code, problem.details[0].value) == (Code.UNKNOWN_EXERCISE, "Squad")

    @pytest.mark.parametrize(
        ("exercise_id", "known"),
        [
            ("own:Sled push", True),
            ("own: ", False),
            ("own:", False),
            (SQUAT.exercise_id, True),
            ("own", False),
        ],
    )
    def test_knows_the_library_and_names_of_one_s_own(self, exercise_id: str, *, known: bool) -> None:
        assert (unknown(exercise_id, LIBRARY, "exercise_id") is None) == known


class TestSaid:
    @pytest.mark.parametrize("thing", PARTS)
    def test_keeps_all_as_it_was_entered(self, thing: DoneSet) -> None:
        one = said(ONE, thing, at(9))
        assert done_of(one) == thing
        shown = shown_set(one)
        assert (shown.set_id, shown.at, shown.changed_at, shown.done) == (ONE, at(9), at(9), thing)

    def test_keeps_the_digits_of_an_amount(self) -> None:
        assert str(said(ONE, SQUATS, at(0)).mass) == "102.50"

    def test_is_reckoned_in_kg_and_metres_exactly(self) -> None:
        one = said(ONE, WHOLE, at(0))
        assert (one.mass_kg, one.metres) == (Decimal("20.41165665"), Decimal("2414.016"))


class TestTakenBack:
    def test_keeps_what_was_done_but_counts_no_more(self) -> None:
        known = said(ONE, SQUATS, at(5))
        gone = taken_back(ONE, at(9), known)
        assert (gone.deleted, gone.at, gone.changed_at) == (True, at(5), at(9))
        assert done_of(gone) == SQUATS

    def test_is_remembered_before_the_set_is_heard_of(self) -> None:
        gone = taken_back(ONE, at(9), None)
        assert latest(gone, said(ONE, SQUATS, at(5))).deleted
        assert not latest(gone, said(ONE, SQUATS, at(10))).deleted


class TestLatest:
    def test_what_is_said_first_counts(self) -> None:
        assert latest(None, said(ONE, SQUATS, at(5))) == said(ONE, SQUATS, at(5))

    def test_what_is_said_last_counts_but_it_was_done_when_it_was_first_spoken_of(self) -> None:
        first, last = said(ONE, SQUATS, at(5)), said(ONE, WHOLE, at(9))
        for one in (latest(first, last), latest(last, first)):
            assert (done_of(one), one.at, one.changed_at) == (WHOLE, at(5), at(9))

    def test_of_what_is_said_at_once_to_delete_it_counts(self) -> None:
        one = said(ONE, SQUATS, at(5))
        assert latest(one, taken_back(ONE, at(5), None)).deleted
        assert latest(taken_back(ONE, at(5), one), one).deleted

    @given(st.lists(said_things, min_size=1, max_size=5), st.data())
    def test_comes_to_the_same_in_any_order_however_often_it_is_said(
        self, things: list[SetRecord], data: Any
    ) -> None:
        once, again = heard(*things), heard(*data.draw(st.permutations([*things, *things])))
        assert (once.at, once.changed_at, once.deleted) == (again.at, again.changed_at, again.deleted)
        assert once.deleted or shown_set(once) == shown_set(again)


class TestCounts:
    @pytest.mark.parametrize(
        ("one", "it_counts"),
        [
            (done(1, reps=5), True),
            (done(1, reps=5, kind="drop"), True),
            (done(1, reps=5, kind="failure"), True),
            (done(1, reps=5, kind="warm_up"), False),
            (done(1, reps=5, deleted=True), False),
        ],
    )
    def test_but_for_warm_ups_and_what_was_taken_back(self, one: SetRecord, *, it_counts: bool) -> None:
        assert counts(one) == it_counts

    def test_volume_is_mass_times_repetitions_or_nothing(self) -> None:
        assert volume_of(done(1, kg="102.5", reps=3)) == Decimal("307.5")
        assert volume_of(done(1, reps=3)) == volume_of(done(1, kg="50", seconds=30)) == 0


@given(st.lists(st.tuples(st.sampled_from(["kg", "lb"]), st.integers(0, 2), st.integers(0, 2)), max_size=8))
def test_masses_are_told_in_the_unit_of_most_that_add_to_the_volume(told: list[tuple[str, int, int]]) -> None:
    sets = [
        replace(
            said(ONE, SQUATS, at(0)), mass=Decimal(mass), mass_unit=unit, mass_kg=Decimal(mass), reps=reps
        )
        for unit, mass, reps in told
    ]
    adding = [unit for unit, mass, reps in told if mass * reps]
    expected = None if not adding else "lb" if adding.count("lb") > adding.count("kg") else "kg"
    assert mass_unit_of(sets) == mass_unit_of(reversed(sets)) == expected
