"""What is a person's own in exercises through the executor: what is kept, and what every device is told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from channels.errors import Code
from channels.wire.envelope import Command
from channels.wire.exercise import (
    BodyLimit,
    Equipment,
    ExerciseDeleted,
    ExerciseMarked,
    ExerciseSaved,
    TrainingLevel,
    TrainingProfile,
    TrainingProfileChanged,
)
from channels.workouts.opinion import MOST_MARKED, shown_mark
from channels.workouts.own import MOST_OWN, shown_own
from server.execution import Actor
from storage.library_records import ExerciseMarkRecord, OwnExerciseRecord
from storage.own_exercises import kept, marks
from tests.channels.workouts.own_facts import SLED, deleting, marking, saving, telling
from tests.server.counting import counting
from tests.server.house import House, code_of, data_of, opened

SQUAT = "Barbell_Squat"
HOUR = timedelta(hours=1)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


@pytest.fixture
async def ada(house: House) -> Actor:
    return await house.add_person()


async def given(house: House, person: Actor, *commands: Command) -> list[Any]:
    """What the replies carry."""
    return [data_of(await house.give(person, command)) for command in commands]


async def own(house: House, person: Actor) -> list[OwnExerciseRecord]:
    async with house.database.acquire() as link:
        return await kept(link, person.user_id)


async def opinions(house: House, person: Actor) -> dict[str, ExerciseMarkRecord]:
    async with house.database.acquire() as link:
        return await marks(link, person.user_id)


async def test_an_exercise_is_kept_exactly_as_it_was_said(house: House, ada: Actor) -> None:
    said = saving(
        aliases=("Prowler",),
        category="strongman",
        equipment=("sled",),
        primary_muscles=("quadriceps",),
        secondary_muscles=("glutes",),
        level=TrainingLevel.EXPERT,
        instructions=("Push it.",),
    )
    assert await given(house, ada, said) == [{"exercise_id": SLED}]
    (stored,) = await own(house, ada)
    (told,) = await house.events(ada.user_id)
    assert isinstance(told, ExerciseSaved)
    assert told.data.exercise == shown_own(stored)
    assert (told.at, stored.level, stored.instructions) == (stored.updated_at, "expert", ("Push it.",))


async def test_what_is_deleted_is_gone_for_all_devices_and_stays_so(house: House, ada: Actor) -> None:
    now = await house.now()
    earlier = replace(saving(name="Sled Push", exercise_id=SLED), at=now - HOUR)
    await given(house, ada, saving(), deleting(), deleting(), earlier)
    assert await own(house, ada) == []
    saved, deleted = await house.events(ada.user_id)
    assert isinstance(saved, ExerciseSaved)
    assert isinstance(deleted, ExerciseDeleted)
    assert deleted.data.exercise_id == SLED


async def test_what_waited_offline_counts_from_when_it_was_said(house: House, ada: Actor) -> None:
    now = await house.now()
    first, second = (
        replace(marking(SQUAT, note="1"), at=now - 2 * HOUR),
        replace(marking(SQUAT, note="2"), at=now - HOUR),
    )
    bob = await house.add_person()
    await given(house, ada, first, second)
    await given(house, bob, replace(second, key=None), replace(first, key=None))
    assert (await opinions(house, ada))[SQUAT].note == (await opinions(house, bob))[SQUAT].note == "2"
    too_old = replace(marking(SQUAT), at=now - timedelta(days=8))
    assert code_of(await house.give(ada, too_old)) == Code.TOO_OLD


async def test_the_same_command_twice_acts_once(house: House, ada: Actor) -> None:
    for command in (saving(), marking(SQUAT, favourite=True), telling(), deleting()):
        first, second = await house.give(ada, command), await house.give(ada, command)
        assert second.repeated
        assert data_of(first) == data_of(second)
    assert await house.head(ada.user_id) == 4


async def test_what_is_thought_is_told_and_is_one_s_own(house: House, ada: Actor) -> None:
    bob = await house.add_person()
    await given(house, ada, marking(SQUAT, favourite=True), marking(SLED, disliked=True, note="Knees"))
    (liked, disliked) = await house.events(ada.user_id)
    assert isinstance(liked, ExerciseMarked)
    assert isinstance(disliked, ExerciseMarked)
    thought = await opinions(house, ada)
    assert [liked.data.mark, disliked.data.mark] == [shown_mark(thought[SQUAT]), shown_mark(thought[SLED])]
    assert await opinions(house, bob) == {}


async def test_an_exercise_of_an_imported_library_may_be_marked(house: House, ada: Actor) -> None:
    assert code_of(await house.give(ada, marking("wger-9"))) == Code.UNKNOWN_EXERCISE
    await house.database.execute(
        """
        WITH one AS (
            INSERT INTO libraries (name, format, licence, fingerprint, imported_at) VALUES ('mine', '', '', '', now())
            RETURNING name
        )
        INSERT INTO library_exercises SELECT name, 'wger-9', '', '', '{}', '', '{}', '{}', '{}', NULL, NULL, NULL, '{}' FROM one
        """
    )
    assert await given(house, ada, marking("wger-9")) == [{"exercise_id": "wger-9"}]


async def test_the_profile_is_told_and_stands_in_the_snapshot(house: House, ada: Actor) -> None:
    assert (await house.snapshot(ada.user_id))[1].training is None
    await given(house, ada, telling(equipment=(), limits=(BodyLimit.KNEE,)))
    (told,) = await house.events(ada.user_id)
    assert isinstance(told, TrainingProfileChanged)
    _, snapshot = await house.snapshot(ada.user_id)
    assert snapshot.training == told.data.profile == TrainingProfile(equipment=(), limits=(BodyLimit.KNEE,))
    (reply,) = await given(house, ada, telling(equipment=(Equipment.RINGS,), level=TrainingLevel.BEGINNER))
    assert reply == {"profile": {"equipment": ["rings"], "level": "beginner"}}


async def test_nobody_changes_or_deletes_what_is_another_s(house: House, ada: Actor) -> None:
    bob = await house.add_person()
    await given(house, ada, saving(), marking(SQUAT, favourite=True), telling(level=TrainingLevel.EXPERT))
    before = await own(house, ada), await opinions(house, ada), await house.snapshot(ada.user_id)
    await given(house, bob, deleting(), marking(SQUAT), telling(), saving(category="cardio"))
    assert before == (await own(house, ada), await opinions(house, ada), await house.snapshot(ada.user_id))
    assert [one.category for one in await own(house, bob)] == ["cardio"]


async def test_a_person_has_a_most_of_each(house: House, ada: Actor) -> None:
    await given(house, ada, saving(), marking(SQUAT, favourite=True))
    for statement, most in (
        (
            """
            INSERT INTO own_exercises (
                user_id, exercise_id, name, aliases, category, equipment, primary_muscles, secondary_muscles,
                instructions, updated_at
            )
            SELECT user_id, exercise_id || n, name, '{}', category, '{}', '{}', '{}', '{}', updated_at
            FROM own_exercises, generate_series(2, $1) n
            """,
            MOST_OWN,
        ),
        (
            """
            INSERT INTO exercise_marks SELECT user_id, exercise_id || n, favourite, disliked, note, updated_at
            FROM exercise_marks, generate_series(2, $1) n
            """,
            MOST_MARKED,
        ),
    ):
        await house.database.execute(statement, most)
    for more in (saving(name="One more"), marking("own:One more", note="x")):
        assert code_of(await house.give(ada, more)) == Code.EXERCISES_FULL
    await given(house, ada, saving(category="cardio"), deleting(), saving(name="One more"))
    await given(house, ada, marking(SQUAT), marking("own:One more", note="x"))


async def test_each_command_takes_four_round_trips(database_url: str) -> None:
    async with counting(database_url) as relay, opened(relay.dsn, size=1) as house:
        ada = await house.add_person()

        def commands(note: str) -> list[Command]:
            level = TrainingLevel.EXPERT if note else None
            return [saving(category=f"c{note}"), marking(SQUAT, note=note), telling(level=level), deleting()]

        # The first command of a kind prepares its statements, once for each connection.
        await given(house, ada, *commands(""))
        relay.trips = 0
        await given(house, ada, *commands("x"))
        assert relay.trips == 4 * 4
