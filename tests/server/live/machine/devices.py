"""Devices with ledgers: what each saw of a topic must be the log, once and in order, from where it said that it was."""

from typing import TYPE_CHECKING, Any, Final

import msgspec

from channels.recovery import REPLAY_BYTES, REPLAY_EVENTS
from channels.wire.codec import published
from channels.wire.envelope import Offset, Topic
from tests.server.live.machine.nodes import HALL, OWN, Line, LiveNode, encoded, events_of
from tests.server.live.machine.outside import Kept, Postgres

if TYPE_CHECKING:
    from server.live.socket import LiveSocket

Place = tuple[str, int]
"""An epoch and an offset."""
_BACK: Final = (1, 2, 3, 10, 40, 298, 299, 300)
"""How far back an old position lies."""


class Truth:
    """What is right: the log as it is, and as it was in epochs that ended with another history."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._ended: list[tuple[int, dict[str, Kept]]] = []

    def end(self) -> None:
        """Keep the log as it is, for those who are still in its epoch: another one takes its place."""
        kept = {topic: kept.copy() for topic, kept in self._postgres.topics.items()}
        self._ended.append((self._postgres.epoch, kept))

    def kept(self, topic: str, epoch: str) -> Kept:
        """A topic's log in an epoch."""
        for last, topics in self._ended:
            if int(epoch) <= last and topic in topics:
                return topics[topic]
        return self._postgres.topic(topic)

    def near(self, topic: str, asked: Place | None, told: Place) -> bool:
        """Say whether who asked from there can be told all that it missed, wherever the node reads it."""
        if asked is None or asked[0] != told[0] or not 0 <= told[1] - asked[1] < REPLAY_EVENTS:
            return False
        kept = self.kept(topic, told[0])
        return (
            kept.pruned <= asked[1] and sum(map(len, kept.bodies[asked[1] : told[1]])) < REPLAY_BYTES - 16_384
        )


class Ledger:
    """What a device saw of one topic."""

    def __init__(self, topic: str, truth: Truth) -> None:
        self.topic = topic
        self.place: Place | None = None
        self.followed = False
        self.until = 0
        """Where the last reply said that its replay ends."""
        self._truth = truth

    def claimed(self, place: int) -> Place | None:
        """The position that the device says: where it is, now and then an older one, a forged one or none."""
        if self.place is None:
            return None
        epoch, offset = self.place
        more, kind = divmod(place, 8)
        match kind:
            case 4:
                return (epoch, max(0, offset - _BACK[more]))
            case 5:
                return (epoch, offset + 1 + more)
            case 6:
                return (str(max(1, int(epoch) - 1 + 2 * (more % 2))), offset)
            case 7:
                return None
            case _:
                return self.place

    def joined(self, asked: Place | None, state: dict[str, Any]) -> None:
        """Take in what a reply says of the topic."""
        self.followed = True
        told = (state["epoch"], state["offset"])
        self.until = state["offset"]
        if state.get("recovered"):
            assert asked is not None, "recovered from nowhere"
            assert asked[0] == told[0], f"recovered from {asked} to {told}"
            assert 0 <= told[1] - asked[1] <= REPLAY_EVENTS, f"recovered from {asked} to {told}"
            self.place = asked
        else:
            self.place = told
            facts = self._truth.kept(self.topic, told[0]).facts[told[1]]
            assert state["snapshot"] == msgspec.to_builtins(facts), (
                f"{self.topic}: not the snapshot of {told}"
            )
            assert not self._truth.near(self.topic, asked, told), f"{asked} was near enough to {told}"

    def take(self, offset: int, document: bytes) -> None:
        """Take in an event."""
        assert self.followed, f"{self.topic}: {offset} came unasked"
        assert self.place is not None
        epoch, before = self.place
        self.place = (epoch, offset)
        assert offset == before + 1, f"{self.topic}: {offset} came after {before}"
        bodies = self._truth.kept(self.topic, epoch).bodies
        known = offset <= len(bodies) and document == published(bodies[offset - 1], Offset(offset))
        assert known, f"{self.topic}: {offset} in epoch {epoch} is of another history"


