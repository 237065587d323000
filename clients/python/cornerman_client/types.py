"""The messages of the wire, version 1, as structs. Made by `make generate`; do not edit."""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from msgspec import UNSET, Raw, Struct, UnsetType, field

from cornerman_client.frames import Command, Event, Notice, OpenEnum, Signal, State


class Limits(Struct, frozen=True, kw_only=True):
    """What the server takes from one connection."""

    message_bytes: int
    commands_waiting: int
    commands_per_second: float
    sockets_per_person: int
    replay_events: int
    replay_bytes: int


class TopicState(Struct, frozen=True, kw_only=True):
    """Where a topic stands for this connection. `recovered`: the missed events follow, up to `offset`.

    Otherwise `snapshot` holds the topic's facts as they were at `offset`.
    """

    epoch: str
    offset: int
    recovered: bool = False
    snapshot: Raw | UnsetType = UNSET


class ConnectReply(Struct, frozen=True, kw_only=True):
    """The signed-in connection. `rate` is how fast the person's time runs: 1 except in a sandbox."""

    connection: UUID
    user: UUID
    now: datetime
    """The person's time."""
    rate: float
    ping_seconds: int
    token_expires_at: datetime
    """Real time, also in a sandbox."""
    limits: Limits
    topics: dict[str, TopicState]


class SubscribeReply(Struct, frozen=True, kw_only=True):
    """Where each topic that was asked for stands."""

    topics: dict[str, TopicState]


class Nothing(Struct, frozen=True, kw_only=True):
    """The data of a message that carries none."""


class AuthReply(Struct, frozen=True, kw_only=True):
    """When the new token ends."""

    token_expires_at: datetime
    """Real time, also in a sandbox."""


class ClockReply(Struct, frozen=True, kw_only=True):
    """The person's time at the server when the question was read and when the answer was written."""

    received_at: datetime
    sent_at: datetime
    rate: float


class FastStatus(OpenEnum):
    """Where a fast is in its life. A completed fast has reached its target and counts over until it is ended."""

    ACTIVE = "active"
    COMPLETED = "completed"
    ENDED = "ended"


class FastOutcome(OpenEnum):
    """How a fast ended against its target; within a minute of it is on time."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


class FastingSession(Struct, frozen=True, kw_only=True):
    """One fast, as facts: what a device needs to show its timer without asking again."""

    session_id: UUID
    protocol_id: str
    started_at: datetime
    target_end_at: datetime
    target_reached_at: datetime | None = None
    actual_end_at: datetime | None = None
    status: FastStatus
    outcome: FastOutcome | None = None


class FastingSessionReply(Struct, frozen=True, kw_only=True):
    """The fast after the command."""

    session: FastingSession


class Role(OpenEnum):
    """What a person may do."""

    FREE = "free"
    PREMIUM = "premium"
    ADMIN = "admin"


class Tier(OpenEnum):
    """What a person pays for; it sets quotas, and any paid tier gives the premium role."""

    FREE = "free"
    CORE = "core"
    PRO = "pro"
    ELITE = "elite"


class PersonTime(Struct, frozen=True, kw_only=True):
    """How a person's time relates to real time: at `real_at` it was `person_at`, and it runs `rate` times as fast.

    The rate is 1 and both moments are equal, except in a sandbox.
    """

    real_at: datetime
    person_at: datetime
    rate: float


class Person(Struct, frozen=True, kw_only=True):
    """Who somebody is, as far as their own devices need to know."""

    user_id: UUID
    name: str
    time_zone: str
    role: Role
    tier: Tier
    time: PersonTime


class PersonReply(Struct, frozen=True, kw_only=True):
    """The person after the command."""

    person: Person


class FastingEventData(Struct, frozen=True, kw_only=True):
    """The fast as the event left it; `session_id` stands also outside, where readers look for it."""

    session_id: UUID
    session: FastingSession


class SignOutReason(OpenEnum):
    """Why sign-ins ended."""

    SIGNED_OUT = "signed_out"
    TOKEN_REUSED = "token_reused"
    SUSPENDED = "suspended"


class AccountSignedOutData(Struct, frozen=True, kw_only=True):
    """Which sign-in ended (its `sid`), or every one when it is left out, and why."""

    family_id: UUID | None = None
    reason: SignOutReason


class FastingTickData(Struct, frozen=True, kw_only=True):
    """The running fast's clock in whole seconds. `over_seconds` counts after the target."""

    session_id: UUID
    elapsed_seconds: int
    remaining_seconds: int
    over_seconds: int
    target_seconds: int


