from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from channels.body import shown_body, update
from channels.decision import Decision
from channels.errors import Code, Refusal
from channels.wire.body import Body, BodyReply, BodyUpdate, BodyUpdateData, Sex, Weighing
from channels.wire.quantity import Mass, MassUnit
from storage.records import BodyRecord, KnownBody, MassRecord
from tests.channels.fasting.facts import ADA, NOON, moment

NOTHING = KnownBody()
EARLIER = datetime(2020, 1, 1, tzinfo=UTC)
WEIGHED = MassRecord(mass=Decimal(70), mass_unit="kg", at=EARLIER)


@dataclass(frozen=True)
class Said:
    """What somebody says of their body."""

    data: BodyUpdateData

    def of(self, known: KnownBody = NOTHING) -> Decision[Any] | Refusal:
        return update(ADA, known, BodyUpdate(id=1, data=self.data), moment())


def say(**data: Any) -> Said:
    return Said(BodyUpdateData(**data))


def mass(value: str, unit: str = "kg") -> Mass:
    return Mass(value=Decimal(value), unit=MassUnit(unit))


def decided(decision: Decision[Any] | Refusal) -> Decision[Any]:
    assert isinstance(decision, Decision)
    return decision


def refused_for(decision: Decision[Any] | Refusal) -> str:
    assert isinstance(decision, Refusal)
    assert decision.code is Code.VALIDATION
    return decision.details[0].field


def test_what_is_said_is_kept_and_told_to_every_device() -> None:
    decision = decided(
        say(
            birth_year=NOON.year - 30,
            sex=Sex.FEMALE,
            resting_heart_rate=58,
            maximum_heart_rate=190,
            mass=mass("142.2", "lb"),
        ).of()
    )
    body = BodyRecord(birth_year=NOON.year - 30, sex="female", resting_heart_rate=58, maximum_heart_rate=190)
    assert decision.saves == (body, MassRecord(mass=Decimal("142.2"), mass_unit="lb", at=NOON))
    shown = Body(
        birth_year=NOON.year - 30,
        sex=Sex.FEMALE,
        resting_heart_rate=58,
        maximum_heart_rate=190,
        weighing=Weighing(mass=mass("142.2", "lb"), at=NOON),
    )
    assert decision.data == BodyReply(body=shown)
    (event,) = decision.events
    assert event.topic == f"user:{ADA.user_id}"
    assert event.data.body == shown  # type: ignore[attr-defined]


def test_what_is_left_out_is_not_known_any_more_but_the_last_weighing_stays() -> None:
    known = KnownBody(body=BodyRecord(birth_year=1990, maximum_heart_rate=190), weighed=WEIGHED)
    decision = decided(say(birth_year=1990).of(known))
    assert decision.saves == (BodyRecord(birth_year=1990),)
    assert decision.data == BodyReply(
        body=Body(birth_year=1990, weighing=Weighing(mass=mass("70"), at=EARLIER))
    )


def test_what_was_known_is_no_event() -> None:
    known = KnownBody(body=BodyRecord(birth_year=1990), weighed=WEIGHED)
    decision = decided(say(birth_year=1990).of(known))
    assert (decision.saves, decision.events) == ((), ())
    assert decision.data == BodyReply(body=shown_body(known))


def test_a_weighing_is_an_event_also_when_it_gives_the_same() -> None:
    decision = decided(say(mass=mass("70")).of(KnownBody(weighed=WEIGHED)))
    assert len(decision.events) == 1


@pytest.mark.parametrize("age", [5, 120])
def test_ages_are_of_people(age: int) -> None:
    decided(say(birth_year=NOON.year - age).of())


@pytest.mark.parametrize("age", [-1, 4, 121])
def test_other_ages_are_refused(age: int) -> None:
    assert refused_for(say(birth_year=NOON.year - age).of()) == "birth_year"


@pytest.mark.parametrize(("resting", "maximum"), [(60, 60), (190, 60)])
def test_the_maximum_lies_above_the_resting_heart_rate(resting: int, maximum: int) -> None:
    said = say(resting_heart_rate=resting, maximum_heart_rate=maximum)
    assert refused_for(said.of()) == "maximum_heart_rate"
    decided(say(resting_heart_rate=resting).of())
    decided(say(maximum_heart_rate=maximum).of())


@pytest.mark.parametrize(
    ("value", "unit"), [("20", "kg"), ("500", "kg"), ("44.093", "lb"), ("1102.311", "lb")]
)
def test_masses_are_of_people_in_either_unit(value: str, unit: str) -> None:
    decided(say(mass=mass(value, unit)).of())


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("19.999", "kg"),
        ("500.001", "kg"),
        ("44.092", "lb"),
        ("1102.312", "lb"),
        ("NaN", "kg"),
        ("70.0001", "kg"),
    ],
)
def test_other_masses_are_refused(value: str, unit: str) -> None:
    assert refused_for(say(mass=mass(value, unit)).of()) == "mass.value"


@pytest.mark.parametrize(
    ("unit", "message"),
    [("kg", "must be from 20 to 500 kg"), ("lb", "must be from 44.093 to 1,102.311 lb")],
)
def test_the_bounds_of_a_mass_are_told_in_the_unit_that_was_entered(unit: str, message: str) -> None:
    refusal = say(mass=mass("7", unit)).of()
    assert isinstance(refusal, Refusal)
    assert refusal.details[0].message == message
