from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from server.execution import Actor
from storage.commands import Claim
from storage.records import RoutineRecord, Routines
from storage.routines import FIRST, Wanted, by_id, by_link, kept, load
from tests.server.house import House, opened

MONDAY = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LINK = "L" * 43

_KEEP = """
INSERT INTO routines (
    user_id, routine_id, name, note, blocks, origin_kind, origin_of, link, created_at, updated_at, deleted_at
) VALUES ($1, $2, 'Legs', '', $3, 'own', '', $4, $5, $5, $6)
"""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


async def add(
    house: House, person: Actor, number: int, *, link: str | None = None, deleted_at: datetime | None = None
) -> None:
    """A routine that was changed so many days after Monday."""
    at = MONDAY + number * DAY
    await house.database.execute(_KEEP, person.user_id, UUID(int=number), "[ ]", link, at, deleted_at)


@pytest.fixture
async def ada(house: House) -> Actor:
    """A person with five routines, one of them deleted, one shared."""
    person = await house.add_person()
    for number in range(5):
        await add(house, person, number, link=LINK if number == 3 else None)
    await add(house, person, 9, deleted_at=MONDAY + 9 * DAY)
    return person


async def numbers(
    house: House, person: Actor, after: tuple[datetime, UUID] = FIRST, limit: int = 10
) -> list[int]:
    async with house.database.acquire() as link:
        return [one.routine_id.int for one in await kept(link, person.user_id, after=after, limit=limit)]


async def loaded(house: House, person: Actor, wanted: Wanted) -> Routines:
    claim = Claim(
        user_id=person.user_id, family_id=person.family_id, key=uuid4(), type="routine:save", hash=b""
    )
    async with house.database.acquire() as link, link.transaction():
        claimed, state = await load(link, claim, wanted)
    assert claimed.outcome == "claimed"
    return state


class TestKept:
    async def test_the_last_changed_come_first_and_none_that_was_deleted(
        self, house: House, ada: Actor
    ) -> None:
        assert await numbers(house, ada) == [4, 3, 2, 1, 0]

    async def test_they_go_on_after_the_last_that_was_seen(self, house: House, ada: Actor) -> None:
        seen: list[int] = []
        after = FIRST
        while page := await numbers(house, ada, after, limit=2):
            assert len(page) <= 2
            seen += page
            after = (MONDAY + page[-1] * DAY, UUID(int=page[-1]))
        assert seen == [4, 3, 2, 1, 0]

    @pytest.mark.usefixtures("ada")
    async def test_they_are_one_s_own(self, house: House) -> None:
        assert await numbers(house, await house.add_person()) == []


class TestOne:
    async def test_by_its_id_for_its_owner_unless_it_was_deleted(self, house: House, ada: Actor) -> None:
        stranger = await house.add_person()
        async with house.database.acquire() as link:
            found = await by_id(link, ada.user_id, UUID(int=2))
            assert await by_id(link, ada.user_id, UUID(int=9)) is None
            assert await by_id(link, stranger.user_id, UUID(int=2)) is None
        assert found == RoutineRecord(
            user_id=ada.user_id,
            routine_id=UUID(int=2),
            name="Legs",
            note="",
            blocks="[ ]",
            origin_kind="own",
            origin_of="",
            link=None,
            created_at=MONDAY + 2 * DAY,
            updated_at=MONDAY + 2 * DAY,
            deleted_at=None,
        )

    async def test_by_its_link_with_its_author(self, house: House, ada: Actor) -> None:
        async with house.database.acquire() as link:
            found = await by_link(link, LINK)
            assert await by_link(link, "M" * 43) is None
        assert found is not None
        assert (found.routine.user_id, found.routine.routine_id) == (ada.user_id, UUID(int=3))
        assert found.author == "Ada"

    async def test_the_link_of_somebody_who_is_suspended_opens_nothing(
        self, house: House, ada: Actor
    ) -> None:
        stranger = await house.add_person()
        assert (await loaded(house, stranger, Wanted(link=LINK))).shared is not None
        await house.suspend(ada.user_id)
        assert (await loaded(house, stranger, Wanted(link=LINK))).shared is None
        async with house.database.acquire() as link:
            assert await by_link(link, LINK) is None


class TestLoad:
    async def test_what_is_named_is_there_as_it_was_stored(self, house: House, ada: Actor) -> None:
        state = await loaded(house, ada, Wanted(routine_id=UUID(int=2)))
        async with house.database.acquire() as link:
            assert state.named == await by_id(link, ada.user_id, UUID(int=2))
        assert (state.kept, state.shared, state.exercises) == (5, None, ())

    async def test_a_deleted_one_too_and_nobody_else_s(self, house: House, ada: Actor) -> None:
        gone = (await loaded(house, ada, Wanted(routine_id=UUID(int=9)))).named
        assert gone is not None
        assert gone.deleted_at == MONDAY + 9 * DAY
        state = await loaded(house, await house.add_person(), Wanted(routine_id=UUID(int=2)))
        assert (state.named, state.kept) == (None, 0)

    async def test_what_a_link_opens_comes_with_its_author(self, house: House, ada: Actor) -> None:
        shared = (await loaded(house, await house.add_person(), Wanted(link=LINK))).shared
        async with house.database.acquire() as link:
            assert shared == await by_link(link, LINK)
        assert shared is not None
        assert shared.routine.user_id == ada.user_id

    async def test_exercises_are_those_of_the_library(self, house: House, ada: Actor) -> None:
        state = await loaded(house, ada, Wanted(exercises=("Barbell_Squat", "own:Rows", "Squat")))
        assert [one.exercise_id for one in state.exercises] == ["Barbell_Squat"]

    async def test_links_are_random_and_of_one_form(self, house: House, ada: Actor) -> None:
        links = {(await loaded(house, ada, Wanted())).fresh_link for _ in range(20)}
        assert len(links) == 20
        for link in links:
            assert len(link) == 43
            assert link.replace("-", "").replace("_", "").isalnum()
        assert all(len({link[place] for link in links}) > 1 for place in range(43))
