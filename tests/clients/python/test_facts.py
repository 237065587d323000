"""The client folds events into facts exactly as the server does, and reads all that the server may say."""

import msgspec
import pytest

from channels.closing import CloseCode as ServerCloseCode
from channels.errors import Code
from channels.snapshot import apply as server_apply
from channels.wire.codec import encode, to_msgpack
from channels.wire.envelope import Offset
from channels.wire.registry import LogEvent, UserEvent, WorkoutEvent, tag
from channels.wire.routine import Origin, OriginKind
from channels.wire.workout import Workout as ServerWorkout
from channels.wire.workout import WorkoutStatus, WorkoutTime
from channels.wire.workout_events import (
    SetDeletedData,
    SetEditedData,
    WorkoutEnded,
    WorkoutEndedData,
    WorkoutSetDeleted,
    WorkoutSetEdited,
    WorkoutSetLogged,
)
from channels.workouts.snapshot import apply as server_fold
from cornerman_client import workout
from cornerman_client.codec import Codec, Subprotocol
from cornerman_client.codes import CloseCode, ErrorCode
from cornerman_client.facts import apply
from cornerman_client.frames import Event, UnknownEvent
from cornerman_client.types import Role, UserSnapshot, Workout
from scripts.generate import examples, workout_facts
from tests.clients.python.stage import snapshot_at


def read(event: msgspec.Struct) -> Event:
    (message,) = Codec(Subprotocol.JSON).decode(encode(event))
    assert isinstance(message, Event)
    return message


USER_EVENTS = [event for event in examples.EVENTS if event.topic.startswith("user:")]
WORKOUT_EVENTS = [event for event in examples.EVENTS if event.topic.startswith("workout:")]


@pytest.mark.parametrize("event", USER_EVENTS, ids=lambda event: tag(type(event)))
def test_an_event_changes_the_same_facts_on_both_sides(event: UserEvent) -> None:
    before = snapshot_at(3)
    ours = apply(msgspec.json.decode(encode(before), type=UserSnapshot), read(event))
    theirs = server_apply(before, event)
    assert ours == msgspec.json.decode(encode(theirs), type=UserSnapshot)


@pytest.mark.parametrize("event", WORKOUT_EVENTS, ids=lambda event: tag(type(event)))
def test_an_event_changes_the_same_workout_on_both_sides(event: WorkoutEvent) -> None:
    before = ServerWorkout(
        session_id=workout_facts.SESSION,
        topic=workout_facts.ROOM,
        name="Legs, heavy",
        status=WorkoutStatus.RUNNING,
        started_at=workout_facts.START,
        origin=Origin(kind=OriginKind.OWN),
        blocks=workout_facts.BLOCKS,
        sets=(workout_facts.LOGGED,) if not isinstance(event, WorkoutSetLogged) else (),
    )
    ours = workout.apply(msgspec.json.decode(encode(before), type=Workout), read(event))
    theirs = server_fold(before, event)
    assert ours == msgspec.json.decode(encode(theirs), type=Workout)


def changes() -> list[WorkoutEvent]:
    """What a workout may come to after its one set: another exercise in its place, none, or nothing at all."""
    done = msgspec.structs.replace(workout_facts.DONE, exercise_id="Pushups", planned=None)
    mended = msgspec.structs.replace(workout_facts.LOGGED, done=done)
    session_id, topic, at = workout_facts.SESSION, workout_facts.ROOM, workout_facts.AT
    edited = SetEditedData(session_id=session_id, before=workout_facts.LOGGED, set=mended)
    deleted = SetDeletedData(session_id=session_id, before=mended)
    ended = WorkoutEndedData(session_id=session_id, status=WorkoutStatus.DISCARDED, time=WorkoutTime())
    return [
        WorkoutSetEdited(topic=topic, offset=Offset(2), at=at, data=edited),
        WorkoutSetDeleted(topic=topic, offset=Offset(3), at=at, data=deleted),
        WorkoutEnded(topic=topic, offset=Offset(4), at=at, data=ended),
    ]


def test_what_is_known_of_last_time_and_of_a_workout_thrown_away_goes_alike_on_both_sides() -> None:
    theirs = ServerWorkout(
        session_id=workout_facts.SESSION,
        topic=workout_facts.ROOM,
        name="Legs, heavy",
        status=WorkoutStatus.RUNNING,
        started_at=workout_facts.START,
        origin=Origin(kind=OriginKind.OWN),
        sets=(workout_facts.LOGGED,),
        previous={workout_facts.DONE.exercise_id: workout_facts.PREVIOUS},
    )
    ours = msgspec.json.decode(encode(theirs), type=Workout)
    for event in changes():
        theirs = server_fold(theirs, event)
        ours = workout.apply(ours, read(event))
        assert ours == msgspec.json.decode(encode(theirs), type=Workout)


@pytest.mark.parametrize("event", examples.EVENTS, ids=lambda event: tag(type(event)))
def test_no_event_of_the_wire_is_unknown_to_the_client(event: LogEvent) -> None:
    assert not isinstance(read(event), UnknownEvent)
    assert type(read(event)).__name__ == type(event).__name__


@pytest.mark.parametrize(
    "message", [*examples.STATES, *examples.NOTICES], ids=lambda message: tag(type(message))
)
def test_states_and_notices_read_alike_in_both_encodings(message: msgspec.Struct) -> None:
    json = Codec(Subprotocol.JSON).decode(encode(message))
    assert json == Codec(Subprotocol.MSGPACK).decode(to_msgpack(encode(message)))
    assert type(json[0]).__name__ == type(message).__name__


def test_a_value_that_a_newer_server_may_say_is_kept() -> None:
    role = msgspec.json.decode(b'"coach"', type=Role)
    assert role == "coach"
    assert role is not Role.FREE
    with pytest.raises(ValueError, match="5 is not a valid Role"):
        Role(5)  # type: ignore[arg-type]


def test_codes_are_those_of_the_server() -> None:
    assert {code.name: code.value for code in ErrorCode} == {code.name: code.value for code in Code}
    assert {code.name: code.value for code in CloseCode} == {
        code.name: code.value for code in ServerCloseCode
    }
