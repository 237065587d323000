import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest
from msgspec.structs import replace

from storage import libraries
from storage.library_records import LibraryExerciseRecord, LibraryRecord
from storage.postgres import Link

SQUAT = LibraryExerciseRecord(
    library="a",
    exercise_id="Squat",
    licence="CC0",
    name="Squat",
    aliases=("Back squat",),
    category="strength",
    equipment=(),
    primary_muscles=("quadriceps",),
    secondary_muscles=("glutes", "hamstrings"),
    level="beginner",
    force=None,
    mechanic=None,
    instructions=("Down.", 'Up: "{now}", \\ quickly.'),
)
CURL = replace(SQUAT, exercise_id="Curl", name="Curl", licence="CC-BY-SA 4")


_WAITS = """
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE NOT l.granted AND d.datname = current_database()
)
"""


@pytest.fixture
async def link(database_url: str) -> AsyncIterator[Link]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def imported(link: Link, name: str, *exercises: LibraryExerciseRecord) -> LibraryRecord:
    async with link.transaction():
        await libraries.claim(link, name, "wger")
        rows = [replace(one, library=name) for one in exercises]
        return await libraries.save(link, name, f"of {name}", rows)


async def test_a_library_is_kept_with_what_it_came_from(link: Link) -> None:
    before = datetime.now(UTC)
    saved = await imported(link, "a", SQUAT)
    assert saved == LibraryRecord(
        name="a",
        format="wger",
        licence="CC0",
        fingerprint="of a",
        imported_at=saved.imported_at,
        place=1,
        exercises=1,
    )
    assert saved.imported_at >= before
    assert await libraries.listed(link) == [saved]


async def test_exercises_come_in_the_order_of_their_ids_as_they_were_kept(link: Link) -> None:
    lower = replace(SQUAT, exercise_id="abc")
    await imported(link, "a", lower, SQUAT, CURL)
    assert await libraries.exercises(link, "a") == [CURL, SQUAT, lower]


async def test_exercises_are_updated_by_their_ids_and_none_is_removed(link: Link) -> None:
    await imported(link, "a", SQUAT, CURL)
    changed = replace(SQUAT, name="Deep squat", aliases=(), force="push", level=None)
    assert (await imported(link, "a", changed)).exercises == 2
    assert await libraries.exercises(link, "a") == [CURL, changed]


async def test_the_licences_of_a_library_are_told_with_how_many_have_each(link: Link) -> None:
    another = replace(CURL, exercise_id="Another")
    assert (await imported(link, "a", SQUAT, CURL, another)).licence == "CC-BY-SA 4 (2), CC0 (1)"


async def test_the_first_library_is_used_and_others_when_they_are_chosen(link: Link) -> None:
    for name in "abc":
        await imported(link, name, SQUAT)
    assert [(one.name, one.place) for one in await libraries.listed(link)] == [
        ("a", 1),
        ("b", None),
        ("c", None),
    ]
    await libraries.use(link, ("c", "a"))
    assert [(one.name, one.place) for one in await libraries.listed(link)] == [
        ("c", 1),
        ("a", 2),
        ("b", None),
    ]
    await libraries.use(link, ("a", "c"))
    assert [one.name for one in await libraries.listed(link)] == ["a", "c", "b"]


async def test_of_libraries_with_the_same_id_those_that_are_used_come_first(link: Link) -> None:
    await imported(link, "a", SQUAT)
    await imported(link, "b", SQUAT, CURL)
    await libraries.use(link, ("b",))
    assert [one.library for one in await libraries.by_id(link, "Squat")] == ["b", "a"]
    assert [one.library for one in await libraries.by_id(link, "Curl")] == ["b"]
    assert await libraries.by_id(link, "Row") == []


async def test_two_imports_at_once_follow_one_another(link: Link, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    try:
        async with link.transaction():
            await libraries.claim(link, "a", "wger")
            second = asyncio.create_task(imported(other, "a", CURL))
            async with asyncio.timeout(5):
                while not await link.fetchval(_WAITS):  # noqa: ASYNC110 - the database sets no event
                    await asyncio.sleep(0.005)
            await libraries.save(link, "a", "first", [SQUAT])
        assert (await second).exercises == 2
    finally:
        await other.close()
