"""The far sides of the live core's ports: a follower, a transport, and a log to read from; and events for them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from channels.topics import user_topic
from channels.wire.account import (
    AccountSignedOut,
    AccountSignedOutData,
    AccountUpdate,
    AccountUpdated,
    AccountUpdateData,
    Person,
    PersonReply,
    PersonTime,
    Role,
    SignOutReason,
    Tier,
)
from channels.wire.codec import Subprotocol, event_body
from channels.wire.envelope import Event, Offset, Topic, UserId
from channels.wire.snapshot import UserSnapshot
from server.execution import Publication
from server.live.encoded import Encoded

USER = UserId(UUID(int=1))
FAMILY = UUID(int=2)
TOPIC = user_topic(USER)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Recorder:
    """A follower that keeps what it is sent, decoded."""

    def __init__(self, user_id: UserId | None = USER, family_id: UUID | None = FAMILY) -> None:
        self.user_id = user_id
        self.family_id = family_id
        self.tick_seconds = 1
        self.events: list[dict[str, Any]] = []
        self.states: list[tuple[tuple[str, str, str], dict[str, Any]]] = []
        self.left: list[tuple[int, str]] = []

    @property
    def offsets(self) -> list[int]:
        """The offsets of the events, as they came."""
        return [event["offset"] for event in self.events]

    def send_event(self, message: Encoded) -> None:
        self.events.append(read(message))

    def send_replay(self, messages: list[Encoded]) -> None:
        for message in messages:
            self.send_event(message)

    def send_state(self, key: tuple[str, str, str], message: Encoded) -> None:
        self.states.append((key, read(message)))

    def leave(self, code: int, reason: str = "") -> None:
        self.left.append((code, reason))


class Line:
    """A transport that takes messages while it is `writable`; each list in `written` was one write."""

    peer = "127.0.0.1"

    def __init__(self) -> None:
        self.writable = True
        self.room: int | None = None
        """How many more bytes it takes before it is not writable."""
        self.written: list[list[dict[str, Any]]] = []
        self.closed: list[tuple[int, str]] = []
        self.aborted = False
        self.reading: list[bool] = []
        """Each pause (false) and resumption (true) of reading."""

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All that was written."""
        return [message for messages in self.written for message in messages]

    def write(self, frames: Sequence[Encoded], subprotocol: Subprotocol) -> None:
        assert frames
        assert not self.closed
        assert subprotocol is Subprotocol.JSON
        self.written.append([read(frame) for frame in frames])
        if self.room is not None:
            self.room -= sum(map(len, frames))
            self.writable = self.room > 0

    def close(self, code: int, reason: str = "") -> None:
        self.closed.append((code, reason))
        self.writable = False

    def abort(self) -> None:
        self.aborted = True
        self.writable = False

    def pause_reading(self) -> None:
        self.reading.append(False)

    def resume_reading(self) -> None:
        self.reading.append(True)


class Log:
    """A topic's log in a list, read a page at a time; `gate` holds readers back, `failure` fails them."""

    def __init__(self, *, page: int = 300) -> None:
        self.bodies: list[bytes] = []
        self.reads: list[tuple[int, int]] = []
        self.failure: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self._page = page

    def append(self, count: int = 1) -> list[Publication]:
        """Append events and return their publications."""
        new = range(len(self.bodies) + 1, len(self.bodies) + count + 1)
        self.bodies += [event_body(renamed(f"name {offset}")) for offset in new]
        return [self.publication(offset) for offset in new]

    def publication(self, offset: int) -> Publication:
        return Publication(TOPIC, Offset(offset), self.bodies[offset - 1])

    async def read(self, topic: str, after: int, until: int) -> list[tuple[int, bytes]]:
        assert topic == TOPIC
        self.reads.append((after, until))
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        found = list(enumerate(self.bodies, start=1))[after:until]
        return found[: self._page]


def read(message: Encoded) -> Any:
    """Return what a message says."""
    return msgspec.json.decode(message.payload(Subprotocol.JSON))


def person(name: str = "Ada", user_id: UserId = USER) -> Person:
    return Person(
        user_id=user_id,
        name=name,
        time_zone="UTC",
        role=Role.FREE,
        tier=Tier.FREE,
        time=PersonTime(real_at=NOON, person_at=NOON, rate=1.0),
    )


def snapshot(name: str = "Ada") -> UserSnapshot:
    return UserSnapshot(person=person(name))


def renamed(name: str, topic: Topic = TOPIC) -> AccountUpdated:
    return AccountUpdated(topic=topic, at=NOON, data=PersonReply(person=person(name)))


def signed_out(
    family_id: UUID | None, reason: SignOutReason = SignOutReason.SIGNED_OUT, topic: Topic = TOPIC
) -> AccountSignedOut:
    return AccountSignedOut(
        topic=topic, at=NOON, data=AccountSignedOutData(family_id=family_id, reason=reason)
    )


def renaming(name: str) -> AccountUpdate:
    """The command that changes a person's name: one more event."""
    return AccountUpdate(id=1, key=uuid4(), data=AccountUpdateData(name=name))


def publication(offset: int, event: Event) -> Publication:
    return Publication(event.topic, Offset(offset), event_body(event))
