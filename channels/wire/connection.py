"""Messages about the connection: signing in, topics, clock, life signs, closing down."""

from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from channels.wire.envelope import (
    MAX_INTEGER,
    WITHOUT_NUL,
    Command,
    Epoch,
    Moment,
    Nothing,
    Notice,
    Offset,
    Signal,
    Topic,
    TopicName,
    UserId,
)

DeviceName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=WITHOUT_NUL,
        description="One running app; a browser tab makes its own.",
    ),
]
TickSeconds = Annotated[int, Meta(ge=1, le=60, description="Seconds between two ticks of a running timer.")]
Token = Annotated[str, Meta(min_length=1, max_length=4096)]
WirePosition = tuple[
    Annotated[str, Meta(min_length=1, max_length=20)], Annotated[int, Meta(ge=0, le=MAX_INTEGER)]
]
Positions = Annotated[dict[TopicName, WirePosition], Meta(max_length=100)]
RealMoment = Annotated[Moment, Meta(description="Real time, also in a sandbox.")]


class ConnectData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`token` may come as an `Authorization: Bearer` header instead; `positions` are what the device has seen."""

    token: Token | None = None
    device: DeviceName
    app: Annotated[str, Meta(max_length=64)] = ""
    foreground: bool = True
    tick_seconds: TickSeconds = 1
    batch: bool = False
    positions: Positions = {}


class TopicState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a topic stands for this connection. `recovered`: the missed events follow, up to `offset`.

    Otherwise `snapshot` holds the topic's facts as they were at `offset`.
    """

    epoch: Epoch
    offset: Offset
    recovered: bool = False
    snapshot: Raw | UnsetType = UNSET


class Limits(Struct, frozen=True, kw_only=True):
    """What the server takes from one connection."""

    message_bytes: int
    commands_waiting: int
    commands_per_second: float
    sockets_per_person: int
    replay_events: int
    replay_bytes: int


class ConnectReply(Struct, frozen=True, kw_only=True):
    """The signed-in connection. `rate` is how fast the person's time runs: 1 except in a sandbox."""

    connection: UUID
    user: UserId
    now: Annotated[Moment, Meta(description="The person's time.")]
    rate: float
    ping_seconds: int
    token_expires_at: RealMoment
    limits: Limits
    topics: dict[Topic, TopicState]


class Connect(Command, frozen=True, kw_only=True, tag="connect"):
    """The first message of a connection."""

    reply: ClassVar[type[Struct]] = ConnectReply
    data: ConnectData


class SubscribeData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The topic to follow, and how far the device has seen it."""

    topic: TopicName
    position: WirePosition | None = None


class SubscribeReply(Struct, frozen=True, kw_only=True):
    """Where each topic that was asked for stands."""

    topics: dict[Topic, TopicState]


class Subscribe(Command, frozen=True, kw_only=True, tag="subscribe"):
    """Follow a further topic."""

    reply: ClassVar[type[Struct]] = SubscribeReply
    data: SubscribeData


class UnsubscribeData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The topic to leave. The person's own cannot be left."""

    topic: TopicName


class Unsubscribe(Command, frozen=True, kw_only=True, tag="unsubscribe"):
    """Stop following a topic."""

    data: UnsubscribeData


class AuthData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A newer access token of the same person and family."""

    token: Token


class AuthReply(Struct, frozen=True, kw_only=True):
    """When the new token ends."""

    token_expires_at: RealMoment


class Auth(Command, frozen=True, kw_only=True, tag="auth"):
    """Refresh the token on the open socket."""

    reply: ClassVar[type[Struct]] = AuthReply
    data: AuthData


class ClockReply(Struct, frozen=True, kw_only=True):
    """The person's time at the server when the question was read and when the answer was written."""

    received_at: Moment
    sent_at: Moment
    rate: float


class Clock(Command, frozen=True, kw_only=True, tag="clock"):
    """Ask for the time; answered at once, before commands that wait."""

    reply: ClassVar[type[Struct]] = ClockReply
    data: Nothing = Nothing()


class Ping(Command, frozen=True, kw_only=True, tag="ping"):
    """A life sign with an answer; answered at once, before commands that wait."""

    data: Nothing = Nothing()


class AckData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last event of the signal's topic that the app has taken in."""

    offset: Annotated[int, Meta(ge=0, le=MAX_INTEGER)]


class Ack(Signal, frozen=True, kw_only=True, tag="ack"):
    """The device's cumulative position in the topic; it only rises."""

    data: AckData


class ForegroundData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a person looks at the app now."""

    foreground: bool


class Foreground(Signal, frozen=True, kw_only=True, tag="foreground"):
    """The app came to the front or left it; a device in the background gets no state."""

    data: ForegroundData


class Pong(Signal, frozen=True, kw_only=True, tag="pong"):
    """The answer to the server's ping."""

    data: Nothing = Nothing()


class PingNoticeData(Struct, frozen=True, kw_only=True):
    """The person's time and where the connection's topics stand."""

    now: Moment
    heads: dict[Topic, Offset]


class PingNotice(Notice, frozen=True, kw_only=True, tag="ping"):
    """The server's question whether the client still lives; answered by `pong`."""

    data: PingNoticeData


class GoodbyeData(Struct, frozen=True, kw_only=True):
    """Come back after a uniform random wait of up to `spread_seconds`."""

    spread_seconds: int


class Goodbye(Notice, frozen=True, kw_only=True, tag="goodbye"):
    """The node is about to close; finish what waits and connect again."""

    data: GoodbyeData


class ShedData(Struct, frozen=True, kw_only=True):
    """How many ephemeral messages this connection missed because it reads too slowly."""

    count: int


class Shed(Notice, frozen=True, kw_only=True, tag="shed"):
    """Ephemeral messages were dropped."""

    data: ShedData
