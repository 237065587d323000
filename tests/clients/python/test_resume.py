"""A session hands out every event once and in order, whatever the way there does, or says by a snapshot what it missed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.wire.connection import Shed, ShedData, TopicState
from channels.wire.envelope import Topic
from channels.wire.fasting import FastingTick, FastingTickData
from cornerman_client import types
from cornerman_client.codec import Subprotocol
from cornerman_client.frames import UnknownEvent
from cornerman_client.outputs import Hang, Return
from cornerman_client.topics import Snapshot
from tests.clients.python.stage import BEGIN, OWN, USER, Stage, connect_reply, offsets, started, topic_state

CODECS = pytest.mark.parametrize("subprotocol", list(Subprotocol))


@CODECS
def test_the_first_connection_hands_out_a_snapshot_then_events(subprotocol: Subprotocol) -> None:
    stage = Stage(subprotocol)
    connect = stage.open()
    told = {"token": "token", "device": "phone-1", "app": "tests", "batch": True, "positions": {}}
    assert connect["data"] == told
    stage.reply(connect, connect_reply(topic_state(2)))
    stage.tell(started(3))
    stage.tell([started(4), started(5)])
    assert isinstance(stage.handed[0], Snapshot)
    assert offsets(stage.handed) == [2, 3, 4, 5]
    snapshot = stage.session.topics.memory
    assert snapshot is not None
    assert snapshot.facts.fast == stage.handed[-1].data.session


def test_what_was_handed_out_already_is_dropped() -> None:
    stage = Stage()
    stage.join(topic_state(2))
    for offset in (3, 1, 2, 3, 4, 3):
        stage.tell(started(offset))
    assert offsets(stage.handed) == [2, 3, 4]


def test_a_hole_makes_the_session_come_back_by_its_position() -> None:
    stage = Stage()
    stage.join(topic_state(2))
    stage.tell(started(3))
    stage.tell(started(5))
    assert isinstance(stage.outputs[-1], Hang)
    stage.tell(started(4))
    assert isinstance(stage.close(1000), Return)
    connect = stage.open()
    assert connect["data"]["positions"] == {OWN: ["7", 3]}
    assert offsets(stage.handed) == [2, 3]


def test_events_of_a_topic_that_was_not_joined_are_dropped() -> None:
    stage = Stage()
    stage.join()
    stage.tell(replace(started(1), topic="user:somebody-else"))
    assert offsets(stage.handed) == [0]


def test_another_epoch_replaces_what_was_known_also_by_less() -> None:
    stage = Stage()
    stage.join(topic_state(9))
    stage.close()
    stage.join(topic_state(4, epoch="8"))
    stage.tell(started(5))
    assert offsets(stage.handed) == [9, 4, 5]
    assert stage.session.topics.position == {OWN: ("8", 5)}


@pytest.mark.parametrize(
    "topics",
    [
        topic_state(0, recovered=True),
        {},
        {**topic_state(1), Topic("workout:1"): topic_state(1)[OWN]},
    ],
    ids=["recovered from nowhere", "none", "two"],
)
def test_a_reply_that_cannot_be_meant_is_not_believed(topics: dict[Topic, TopicState]) -> None:
    stage = Stage()
    stage.join(topics)
    assert isinstance(stage.outputs[-1], Hang)
    assert stage.handed == []


def test_a_memory_resumes_in_another_run_of_the_app() -> None:
    before = Stage()
    before.join(topic_state(2))
    before.tell(started(3))
    stage = Stage(memory=before.session.topics.memory)
    connect = stage.open()
    assert connect["data"]["positions"] == {OWN: ["7", 3]}
    stage = Stage(memory=before.session.topics.memory)
    stage.join(topic_state(5, recovered=True))
    stage.tell([started(4), started(5)])
    assert offsets(stage.handed) == [4, 5]


def test_an_event_newer_than_the_client_counts_and_is_handed_out_as_it_is() -> None:
    stage = Stage()
    stage.join()
    head = f'"topic":"{OWN}","at":"2026-11-21T19:30:00Z"'
    stage.raw(f'{{"type":"sleep:fell","offset":1,{head},"data":{{"deep":[1]}}}}'.encode())
    stage.raw(f'{{"type":"fasting:started","offset":2,{head},"data":{{}}}}'.encode())
    first, second = stage.handed[1:]
    assert first == UnknownEvent(topic=OWN, offset=1, at=BEGIN, type="sleep:fell", data={"deep": [1]})
    assert second == UnknownEvent(topic=OWN, offset=2, at=BEGIN, type="fasting:started", data={})


@pytest.mark.parametrize(
    "frame",
    [
        b'{"type":"sleep:depth","topic":"x","version":1,"data":{}}',
        b'{"type":"fasting:tick","topic":"x","version":1,"data":{}}',
        b'{"type":"weather","data":{}}',
        b'{"surprise":1}',
        b'{"re":77,"data":{}}',
    ],
)
def test_what_is_newer_than_the_client_is_left_out(frame: bytes) -> None:
    stage = Stage()
    stage.join()
    stage.raw(frame)
    assert len(stage.handed) == 1
    assert not stage.outputs


@pytest.mark.parametrize(
    "frame", [b"", b"{", b'{"offset":1}', b'{"re":1,"error":3}', b'{"re":"x"}', b"[1]", b"\xff"]
)
def test_what_is_no_frame_ends_the_connection_not_the_session(frame: bytes) -> None:
    for subprotocol in Subprotocol:
        stage = Stage(subprotocol)
        stage.join()
        stage.raw(frame if subprotocol is Subprotocol.JSON else b"\xc1")
        assert isinstance(stage.outputs[-1], Hang)
        assert isinstance(stage.close(1002), Return)


def test_notices_without_a_consequence_are_left_out() -> None:
    stage = Stage()
    stage.join()
    stage.tell(Shed(data=ShedData(count=3)))
    assert len(stage.handed) == 1


def test_a_reply_without_its_data_ends_the_connection() -> None:
    stage = Stage()
    connect = stage.open()
    stage.raw(b'{"re":%d}' % connect["id"])
    assert isinstance(stage.outputs[-1], Hang)


def tick(version: int, of: str = "fast") -> FastingTick:
    data = FastingTickData(
        session_id=USER, elapsed_seconds=version, remaining_seconds=0, over_seconds=0, target_seconds=0
    )
    return FastingTick(topic=OWN, of=of, version=version, data=data)


def test_only_the_highest_version_of_a_state_is_handed_out() -> None:
    stage = Stage()
    stage.join()
    for version in (3, 2, 3, 5, 4):
        stage.tell(tick(version))
    stage.tell(tick(1, of="another"))
    stage.tell(replace(tick(9), topic="user:somebody-else"))
    stage.close()
    stage.join(topic_state(0, recovered=True))
    stage.tell(tick(5))
    stage.tell(tick(6))
    assert [state.version for state in stage.handed if isinstance(state, types.FastingTick)] == [3, 5, 1, 6]


def test_versions_start_anew_in_another_epoch_and_do_not_pile_up() -> None:
    stage = Stage()
    stage.join()
    for number in range(2000):
        stage.tell(tick(9, of=str(number)))
    stage.close()
    stage.join(topic_state(0, epoch="8"))
    stage.tell(tick(1, of="1999"))
    states = [state for state in stage.handed if isinstance(state, types.FastingTick)]
    assert len(states) == 2001
    assert len(stage.session.topics._states) <= 1024


class Server:
    """A log and a way that repeats, reorders, drops and cuts."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.head = 0
        self.snapshots: list[int] = []

    def connect(self, keep: int) -> None:
        """Connect and recover: a replay, or beyond `keep` events a snapshot."""
        if self.stage.session.phase != "apart":
            self.stage.close()
        connect = self.stage.open()
        position = connect["data"].get("positions", {}).get(OWN)
        if position is None or self.head - position[1] > keep:
            self.snapshots.append(self.head)
            self.stage.reply(connect, connect_reply(topic_state(self.head)))
            return
        self.stage.reply(connect, connect_reply(topic_state(self.head, recovered=True)))
        for offset in range(position[1] + 1, self.head + 1):
            self.stage.tell(started(offset))

    def act(self, action: tuple[str, int]) -> None:
        kind, number = action
        if kind == "connect":
            self.connect(keep=number)
        elif kind == "cut":
            self.stage.close()
        elif kind == "append":
            self.head += 1
            self.stage.tell(started(self.head))
        elif kind == "lose":
            self.head += 1
        elif self.head:
            self.stage.tell(started(1 + number % self.head))


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["connect", "cut", "append", "append", "lose", "again"]), st.integers(0, 12)),
    max_size=60,
)


