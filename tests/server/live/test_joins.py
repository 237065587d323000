"""Many sockets that join at once are read in few transactions, and each learns what came of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio

from channels.errors import Code, Refusal
from channels.topics import user_topic
from channels.wire.envelope import Topic
from server.execution import Actor
from server.live.joins import Joins, kind_of
from server.live.kinds import Facts, Reader
from server.live.people import PREFIX, PeopleTopics
from server.supervisor import Supervisor, TooManyTasks
from storage.postgres import Database, Link, Unavailable, close_database, open_database
from tests.server.house import House, opened, start


class Counting(PeopleTopics):
    """People's topics, with the batches that were read."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.fault: Exception | None = None
        self.silent = False

    async def read(self, link: Link, readers: Sequence[Reader]) -> dict[Reader, Facts | Refusal]:
        self.batches.append(len(readers))
        if self.fault is not None:
            raise self.fault
        if self.silent:
            return {}
        return await super().read(link, readers)


@pytest_asyncio.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as made:
        yield made


@pytest_asyncio.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    async with Supervisor() as made:
        yield made


def joins_of(database: Database, supervisor: Supervisor) -> tuple[Joins, Counting]:
    kind = Counting()
    return Joins(database, {PREFIX: kind}, supervisor), kind


async def readers(house: House, count: int) -> list[Reader]:
    made = []
    for _ in range(count):
        actor = await house.add_person()
        assert actor.family_id is not None
        made.append(Reader(user_topic(actor.user_id), actor.user_id, actor.family_id))
    return made


def test_a_kind_is_found_by_the_topics_prefix() -> None:
    kinds: dict[str, Any] = {"user": PeopleTopics()}
    assert kind_of(kinds, "user:1") is kinds["user"]
    assert kind_of(kinds, "workout:1") is None


async def test_all_who_join_in_one_turn_share_a_transaction(house: House, supervisor: Supervisor) -> None:
    joins, kind = joins_of(house.database, supervisor)
    wanted = await readers(house, 20)
    found = await asyncio.gather(*(joins.read(reader) for reader in wanted))
    assert kind.batches == [20]
    assert [one.snapshot.person.user_id for one in found if isinstance(one, Facts)] == [
        reader.user_id for reader in wanted
    ]


async def test_two_sockets_of_one_sign_in_are_one_reading(house: House, supervisor: Supervisor) -> None:
    joins, kind = joins_of(house.database, supervisor)
    (reader,) = await readers(house, 1)
    one, two = await asyncio.gather(joins.read(reader), joins.read(reader))
    assert one is two
    assert kind.batches == [1]


async def test_who_comes_while_a_batch_is_read_sees_what_was_committed_before(
    house: House, supervisor: Supervisor
) -> None:
    joins, _ = joins_of(house.database, supervisor)
    (reader,) = await readers(house, 1)
    early = asyncio.ensure_future(joins.read(reader))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    outcome = await house.give(Actor(user_id=reader.user_id, family_id=reader.family_id), start())
    late = await joins.read(reader)
    assert isinstance(late, Facts)
    assert late.head == outcome.positions[reader.topic]
    assert isinstance(await early, Facts)


async def test_nobody_reads_anothers_topic(house: House, supervisor: Supervisor) -> None:
    joins, _ = joins_of(house.database, supervisor)
    ada, eve = await readers(house, 2)
    spying = Reader(ada.topic, eve.user_id, eve.family_id)
    nothing = Reader(Topic("user:nonsense"), eve.user_id, eve.family_id)
    found = await asyncio.gather(joins.read(ada), joins.read(spying), joins.read(nothing))
    assert isinstance(found[0], Facts)
    assert [one.code for one in found[1:] if isinstance(one, Refusal)] == [Code.NOT_FOUND] * 2


async def test_a_reader_that_the_kind_does_not_answer_is_refused(
    house: House, supervisor: Supervisor
) -> None:
    joins, kind = joins_of(house.database, supervisor)
    kind.silent = True
    assert await joins.read((await readers(house, 1))[0]) == Refusal(code=Code.NOT_FOUND)


@pytest.mark.parametrize("fault", [Unavailable("away"), LookupError("a fault of ours")])
async def test_whatever_goes_wrong_nobody_waits_for_ever(
    house: House, supervisor: Supervisor, fault: Exception
) -> None:
    joins, kind = joins_of(house.database, supervisor)
    wanted = await readers(house, 2)
    kind.fault = fault
    found = await asyncio.gather(*(joins.read(reader) for reader in wanted), return_exceptions=True)
    assert found == [fault, fault]
    kind.fault = None
    assert isinstance(await joins.read(wanted[0]), Facts)


async def test_a_database_that_is_gone_is_unavailable(database_url: str, supervisor: Supervisor) -> None:
    database = await open_database(database_url, size=1)
    await close_database(database)
    joins, _ = joins_of(database, supervisor)
    async with opened(database_url) as other:
        (reader,) = await readers(other, 1)
    with pytest.raises(Unavailable):
        await joins.read(reader)


async def test_a_node_with_too_much_to_do_reads_again_when_it_has_less(house: House) -> None:
    async with Supervisor(most=1) as busy:
        joins, _ = joins_of(house.database, busy)
        (reader,) = await readers(house, 1)
        gate = asyncio.Event()
        task = busy.spawn("something else", gate.wait())
        with pytest.raises(TooManyTasks):
            await joins.read(reader)
        gate.set()
        await task
        await asyncio.sleep(0)
        assert isinstance(await joins.read(reader), Facts)
