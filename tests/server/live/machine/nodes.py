"""A node's live side: the real parts, on what stands in for the two stores."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from channels.connection import Allowance
from channels.errors import Refusal
from channels.topics import user_topic
from channels.wire.codec import Subprotocol
from channels.wire.envelope import Epoch, Offset, Topic
from server.accounts.tokens import Claims
from server.clock import FleetClock
from server.execution import Publication
from server.live.desk import Desk
from server.live.doubt import Doubt
from server.live.encoded import Encoded
from server.live.history import History
from server.live.hub import Hub
from server.live.joining import Joining
from server.live.joins import Joins
from server.live.kinds import Facts, Reader, TopicKind
from server.live.node import Node
from server.live.people import PeopleTopics
from server.live.publisher import Publisher
from server.live.socket import LiveSocket
from server.live.tail import Tail
from server.live.ticker import Ticker
from server.supervisor import Supervisor
from server.witness import Witness
from storage.postgres import Unavailable, linked
from storage.redis.broker import Broker, channel, read_publication
from tests.server.live.machine.outside import Pool, Postgres, Redis
from tests.server.live.ports import FAMILY, USER, snapshot

OWN: Final = user_topic(USER)
HALL: Final = Topic("hall:1")
TOPICS: Final = (OWN, HALL)
_PATIENT: Final = Allowance(per_second=1e6, burst=1e6, flood=1e6)
_CLAIMS: Final = Claims(
    user_id=USER,
    family_id=FAMILY,
    issued_at=datetime(2026, 11, 21, tzinfo=UTC),
    expires_at=datetime.now(UTC) + timedelta(days=1),
    jti="1",
)


class HallFacts(Struct, frozen=True):
    """What all events of a hall come to, so that none can be missing, repeated or out of order."""

    count: int = 0
    told: int = 0


class Halls:
    """The kind of `hall:{number}`, which everybody may follow."""

    async def read(self, link: Any, readers: Sequence[Reader]) -> dict[Reader, Facts | Refusal]:
        """Read topics."""
        return await _stored(link, readers)

    def apply(self, facts: HallFacts, event: Any) -> HallFacts:
        """Fold an event."""
        told = (facts.told * 31 + int(event.data.person.name.partition(" ")[0])) % 2**31
        return HallFacts(facts.count + 1, told)

    def tick(self, _facts: HallFacts, _now: datetime) -> None:
        """Nothing runs here."""

    def phase(self, _facts: HallFacts) -> None:
        """As above."""


class People(PeopleTopics):
    """People's own topics; here they are read from what stands in for PostgreSQL."""

    async def read(self, link: Any, readers: Sequence[Reader]) -> dict[Reader, Facts | Refusal]:
        """Read topics."""
        return await _stored(link, readers)


KINDS: Final[dict[str, TopicKind]] = {"user": People(), "hall": Halls()}
NOTHING: Final[dict[str, tuple[TopicKind, Any]]] = {
    "user": (KINDS["user"], snapshot()),
    "hall": (KINDS["hall"], HallFacts()),
}
"""The kinds with their facts before the first event."""


async def _stored(link: Any, readers: Sequence[Reader]) -> dict[Reader, Facts | Refusal]:
    postgres: Postgres = link.postgres
    found: dict[Reader, Facts | Refusal] = {}
    for reader in readers:
        kept = postgres.topic(reader.topic)
        found[reader] = Facts(Offset(kept.head), kept.facts[-1])
    await link.answered()
    return found


class Radio:
    """Stands in for the relay: what is published on the channels that this node follows, as it comes."""

    def __init__(self, redis: Redis, hub: Hub, tail: Tail, supervisor: Supervisor) -> None:
        self.coming: list[tuple[str, bytes]] = []
        """What is on the way to this node."""
        self.linked = True
        self._redis, self._hub, self._tail, self._supervisor = redis, hub, tail, supervisor
        self._topics: list[Topic] = []
        self._channels: list[str] = []

    async def followed(self, topic: Topic) -> None:
        """Follow a topic; while the broker does not answer it is followed later."""
        if topic not in self._topics:
            self._topics.append(topic)
            self._tune_in(topic)
        await asyncio.sleep(0)

    def unfollow(self, topic: Topic) -> None:
        """Stop following a topic."""
        if topic in self._topics:
            self._topics.remove(topic)
        self._tune_out(channel(self._hub.epoch, topic))

    def renew(self) -> None:
        """Leave all channels of an epoch that has ended."""
        self._topics.clear()
        self.unlink()
        self.link()

    def unlink(self) -> None:
        """The link breaks: what was on the way is lost."""
        self.linked = False
        self.coming.clear()
        for name in list(self._channels):
            self._tune_out(name)

    def link(self) -> None:
        """The link is made anew, and all heads are read."""
        self.linked = True
        for topic in self._topics:
            self._tune_in(topic)
        self._supervisor.spawn("catch up", self._tail.catch_up(list(self._topics)))

    def arrive(self, index: int, *, stays: bool) -> None:
        """Let something arrive; what stays arrives once more."""
        name, message = self.coming[index] if stays else self.coming.pop(index)
        epoch, topic = _channel_of(name)
        if epoch == self._hub.epoch:
            offset, body = read_publication(message)
            self._hub.deliver(Publication(topic, Offset(offset), body))

    def _tune_in(self, topic: Topic) -> None:
        name = channel(self._hub.epoch, topic)
        if self.linked and name not in self._channels:
            self._channels.append(name)
            self._redis.ears[name].append(self._hear)

    def _tune_out(self, name: str) -> None:
        if name in self._channels:
            self._channels.remove(name)
            self._redis.ears[name].remove(self._hear)

    def _hear(self, name: str, message: bytes) -> None:
        self.coming.append((name, message))


