"""Messages about the body: what zones, training load and energy are reckoned from."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire.envelope import Command, Event, Moment
from channels.wire.quantity import Mass

HeartRate = Annotated[int, Meta(ge=25, le=250, description="Beats a minute.")]
BirthYear = Annotated[int, Meta(ge=1880, le=9999)]


class Sex(StrEnum):
    """What formulas of the heart tell apart. Who gives none is reckoned by what holds for everybody."""

    FEMALE = "female"
    MALE = "male"


class Weighing(Struct, frozen=True, kw_only=True):
    """A mass of the body, as entered, and since when it holds."""

    mass: Mass
    at: Moment


class Body(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a person's body. `weighing` is the last one."""

    birth_year: int | None = None
    sex: Sex | None = None
    resting_heart_rate: int | None = None
    maximum_heart_rate: int | None = None
    weighing: Weighing | None = None


class BodyReply(Struct, frozen=True, kw_only=True):
    """The body after the command."""

    body: Body


class BodyUpdateData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The body as it is. What is left out is not known (any more); without `mass` the last weighing stays.

    `maximum_heart_rate` is one that was measured. The mass is one of 20 to 500 kg, and the age one of 5 to 120 years.
    """

    birth_year: BirthYear | None = None
    sex: Sex | None = None
    resting_heart_rate: HeartRate | None = None
    maximum_heart_rate: HeartRate | None = None
    mass: Mass | None = None


class BodyUpdate(Command, frozen=True, kw_only=True, tag="body:update"):
    """Say what the body is like. A mass holds from now on: what earlier workouts cost stays."""

    reply: ClassVar[type[Struct]] = BodyReply
    data: BodyUpdateData


class BodyUpdatedData(Struct, frozen=True, kw_only=True):
    """The body; `user_id` says whose."""

    user_id: UUID
    body: Body


class BodyUpdated(Event, frozen=True, kw_only=True, tag="body:updated"):
    """What is known of the body changed. In the person's topic."""

    data: BodyUpdatedData