class PingNoticeData(Struct, frozen=True, kw_only=True):
    """The person's time and where the connection's topics stand."""

    now: datetime
    heads: dict[str, int]


class GoodbyeData(Struct, frozen=True, kw_only=True):
    """Come back after a uniform random wait of up to `spread_seconds`."""

    spread_seconds: int


class ShedData(Struct, frozen=True, kw_only=True):
    """How many ephemeral messages this connection missed because it reads too slowly."""

    count: int


class UserSnapshot(Struct, frozen=True, kw_only=True):
    """The facts of a person's own topic. `fast` is the one that is not ended, if there is one."""

    person: Person
    fast: FastingSession | None = None


class Detail(Struct, frozen=True, kw_only=True):
    """What is wrong with one field, and how to mend it; `value` is what stands in the way, where that helps."""

    field: str
    message: str
    value: Any = None


class Error(Struct, frozen=True, kw_only=True):
    """An error of the catalogue as a client sees it. `temporary`: the same command may succeed later."""

    code: str
    message: str
    details: tuple[Detail, ...] = ()
    temporary: bool = False
    retry_after_seconds: int | None = None
    now: datetime | None = None


class Connect(Command[ConnectReply], frozen=True, kw_only=True):
    """The first message of a connection.

    `token` may come as an `Authorization: Bearer` header instead; `positions` are what the device has seen.
    """

    wire_type: ClassVar[str] = "connect"
    reply_type: ClassVar[type[Struct]] = ConnectReply
    token: str | None = None
    """1 to 4,096 characters."""
    device: str
    """One running app; a browser tab makes its own. 1 to 64 characters."""
    app: str = ""
    """At most 64 characters."""
    foreground: bool = True
    tick_seconds: int = 1
    """Seconds between two ticks of a running timer. 1 to 60."""
    batch: bool = False
    positions: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """At most 100 entries."""


class Subscribe(Command[SubscribeReply], frozen=True, kw_only=True):
    """Follow a further topic.

    The topic to follow, and how far the device has seen it.
    """

    wire_type: ClassVar[str] = "subscribe"
    reply_type: ClassVar[type[Struct]] = SubscribeReply
    topic: str
    """1 to 200 characters."""
    position: tuple[str, int] | None = None


class Unsubscribe(Command[Nothing], frozen=True, kw_only=True):
    """Stop following a topic.

    The topic to leave. The person's own cannot be left.
    """

    wire_type: ClassVar[str] = "unsubscribe"
    reply_type: ClassVar[type[Struct]] = Nothing
    topic: str
    """1 to 200 characters."""


class Auth(Command[AuthReply], frozen=True, kw_only=True):
    """Refresh the token on the open socket.

    A newer access token of the same person and family.
    """

    wire_type: ClassVar[str] = "auth"
    reply_type: ClassVar[type[Struct]] = AuthReply
    token: str
    """1 to 4,096 characters."""


class Clock(Command[ClockReply], frozen=True, kw_only=True):
    """Ask for the time; answered at once, before commands that wait."""

    wire_type: ClassVar[str] = "clock"
    reply_type: ClassVar[type[Struct]] = ClockReply


class Ping(Command[Nothing], frozen=True, kw_only=True):
    """A life sign with an answer; answered at once, before commands that wait."""

    wire_type: ClassVar[str] = "ping"
    reply_type: ClassVar[type[Struct]] = Nothing


class FastingStart(Command[FastingSessionReply], frozen=True, kw_only=True):
    """Start a fast; one may run at a time.

    Which protocol to follow.
    """

    wire_type: ClassVar[str] = "fasting:start"
    reply_type: ClassVar[type[Struct]] = FastingSessionReply
    back_seconds: ClassVar[int] = 86_400
    protocol_id: str
    """As people write it. 1 to 16 characters."""


