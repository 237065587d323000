"""A snapshot at p, folded over the events p…q of the log, is the snapshot at q: for what is stored and logged."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from channels.snapshot import apply
from channels.wire.account import AccountSignOut, AccountUpdate, AccountUpdateData
from channels.wire.envelope import Command
from channels.wire.registry import EVENT_TYPES, tag
from server.execution import Actor
from storage.snapshots import user_snapshots
from tests.server.house import House, code_of, end, opened, rate, start

Story = Callable[[House, Actor], Awaitable[None]]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


def told(*commands: Command) -> Story:
    async def tell(house: House, actor: Actor) -> None:
        for command in commands:
            assert code_of(await house.give(actor, command)) is None

    return tell


async def reached(house: House, actor: Actor) -> None:
    began = await house.now() - timedelta(hours=12)
    await told(start("12:12", at=began))(house, actor)
    await house.timers_come()


STORIES = {
    "fasting:started": told(start()),
    "fasting:completed": reached,
    "fasting:ended": told(start(), end()),
    "account:updated": told(
        AccountUpdate(id=1, data=AccountUpdateData(name="Bea", time_zone="Asia/Kolkata")), rate(10)
    ),
    "account:signed_out": told(start(), AccountSignOut(id=1)),
}
"""For each event type a story in which it is told last."""


@pytest.mark.parametrize("event_type", [tag(event) for event in EVENT_TYPES])
async def test_every_event_leads_from_snapshot_to_snapshot(house: House, event_type: str) -> None:
    assert event_type in STORIES, "a new event needs a story in which it is told"
    actor = await house.add_person()
    before, folded = await house.snapshot(actor.user_id)
    await STORIES[event_type](house, actor)
    after, stored = await house.snapshot(actor.user_id)
    events = await house.events(actor.user_id, after=before)
    assert tag(type(events[-1])) == event_type
    assert [event.offset for event in events] == list(range(before + 1, after + 1))
    for event in events:
        folded = apply(folded, event)
    assert folded == stored


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
    assert len(asked) == 3
    assert [found[person.user_id].head for person in people] == [1, 1, 1, 0, 0]
    assert [found[person.user_id].fast is not None for person in people] == [True] * 3 + [False] * 2
    assert len(found) == 5


async def test_who_is_suspended_is_said(house: House) -> None:
    actor = await house.add_person()
    await house.suspend(actor.user_id)
    async with house.database.acquire() as link:
        found = await user_snapshots(link, [actor.user_id])
    assert found[actor.user_id].suspended_at is not None
