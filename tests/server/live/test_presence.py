"""A device's newest connection wins and a person has only so many, on all nodes together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest_asyncio

from channels.closing import CloseCode
from channels.connection import ALLOWANCE
from channels.topics import user_topic
from channels.wire.codec import Subprotocol
from channels.wire.envelope import Epoch
from server.clock import new_id
from server.live.hub import Hub
from server.live.presence import Presence
from server.live.relay import Relay
from server.live.socket import LiveSocket
from server.supervisor import Supervisor
from storage.embedded.valkey import Valkey
from storage.redis.connection import open_redis
from storage.redis.presence import PRESENT_SECONDS, Devices
from tests.server.live.ports import USER, Line
from tests.waiting import eventually

TOPIC = user_topic(USER)
SET = f"cornerman:devices:{{{TOPIC}}}"


class Door:
    """What a socket knows of its desk: nothing is asked here."""

    def gone(self, socket: LiveSocket) -> None: ...


class NodeHere:
    """One node's presence, with its own way to the broker."""

    def __init__(self, url: str, supervisor: Supervisor, limit: int) -> None:
        self.redis = open_redis(url)
        self.hub = Hub(Epoch("1"), {}, _no_log, supervisor)
        self.presence = Presence(Devices(self.redis), self.hub, supervisor, limit=limit)
        self.relay = Relay(
            self.redis,
            new_id(),
            lambda: self.hub.epoch,
            supervisor,
            deliver=self.hub.deliver,
            announced=self.presence.announced,
            told=lambda _topic, _body: None,
            subscribed=_nothing,
        )

    async def arrive(self, device: str) -> tuple[LiveSocket, bool]:
        """Let a device connect, as far as presence goes."""
        socket = self.socket(device)
        return socket, await self.presence.arrive(USER, socket)

    def socket(self, device: str) -> LiveSocket:
        """A device's socket that is signed in, as far as it goes."""
        desk: Any = Door()
        socket = LiveSocket(
            Line(),
            Subprotocol.JSON,
            desk,
            lambda _: None,
            identity=new_id(),
            header_token=None,
            allowance=ALLOWANCE,
        )
        socket.user_id, socket.device = USER, device
        return socket

    async def counted_out(self, device: str) -> None:
        """Return when the broker does not count a device any more."""
        async with asyncio.timeout(5):
            while await self.redis.zscore(SET, device) is not None:
                await self.redis.ping()


async def _no_log(_topic: str, _after: int, _until: int) -> list[tuple[int, bytes]]:
    return []


async def _nothing(_topics: list[Any]) -> None: ...


@asynccontextmanager
async def nodes(url: str, count: int = 1, limit: int = 3) -> AsyncIterator[list[NodeHere]]:
    async with Supervisor() as supervisor:
        made = [NodeHere(url, supervisor, limit) for _ in range(count)]
        for number, node in enumerate(made):
            supervisor.start(f"relay {number}", node.relay.run)
        yield made
    for node in made:
        await node.redis.aclose()


@pytest_asyncio.fixture
async def pair(any_redis_url: str) -> AsyncIterator[list[NodeHere]]:
    async with nodes(any_redis_url, 2) as made:
        for node in made:
            await eventually(lambda node=node: node.relay.connected)  # type: ignore[misc]
            await node.relay.followed(TOPIC)
        yield made


async def test_a_newer_connection_of_a_device_closes_the_older_on_the_same_node(any_redis_url: str) -> None:
    async with nodes(any_redis_url) as (node,):
        older, _ = await node.arrive("phone")
        newer, welcome = await node.arrive("phone")
        assert welcome
        assert (older.closed_as, newer.closed_as) == (CloseCode.REPLACED, None)


async def test_a_newer_connection_of_a_device_closes_the_older_on_another_node(pair: list[NodeHere]) -> None:
    one, two = pair
    older, _ = await one.arrive("phone")
    other, _ = await one.arrive("tablet")
    newer, _ = await two.arrive("phone")
    await eventually(lambda: older.closed_as == CloseCode.REPLACED)
    assert (newer.closed_as, other.closed_as) == (None, None)
    one.presence.leave(older)
    assert await one.redis.zscore(SET, "phone") is not None


async def test_an_attempt_that_was_given_up_does_not_close_the_one_that_followed(
    pair: list[NodeHere],
) -> None:
    one, two = pair
    live, _ = await two.arrive("phone")
    given_up = one.socket("phone")
    arriving = asyncio.ensure_future(one.presence.arrive(USER, given_up))
    await asyncio.sleep(0)
    one.presence.leave(given_up)
    await arriving
    assert await one.redis.get(f"{SET}:number") == b"%d" % live.arrival
    assert await one.redis.zscore(SET, "phone") is not None


