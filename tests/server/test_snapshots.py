"""A snapshot at p, folded over the events p…q of the log, is the snapshot at q: for every type of event there is."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from channels.wire.account import (
    AccountSignedOut,
    AccountSignOut,
    AccountUpdate,
    AccountUpdated,
    AccountUpdateData,
)
from channels.wire.body import BodyUpdate, BodyUpdated, BodyUpdateData, Sex
from channels.wire.envelope import Event
from channels.wire.exercise import (
    BodyLimit,
    Equipment,
    ExerciseDeleted,
    ExerciseMarked,
    ExerciseSaved,
    TrainingLevel,
    TrainingProfileChanged,
)
from channels.wire.fasting import FastingCompleted, FastingEnded, FastingStarted
from channels.wire.quantity import Mass, MassUnit
from channels.wire.registry import EVENT_TYPES, tag
from channels.wire.routine import RoutineDeleted, RoutineSaved
from server.execution import Actor
from server.live.people import PeopleTopics
from server.nouns import kinds
from storage.snapshots import user_snapshots
from tests.channels.workouts.own_facts import deleting, marking, saving, telling
from tests.server.folding import Story, hold
from tests.server.house import House, end, opened, rate, start
from tests.server.planning import drop, give_out, keep
from tests.server.workout_stories import WORKOUTS


async def begun_12_hours_ago(house: House, actor: Actor) -> None:
    await house.give(actor, start("12:12", at=await house.now() - timedelta(hours=12)))


async def timers_come(house: House, _actor: Actor) -> None:
    await house.timers_come()


ROUTINE = uuid4()


def body(**data: Any) -> BodyUpdate:
    return BodyUpdate(id=1, data=BodyUpdateData(**data))


STORIES: Mapping[type[Event], Story] = {
    FastingStarted: [start()],
    FastingCompleted: [begun_12_hours_ago, timers_come, end(), start()],
    FastingEnded: [start(), end(), start(), end()],
    RoutineSaved: [
        keep(ROUTINE),
        start(),
        keep(ROUTINE, name="Legs, heavy"),
        give_out(ROUTINE),
        keep("tabata"),
    ],
    RoutineDeleted: [keep(ROUTINE), drop(ROUTINE)],
    AccountUpdated: [
        start(),
        AccountUpdate(id=1, data=AccountUpdateData(name="Bea", time_zone="Asia/Kolkata")),
        rate(10),
        end(),
    ],
    AccountSignedOut: [start(), AccountSignOut(id=1)],
    BodyUpdated: [
        body(birth_year=1990, sex=Sex.MALE, mass=Mass(value=Decimal("80.50"), unit=MassUnit.KG)),
        body(birth_year=1991, resting_heart_rate=50, maximum_heart_rate=188),
        body(),
        body(mass=Mass(value=Decimal("171.5"), unit=MassUnit.LB)),
    ],
    ExerciseSaved: [start(), saving(), saving(category="strongman"), saving()],
    ExerciseDeleted: [saving(), deleting(), deleting(), saving()],
    ExerciseMarked: [
        marking("Barbell_Squat", favourite=True),
        marking("Barbell_Squat", note="Deep"),
        telling(),
    ],
    TrainingProfileChanged: [
        telling(),
        telling(equipment=(Equipment.RINGS, Equipment.BAND), limits=(BodyLimit.KNEE,)),
        start(),
        telling(equipment=(), level=TrainingLevel.EXPERT),
        telling(equipment=(), level=TrainingLevel.EXPERT),
        end(),
    ],
    **WORKOUTS,
}
"""For each type of event a story in which it comes about."""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


@pytest.mark.parametrize("event", EVENT_TYPES, ids=tag)
async def test_a_snapshot_and_the_events_after_it_are_the_later_snapshot(
    house: House, event: type[Event]
) -> None:
    await hold(house, kinds(), event, STORIES)


async def test_an_event_type_without_a_story_does_not_pass(house: House) -> None:
    with pytest.raises(AssertionError, match="fasting:started has no story"):
        await hold(house, kinds(), FastingStarted, {})


async def test_a_story_without_the_event_does_not_pass(house: House) -> None:
    with pytest.raises(AssertionError, match="fasting:ended does not come about"):
        await hold(house, kinds(), FastingEnded, {FastingEnded: [start()]})


class Forgetful(PeopleTopics):
    """Folds nothing."""

    def apply(self, snapshot: Any, _event: object) -> Any:
        return snapshot


async def test_a_kind_that_does_not_fold_an_event_does_not_pass(house: House) -> None:
    with pytest.raises(AssertionError, match="folded over fasting:started, is not the one at 1"):
        await hold(house, {"user": Forgetful()}, FastingStarted, STORIES)


async def test_a_topic_of_no_kind_does_not_pass(house: House) -> None:
    with pytest.raises(AssertionError, match="is of no kind"):
        await hold(house, {}, FastingStarted, STORIES)


async def test_many_people_are_read_in_a_statement_for_each_noun(house: House) -> None:
    people = [await house.add_person() for _ in range(5)]
    for person in people[:3]:
        await house.give(person, start())
    asked: list[str] = []
    async with house.database.acquire() as link:
        # The driver asks once on each connection how the parameters' types are written.
        await user_snapshots(link, [])
        link.add_query_logger(lambda query: asked.append(query.query))
        found = await user_snapshots(link, [*(person.user_id for person in people), uuid4()])
    assert len(asked) == 6
    assert [found[person.user_id].head for person in people] == [1, 1, 1, 0, 0]
    assert [found[person.user_id].fast is not None for person in people] == [True] * 3 + [False] * 2
    assert len(found) == 5


async def test_who_is_suspended_is_said(house: House) -> None:
    actor = await house.add_person()
    await house.suspend(actor.user_id)
    async with house.database.acquire() as link:
        found = await user_snapshots(link, [actor.user_id])
    assert found[actor.user_id].suspended_at is not None
