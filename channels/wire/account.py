"""Messages about the person and their sign-ins."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire.envelope import WITHOUT_NUL, Command, Event, Moment, Nothing, UserId

TimeZoneName = Annotated[
    str, Meta(min_length=1, max_length=64, examples=["Europe/Berlin"], description="IANA name.")
]
PersonName = Annotated[str, Meta(min_length=1, max_length=100, pattern=WITHOUT_NUL, examples=["Ada"])]
Rate = Annotated[float, Meta(ge=1, le=10_000)]


class Role(StrEnum):
    """What a person may do."""

    FREE = "free"
    PREMIUM = "premium"
    ADMIN = "admin"


class Tier(StrEnum):
    """What a person pays for; it sets quotas, and any paid tier gives the premium role."""

    FREE = "free"
    CORE = "core"
    PRO = "pro"
    ELITE = "elite"


class SignOutReason(StrEnum):
    """Why sign-ins ended."""

    SIGNED_OUT = "signed_out"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - a reason, not a secret
    SUSPENDED = "suspended"


class PersonTime(Struct, frozen=True, kw_only=True):
    """How a person's time relates to real time: at `real_at` it was `person_at`, and it runs `rate` times as fast.

    The rate is 1 and both moments are equal, except in a sandbox.
    """

    real_at: Moment
    person_at: Moment
    rate: float


class Person(Struct, frozen=True, kw_only=True):
    """Who somebody is, as far as their own devices need to know."""

    user_id: UserId
    name: str
    time_zone: str
    role: Role
    tier: Tier
    time: PersonTime


class PersonReply(Struct, frozen=True, kw_only=True):
    """The person after the command."""

    person: Person


class AccountUpdateData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to change; what is left out stays."""

    name: PersonName | None = None
    time_zone: TimeZoneName | None = None


class AccountUpdate(Command, frozen=True, kw_only=True, tag="account:update"):
    """Change one's own name or time zone."""

    reply: ClassVar[type[Struct]] = PersonReply
    data: AccountUpdateData


class AccountSignOutData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`everywhere`: every device; otherwise only the family (the sign-in) that sends it."""

    everywhere: bool = False


class AccountSignOut(Command, frozen=True, kw_only=True, tag="account:sign_out"):
    """Sign out this device or every device of the person."""

    data: AccountSignOutData = AccountSignOutData()


class AccountSuspend(Command, frozen=True, kw_only=True, tag="account:suspend"):
    """Suspend the person and sign out their devices. Only administrators send this."""

    data: Nothing = Nothing()


class AccountRevokeData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which sign-in ends."""

    family_id: UUID


class AccountRevoke(Command, frozen=True, kw_only=True, tag="account:revoke"):
    """End a sign-in whose refresh token was used twice. Only the server itself sends this."""

    data: AccountRevokeData


class SandboxRateData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many times as fast as real time the person's time shall run."""

    rate: Rate


class SandboxRate(Command, frozen=True, kw_only=True, tag="sandbox:rate"):
    """Let one's own time run faster. Taken only by a server in sandbox mode."""

    reply: ClassVar[type[Struct]] = PersonReply
    data: SandboxRateData


class AccountUpdated(Event, frozen=True, kw_only=True, tag="account:updated"):
    """The person's facts changed (name, time zone, role, tier, or in a sandbox their time)."""

    data: PersonReply


class AccountSignedOutData(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which sign-in ended (its `sid`), or every one when it is left out, and why."""

    family_id: UUID | None = None
    reason: SignOutReason


class AccountSignedOut(Event, frozen=True, kw_only=True, tag="account:signed_out"):
    """Sign-ins of the person ended; their sockets close."""

    data: AccountSignedOutData
