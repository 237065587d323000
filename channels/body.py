"""Decisions about the body: what is taken for true of one."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from channels.decision import Decision, Moment
from channels.errors import Refusal, invalid
from channels.topics import user_topic
from channels.wire.body import Body, BodyReply, BodyUpdate, BodyUpdated, BodyUpdatedData, Sex, Weighing
from channels.wire.quantity import Mass, MassUnit
from channels.workouts.quantity import checked_mass, kg, mass_near
from storage.records import BodyRecord, KnownBody, MassRecord, PersonRecord

_AGES: Final = range(5, 121)
_LEAST_KG: Final = Decimal(20)
_MOST_KG: Final = Decimal(500)

Save = BodyRecord | MassRecord


def update(
    person: PersonRecord, state: KnownBody, command: BodyUpdate, moment: Moment
) -> Decision[Save] | Refusal:
    """Take the body as it is said to be; what was known already is no event, but a weighing is always one."""
    data = command.data
    problem = _checked(command, moment)
    if problem is not None:
        return problem
    body = BodyRecord(
        birth_year=data.birth_year,
        sex=data.sex,
        resting_heart_rate=data.resting_heart_rate,
        maximum_heart_rate=data.maximum_heart_rate,
    )
    weighed = None if data.mass is None else _weighed(data.mass, moment)
    shown = shown_body(KnownBody(body=body, weighed=weighed or state.weighed))
    if weighed is None and body == state.body:
        return Decision(data=BodyReply(body=shown))
    event = BodyUpdated(
        topic=user_topic(person.user_id),
        at=moment.at,
        data=BodyUpdatedData(user_id=person.user_id, body=shown),
    )
    saves: tuple[Save, ...] = (body,) if weighed is None else (body, weighed)
    return Decision(data=BodyReply(body=shown), saves=saves, events=(event,))


def shown_body(known: KnownBody) -> Body:
    """Return a body as the person's own devices see it."""
    body, weighed = known.body, known.weighed
    return Body(
        birth_year=body.birth_year,
        sex=None if body.sex is None else Sex(body.sex),
        resting_heart_rate=body.resting_heart_rate,
        maximum_heart_rate=body.maximum_heart_rate,
        weighing=None
        if weighed is None
        else Weighing(mass=Mass(value=weighed.mass, unit=MassUnit(weighed.mass_unit)), at=weighed.at),
    )


def _checked(command: BodyUpdate, moment: Moment) -> Refusal | None:
    data = command.data
    if data.birth_year is not None and moment.at.year - data.birth_year not in _AGES:
        return invalid("birth_year", f"must give an age of {_AGES[0]} to {_AGES[-1]} years")
    resting, maximum = data.resting_heart_rate, data.maximum_heart_rate
    if resting is not None and maximum is not None and maximum <= resting:
        return invalid("maximum_heart_rate", "must be above the resting heart rate")
    return None if data.mass is None else _checked_mass(data.mass)


def _checked_mass(mass: Mass) -> Refusal | None:
    problem = checked_mass(mass, "mass")
    if problem is None and not _LEAST_KG <= kg(mass) <= _MOST_KG:
        least = mass_near(_LEAST_KG, mass.unit, ROUND_CEILING).value.normalize()
        most = mass_near(_MOST_KG, mass.unit, ROUND_FLOOR).value.normalize()
        return invalid("mass.value", f"must be from {least:f} to {most:,f} {mass.unit}")
    return problem


def _weighed(mass: Mass, moment: Moment) -> MassRecord:
    return MassRecord(mass=mass.value, mass_unit=mass.unit, at=moment.at)
