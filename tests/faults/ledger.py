"""What one device saw of one topic, held against the log: every event once, in order, byte by byte."""

import hashlib
from typing import Any

import msgspec
from msgspec import Struct

from channels.recovery import REPLAY_BYTES, REPLAY_EVENTS
from channels.wire.codec import published
from channels.wire.connection import TopicState
from channels.wire.envelope import Offset
from storage.log import read
from storage.postgres import Link
from tests.faults.wire import NotesSnapshot

_PAGE = 1_000
_FOREVER = 2**53


class _Head(Struct):
    topic: str
    offset: int


_heads = msgspec.json.Decoder(_Head)


class Ledger:
    """The events of a topic as they came. While it joins or is mended, what comes live waits."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.epoch: str | None = None
        self.offset = 0
        self.lost = 0
        self.repeated = 0
        self.mended = 0
        """How many times it was told that it is not recovered, and had to read what it lacked over REST."""
        self.wrongly_unrecovered = 0
        """How many times it was told so although it was near enough to be recovered."""
        self.wrongly_recovered = 0
        """How many times it was told that it is recovered, at an offset or in an epoch where that cannot be."""
        self.snapshots = 0
        """How many times it was given the state as it is."""
        self.stale_snapshots = 0
        self._hash = hashlib.sha256()
        self._near = False
        self._mended_bytes = 0
        self._waiting: list[tuple[int, bytes]] | None = None

    @property
    def digest(self) -> str:
        """The hash of all that was seen."""
        return self._hash.hexdigest()

    @property
    def position(self) -> tuple[str, int] | None:
        """Where to resume."""
        return None if self.epoch is None else (self.epoch, self.offset)

    def join(self) -> None:
        """Keep what comes until the reply is read."""
        self._waiting = []
        self._near, self._mended_bytes = False, 0

    def joined(self, state: TopicState) -> tuple[int, int] | None:
        """Take in the reply; return the range (after, until] that has to be read over REST, if any, before `go_on`."""
        if self.epoch is None:
            self.epoch, self.offset = state.epoch, 0
        if state.recovered:
            same = state.epoch == self.epoch and state.offset >= self.offset
            self.wrongly_recovered += not same
            return None
        self._check_snapshot(state)
        if state.epoch != self.epoch:
            # Another history: what was seen of the old one may never have been.
            self.epoch, self.offset, self._hash = state.epoch, 0, hashlib.sha256()
        elif self.offset:
            self._near = state.offset - self.offset < REPLAY_EVENTS
            self.mended += 1
        return self.offset, state.offset

    def mend(self, events: list[tuple[int, bytes]]) -> None:
        """Take in what was read over REST."""
        for offset, frame in events:
            self._take(offset, frame)
            self._mended_bytes += len(frame)

    def go_on(self) -> None:
        """Take in what waited; from now on events are taken as they come."""
        self.wrongly_unrecovered += self._near and self._mended_bytes <= REPLAY_BYTES
        waiting, self._waiting = self._waiting or [], None
        for offset, frame in waiting:
            self._take(offset, frame)

    def see(self, offset: int, frame: bytes) -> None:
        """Take in an event that came over the socket."""
        if self._waiting is None:
            self._take(offset, frame)
        else:
            self._waiting.append((offset, frame))

    def _take(self, offset: int, frame: bytes) -> None:
        if offset <= self.offset:
            self.repeated += 1
            return
        self.lost += offset - self.offset - 1
        self.offset = offset
        self._hash.update(frame)

    def _check_snapshot(self, state: TopicState) -> None:
        if isinstance(state.snapshot, msgspec.Raw) and self.topic.startswith("notes:"):
            snapshot = msgspec.json.decode(state.snapshot, type=NotesSnapshot)
            self.snapshots += 1
            self.stale_snapshots += snapshot.count != state.offset


def head_of(frame: bytes) -> tuple[str, int]:
    """Return the topic and the offset of an event."""
    head = _heads.decode(frame)
    return head.topic, head.offset


def events_of(document: bytes) -> list[tuple[int, bytes]]:
    """Return the events of an array, or of a REST page's data, as they stand there."""
    frames: list[Any] = msgspec.json.decode(document, type=list[msgspec.Raw])
    return [(head_of(bytes(frame))[1], bytes(frame)) for frame in frames]


async def logged(link: Link, topic: str) -> tuple[int, str]:
    """Return the head of a topic and the hash of its log, as a device would have seen it from the beginning."""
    found, offset = hashlib.sha256(), 0
    while events := await read(link, topic, offset, _FOREVER, limit=_PAGE):
        for event in events:
            assert event.offset == offset + 1, f"{topic} has a gap after {offset}"
            offset = event.offset
            found.update(published(event.body, Offset(offset)))
    return offset, found.hexdigest()
