"""A socket joins a topic without missing or repeating an event, whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from channels.errors import Code, Refused
from channels.recovery import REPLAY_EVENTS
from channels.wire.envelope import Epoch, Topic
from server.live.kinds import Reader
from storage.postgres import Unavailable
from tests.server.house import start
from tests.server.live.joiners import EPOCH, Client, World, world_of
from tests.server.live.ports import Recorder


@pytest_asyncio.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world_of(database_url, redis_url) as made:
        yield made


async def test_a_first_join_gets_the_facts_and_then_what_comes(world: World) -> None:
    await world.house.give(world.actor, start())
    client = Client()
    joined = await world.go_live(client)
    assert (joined.state.recovered, joined.state.offset) == (False, 1)
    assert client.snapshot == (await world.house.snapshot(world.actor.user_id))[1]
    await world.commit()
    world.arrive()
    client.take_in()
    assert client.position == (EPOCH, 2)


async def test_a_client_that_comes_back_gets_exactly_what_it_missed(world: World) -> None:
    client = Client()
    await world.go_live(client)
    world.leave(client)
    await world.commit(3)
    joined = await world.go_live(client)
    assert (joined.state.recovered, joined.state.offset, len(joined.replay)) == (True, 3, 3)
    assert client.position == (EPOCH, 3)


async def test_a_client_that_missed_nothing_recovers_with_nothing(world: World) -> None:
    await world.commit()
    client = Client()
    await world.go_live(client)
    world.leave(client)
    joined = await world.go_live(client)
    assert (joined.state.recovered, joined.replay) == (True, [])


@pytest.mark.parametrize("position", [("0", 1), (EPOCH, 5), None])
async def test_a_position_that_does_not_fit_gets_the_facts(
    world: World, position: tuple[str, int] | None
) -> None:
    await world.commit(2)
    client = Client()
    client.position = position
    joined = await world.go_live(client)
    assert (joined.state.recovered, joined.state.offset) == (False, 2)


async def test_a_client_too_far_behind_gets_the_facts(world: World) -> None:
    client = Client()
    await world.go_live(client)
    world.leave(client)
    await world.commit(REPLAY_EVENTS + 1)
    joined = await world.go_live(client)
    assert not joined.state.recovered
    assert joined.replay == []
    assert client.position == (EPOCH, REPLAY_EVENTS + 1)


async def test_a_log_that_was_pruned_below_the_position_gets_the_facts(world: World) -> None:
    client = Client()
    await world.go_live(client)
    world.leave(client)
    await world.commit(3)
    await world.house.database.execute('DELETE FROM events WHERE topic = $1 AND "offset" <= 1', world.topic)
    joined = await world.go_live(client)
    assert not joined.state.recovered
    assert client.position == (EPOCH, 3)


async def test_what_comes_while_a_client_joins_follows_its_replay_once(world: World) -> None:
    client, other = Client(), Client()
    await world.go_live(client)
    await world.go_live(other)
    world.leave(client)
    await world.commit(2)
    joined = await world.join(client)
    await world.commit(2)
    for _ in range(4):
        world.arrive()
    assert client.follower.events == []
    world.attach(client, joined)
    assert client.position == (EPOCH, 4)


async def test_what_was_on_the_way_when_a_client_joined_does_not_come_to_it_twice(world: World) -> None:
    early, late = Client(), Client()
    await world.go_live(early)
    await world.commit(3)
    await world.go_live(late)
    for _ in range(3):
        world.arrive()
    for client in (early, late):
        client.take_in()
        assert client.position == (EPOCH, 3)


async def test_a_refused_reader_leaves_no_trace(world: World) -> None:
    eve = await world.house.add_person()
    assert eve.family_id is not None
    with pytest.raises(Refused) as caught:
        await world.joining.join(Recorder(), Reader(world.topic, eve.user_id, eve.family_id), None)
    assert caught.value.refusal.code is Code.NOT_FOUND
    assert world.hub.feeds == {}
    assert world.left == [world.topic]


async def test_there_is_no_such_kind_of_topic(world: World) -> None:
    with pytest.raises(Refused):
        await world.joining.join(
            Recorder(), msgspec.structs.replace(world.reader, topic=Topic("nothing:1")), None
        )


async def test_the_last_to_leave_ends_the_subscription(world: World) -> None:
    one, two = Client(), Client()
    await world.go_live(one)
    await world.go_live(two)
    world.leave(one)
    assert world.left == []
    world.leave(two)
    assert world.left == [world.topic]


async def test_a_client_that_is_gone_before_it_is_live_is_let_go(world: World) -> None:
    joined = await world.join(Client())
    world.joining.abandon(joined)
    world.joining.abandon(joined)
    assert world.hub.feeds == {}
    assert world.left == [world.topic]


async def test_a_head_behind_what_was_delivered_puts_the_log_in_doubt(world: World) -> None:
    client = Client()
    await world.go_live(client)
    await world.commit(3)
    for _ in range(3):
        world.arrive()
    await world.house.database.execute("UPDATE topic_heads SET head = 2 WHERE topic = $1", world.topic)
    with pytest.raises(Unavailable):
        await world.join(Client())
    assert world.doubts == 1


async def test_a_new_epoch_while_a_client_joins_sends_it_back_and_raises_no_further_doubt(
    world: World,
) -> None:
    first = Client()
    await world.go_live(first)
    await world.commit(3)
    for _ in range(3):
        world.arrive()
    await world.house.database.execute("UPDATE topic_heads SET head = 2 WHERE topic = $1", world.topic)
    world.confirmed.clear()
    late = Client()
    joining = asyncio.ensure_future(world.join(late))
    await asyncio.sleep(0)
    told: list[Any] = []
    world.hub.changed.append(told.append)
    world.hub.renew(Epoch("2"))
    told.clear()
    world.confirmed.set()
    with pytest.raises(Unavailable):
        await joining
    assert world.doubts == 0
    assert late.follower.left
    # Nobody is told of the feed that went: who keeps feeds by what they are told would keep it for ever.
    assert told == []
    assert world.hub.feeds == {}


async def test_the_broker_that_does_not_confirm_holds_up_only_until_the_relay_gives_in(world: World) -> None:
    world.confirmed.clear()
    client = Client()
    joining = asyncio.ensure_future(world.go_live(client))
    await world.commit(2)
    world.confirmed.set()
    await joining
    assert client.position == (EPOCH, 2)
