"""A session follows workouts beside the person's own topic: each event once and in order, whatever the way there does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.wire.connection import SubscribeReply, TopicState
from channels.wire.envelope import Nothing
from channels.wire.workout_events import WorkoutTick, WorkoutTickData
from cornerman_client.errors import Ended
from cornerman_client.frames import Event
from cornerman_client.outputs import Followed, Hang
from cornerman_client.topics import Snapshot, WorkoutSnapshot
from cornerman_client.types import UserSnapshot, WorkoutSample
from tests.clients.python.rooms import OTHER, ROOM, SESSION, logged, room_state
from tests.clients.python.stage import OWN, Stage, started, topic_state


def on_stage(subscribed_at: int | None = None) -> Stage:
    """A session that is live, and follows the workout."""
    stage = Stage()
    stage.join()
    stage.took(stage.session.follow(ROOM, stage.now))
    if subscribed_at is not None:
        admit(stage, room_state(subscribed_at))
    return stage


def admit(stage: Stage, state: TopicState) -> dict[str, Any]:
    """Answer the subscription; returns what it said."""
    question = stage.asked("subscribe")
    stage.reply(question, SubscribeReply(topics={question["data"]["topic"]: state}))
    return question


def asked_for(stage: Stage) -> list[str]:
    return [message["type"] for message in stage.sent if message["type"] in {"subscribe", "unsubscribe"}]


def told(stage: Stage) -> list[tuple[str, int]]:
    """What was handed out: each message's topic and offset."""
    return [
        (message.topic, message.offset)
        for message in stage.handed
        if isinstance(message, Event | Snapshot | WorkoutSnapshot)
    ]


def repetitions(stage: Stage) -> list[int | None]:
    """The sets of the workout as the session knows them."""
    topic = stage.session.topics.following.topics[ROOM]
    assert topic.known is not None
    return [each.done.reps for each in topic.known.facts.sets]


def test_a_followed_workout_begins_with_its_snapshot_and_goes_on_with_events() -> None:
    stage = on_stage(2)
    stage.tell(started(1))
    stage.tell(logged(3))
    stage.tell(logged(3))
    assert told(stage) == [(OWN, 0), (ROOM, 2), (OWN, 1), (ROOM, 3)]
    assert stage.outputs == [Followed(ROOM)]
    assert repetitions(stage) == [1, 2, 3]


def test_it_is_resumed_by_a_position_of_its_own_after_each_lost_connection() -> None:
    stage = on_stage(2)
    stage.tell(logged(3))
    stage.close()
    connect = stage.open()
    assert connect["data"]["positions"] == {OWN: ["7", 0]}
    stage.close()
    stage.join(topic_state(0, recovered=True))
    stage.tell(logged(4))  # what comes before the reply is of nobody
    assert admit(stage, room_state(5, recovered=True))["data"] == {"topic": ROOM, "position": ["7", 3]}
    stage.tell([logged(4), logged(5)])
    assert told(stage)[1:] == [(ROOM, 2), (ROOM, 3), (ROOM, 4), (ROOM, 5)]
    assert repetitions(stage) == [1, 2, 3, 4, 5]


def test_what_is_followed_offline_is_asked_for_with_the_connection() -> None:
    stage = Stage()
    stage.took(stage.session.follow(ROOM, 0))
    stage.took(stage.session.follow(OTHER, 0))
    stage.join()
    assert asked_for(stage) == ["subscribe"]
    assert admit(stage, room_state(1))["data"] == {"topic": ROOM}
    assert admit(stage, room_state(1))["data"] == {"topic": OTHER}
    assert asked_for(stage) == []


def test_a_snapshot_replaces_what_was_known_when_it_cannot_be_resumed() -> None:
    stage = on_stage(5)
    stage.close()
    stage.join(topic_state(0, epoch="8"))
    admit(stage, room_state(2, epoch="8"))
    assert told(stage)[1:] == [(ROOM, 5), (OWN, 0), (ROOM, 2)]
    assert repetitions(stage) == [1, 2]


def test_a_hole_in_its_events_makes_the_session_come_back() -> None:
    stage = on_stage(2)
    stage.tell(logged(4))
    assert isinstance(stage.outputs[-1], Hang)
    stage.close()
    stage.join(topic_state(0, recovered=True))
    assert admit(stage, room_state(4, recovered=True))["data"]["position"] == ["7", 2]


