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


class TimerRecord(Struct, frozen=True, kw_only=True):
    """A timer that is due: at real moment `due` give `command` with `payload` for `owner`."""

    owner: UUID
    cause: str
    due: datetime
    command: str
    payload: bytes
    version: int


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