@given(ACTIONS)
@settings(max_examples=300, deadline=None)
def test_every_event_is_handed_out_once_in_order_or_covered_by_a_snapshot(
    actions: list[tuple[str, int]],
) -> None:
    stage = Stage()
    server = Server(stage)
    for action in actions:
        server.act(action)
    server.connect(keep=1000)
    seen: int | None = None
    for message in stage.handed:
        if isinstance(message, Snapshot):
            assert message.offset in server.snapshots
            assert seen is None or message.offset > seen
        else:
            assert seen is not None
            assert message.offset == seen + 1
        seen = message.offset
    assert seen == server.head
    last = stage.session.topics.memory
    assert last is not None
    assert last.offset == server.head
    assert (last.facts.fast is None) is (server.head == 0)
    assert last.facts.fast is None or last.facts.fast.session_id.int == server.head


def test_events_are_acknowledged_after_a_while_or_when_they_are_many() -> None:
    stage = Stage()
    stage.join()
    for offset in range(1, 33):
        stage.tell(started(offset))
    assert stage.asked("ack") == {"type": "ack", "topic": OWN, "data": {"offset": 32}}
    stage.tell(started(33))
    begin = stage.now
    while not [message for message in stage.sent if message["type"] == "ack"]:
        stage.wake()
        for question in [message for message in stage.sent if message["type"] == "clock"]:
            stage.sent.remove(question)
    assert stage.now - begin == 5
    assert stage.asked("ack")["data"] == {"offset": 33}
