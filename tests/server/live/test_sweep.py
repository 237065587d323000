"""Once a second over all sockets: late greetings, ended tokens, pings and missing pongs."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from channels.closing import CloseCode
from channels.connection import (
    COMMANDS_WAITING,
    CONNECT_SECONDS,
    PING_SECONDS,
    PONG_SECONDS,
    TOKEN_GRACE_SECONDS,
)
from server.clock import monotonic
from server.execution import Actor
from server.live.sweep import Sweep
from server.supervisor import Supervisor
from tests.server.live.ports import renaming
from tests.server.live.standing import Device, LiveNode, live_node
from tests.waiting import eventually


@pytest_asyncio.fixture
async def node(database_url: str, redis_url: str) -> AsyncIterator[LiveNode]:
    async with live_node(database_url, redis_url) as made:
        yield made


@pytest_asyncio.fixture
async def ada(node: LiveNode) -> Actor:
    return await node.house.add_person()


@pytest_asyncio.fixture
async def phone(node: LiveNode, ada: Actor) -> Device:
    return await node.connect(ada)


async def pings(phone: Device, count: int) -> None:
    """Return when so many pings were sent."""
    await eventually(lambda: len(phone.of("ping")) == count)


async def test_a_socket_that_does_not_greet_in_time_is_closed(node: LiveNode) -> None:
    silent = node.open()
    node.sweep.sweep(silent.socket.opened_at + CONNECT_SECONDS)
    assert silent.closed is None
    node.sweep.sweep(silent.socket.opened_at + CONNECT_SECONDS + 0.1)
    assert silent.closed == CloseCode.NO_CONNECT


async def test_a_socket_is_pinged_with_the_heads_of_its_topics(
    node: LiveNode, ada: Actor, phone: Device
) -> None:
    for number in range(3):
        await node.house.give(ada, renaming(f"Ada {number}"))
    await eventually(lambda: len(phone.of("account:updated")) == 3)
    now = phone.socket.opened_at + PING_SECONDS
    node.sweep.sweep(now)
    node.sweep.sweep(now + 0.1)
    node.sweep.sweep(now + 0.2)
    await pings(phone, 1)
    assert phone.of("ping")[0]["data"]["heads"] == {f"user:{ada.user_id}": 3}


async def test_a_socket_that_answers_is_pinged_again_and_stays(node: LiveNode, phone: Device) -> None:
    now = monotonic()
    for number in range(3):
        now += PING_SECONDS + 1
        node.sweep.sweep(now)
        await pings(phone, number + 1)
        phone.socket.seen_at = now + 1
        node.sweep.sweep(now + PONG_SECONDS + 1)
    assert phone.closed is None


async def test_a_socket_that_is_heard_all_the_time_is_told_the_heads_as_well(
    node: LiveNode, phone: Device
) -> None:
    now = phone.socket.opened_at
    for _ in range(int(PING_SECONDS) + 1):
        now += 1
        phone.socket.seen_at = now
        node.sweep.sweep(now + 0.1)
    await pings(phone, 1)


async def test_a_socket_that_does_not_answer_a_ping_is_closed(node: LiveNode, phone: Device) -> None:
    now = phone.socket.opened_at + PING_SECONDS + 1
    node.sweep.sweep(now)
    await pings(phone, 1)
    closed = []
    for late in (0.0, 0.1, 0.2):
        node.sweep.sweep(now + PONG_SECONDS + late)
        closed.append(phone.closed)
    assert closed == [None, CloseCode.NO_PONG, CloseCode.NO_PONG]


async def test_a_socket_that_we_do_not_read_is_not_judged_by_its_silence(
    node: LiveNode, phone: Device
) -> None:
    now = phone.socket.opened_at + PING_SECONDS + 1
    node.sweep.sweep(now)
    await pings(phone, 1)
    for number in range(COMMANDS_WAITING):
        phone.send("account:update", data={"name": f"Ada {number}"})
    assert phone.socket.paused
    node.sweep.sweep(now + PONG_SECONDS + 1)
    assert phone.closed is None
    phone.socket.seen_at = 0.0
    await eventually(lambda: not phone.socket.paused)
    assert phone.socket.seen_at > 0


async def test_an_ended_token_closes_after_its_grace(node: LiveNode, phone: Device) -> None:
    clock = node.stores.clock
    phone.socket.token_expires_at = clock.now() - timedelta(seconds=TOKEN_GRACE_SECONDS - 5)
    node.sweep.sweep(monotonic())
    assert phone.closed is None
    phone.socket.token_expires_at = clock.now() - timedelta(seconds=TOKEN_GRACE_SECONDS + 5)
    node.sweep.sweep(monotonic())
    assert phone.closed == CloseCode.TOKEN_EXPIRED


async def test_a_token_that_is_refreshed_in_its_grace_keeps_the_socket(
    node: LiveNode, ada: Actor, phone: Device
) -> None:
    phone.socket.token_expires_at = node.stores.clock.now() - timedelta(seconds=TOKEN_GRACE_SECONDS - 5)
    reply = await phone.ask("auth", data={"token": node.token(ada)})
    assert "error" not in reply
    assert phone.socket.token_expires_at > node.stores.clock.now()


@pytest.mark.parametrize("stalls", [1, 2])
async def test_after_a_stall_what_waits_is_read_before_anybody_is_judged(
    node: LiveNode, ada: Actor, monkeypatch: pytest.MonkeyPatch, stalls: int
) -> None:
    monkeypatch.setattr("server.live.sweep.SWEEP_SECONDS", 0.2)
    late = node.open(node.token(ada))
    late.socket.opened_at -= CONNECT_SECONDS
    async with Supervisor() as supervisor:
        supervisor.start("sweep", Sweep({late.socket}, node.stores.clock).run)
        await asyncio.sleep(0)
        for _ in range(stalls):
            time.sleep(0.8)
            await asyncio.sleep(0.1)
        late.send("connect", data={"device": "phone"})
        await eventually(lambda: late.reply(1) is not None)
    assert late.closed is None


async def test_after_a_stall_a_socket_is_pinged_and_not_judged(node: LiveNode, phone: Device) -> None:
    now = phone.socket.opened_at + PING_SECONDS + 1
    node.sweep.sweep(now, judging=False)
    await pings(phone, 1)
    node.sweep.sweep(now + PONG_SECONDS + 1, judging=False)
    assert phone.closed is None
    node.sweep.sweep(now + PONG_SECONDS + 2)
    assert phone.closed == CloseCode.NO_PONG


async def test_it_sweeps_by_itself(node: LiveNode) -> None:
    silent = node.open()
    silent.socket.opened_at -= CONNECT_SECONDS
    async with Supervisor() as supervisor:
        supervisor.start("sweep", Sweep({silent.socket}, node.stores.clock).run)
        await eventually(lambda: silent.closed == CloseCode.NO_CONNECT)
