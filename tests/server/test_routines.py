"""Routines through the executor: what is kept, who may see it, and what every device is told."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from channels.errors import Code
from channels.wire.routine import (
    OriginKind,
    PlannedExercise,
    PlannedSet,
    RoutineDeleted,
    RoutineSaved,
    SetsBlock,
)
from channels.workouts.routines import MOST_ROUTINES, shown_routine
from server.clock import new_id
from server.execution import Actor
from storage.routines import by_id, by_link, kept
from tests.server.counting import counting
from tests.server.house import House, code_of, data_of, opened
from tests.server.planning import POUNDS, SPRINTS, drop, give_out, keep, take


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


@pytest.fixture
async def ada(house: House) -> Actor:
    return await house.add_person()


async def keep_one(house: House, person: Actor) -> UUID:
    return UUID(data_of(await house.give(person, keep()))["routine_id"])


async def names(house: House, person: Actor) -> list[str]:
    async with house.database.acquire() as link:
        return [one.name for one in await kept(link, person.user_id, limit=300)]


async def test_a_routine_is_kept_exactly_as_it_was_said(house: House, ada: Actor) -> None:
    routine_id = await keep_one(house, ada)
    async with house.database.acquire() as link:
        stored = await by_id(link, ada.user_id, routine_id)
    assert stored is not None
    shown = shown_routine(stored)
    assert shown.blocks == (POUNDS, SPRINTS)
    assert '"225.50"' in stored.blocks
    (told,) = await house.events(ada.user_id)
    assert isinstance(told, RoutineSaved)
    assert told.data.routine == shown
    assert told.at == stored.created_at == stored.updated_at


async def test_a_change_keeps_its_id_and_its_beginning(house: House, ada: Actor) -> None:
    routine_id = await keep_one(house, ada)
    assert data_of(await house.give(ada, keep(routine_id, name="Legs, heavy")))["routine_id"] == str(
        routine_id
    )
    async with house.database.acquire() as link:
        stored = await by_id(link, ada.user_id, routine_id)
    assert stored is not None
    assert stored.name == "Legs, heavy"
    assert stored.created_at < stored.updated_at
    assert await house.count("routines") == 1


async def test_the_same_command_twice_keeps_one(house: House, ada: Actor) -> None:
    command = keep()
    first, second = await house.give(ada, command), await house.give(ada, command)
    assert second.repeated
    assert data_of(first) == data_of(second)
    assert await house.count("routines") == 1


async def test_an_exercise_that_is_not_of_the_library_is_refused(house: House, ada: Actor) -> None:
    squat = PlannedExercise(exercise_id="Squat", sets=(PlannedSet(reps=5),))
    outcome = await house.give(ada, keep(blocks=(POUNDS, SetsBlock(exercises=(squat,)))))
    assert code_of(outcome) == Code.UNKNOWN_EXERCISE
    assert outcome.refusal is not None
    assert outcome.refusal.details[0].value == "Squat"


async def test_what_is_deleted_is_gone_for_all_devices(house: House, ada: Actor) -> None:
    routine_id = await keep_one(house, ada)
    assert code_of(await house.give(ada, drop(routine_id))) is None
    assert await names(house, ada) == []
    told = (await house.events(ada.user_id))[-1]
    assert isinstance(told, RoutineDeleted)
    assert told.data.routine_id == routine_id
    assert code_of(await house.give(ada, drop(routine_id))) == Code.NO_SUCH_ROUTINE


async def test_a_shared_routine_is_copied_under_the_name_of_its_author(house: House, ada: Actor) -> None:
    routine_id, bob = await keep_one(house, ada), await house.add_person()
    link = data_of(await house.give(ada, give_out(routine_id)))["link"]
    assert data_of(await house.give(ada, give_out(routine_id)))["link"] == link
    copied = UUID(data_of(await house.give(bob, take(link)))["routine_id"])
    async with house.database.acquire() as connection:
        theirs = await by_id(connection, bob.user_id, copied)
        mine = await by_id(connection, ada.user_id, routine_id)
    assert theirs is not None
    assert mine is not None
    assert (theirs.origin_kind, theirs.origin_of) == (OriginKind.SHARED, "Ada")
    assert (theirs.name, theirs.blocks, theirs.link) == (mine.name, mine.blocks, None)
    assert mine.link == link
    assert await house.head(bob.user_id) == 1


async def test_a_withdrawn_link_opens_nothing_and_a_new_one_is_another(house: House, ada: Actor) -> None:
    routine_id, bob = await keep_one(house, ada), await house.add_person()
    link = data_of(await house.give(ada, give_out(routine_id)))["link"]
    assert "link" not in data_of(await house.give(ada, give_out(routine_id, shared=False)))
    for command in (take(link), keep(link)):
        assert code_of(await house.give(bob, command)) == Code.NO_SUCH_ROUTINE
    assert data_of(await house.give(ada, give_out(routine_id)))["link"] != link


async def test_a_deleted_routine_s_link_opens_nothing_even_when_it_is_kept_again(
    house: House, ada: Actor
) -> None:
    routine_id = await keep_one(house, ada)
    shared = data_of(await house.give(ada, give_out(routine_id)))["link"]
    for command in (drop(routine_id), keep(routine_id)):
        assert code_of(await house.give(ada, command)) is None
        async with house.database.acquire() as link:
            assert await by_link(link, shared) is None


async def test_nobody_changes_deletes_or_shares_another_s_routine(house: House, ada: Actor) -> None:
    routine_id, bob = await keep_one(house, ada), await house.add_person()
    for command in (drop(routine_id), give_out(routine_id)):
        theirs = await house.give(bob, command)
        nobodys = await house.give(bob, drop(new_id()))
        assert code_of(theirs) == code_of(nobodys) == Code.NO_SUCH_ROUTINE
    # To name a new one as another's is named makes one's own of that name, and tells nothing of theirs.
    assert code_of(await house.give(bob, keep(routine_id, name="Bob's"))) is None
    assert await names(house, ada) == ["Legs"]
    assert await names(house, bob) == ["Bob's"]


async def test_a_device_names_a_routine_offline_and_changes_it_before_it_was_sent(
    house: House, ada: Actor
) -> None:
    mine = uuid4()
    for name in ("Draft", "Final"):
        assert data_of(await house.give(ada, keep(mine, name=name)))["routine_id"] == str(mine)
    assert await names(house, ada) == ["Final"]


async def test_a_person_has_a_most_of_routines(house: House, ada: Actor) -> None:
    first = await keep_one(house, ada)
    await house.database.execute(
        """
        INSERT INTO routines (user_id, routine_id, name, note, blocks, origin_kind, origin_of, created_at, updated_at)
        SELECT user_id, gen_random_uuid(), name, note, blocks, 'own', '', created_at, updated_at
        FROM routines, generate_series(2, $1)
        """,
        MOST_ROUTINES,
    )
    assert code_of(await house.give(ada, keep())) == Code.ROUTINES_FULL
    assert code_of(await house.give(ada, keep(first))) is None
    assert code_of(await house.give(ada, drop(first))) is None
    assert code_of(await house.give(ada, keep())) is None


async def test_each_command_takes_four_round_trips(database_url: str) -> None:
    async with counting(database_url) as relay, opened(relay.dsn, size=1) as house:
        ada, mine = await house.add_person(), new_id()
        # The first command of a kind prepares its statements, once for each connection.
        await house.give(ada, keep(mine))
        await house.give(ada, give_out(mine))
        relay.trips = 0
        link = data_of(await house.give(ada, give_out(mine)))["link"]
        for number, command in enumerate((keep(mine), take(link), keep(link), drop(mine)), 2):
            assert code_of(await house.give(ada, command)) is None
            assert relay.trips == 4 * number
