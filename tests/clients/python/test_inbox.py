"""What waits for a reader is bounded, and whole."""

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wire.codec import encode
from cornerman_client.errors import Ended
from cornerman_client.frames import Event, State
from cornerman_client.inbox import Inbox, Message
from cornerman_client.topics import AnySnapshot, Snapshot
from cornerman_client.types import FastingStarted, FastingTick, FastingTickData, UserSnapshot
from tests.clients.python.stage import OWN, USER, snapshot_at, started


class Known:
    """What a client knows, and whether it has ended."""

    def __init__(self) -> None:
        self.offset: int | None = None
        self.ended = Ended(1000, "closed by the app", "")

    def snapshots(self) -> list[AnySnapshot]:
        if self.offset is None:
            return []
        facts = msgspec.json.decode(encode(snapshot_at(self.offset)), type=UserSnapshot)
        return [Snapshot(topic=OWN, offset=self.offset, facts=facts)]

    async def wait(self) -> None:
        raise self.ended


def event(offset: int) -> Event:
    return msgspec.json.decode(encode(started(offset)), type=FastingStarted)


def tick(version: int, of: str = "fast") -> State:
    data = FastingTickData(
        session_id=USER, elapsed_seconds=version, remaining_seconds=0, over_seconds=0, target_seconds=0
    )
    return FastingTick(topic=OWN, of=of, version=version, data=data)


def read_all(inbox: Inbox) -> list[Message]:
    async def read() -> list[Message]:
        return [message async for message in inbox]

    return asyncio.run(read())


def test_it_begins_with_what_is_known() -> None:
    known = Known()
    assert read_all(Inbox(5, known.snapshots, known.wait)) == []
    known.offset = 3
    assert read_all(Inbox(5, known.snapshots, known.wait)) == known.snapshots()


def test_a_newer_state_takes_the_place_of_one_that_waits() -> None:
    inbox = Inbox(5, Known().snapshots, Known().wait)
    for version in range(100):
        inbox.put(tick(version))
        inbox.put(tick(version, of="other"))
    inbox.put(event(1))
    assert read_all(inbox) == [tick(99), tick(99, of="other"), event(1)]


def test_it_raises_what_ended_the_client() -> None:
    known = Known()
    known.ended = Ended(4503, "signed out", "")
    with pytest.raises(Ended, match="signed out"):
        read_all(Inbox(5, known.snapshots, known.wait))


@given(st.integers(1, 10), st.lists(st.integers(1, 4), max_size=30))
def test_a_slow_reader_misses_nothing_that_a_snapshot_does_not_hold(limit: int, frames: list[int]) -> None:
    known = Known()
    known.offset = 0
    inbox = Inbox(limit, known.snapshots, known.wait)
    last = 0
    for size in frames:
        # A whole frame is known before its first event is handed out.
        known.offset = last + size
        for _ in range(size):
            last += 1
            inbox.put(event(last))
        assert len(inbox._messages) <= limit
    messages = read_all(inbox)
    first = messages[0]
    assert isinstance(first, Snapshot)
    offsets = [message.offset for message in messages if not isinstance(message, State)]
    assert offsets == list(range(first.offset, last + 1))
