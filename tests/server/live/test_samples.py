"""Samples are taken from who trains, shown to all who follow, and written second by second."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest_asyncio

from channels.topics import workout_topic
from channels.wire.envelope import State, Topic
from channels.wire.registry import tag
from channels.wire.routine import Origin, OriginKind
from channels.wire.sample import WorkoutSample, WorkoutSampleData
from channels.wire.workout import Workout, WorkoutStatus
from channels.workouts.samples import BURST
from server.clock import new_id
from server.live.feed import Feed
from server.live.samples import Samples
from server.live.workouts import WorkoutTopics
from storage.postgres import Database, close_database, open_database
from tests.server.live.ports import NOON, USER, snapshot

SESSION = UUID(int=5)
TOPIC = workout_topic(SESSION)
SECOND = timedelta(seconds=1)
RUNNING = Workout(
    session_id=SESSION,
    topic=TOPIC,
    name="Legs",
    status=WorkoutStatus.RUNNING,
    started_at=NOON,
    origin=Origin(kind=OriginKind.OWN),
)


def following(facts: Any = RUNNING, topic: Topic = TOPIC) -> Feed:
    feed = Feed(topic, WorkoutTopics())
    feed.snapshot = facts
    return feed


def device(*feeds: Feed) -> Any:
    """A socket as far as samples look at it."""
    return SimpleNamespace(id=new_id(), user_id=USER, feeds=feeds)


def sample(topic: Topic | None = TOPIC, **said: Any) -> WorkoutSample:
    return WorkoutSample(topic=topic, data=WorkoutSampleData(**said))


class Told:
    """Keeps the states that are told."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def tell(self, state: State) -> None:
        self.states.append(state)


class Stand:
    """Samples on a database, and what they tell."""

    def __init__(self, database: Database, capacity: int = 100) -> None:
        self.database = database
        self.told = Told()
        told: Any = self.told
        self.samples = Samples(database, told, capacity=capacity)
        self.dropped: list[int] = []
        self.hurried = 0
        self.samples.dropped = self.dropped.append
        self.samples.hurried = self._hurry

    def _hurry(self) -> None:
        self.hurried += 1

    def take(self, socket: Any, now: datetime = NOON, **said: Any) -> None:
        self.samples.take(socket, sample(**said), now)

    async def rows(self) -> list[tuple[Any, ...]]:
        found = await self.database.fetch(
            "SELECT user_id, session_id, at, heart_rate, cadence, power FROM workout_samples ORDER BY at"
        )
        assert all((row["user_id"], row["session_id"]) == (USER, SESSION) for row in found)
        return [tuple(row)[2:] for row in found]


@asynccontextmanager
async def opened(database_url: str, capacity: int = 100) -> AsyncIterator[Stand]:
    database = await open_database(database_url, size=2)
    try:
        yield Stand(database, capacity)
    finally:
        await close_database(database)


@pytest_asyncio.fixture
async def stand(database_url: str) -> AsyncIterator[Stand]:
    async with opened(database_url) as made:
        yield made


async def test_the_last_value_of_each_second_is_written_once_however_often(stand: Stand) -> None:
    watch = device(following())
    for step in range(8):
        stand.take(watch, NOON + step * SECOND / 4, heart_rate=100 + step)
    await stand.samples.settle()
    assert len(stand.samples) == 0
    assert await stand.rows() == [(NOON, 103, None, None), (NOON + SECOND, 107, None, None)]
    for step in range(8):
        stand.take(device(following()), NOON + step * SECOND / 4, heart_rate=100 + step)
    await stand.samples.settle()
    assert await stand.rows() == [(NOON, 103, None, None), (NOON + SECOND, 107, None, None)]


async def test_two_devices_make_one_row_of_a_second_also_on_two_nodes(stand: Stand) -> None:
    other_node = Stand(stand.database)
    stand.take(device(following()), heart_rate=120)
    stand.take(device(following()), cadence=80)
    other_node.take(device(following()), power=200)
    await stand.samples.settle()
    await other_node.samples.settle()
    assert await stand.rows() == [(NOON, 120, 80, 200)]


async def test_each_value_is_told_at_once(stand: Stand) -> None:
    stand.take(device(following()), heart_rate=120, power=200)
    assert [tag(type(state)) for state in stand.told.states] == ["workout:heart_rate", "workout:power"]
    assert {state.of for state in stand.told.states} == {str(USER)}


async def test_what_is_of_no_running_workout_that_is_followed_is_nothing(stand: Stand) -> None:
    elsewhere = workout_topic(UUID(int=6))
    own = Topic(f"user:{USER}")
    for socket in (device(), device(following(topic=elsewhere)), device(following(facts=None))):
        stand.take(socket, heart_rate=120)
    stand.samples.take(device(following()), sample(topic=None, heart_rate=120), NOON)
    stand.samples.take(device(following(snapshot(), own)), sample(own, heart_rate=120), NOON)
    stand.take(device(following()), heart_rate=0)
    assert (stand.told.states, len(stand.samples)) == ([], 0)


async def test_a_device_that_sends_too_many_is_slowed_down_and_no_other(stand: Stand) -> None:
    watch, phone = device(following()), device(following())
    for _ in range(int(BURST) + 7):
        stand.take(watch, heart_rate=120)
    assert (len(stand.told.states), stand.hurried) == (BURST, 7)
    stand.take(phone, heart_rate=121)
    assert len(stand.told.states) == BURST + 1
    stand.samples.forget(watch)
    stand.take(watch, heart_rate=122)
    assert stand.hurried == 7


async def test_too_many_seconds_that_wait_are_counted_as_they_go(database_url: str) -> None:
    async with opened(database_url, capacity=3) as stand:
        for step in range(5):
            stand.take(device(following()), NOON + step * SECOND, heart_rate=100 + step)
        assert stand.dropped == [1, 1]
        await stand.samples.settle()
        assert [row[1] for row in await stand.rows()] == [102, 103, 104]


async def test_what_cannot_be_written_now_waits(stand: Stand) -> None:
    stand.take(device(following()), heart_rate=120)
    await stand.database.execute(
        "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'away' USING ERRCODE = 'admin_shutdown'; END $$"
    )
    await stand.database.execute(
        "CREATE TRIGGER away BEFORE INSERT ON workout_samples EXECUTE FUNCTION away()"
    )
    await stand.samples.settle()
    assert len(stand.samples) == 1
    await stand.database.execute("DROP TRIGGER away ON workout_samples")
    await stand.samples.settle()
    assert await stand.rows() == [(NOON, 120, None, None)]
