from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from storage import own_exercises
from storage.library_records import ExerciseMarkRecord, OwnExerciseRecord
from storage.postgres import Link
from tests.storage.keeping import keep, mark

MONDAY = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
ADA, BOB = UUID(int=1), UUID(int=2)
SLED = OwnExerciseRecord(
    user_id=ADA,
    exercise_id="own:Sled push",
    name="Sled push",
    aliases=("Prowler",),
    category="strongman",
    equipment=("sled",),
    primary_muscles=("quadriceps",),
    secondary_muscles=(),
    level=None,
    force="push",
    mechanic=None,
    instructions=("Push it.",),
    updated_at=MONDAY,
    deleted_at=None,
)
LIKES = ExerciseMarkRecord(
    user_id=ADA, exercise_id="Squat", favourite=True, disliked=False, note="", updated_at=MONDAY
)


@pytest.fixture
async def link(database_url: str) -> AsyncIterator[Link]:
    connection = await asyncpg.connect(database_url)
    await connection.executemany(
        "INSERT INTO users (id, email, password_hash, name) VALUES ($1, $2, '', 'A person')",
        [(ADA, "ada@example.org"), (BOB, "bob@example.org")],
    )
    yield connection
    await connection.close()


async def test_an_own_exercise_is_its_owners_alone(link: Link) -> None:
    bobs = replace(SLED, user_id=BOB, name="Bob's sled push")
    await keep(link, SLED)
    await keep(link, bobs)
    assert await own_exercises.kept(link, ADA) == [SLED]
    assert await own_exercises.kept(link, BOB) == [bobs]


async def test_one_is_found_by_its_id_by_its_owner_unless_it_was_deleted(link: Link) -> None:
    await keep(link, SLED)
    assert await own_exercises.by_id(link, ADA, SLED.exercise_id) == SLED
    assert await own_exercises.by_id(link, BOB, SLED.exercise_id) is None
    await keep(link, replace(SLED, deleted_at=MONDAY))
    assert await own_exercises.by_id(link, ADA, SLED.exercise_id) is None


async def test_an_exercise_of_a_library_is_known_and_no_other(link: Link) -> None:
    await keep(link, SLED)
    assert await own_exercises.is_known(link, "Barbell_Squat")
    assert not await own_exercises.is_known(link, SLED.exercise_id)


async def test_an_own_exercise_is_as_it_was_kept_last_and_gone_when_deleted(link: Link) -> None:
    changed = replace(SLED, name="Sled", equipment=(), level="beginner")
    await keep(link, SLED)
    await keep(link, changed)
    assert await own_exercises.kept(link, ADA) == [changed]
    await keep(link, replace(changed, deleted_at=MONDAY))
    assert await own_exercises.kept(link, ADA) == []


async def test_an_own_exercise_begins_with_own(link: Link) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await keep(link, replace(SLED, exercise_id="Squat"))


async def test_what_somebody_thinks_of_an_exercise_is_theirs_alone(link: Link) -> None:
    bobs = replace(LIKES, user_id=BOB, favourite=False, disliked=True, note="My knees")
    await mark(link, LIKES)
    await mark(link, bobs)
    assert await own_exercises.marks(link, ADA) == {"Squat": LIKES}
    assert await own_exercises.marks(link, BOB) == {"Squat": bobs}


async def test_what_somebody_thinks_is_asked_of_some_exercises_or_all(link: Link) -> None:
    row = replace(LIKES, exercise_id="Row", favourite=False, note="Left arm first")
    await mark(link, replace(row, note=""))
    await mark(link, row)
    await mark(link, LIKES)
    assert await own_exercises.marks(link, ADA) == {"Row": row, "Squat": LIKES}
    assert await own_exercises.marks(link, ADA, ["Row", "Curl"]) == {"Row": row}


async def test_nobody_likes_and_dislikes_the_same(link: Link) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await mark(link, replace(LIKES, disliked=True))
