"""A workout's topic on the stage: its log is of sets of push-ups, each of as many as its number."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET, Raw

from channels.topics import workout_topic
from channels.wire.codec import encode
from channels.wire.connection import TopicState
from channels.wire.envelope import Epoch, Offset
from channels.wire.routine import Origin, OriginKind
from channels.wire.workout import DoneSet, Workout, WorkoutSet, WorkoutStatus
from channels.wire.workout_events import SetLoggedData, WorkoutSetLogged
from tests.clients.python.stage import BEGIN

SESSION = UUID("019365a2-77d0-7f33-8c58-1be2f0a4d9c6")
ROOM = workout_topic(SESSION)
OTHER = workout_topic(UUID(int=5))


def one_set(number: int) -> WorkoutSet:
    at = BEGIN + timedelta(seconds=number)
    done = DoneSet(exercise_id="Pushups", reps=number)
    return WorkoutSet(set_id=UUID(int=number), at=at, changed_at=at, done=done)


def logged(offset: int, topic: Any = ROOM) -> WorkoutSetLogged:
    """Event number `offset` of a workout's log: a set of as many repetitions."""
    data = SetLoggedData(session_id=SESSION, set=one_set(offset))
    return WorkoutSetLogged(topic=topic, offset=Offset(offset), at=data.set.at, data=data)


def workout_at(offset: int) -> Workout:
    return Workout(
        session_id=SESSION,
        topic=ROOM,
        name="Push-ups",
        status=WorkoutStatus.RUNNING,
        started_at=BEGIN,
        origin=Origin(kind=OriginKind.OWN),
        sets=tuple(one_set(number) for number in range(1, offset + 1)),
        previous={"Pushups": ()} if offset else {},
    )


def room_state(offset: int, *, epoch: str = "7", recovered: bool = False) -> TopicState:
    snapshot = UNSET if recovered else Raw(encode(workout_at(offset)))
    return TopicState(epoch=Epoch(epoch), offset=Offset(offset), recovered=recovered, snapshot=snapshot)