@pytest.mark.parametrize(
    "state", [None, room_state(3, recovered=True)], ids=["another topic", "from nowhere"]
)
def test_a_reply_that_cannot_be_meant_ends_the_connection(state: TopicState | None) -> None:
    stage = on_stage()
    topics = {OTHER: room_state(1)} if state is None else {ROOM: state}
    stage.reply(stage.asked("subscribe"), SubscribeReply(topics=topics))
    assert isinstance(stage.outputs[-1], Hang)
    assert told(stage) == [(OWN, 0)]


def test_a_topic_that_is_refused_is_told_once_and_not_asked_for_again() -> None:
    stage = on_stage()
    stage.refuse(stage.asked("subscribe"), code="RES_001")
    (found,) = stage.outputs
    assert isinstance(found, Followed)
    assert found.refused is not None
    assert str(found.refused) == f"{ROOM}: RES_001: No."
    stage.close()
    stage.join(topic_state(0, recovered=True))
    assert asked_for(stage) == []


def test_a_refusal_for_the_moment_is_asked_again_a_little_later() -> None:
    stage = on_stage()
    stage.refuse(stage.asked("subscribe"), code="INT_002", temporary=True, retry_after_seconds=3)
    assert not stage.outputs
    began = stage.now
    while not asked_for(stage):
        stage.sent.clear()
        stage.session._speech.parted()
        stage.wake()
    assert stage.now - began == 4
    admit(stage, room_state(1))
    assert stage.outputs == [Followed(ROOM)]


def test_what_is_left_is_told_no_more() -> None:
    stage = on_stage(2)
    stage.took(stage.session.unfollow(ROOM, stage.now))
    question = stage.asked("unsubscribe")
    stage.tell(logged(3))
    stage.reply(question, Nothing())
    stage.tell(tick(1))
    assert told(stage) == [(OWN, 0), (ROOM, 2)]
    assert asked_for(stage) == []
    stage.took(stage.session.unfollow(ROOM, stage.now))
    assert asked_for(stage) == []


def test_who_leaves_and_follows_anew_begins_with_a_snapshot() -> None:
    stage = on_stage(2)
    stage.took(stage.session.unfollow(ROOM, stage.now))
    stage.took(stage.session.follow(ROOM, stage.now))
    assert asked_for(stage) == ["unsubscribe"]
    stage.refuse(stage.asked("unsubscribe"), code="RES_001")
    stage.tell(logged(3))
    assert admit(stage, room_state(3))["data"] == {"topic": ROOM}
    assert told(stage) == [(OWN, 0), (ROOM, 2), (ROOM, 3)]


@pytest.mark.parametrize("refused", [False, True])
def test_who_leaves_before_the_reply_leaves_after_it(refused: bool) -> None:  # noqa: FBT001 - a row
    stage = on_stage()
    stage.took(stage.session.unfollow(ROOM, stage.now))
    assert asked_for(stage) == ["subscribe"]
    if refused:
        stage.refuse(stage.asked("subscribe"), code="RES_001")
        assert asked_for(stage) == []
    else:
        admit(stage, room_state(2))
        assert asked_for(stage) == ["unsubscribe"]
    assert told(stage) == [(OWN, 0)]
    assert not stage.outputs


def test_to_follow_what_is_followed_says_so_again() -> None:
    stage = on_stage(2)
    stage.took(stage.session.follow(ROOM, stage.now))
    assert stage.outputs == [Followed(ROOM), Followed(ROOM)]
    assert asked_for(stage) == []


def test_only_workouts_are_to_be_followed_and_not_after_the_end() -> None:
    stage = on_stage()
    with pytest.raises(ValueError, match="no topic to follow"):
        stage.session.follow(OWN, 0)
    stage.close(4503)
    with pytest.raises(Ended):
        stage.session.follow(ROOM, 0)


def test_its_events_are_acknowledged_with_those_of_the_own_topic() -> None:
    stage = on_stage(2)
    for offset in range(3, 34):
        stage.tell(logged(offset))
    stage.tell(started(1))
    assert stage.asked("ack") == {"type": "ack", "topic": OWN, "data": {"offset": 1}}
    assert stage.asked("ack") == {"type": "ack", "topic": ROOM, "data": {"offset": 33}}


