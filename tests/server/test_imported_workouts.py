"""Files of other tools, through the real executor and database: imported, and imported again."""

from collections.abc import AsyncIterator
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from channels.errors import Code
from channels.wire.quantity import LengthUnit, MassUnit
from channels.wire.workout_commands import WorkoutLog
from channels.workouts.exports import CSV, names_by_id
from channels.workouts.imports.importing import read_export
from channels.workouts.imports.report import Imported
from channels.workouts.imports.rows import Importer
from server.execution import Actor
from storage.exercises import library
from storage.workouts import whole
from tests.channels.workouts.imports.facts import fixture
from tests.channels.workouts.library import names
from tests.server.house import House, code_of, opened


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


async def importer(house: House, actor: Actor) -> Importer:
    zone = ZoneInfo("America/New_York")
    now = await house.now()
    return Importer(
        user_id=actor.user_id,
        zone=zone,
        now=now,
        names=names(),
        mass_unit=MassUnit.KG,
        length_unit=LengthUnit.KM,
    )


async def imported(house: House, actor: Actor, name: str) -> Imported:
    found = read_export(fixture(name), await importer(house, actor))
    assert isinstance(found, Imported)
    return found


def commands(found: Imported, *, keys: bool = True) -> list[WorkoutLog]:
    return [WorkoutLog(id=1, key=one.key if keys else uuid4(), data=one.data) for one in found.workouts]


async def codes(house: House, actor: Actor, given: list[WorkoutLog]) -> set[str | None]:
    return {code_of(await house.give(actor, command)) for command in given}


async def test_a_file_that_is_imported_twice_adds_nothing(house: House) -> None:
    ada = await house.add_person()
    found = await imported(house, ada, "strong_classic.csv")
    assert await codes(house, ada, commands(found)) == {None}
    head = await house.head(ada.user_id)
    assert await codes(house, ada, commands(await imported(house, ada, "strong_classic.csv"))) == {None}
    assert await house.head(ada.user_id) == head
    assert await house.count("workout_sessions") == len(found.workouts) == 2
    assert await house.count("workout_sets") == found.report.sets


async def test_nor_does_it_when_its_commands_are_long_forgotten(house: House) -> None:
    ada = await house.add_person()
    found = await imported(house, ada, "hevy_kg.csv")
    assert await codes(house, ada, commands(found)) == {None}
    assert await codes(house, ada, commands(found, keys=False)) == {Code.VALIDATION}
    assert await house.count("workout_sessions") == len(found.workouts)


async def test_two_people_may_import_the_same_file(house: House) -> None:
    for person in await house.add_people(2):
        assert await codes(house, person, commands(await imported(house, person, "hevy_kg.csv"))) == {None}
    assert await house.count("workout_sessions") == 4


async def test_what_was_imported_is_exported_as_it_was_entered(house: House) -> None:
    ada = await house.add_person()
    found = await imported(house, ada, "strong_units.csv")
    assert await codes(house, ada, commands(found)) == {None}
    async with house.database.acquire() as link:
        kept = await whole(link, [one.key for one in found.workouts])
        text = b"".join(CSV.pieces(kept.values(), names_by_id(await library(link)))).decode()
    entered = [row.split(",")[15:18] for row in text.splitlines()[:2]]
    assert entered == [["82.5", "kg", "82.5"], ["185", "lb", "83.91458845"]]
