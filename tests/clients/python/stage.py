"""A session on a stage: a small true server's answers without IO, and every frame held against the schema."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import Raw, Struct

from channels.wire.account import Person, PersonTime, Role, Tier
from channels.wire.codec import encode, to_msgpack
from channels.wire.connection import ConnectReply, Limits, TopicState
from channels.wire.envelope import Epoch, Offset, Reply, Topic, UserId
from channels.wire.fasting import FastingEventData, FastingSession, FastingStarted, FastStatus
from channels.wire.snapshot import UserSnapshot
from cornerman_client import types
from cornerman_client.codec import Codec, Subprotocol
from cornerman_client.frames import Command, Event
from cornerman_client.outputs import Answered, Deliver, Output, Send
from cornerman_client.session import Session
from cornerman_client.topics import Snapshot
from tests.schema import Conversation

USER = UserId(UUID("019365a0-5c00-7a10-8f2e-0a6c1c7e9b11"))
OWN = Topic(f"user:{USER}")
BEGIN = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
REAL = PersonTime(real_at=BEGIN, person_at=BEGIN, rate=1.0)
LIMITS = Limits(
    message_bytes=65536,
    commands_waiting=32,
    commands_per_second=20.0,
    sockets_per_person=20,
    replay_events=300,
    replay_bytes=262144,
)


def person(time: PersonTime = REAL) -> Person:
    return Person(user_id=USER, name="Sam", time_zone="UTC", role=Role.FREE, tier=Tier.FREE, time=time)


def fast(number: int) -> FastingSession:
    """A fast whose id tells which event it came with."""
    return FastingSession(
        session_id=UUID(int=number),
        protocol_id="16:8",
        started_at=BEGIN,
        target_end_at=BEGIN + timedelta(hours=16),
        status=FastStatus.ACTIVE,
    )


def started(offset: int) -> FastingStarted:
    """Event number `offset` of the person's log."""
    data = FastingEventData(session_id=UUID(int=offset), session=fast(offset))
    at = BEGIN + timedelta(seconds=offset)
    return FastingStarted(topic=OWN, offset=Offset(offset), at=at, data=data)


def snapshot_at(offset: int, time: PersonTime = REAL) -> UserSnapshot:
    return UserSnapshot(person=person(time), fast=fast(offset) if offset else None)


def topic_state(
    offset: int, *, epoch: str = "7", recovered: bool = False, time: PersonTime = REAL
) -> dict[Topic, TopicState]:
    if recovered:
        return {OWN: TopicState(epoch=Epoch(epoch), offset=Offset(offset), recovered=True)}
    snapshot = Raw(encode(snapshot_at(offset, time)))
    return {OWN: TopicState(epoch=Epoch(epoch), offset=Offset(offset), snapshot=snapshot)}


def connect_reply(
    topics: dict[Topic, TopicState],
    *,
    now: datetime = BEGIN,
    rate: float = 1.0,
    token_seconds: float = 900,
) -> ConnectReply:
    return ConnectReply(
        connection=uuid4(),
        user=USER,
        now=now,
        rate=rate,
        ping_seconds=25,
        token_expires_at=BEGIN + timedelta(seconds=token_seconds),
        limits=LIMITS,
        topics=topics,
    )


class Stage:
    """Drives one session by hand. `now` is the monotonic time that it is told; chance is always a half."""

    def __init__(
        self, subprotocol: Subprotocol = Subprotocol.JSON, *, queue_limit: int = 64, **options: Any
    ) -> None:
        greeting = types.Connect(device="phone-1", app="tests", batch=True)
        options = {"retry_seconds": 60.0, **options}
        self.session = Session(greeting, Codec(subprotocol), queue_limit=queue_limit, **options)
        self.subprotocol = subprotocol
        self.now = 0.0
        self.sent: list[dict[str, Any]] = []
        """What the session sent and no test has taken yet."""
        self.handed: list[Any] = []
        """What was handed out to the app."""
        self.answers: dict[UUID, Any] = {}
        self.outputs: list[Output] = []
        """What else it asked for, newest last."""
        self._talk = Conversation()

    def open(self) -> dict[str, Any]:
        """Open a socket; returns the `connect`."""
        self._talk = Conversation()
        self.sent.clear()
        self._took(self.session.opened("token", self.now))
        return self.asked("connect")

    def join(self, topics: dict[Topic, TopicState] | None = None, **reply: Any) -> None:
        """Open a socket and answer `connect`, without a position known by a snapshot at 0."""
        connect = self.open()
        self.reply(connect, connect_reply(topic_state(0) if topics is None else topics, **reply))

    def asked(self, type_: str) -> dict[str, Any]:
        """Take the oldest message of a type that the session sent."""
        found = next(message for message in self.sent if message["type"] == type_)
        self.sent.remove(found)
        return found

    def reply(self, to: dict[str, Any], data: Struct, **more: Any) -> None:
        self.tell(Reply(re=to["id"], data=Raw(encode(data)), **more))

    def refuse(self, to: dict[str, Any], **error: Any) -> None:
        self.frame(msgspec.json.encode({"re": to["id"], "error": {"message": "No.", **error}}))

    def tell(self, message: Struct | Iterable[Struct]) -> None:
        """Send the session a message of the server, or a batch of events."""
        self.frame(encode(message if isinstance(message, Struct) else list(message)))

    def frame(self, document: bytes) -> None:
        self._talk.received(document)
        self.raw(document if self.subprotocol is Subprotocol.JSON else to_msgpack(document))

    def raw(self, frame: bytes) -> None:
        """Send the session bytes that no true server sends."""
        self._took(self.session.received(frame, self.now, 0.5))

    def close(self, code: int = 1006, reason: str = "", chance: float = 0.5) -> Output:
        """Close the socket; returns what the session wants then."""
        self._took(self.session.closed(code, reason, chance))
        return self.outputs[-1]

    def wake(self) -> None:
        """Let time pass to the next deadline."""
        assert self.session.deadline is not None
        self.now = max(self.now, self.session.deadline)
        self._took(self.session.woken(self.now))

    def give(self, command: Command[Any], key: UUID | None = None) -> UUID:
        key = key or uuid4()
        self._took(self.session.give(command, key, self.now))
        return key

    def took(self, outputs: list[Output]) -> None:
        """Take in what an input of the session answered."""
        self._took(outputs)

    def _took(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Send(frame):
                    self.sent.append(self._talk.sent(frame))
                case Deliver(message):
                    self.handed.append(message)
                case Answered(key, answer):
                    assert key not in self.answers, "answered twice"
                    self.answers[key] = answer
                case _:
                    self.outputs.append(output)


def offsets(handed: list[Any]) -> list[int]:
    return [message.offset for message in handed if isinstance(message, Event | Snapshot)]