def tick(version: int) -> WorkoutTick:
    data = WorkoutTickData(session_id=SESSION, elapsed_seconds=version)
    return WorkoutTick(topic=ROOM, of=str(SESSION), version=version, data=data)


def test_states_of_a_followed_topic_are_handed_out_by_their_versions() -> None:
    stage = on_stage()
    stage.tell(tick(1))
    admit(stage, room_state(0))
    for version in (3, 2, 4):
        stage.tell(tick(version))
    assert [state.version for state in stage.handed[2:]] == [3, 4]


def test_all_topics_together_are_what_stands_in_for_lost_messages() -> None:
    stage = on_stage(2)
    stage.tell(logged(3))
    own, room = stage.session.topics.snapshots()
    assert isinstance(own.facts, UserSnapshot)
    assert isinstance(room, WorkoutSnapshot)
    assert (room.topic, room.offset, len(room.facts.sets)) == (ROOM, 3, 3)
    assert stage.session.topics.offsets == {OWN: 0, ROOM: 3}


class Server:
    """A workout's log, and a way that repeats, drops and cuts."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.head = 0
        self.snapshots: list[int] = []
        self.stage.took(self.stage.session.follow(ROOM, 0))

    def act(self, action: tuple[str, int]) -> None:
        kind, number = action
        match kind:
            case "connect":
                self.connect(keep=number)
            case "cut":
                self.stage.close()
            case "leave":
                self.stage.took(self.stage.session.unfollow(ROOM, 0))
                self.stage.took(self.stage.session.follow(ROOM, 0))
                self.answer(keep=number)
            case "append":
                self.head += 1
                self.stage.tell(logged(self.head))
            case "lose":
                self.head += 1
            case _ if self.head:
                self.stage.tell(logged(1 + number % self.head))

    def connect(self, keep: int) -> None:
        if self.stage.session.phase != "apart":
            self.stage.close()
        self.stage.join(topic_state(0, recovered=self.stage.session.topics.memory is not None))
        self.answer(keep)

    def answer(self, keep: int) -> None:
        """Answer what is asked about topics: a replay, or beyond `keep` events a snapshot."""
        while asked_for(self.stage):
            if asked_for(self.stage) == ["unsubscribe"]:
                self.stage.reply(self.stage.asked("unsubscribe"), Nothing())
                continue
            question = self.stage.asked("subscribe")
            position = question["data"].get("position")
            recovered = position is not None and self.head - position[1] <= keep
            state = room_state(self.head, recovered=recovered)
            self.stage.reply(question, SubscribeReply(topics={ROOM: state}))
            if not recovered:
                self.snapshots.append(self.head)
                continue
            for offset in range(position[1] + 1, self.head + 1):
                self.stage.tell(logged(offset))


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["connect", "cut", "leave", "append", "append", "lose", "again"]), st.integers(0, 12)
    ),
    max_size=60,
)


@given(ACTIONS)
@settings(max_examples=200, deadline=None)
def test_every_event_of_a_followed_topic_comes_once_in_order_or_is_covered_by_a_snapshot(
    actions: list[tuple[str, int]],
) -> None:
    server = Server()
    for action in actions:
        server.act(action)
    server.connect(keep=1000)
    seen = -1
    for message in server.stage.handed:
        if isinstance(message, WorkoutSnapshot):
            assert message.offset in server.snapshots
            assert message.offset >= seen
            seen = message.offset
        elif isinstance(message, Event):
            assert message.offset == seen + 1
            seen = message.offset
    assert seen == server.head
    assert repetitions(server.stage) == list(range(1, server.head + 1))


def test_a_topic_of_somebody_else_changes_nothing() -> None:
    stage = on_stage(2)
    stage.tell(logged(3, OTHER))
    stage.tell(replace(tick(1), topic=OTHER))
    assert told(stage) == [(OWN, 0), (ROOM, 2)]


def test_a_signal_goes_to_a_topic_while_that_is_followed_on_the_connection() -> None:
    stage = on_stage()
    beat = WorkoutSample(heart_rate=142)
    assert stage.session.say(beat, ROOM) == []
    admit(stage, room_state(0))
    stage.took(stage.session.say(beat, ROOM))
    assert stage.asked("workout:sample") == {
        "type": "workout:sample",
        "topic": ROOM,
        "data": {"heart_rate": 142},
    }
    assert stage.session.say(beat, OTHER) == []
    stage.close()
    assert stage.session.say(beat, ROOM) == []