def _channel_of(name: str) -> tuple[Epoch, Topic]:
    _, epoch, topic = name.split(":", 2)
    return Epoch(epoch), Topic(topic[1:-1])


class _SignedIn:
    """Every token is the person's."""

    def verify(self, _token: str, _now: datetime) -> Claims:
        return _CLAIMS


class _Welcome:
    """As many devices as come."""

    limit = 20

    async def arrive(self, _user: object, _socket: LiveSocket) -> bool:
        await asyncio.sleep(0)
        return True

    def leave(self, _socket: LiveSocket) -> None:
        """Nobody counts."""


class _NoSensors:
    """Nobody trains here."""

    def forget(self, _socket: LiveSocket) -> None:
        """Nothing is known of it."""


class LiveNode:
    """See the module. `committed` are publications whose commit was not answered yet."""

    def __init__(self, postgres: Postgres, redis: Any) -> None:
        self.supervisor = Supervisor(longest_seconds=0.1)
        self.committed: list[Publication] = []
        witness = Witness()
        witness.settled(postgres.epoch)
        database: Any = Pool(postgres, witness.look)
        self._database = database
        broker = Broker(redis)
        history = History(database, broker, lambda: self.hub.epoch, self.supervisor)
        self.hub = Hub(Epoch(str(postgres.epoch)), KINDS, history.logged, self.supervisor)
        self.publisher = Publisher(broker, lambda: self.hub.epoch, capacity=1_000)
        self.tail = Tail(self.hub, database, witness.look)
        self.radio = Radio(redis, self.hub, self.tail, self.supervisor)
        relay: Any = self.radio
        doubt = Doubt(self.hub, relay, self.publisher, database, self.supervisor)
        witness.replaced = doubt.settle
        self.tail.doubted = doubt.arise
        joining = Joining(
            self.hub,
            Joins(database, KINDS, self.supervisor),
            followed=self.radio.followed,
            unfollow=self.radio.unfollow,
            history=history.recent,
            doubt=doubt.arise,
        )
        self.node = self._node(joining)
        self.supervisor.start("tail", self.tail.run)
        self.supervisor.start("publisher", self.publisher.run)

    def _node(self, joining: Joining) -> Node:
        node = Node(
            self.supervisor,
            allowance=_PATIENT,
            spread_seconds=5,
            too_slow=lambda _queue: None,
            closed=lambda _code: None,
        )
        outside: Any = {
            "tokens": _SignedIn(),
            "executor": None,
            "presence": _Welcome(),
            "samples": _NoSensors(),
        }
        clock = FleetClock()
        shows = (Ticker(clock).show,)
        node.desk = Desk(node, clock=clock, joining=joining, shows=shows, **outside)
        return node

    async def connected(self) -> bool:
        """Say whether it has a connection to PostgreSQL, or gets one."""
        try:
            async with linked(self._database):
                return True
        except Unavailable:
            return False

    def hand_over(self, publication: Publication) -> None:
        """Give a committed event to the node's own sockets, and to the others."""
        self.hub.deliver(publication)
        self.publisher.offer([publication])

    def open(self, line: "Line") -> LiveSocket:
        """A socket that was just accepted."""
        return self.node.open(line, Subprotocol.JSON, None)


class Line:
    """A connection: what was written to it and not read yet. While it is `writable` it takes all."""

    peer = "127.0.0.1"

    def __init__(self) -> None:
        self.writable = True
        self.sent: list[bytes] = []
        self.closed: int | None = None
        self.ended = False

    def write(self, frames: Sequence[Encoded], subprotocol: Subprotocol) -> None:
        """Take messages."""
        if not self.ended:
            self.sent += [frame.payload(subprotocol) for frame in frames]

    def close(self, code: int, _reason: str = "") -> None:
        """Take a close."""
        self.closed = code
        self.writable = False

    def abort(self) -> None:
        """Break."""
        self.ended = True
        self.writable = False

    def pause_reading(self) -> None:
        """Nobody here sends so much."""

    def resume_reading(self) -> None:
        """As above."""


def encoded(type_: str, **fields: Any) -> bytes:
    """A message of a client."""
    return msgspec.json.encode({"type": type_, **fields})


def events_of(frame: bytes) -> list[bytes]:
    """The documents of a frame: those of an array, or the one that it is."""
    if frame[:1] != b"[":
        return [frame]
    return [bytes(document) for document in msgspec.json.decode(frame, type=list[msgspec.Raw])]
