"""Seconds of a workout are kept once, and those count that are before its end."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest

from channels.errors import Code
from channels.wire.workout_commands import WorkoutFinish
from server.execution import Actor
from storage.records import SampleRecord
from storage.samples import keep
from tests.server.house import House, opened
from tests.server.training import start_workout

SESSION = UUID("0199f3a1-0000-7000-8000-000000000001")
SECOND = timedelta(seconds=1)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


def row(user_id: UUID, at: datetime, **said: int) -> SampleRecord:
    values: dict[str, Any] = dict.fromkeys(("heart_rate", "cadence", "power")) | said
    return SampleRecord(user_id=user_id, session_id=SESSION, at=at.replace(microsecond=0), **values)


async def kept(house: House) -> list[tuple[Any, ...]]:
    rows = await house.database.fetch("SELECT heart_rate, cadence, power FROM workout_samples ORDER BY at")
    return [tuple(one) for one in rows]


async def test_of_a_second_that_is_there_already_only_what_is_said_anew_changes(house: House) -> None:
    ada, now = (await house.add_person()).user_id, await house.now()
    async with house.database.acquire() as link:
        for _ in range(2):
            await keep(link, [row(ada, now, heart_rate=120, cadence=80), row(ada, now + SECOND, power=200)])
        assert await kept(house) == [(120, 80, None), (None, None, 200)]
        await keep(link, [row(ada, now, heart_rate=121), row(ada, now + SECOND, cadence=81)])
    assert await kept(house) == [(121, 80, None), (None, 81, 200)]


async def test_what_sensors_said_after_the_end_does_not_count(house: House) -> None:
    ada, now = await house.add_person(), await house.now()
    began, ended = now - 60 * SECOND, now - 30 * SECOND
    await house.give(ada, start_workout(session_id=SESSION, at=began))
    await _beat(house, ada, began, 30, 120)
    await _beat(house, ada, ended + SECOND, 28, 180)

    await house.give(ada, WorkoutFinish(id=1, at=ended))

    heart = _finished(house)["summary"]["heart"]
    assert (heart["maximum"], heart["average"]) == (120, 120)
    assert float(heart["covered"]) == 1.0


_FIRST = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-14)))


@pytest.mark.parametrize(("end", "code"), [(_FIRST, Code.TOO_OLD), (_LAST, Code.VALIDATION)])
async def test_an_end_beyond_the_calendar_is_refused(house: House, end: datetime, code: Code) -> None:
    ada = await house.add_person()
    await house.give(ada, start_workout())
    outcome = await house.give(ada, WorkoutFinish(id=1, at=end))
    assert outcome.refusal is not None
    assert outcome.refusal.code is code


async def _beat(house: House, actor: Actor, since: datetime, seconds: int, heart_rate: int) -> None:
    rows = [row(actor.user_id, since + n * SECOND, heart_rate=heart_rate) for n in range(seconds)]
    async with house.database.acquire() as link:
        await keep(link, rows)


def _finished(house: House) -> dict[str, Any]:
    (event,) = [
        event
        for publication in house.published
        if (event := msgspec.json.decode(publication.body))["type"] == "workout:finished"
    ]
    workout: dict[str, Any] = event["data"]["workout"]
    return workout
