"""People with a past, and nodes that search in it."""

import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from channels.wire.quantity import Mass, MassUnit
from channels.wire.workout import DoneSet
from channels.wire.workout_commands import LoggedSet, WorkoutLog, WorkoutLogData
from retrieval.encoder import Encoder, Vectors
from server.clock import new_id
from server.execution import Actor
from server.past.answers import AskedPast, FoundPast
from server.past.node import NodePast
from server.telemetry import Measures
from storage.postgres import linked
from tests.searching import SeeingSearch, ShippedSearch
from tests.server.house import House, opened

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
_FAST = """
INSERT INTO fasting_sessions (
    user_id, session_id, protocol_id, started_at, target_end_at, actual_end_at, status, outcome
) VALUES ($1, $2, $3, $4, $5, $5, 'ended', 'on_time')
"""


class Words:
    """An encoder for which texts are near that share words; it remembers what it was asked."""

    fingerprint = "words"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.stack([vector_of(text) for text in texts])

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        return [len(text) for text in texts]


def vector_of(text: str) -> Vectors:
    """A sum of directions, one for each word."""
    found = np.full(64, 1e-3, np.float32)
    for word in text.lower().split():
        found += np.random.default_rng(zlib.crc32(word.encode())).standard_normal(64).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found), np.float32)


class Past:
    """A node's search over the past, and a person who asks it."""

    def __init__(self, node: NodePast) -> None:
        self.node = node

    async def asked(self, who: Actor, question: str, limit: int = 10, now: datetime = NOW) -> FoundPast:
        return await self.node.search(
            AskedPast(user_id=who.user_id, question=question, now=now, zone=ZONE, limit=limit)
        )

    async def texts(self, who: Actor, question: str, **how: Any) -> list[str]:
        return [one.text for one in (await self.asked(who, question, **how)).results]

    async def encoded(self) -> None:
        """Encode all that is there to be."""
        finder = await self.node._found()
        while await finder.encoded.some():
            pass

    async def settled(self) -> None:
        """Write the files that are due."""
        await (await self.node._found()).shelves.settle()


Opens = Callable[..., Past]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as made:
        yield made


@pytest.fixture
async def opens(house: House, tmp_path: Path) -> AsyncIterator[Opens]:
    """Make nodes; without an encoder they go by words alone."""
    async with AsyncExitStack() as stack:

        def opens(encoder: Encoder | None = None, *, folder: str = "one", tail: int | None = None) -> Past:
            search = (
                ShippedSearch(house.database)
                if encoder is None
                else SeeingSearch(house.database, encoder, tmp_path / folder)
            )
            stack.push_async_exit(aclosing(search))
            node = NodePast(house.database, search, Measures(), tail=tail)
            stack.push_async_exit(aclosing(node))
            return Past(node)

        yield opens


@pytest.fixture
async def ada(house: House) -> Actor:
    return await house.add_person()


def lifted(exercise: str, mass: str, reps: int = 5, note: str = "", unit: str = "kg") -> LoggedSet:
    return LoggedSet(
        done=DoneSet(
            exercise_id=exercise, mass=Mass(value=Decimal(mass), unit=MassUnit(unit)), reps=reps, note=note
        )
    )


async def train(
    house: House, who: Actor, began: datetime, *sets: LoggedSet, name: str = "Training", note: str = ""
) -> UUID:
    """Log a workout of an hour."""
    session = new_id()
    data = WorkoutLogData(
        session_id=session,
        name=name,
        note=note,
        started_at=began,
        ended_at=began + timedelta(hours=1),
        sets=sets,
    )
    outcome = await house.give(who, WorkoutLog(id=1, data=data))
    assert outcome.answer.error is None, outcome.answer.error
    return session


async def fast(house: House, who: Actor, began: datetime, hours: float, protocol: str = "16:8") -> None:
    """A fast of so many hours."""
    async with linked(house.database) as link:
        await link.execute(_FAST, who.user_id, new_id(), protocol, began, began + timedelta(hours=hours))
