"""Messages about fasts."""

from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire.envelope import Command, Event, Moment, State

ProtocolId = Annotated[
    str, Meta(min_length=1, max_length=16, examples=["16:8"], description="As people write it.")
]


class FastStatus(StrEnum):
    """Where a fast is in its life. A completed fast has reached its target and counts over until it is ended."""

    ACTIVE = "active"
    COMPLETED = "completed"
    ENDED = "ended"


class FastOutcome(StrEnum):
    """How a fast ended against its target; within a minute of it is on time."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class FastingSession(Struct, frozen=True, kw_only=True):
    """One fast, as facts: what a device needs to show its timer without asking again."""

    session_id: UUID
    protocol_id: str
    started_at: Moment
    target_end_at: Moment
    target_reached_at: Moment | None = None
    actual_end_at: Moment | None = None
    status: FastStatus
    outcome: FastOutcome | None = None


class FastingSessionReply(Struct, frozen=True, kw_only=True):
    """The fast after the command."""

    session: FastingSession


BACK_SECONDS: Final = 24 * 60 * 60
"""How far back a fast's start or end may lie that waited in an offline queue."""


class FastingStartData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which protocol to follow."""

    protocol_id: ProtocolId


class FastingStart(Command, frozen=True, kw_only=True, tag="fasting:start"):
    """Start a fast; one may run at a time."""

    reply: ClassVar[type[Struct]] = FastingSessionReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: FastingStartData


class FastingEndData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which fast to end; the running one when it is left out."""

    session_id: UUID | None = None


class FastingEnd(Command, frozen=True, kw_only=True, tag="fasting:end"):
    """End the running fast."""

    reply: ClassVar[type[Struct]] = FastingSessionReply
    back_seconds: ClassVar[int] = BACK_SECONDS
    data: FastingEndData = FastingEndData()


class FastingCompleteData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which fast has reached its target."""

    session_id: UUID


class FastingComplete(Command, frozen=True, kw_only=True, tag="fasting:complete"):
    """A fast's deadline has come. Only timers send this."""

    reply: ClassVar[type[Struct]] = FastingSessionReply
    data: FastingCompleteData


class FastingEventData(Struct, frozen=True, kw_only=True):
    """The fast as the event left it; `session_id` stands also outside, where readers look for it."""

    session_id: UUID
    session: FastingSession


class FastingStarted(Event, frozen=True, kw_only=True, tag="fasting:started"):
    """A fast began."""

    data: FastingEventData


class FastingCompleted(Event, frozen=True, kw_only=True, tag="fasting:completed"):
    """A fast reached its target; it counts over until it is ended."""

    data: FastingEventData


class FastingEnded(Event, frozen=True, kw_only=True, tag="fasting:ended"):
    """A fast was ended."""

    data: FastingEventData


class FastingTickData(Struct, frozen=True, kw_only=True):
    """The running fast's clock in whole seconds. `over_seconds` counts after the target."""

    session_id: UUID
    elapsed_seconds: int
    remaining_seconds: int
    over_seconds: int
    target_seconds: int


class FastingTick(State, frozen=True, kw_only=True, tag="fasting:tick"):
    """A running fast's clock; sent every `tick_seconds` to devices in the foreground."""

    data: FastingTickData