class Device:
    """One app: it connects, reads, drops, and comes back with what it saw."""

    def __init__(self, truth: Truth) -> None:
        self.ledgers = {topic: Ledger(topic, truth) for topic in (OWN, HALL)}
        self.line: Line | None = None
        self.socket: LiveSocket | None = None
        self.closed_as: int | None = None
        self._asked: dict[int, tuple[str, Topic, Place | None]] = {}
        self._next_id = 1

    @property
    def live(self) -> bool:
        """Say whether it is connected, as far as it knows."""
        return self.ledgers[OWN].followed

    def connect(self, node: LiveNode, place: Place | None, *, batch: bool) -> None:
        """Open a socket and greet; an older one is left as it is."""
        self._forget()
        self.line = Line()
        self.socket = node.open(self.line)
        positions = {} if place is None else {OWN: place}
        data = {"token": "any", "device": "phone", "batch": batch, "positions": positions}
        self._ask("connect", OWN, place, data)

    def subscribe(self, place: Place | None) -> None:
        """Follow the hall."""
        self._ask("subscribe", HALL, place, {"topic": HALL, "position": place})

    def unsubscribe(self) -> None:
        """Follow it no more."""
        self._ask("unsubscribe", HALL, None, {"topic": HALL})

    def acknowledge(self, offset: int) -> None:
        """Say how far the app is; the node believes it up to what it sent, and never goes back."""
        if self.socket is None or self.socket.closing:
            return
        before = self.socket.acknowledged
        self.socket.received(encoded("ack", topic=OWN, data={"offset": offset}), text=True)
        after = self.socket.acknowledged
        feed = self.socket.feeds[0] if self.socket.feeds else None
        assert before <= after <= max(before, (feed.cursor or 0) if feed else 0)
        assert after <= max(before, offset)

    def read(self, *, unread: int = 0) -> None:
        """Read what was sent, but for the last frames; notice the end of the connection."""
        if self.line is None:
            return
        frames = self.line.sent[: len(self.line.sent) - unread]
        self.line.sent.clear()
        for frame in frames:
            for document in events_of(frame):
                self._take(document)
        if self.line.closed is not None or self.line.ended:
            self.closed_as = self.line.closed
            self.drop()

    def drop(self) -> None:
        """Break the connection, at both ends at once."""
        socket, line = self.socket, self.line
        self._forget()
        if socket is not None and line is not None and not line.ended:
            line.ended = True
            line.writable = False
            socket.lost()

    def _forget(self) -> None:
        self.line = self.socket = None
        self._asked.clear()
        self._next_id = 1
        for ledger in self.ledgers.values():
            ledger.followed = False

    def _ask(self, type_: str, topic: Topic, place: Place | None, data: dict[str, Any]) -> None:
        if self.socket is None or self.socket.closing:
            return
        number, self._next_id = self._next_id, self._next_id + 1
        self._asked[number] = (type_, topic, place)
        self.socket.received(encoded(type_, id=number, data=data), text=True)

    def _take(self, document: bytes) -> None:
        frame = msgspec.json.decode(document)
        if "re" in frame:
            self._answered(frame)
        elif "offset" in frame:
            self.ledgers[frame["topic"]].take(frame["offset"], document)

    def _answered(self, frame: dict[str, Any]) -> None:
        type_, topic, place = self._asked.pop(frame["re"])
        if "error" in frame:
            assert frame["error"]["code"] in {"INT_002", "VAL_001", "RES_001"}, frame
        elif type_ == "unsubscribe":
            self.ledgers[topic].followed = False
        else:
            self.ledgers[topic].joined(place, frame["data"]["topics"][topic])
