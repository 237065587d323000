"""Sets and records as a person says them, in the unit in which they were entered."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornerman_client.types import (
    DoneSet,
    Mass,
    MassLoad,
    MassUnit,
    PlannedSet,
    Record,
    RecordKind,
)
from server.cli.live.lifting import done_told, planned_told, record_told

AT = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
POUND = Decimal("0.45359237")
ENTERED = st.integers(0, 4_000_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))


def record(kind: RecordKind, value: str | Decimal, **more: Any) -> Record:
    return Record(
        exercise_id="Barbell_Squat",
        kind=kind,
        value=Decimal(value),
        session_id=UUID(int=1),
        at=AT,
        **more,
    )


@given(ENTERED, st.sampled_from(MassUnit), st.integers(1, 30))
def test_a_mass_is_told_as_it_was_entered_wherever_it_stands(
    value: Decimal, unit: MassUnit, reps: int
) -> None:
    mass, said = Mass(value=value, unit=unit), f"{value:f} {unit}"
    assert done_told(DoneSet(exercise_id="Barbell_Squat", mass=mass, reps=reps)) == f"{said} x {reps}"
    assert planned_told(PlannedSet(load=MassLoad(mass=mass))) == said
    kg = value * (POUND if unit is MassUnit.LB else 1)
    heaviest = record_told(record(RecordKind.HEAVIEST, kg, mass_unit=unit)).removeprefix("heaviest ")
    number, _, of = heaviest.partition(" ")
    assert (Decimal(number), of) == (value, unit)


def test_a_number_is_never_told_with_an_exponent() -> None:
    mass = Mass(value=Decimal("1E+2"), unit=MassUnit.LB)
    assert done_told(DoneSet(exercise_id="Barbell_Squat", mass=mass, reps=5)) == "100 lb x 5"


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (record(RecordKind.HEAVIEST, 231 * POUND, mass_unit=MassUnit.LB), "heaviest 231 lb"),
        (record(RecordKind.HEAVIEST, "102.50", mass_unit=MassUnit.KG), "heaviest 102.5 kg"),
        (record(RecordKind.REPS, "6", at_kg=100 * POUND, mass_unit=MassUnit.LB), "6 reps with 100 lb"),
        (record(RecordKind.REPS, "1"), "1 rep"),
        (record(RecordKind.E1RM, "122.25", mass_unit=MassUnit.LB), "estimated maximum 269.5 lb"),
        (record(RecordKind.VOLUME, 5000 * POUND, mass_unit=MassUnit.LB), "volume 5000 lb"),
        (record(RecordKind.VOLUME, "1E+3"), "volume 1000 kg"),
        (record(RecordKind.LONGEST, "90"), "longest 90 s"),
        (record(RecordKind.FARTHEST, "5000"), "farthest 5000 m"),
        (record(RecordKind.FASTEST, "480", at_metres=Decimal(2000)), "fastest 480 s over 2000 m"),
    ],
)
def test_a_record_says_what_it_is_of(of: Record, told: str) -> None:
    assert record_told(of) == told
