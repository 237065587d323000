from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from server.execution import Actor
from storage.fasting import EVER, FastFilter, by_id, current, history
from storage.records import FastRecord
from tests.server.house import House, data_of, end, opened, start

MONDAY = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)

_FAST = """
INSERT INTO fasting_sessions (user_id, session_id, protocol_id, started_at, target_end_at, actual_end_at, status)
VALUES ($1, $2, '16:8', $3, $3::timestamptz + interval '16 hours', $4, $5)
"""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


@pytest.fixture
async def ada(house: House) -> Actor:
    """A person who fasted for five days, and still does."""
    person = await house.add_person()
    for day in range(5):
        began = MONDAY + day * DAY
        over, status = (None, "active") if day == 4 else (began + timedelta(hours=16), "ended")
        await house.database.execute(_FAST, person.user_id, UUID(int=day), began, over, status)
    return person


async def days(house: House, person: Actor, wanted: FastFilter, limit: int = 10) -> list[int]:
    async with house.database.acquire() as link:
        return [fast.session_id.int for fast in await history(link, person.user_id, wanted, limit=limit)]


class TestHistory:
    async def test_the_newest_come_first(self, house: House, ada: Actor) -> None:
        assert await days(house, ada, FastFilter()) == [4, 3, 2, 1, 0]

    async def test_it_goes_on_after_the_last_that_was_seen(self, house: House, ada: Actor) -> None:
        seen: list[int] = []
        after = FastFilter().after
        while page := await days(house, ada, FastFilter(after=after), limit=2):
            assert len(page) <= 2
            seen += page
            after = (MONDAY + page[-1] * DAY, UUID(int=page[-1]))
        assert seen == [4, 3, 2, 1, 0]

    async def test_fasts_that_began_together_are_each_seen_once(self, house: House) -> None:
        person = await house.add_person()
        for n in range(4):
            await house.database.execute(_FAST, person.user_id, UUID(int=n), MONDAY, MONDAY, "ended")
        first = await days(house, person, FastFilter(), limit=2)
        rest = await days(house, person, FastFilter(after=(MONDAY, UUID(int=first[-1]))))
        assert first + rest == [3, 2, 1, 0]

    async def test_a_span_has_its_beginning_and_lacks_its_end(self, house: House, ada: Actor) -> None:
        span = FastFilter(since=MONDAY + DAY, until=MONDAY + 3 * DAY)
        assert await days(house, ada, span) == [2, 1]

    async def test_it_can_be_of_one_status(self, house: House, ada: Actor) -> None:
        assert await days(house, ada, FastFilter(statuses=("active",))) == [4]
        assert await days(house, ada, FastFilter(statuses=("ended",), until=EVER)) == [3, 2, 1, 0]

    @pytest.mark.usefixtures("ada")
    async def test_it_is_one_s_own(self, house: House) -> None:
        assert await days(house, await house.add_person(), FastFilter()) == []


class TestOne:
    async def test_by_its_id_for_its_owner(self, house: House, ada: Actor) -> None:
        stranger = await house.add_person()
        async with house.database.acquire() as link:
            found = await by_id(link, ada.user_id, UUID(int=2))
            assert await by_id(link, stranger.user_id, UUID(int=2)) is None
        assert isinstance(found, FastRecord)
        assert (found.started_at, found.status) == (MONDAY + 2 * DAY, "ended")

    async def test_the_running_one(self, house: House) -> None:
        person = await house.add_person()
        async with house.database.acquire() as link:
            assert await current(link, person.user_id) is None
            session = data_of(await house.give(person, start()))["session"]
            running = await current(link, person.user_id)
            assert running is not None
            assert str(running.session_id) == session["session_id"]
            await house.give(person, end())
            assert await current(link, person.user_id) is None
