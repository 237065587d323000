"""What sensors say of a workout: samples from a device, and the newest values to all who follow.

Samples are taken from whoever follows the workout and takes part in it, five a second from each device at most. They
have no reply, and a crash of a node may lose the last five seconds of them.
"""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire.envelope import Moment, Signal, State

_MOST_SENSED = 65_535
"""What fits into two bytes, as sensors send it: impossible values come, and are no reason to close a connection."""


class WorkoutSampleData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the sensors of one device say, each as far as there is one. What is impossible is passed over.

    `at` is when it was measured, by the person's time and up to an hour back; now when it is left out.
    """

    heart_rate: (
        Annotated[int, Meta(ge=0, le=_MOST_SENSED, description="Beats a minute; 25 to 250 count.")] | None
    ) = None
    cadence: (
        Annotated[int, Meta(ge=0, le=_MOST_SENSED, description="Steps or turns a minute; up to 300 count.")]
        | None
    ) = None
    power: Annotated[int, Meta(ge=0, le=_MOST_SENSED, description="Watts; up to 3,000 count.")] | None = None
    at: Moment | None = None


class WorkoutSample(Signal, frozen=True, kw_only=True, tag="workout:sample"):
    """A sample for the running workout whose topic it names; the connection follows that topic."""

    data: WorkoutSampleData


class HeartRateData(Struct, frozen=True, kw_only=True):
    """Beats a minute, and when they were counted."""

    session_id: UUID
    at: Moment
    heart_rate: int


class WorkoutHeartRate(State, frozen=True, kw_only=True, tag="workout:heart_rate"):
    """How fast a heart beats; `of` is the id of the person whose it is, whichever of their devices said so."""

    data: HeartRateData


class CadenceData(Struct, frozen=True, kw_only=True):
    """Steps or turns a minute, and when they were counted."""

    session_id: UUID
    at: Moment
    cadence: int


class WorkoutCadence(State, frozen=True, kw_only=True, tag="workout:cadence"):
    """How fast somebody steps or turns; `of` is their id."""

    data: CadenceData


class PowerData(Struct, frozen=True, kw_only=True):
    """Watts, and when they were measured."""

    session_id: UUID
    at: Moment
    power: int


class WorkoutPower(State, frozen=True, kw_only=True, tag="workout:power"):
    """With what power somebody goes; `of` is their id."""

    data: PowerData