class FastingEnd(Command[FastingSessionReply], frozen=True, kw_only=True):
    """End the running fast.

    Which fast to end; the running one when it is left out.
    """

    wire_type: ClassVar[str] = "fasting:end"
    reply_type: ClassVar[type[Struct]] = FastingSessionReply
    back_seconds: ClassVar[int] = 86_400
    session_id: UUID | None = None


class AccountUpdate(Command[PersonReply], frozen=True, kw_only=True):
    """Change one's own name or time zone.

    What to change; what is left out stays.
    """

    wire_type: ClassVar[str] = "account:update"
    reply_type: ClassVar[type[Struct]] = PersonReply
    name: str | None = None
    """1 to 100 characters."""
    time_zone: str | None = None
    """IANA name. 1 to 64 characters."""


class AccountSignOut(Command[Nothing], frozen=True, kw_only=True):
    """Sign out this device or every device of the person.

    `everywhere`: every device; otherwise only the family (the sign-in) that sends it.
    """

    wire_type: ClassVar[str] = "account:sign_out"
    reply_type: ClassVar[type[Struct]] = Nothing
    everywhere: bool = False


class SandboxRate(Command[PersonReply], frozen=True, kw_only=True):
    """Let one's own time run faster. Taken only by a server in sandbox mode.

    How many times as fast as real time the person's time shall run.
    """

    wire_type: ClassVar[str] = "sandbox:rate"
    reply_type: ClassVar[type[Struct]] = PersonReply
    rate: float
    """1 to 10,000."""


class Ack(Signal, frozen=True, kw_only=True):
    """The device's cumulative position in the topic; it only rises.

    The last event of the signal's topic that the app has taken in.
    """

    wire_type: ClassVar[str] = "ack"
    offset: int
    """0 to 9,007,199,254,740,991."""


class Foreground(Signal, frozen=True, kw_only=True):
    """The app came to the front or left it; a device in the background gets no state.

    Whether a person looks at the app now.
    """

    wire_type: ClassVar[str] = "foreground"
    foreground: bool


class Pong(Signal, frozen=True, kw_only=True):
    """The answer to the server's ping."""

    wire_type: ClassVar[str] = "pong"


class FastingStarted(Event, frozen=True, kw_only=True, tag="fasting:started"):
    """A fast began."""

    data: FastingEventData


class FastingCompleted(Event, frozen=True, kw_only=True, tag="fasting:completed"):
    """A fast reached its target; it counts over until it is ended."""

    data: FastingEventData


class FastingEnded(Event, frozen=True, kw_only=True, tag="fasting:ended"):
    """A fast was ended."""

    data: FastingEventData


class AccountUpdated(Event, frozen=True, kw_only=True, tag="account:updated"):
    """The person's facts changed (name, time zone, role, tier, or in a sandbox their time)."""

    data: PersonReply


class AccountSignedOut(Event, frozen=True, kw_only=True, tag="account:signed_out"):
    """Sign-ins of the person ended; their sockets close."""

    data: AccountSignedOutData


class FastingTick(State, frozen=True, kw_only=True, tag="fasting:tick"):
    """A running fast's clock; sent every `tick_seconds` to devices in the foreground."""

    data: FastingTickData


class PingNotice(Notice, frozen=True, kw_only=True, tag="ping"):
    """The server's question whether the client still lives; answered by `pong`."""

    data: PingNoticeData


class Goodbye(Notice, frozen=True, kw_only=True, tag="goodbye"):
    """The node is about to close; finish what waits and connect again."""

    data: GoodbyeData


class Shed(Notice, frozen=True, kw_only=True, tag="shed"):
    """Ephemeral messages were dropped."""

    data: ShedData


EVENT_TYPES: Final[dict[str, type[Event]]] = {
    "fasting:started": FastingStarted,
    "fasting:completed": FastingCompleted,
    "fasting:ended": FastingEnded,
    "account:updated": AccountUpdated,
    "account:signed_out": AccountSignedOut,
}

STATE_TYPES: Final[dict[str, type[State]]] = {
    "fasting:tick": FastingTick,
}

NOTICE_TYPES: Final[dict[str, type[Notice]]] = {
    "ping": PingNotice,
    "goodbye": Goodbye,
    "shed": Shed,
}
