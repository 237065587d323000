"""The frozen structs that storage gives and takes."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class PersonRecord(Struct, frozen=True, kw_only=True):
    """A person's row, as far as decisions need it.

    At real moment `time_real_at` their clock showed `time_person_at`; it runs `time_rate` times as fast as real time.
    """

    user_id: UUID
    email: str
    name: str
    time_zone: str
    role: str
    tier: str
    time_real_at: datetime
    time_person_at: datetime
    time_rate: float


class CredentialsRecord(Struct, frozen=True, kw_only=True):
    """What signing in needs of a person."""

    user_id: UUID
    password_hash: str
    suspended_at: datetime | None


class FamilyRecord(Struct, frozen=True, kw_only=True):
    """A sign-in and how far its refresh tokens are.

    `generation` is the newest refresh token's number, given at `rotated_at` to `device`.
    """

    user_id: UUID
    family_id: UUID
    device: str
    generation: int
    rotated_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class StandingRecord(Struct, frozen=True, kw_only=True):
    """A person with the standing of one of their sign-ins; `signed_in` is false for one that was revoked or never was.

    `person` is None when there is no such person.
    """

    user_id: UUID
    family_id: UUID
    person: PersonRecord | None
    suspended: bool
    signed_in: bool


class FastRecord(Struct, frozen=True, kw_only=True):
    """A row of `fasting_sessions`."""

    user_id: UUID
    session_id: UUID
    protocol_id: str
    started_at: datetime
    target_end_at: datetime
    target_reached_at: datetime | None
    actual_end_at: datetime | None
    status: str
    outcome: str | None


class Fasts(Struct, frozen=True, kw_only=True):
    """What decisions about fasts need: the running one, the one that was asked for, the end of the last one."""

    running: FastRecord | None = None
    named: FastRecord | None = None
    last_end_at: datetime | None = None


class SuspensionRecord(Struct, frozen=True, kw_only=True):
    """A person is suspended and every family of theirs revoked."""

    user_id: UUID


class SignOutRecord(Struct, frozen=True, kw_only=True):
    """A family of a person is revoked; every one of theirs without `family_id`."""

    user_id: UUID
    family_id: UUID | None
    reason: str


class UserFacts(Struct, frozen=True, kw_only=True):
    """What a person's topic comes to at its newest offset, `head`."""

    head: int
    person: PersonRecord
    fast: FastRecord | None
    suspended_at: datetime | None


class TimerRecord(Struct, frozen=True, kw_only=True):
    """A timer that gives `command` with `payload` for `owner`.

    `wait_seconds` is how far off it was when it was read, by the database's clock; below zero it was late.
    """

    owner: UUID
    cause: str
    command: str
    payload: bytes
    version: int
    wait_seconds: float


class Append(Struct, frozen=True, kw_only=True):
    """What a commit does beside saving the noun's records; `at` is the person's time.

    `timers` are (cause, due in real time, at in the person's time, command type, payload).
    """

    user_id: UUID
    key: UUID
    reply: bytes
    at: datetime
    cleared: tuple[str, ...] = ()
    timers: tuple[tuple[str, datetime, datetime, str, bytes], ...] = ()
    events: tuple[tuple[str, bytes], ...] = ()

    def arguments(self) -> tuple[object, ...]:
        """Return the twelve arguments of `commit_command`, in its order."""
        return (
            self.user_id,
            self.key,
            self.reply,
            self.at,
            self.cleared,
            *(tuple(timer[n] for timer in self.timers) for n in range(5)),
            tuple(topic for topic, _ in self.events),
            tuple(body for _, body in self.events),
        )


class LoggedEvent(Struct, frozen=True, array_like=True):
    """An event in its topic's log: the offset and the JSON that lacks it."""

    topic: str
    offset: int
    body: bytes