async def test_the_newest_wins_also_after_redis_lost_what_it_knew(pair: list[NodeHere]) -> None:
    one, two = pair
    older = (await one.arrive("phone"))[0]
    for _ in range(3):
        older = (await one.arrive("phone"))[0]
    await one.redis.flushall()
    newer, _ = await two.arrive("phone")
    await eventually(lambda: older.closed_as == CloseCode.REPLACED)
    assert newer.closed_as is None


async def test_an_announcement_that_overtakes_the_answer_still_lets_the_newest_win(
    pair: list[NodeHere],
) -> None:
    one, _ = pair
    socket, _ = await one.arrive("phone")
    own = socket.arrival
    socket.arrival = 0
    one.presence.announced(TOPIC, b"%d %s phone" % (own + 5, str(UUID(int=9)).encode()))
    assert socket.arrival == own + 5
    assert socket.closed_as is None
    one.presence.announced(TOPIC, b"%d %s phone" % (own + 9, str(socket.id).encode()))
    assert socket.closed_as is None
    one.presence.announced(TOPIC, b"%d %s phone" % (own + 6, str(UUID(int=9)).encode()))
    assert socket.closed_as == CloseCode.REPLACED


async def test_a_person_has_only_so_many_devices_on_all_nodes_together(pair: list[NodeHere]) -> None:
    one, two = pair
    sockets = [await node.arrive(f"device {n}") for n, node in enumerate([one, two, one])]
    assert all(welcome for _, welcome in sockets)
    refused, welcome = await two.arrive("one more")
    assert not welcome
    assert not (await one.arrive("one more"))[1]
    # A device that is counted already may come again, and one that left makes room.
    assert (await two.arrive("device 0"))[1]
    two.presence.leave(refused)
    two.presence.leave(sockets[1][0])
    await two.counted_out("device 1")
    assert (await one.arrive("one more"))[1]


async def test_while_redis_is_away_each_node_counts_for_itself(own_valkey: Callable[[], Valkey]) -> None:
    server = own_valkey()
    server.stop()
    async with nodes(server.url, 2, limit=2) as (one, two):
        for device in ("a", "b"):
            assert (await one.arrive(device))[1]
            assert (await two.arrive(device))[1]
        assert not (await one.arrive("c"))[1]
        socket, _ = await one.arrive("a")
        one.presence.leave(socket)
        assert (await one.arrive("c"))[1]


async def test_a_connection_leaves_once_and_only_if_it_is_the_devices_newest(any_redis_url: str) -> None:
    async with nodes(any_redis_url) as (node,):
        older, _ = await node.arrive("phone")
        newer, _ = await node.arrive("phone")
        node.presence.leave(older)
        assert node.presence._here == {USER: {"phone": newer}}
        node.presence.leave(newer)
        node.presence.leave(newer)
        assert node.presence._here == {}


async def test_a_socket_that_never_signed_in_leaves_nothing(any_redis_url: str) -> None:
    async with nodes(any_redis_url) as (node,):
        socket, _ = await node.arrive("phone")
        socket.user_id = None
        node.presence.leave(socket)
        assert USER in node.presence._here


async def test_renewing_counts_devices_in_again_that_redis_lost(any_redis_url: str) -> None:
    async with nodes(any_redis_url) as (node,):
        await node.arrive("phone")
        await node.arrive("tablet")
        await node.redis.flushall()
        await node.presence.renew()
        assert sorted(await node.redis.zrange(SET, 0, -1)) == [b"phone", b"tablet"]
        assert await node.redis.ttl(SET) > 0


async def test_renewing_waits_for_a_better_time_when_redis_is_away(own_valkey: Callable[[], Valkey]) -> None:
    server = own_valkey()
    async with nodes(server.url) as (node,):
        await node.arrive("phone")
        server.stop()
        await node.presence.renew()
        own_valkey()
        await node.presence.renew()
        assert await node.redis.zrange(SET, 0, -1) == [b"phone"]


async def test_a_node_that_stops_lets_its_devices_grow_stale(any_redis_url: str) -> None:
    async with nodes(any_redis_url) as (node,):
        socket, _ = await node.arrive("phone")
        left = await node.redis.ttl(SET)
        assert PRESENT_SECONDS - 5 < left <= PRESENT_SECONDS
    node.presence.leave(socket)
    assert node.presence._here == {}
