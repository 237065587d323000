from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import asyncpg
import pytest

from storage.exercises import by_ids, library
from storage.postgres import Link
from storage.records import ExerciseRecord
from tests.conftest import Databases

BENCH_PRESS = ExerciseRecord(
    exercise_id="Barbell_Bench_Press_-_Medium_Grip",
    name="Barbell Bench Press - Medium Grip",
    primary_muscles=("chest",),
    secondary_muscles=("shoulders", "triceps"),
    equipment="barbell",
    category="strength",
    met_code="02054",
    met=Decimal("3.5"),
    estimated=False,
)


@pytest.fixture(scope="module")
def dsn(databases: Databases) -> Iterator[str]:
    dsn = databases.create()
    yield dsn
    databases.drop(dsn)


@pytest.fixture
async def link(dsn: str) -> AsyncIterator[Link]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def test_exercises_are_found_by_their_ids(link: Link) -> None:
    assert await by_ids(link, [BENCH_PRESS.exercise_id, "own:Bench press", ""]) == (BENCH_PRESS,)


async def test_the_library_has_each_exercise_once_with_what_it_costs(link: Link) -> None:
    exercises = await library(link)
    assert len({one.exercise_id for one in exercises}) == len(exercises) == 873
    assert all(one.name and one.equipment and one.primary_muscles for one in exercises)
    assert all(Decimal("2.3") <= one.met <= 11 and len(one.met_code) == 5 for one in exercises)


async def test_what_the_compendium_has_no_row_for_is_said_to_be_estimated(link: Link) -> None:
    estimated = {one.category for one in await library(link) if one.estimated}
    assert estimated == {"olympic weightlifting", "strongman", "cardio"}


async def test_a_cost_of_cardio_is_that_of_its_exercise(link: Link) -> None:
    costs = {
        one.name: (one.met_code, one.met, one.estimated)
        for one in await library(link)
        if one.category == "cardio"
    }
    assert len(costs) == 14
    assert costs["Rope Jumping"] == ("02068", Decimal("11.0"), False)
    assert costs["Prowler Sprint"] == ("02214", Decimal("11.0"), True)
