"""A node's sockets together: work beyond its bound, one that fails, the drain."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest_asyncio
from structlog.testing import capture_logs

from channels.closing import CloseCode
from channels.wire.codec import Subprotocol
from server.execution import Actor
from server.live.encoded import Encoded
from server.supervisor import Supervisor
from tests.server.live.ports import Line
from tests.server.live.standing import Device, LiveNode, live_node
from tests.waiting import eventually


@pytest_asyncio.fixture
async def node(database_url: str, redis_url: str) -> AsyncIterator[LiveNode]:
    async with live_node(database_url, redis_url) as made:
        yield made


@pytest_asyncio.fixture
async def ada(node: LiveNode) -> Actor:
    return await node.house.add_person()


def let_go(*devices: Device) -> None:
    """End the connections of those that were closed, as their clients do."""
    for device in devices:
        if device.closed is not None:
            device.end()


async def test_a_drain_lets_the_commands_finish_and_says_when_to_come_back(
    node: LiveNode, ada: Actor
) -> None:
    phone, silent = await node.connect(ada), node.open()
    sent = [phone.send("account:update", data={"name": f"Ada {number}"}) for number in range(10)]
    draining = asyncio.ensure_future(node.live.node.drain(5))
    await eventually(lambda: phone.closed is not None and silent.closed is not None)
    let_go(phone, silent)
    await asyncio.wait_for(draining, 1)
    assert all("data" in (phone.reply(number) or {}) for number in sent)
    spread = phone.of("goodbye")[0]["data"]["spread_seconds"]
    assert phone.line.closed == silent.line.closed == [(CloseCode.DRAINING, str(spread))]
    assert phone.line.reading[0] is False
    assert node.counted("sockets_closed_total", code="4001") == 2


async def test_a_drain_ends_in_time_whatever_the_clients_do(node: LiveNode, ada: Actor) -> None:
    phone, gone = await node.connect(ada), await node.connect(ada, "tablet")
    phone.line.writable = False
    phone.socket.send_event(Encoded(b"{}"))
    gone.socket.leave(CloseCode.INTERNAL)
    with capture_logs() as logs:
        await asyncio.wait_for(node.live.node.drain(0.1), 1)
    assert phone.closed == CloseCode.DRAINING
    assert [(entry["event"], entry["count"]) for entry in logs] == [("drained_with_commands_running", 1)]


async def test_what_waits_for_the_slowest_is_measured(node: LiveNode, ada: Actor) -> None:
    message = Encoded(b'"' + b"x" * 1000 + b'"')
    assert node.counted("socket_waiting_bytes_most") == 0
    for count, device in enumerate(("watch", "phone", "tablet")):
        slow = await node.connect(ada, device)
        slow.line.writable = False
        for _ in range(count):
            slow.socket.send_event(message)
    assert node.counted("socket_waiting_bytes_most") == 2 * len(message)


async def test_a_socket_whose_commands_cannot_run_is_closed_to_come_back(node: LiveNode, ada: Actor) -> None:
    phone = await node.connect(ada)
    gate = asyncio.Event()
    async with Supervisor(most=1) as full:
        task = full.spawn("something else", gate.wait())
        node.live.node._supervisor = full
        phone.send("account:update", data={"name": "Ada"})
        gate.set()
        await task
    assert phone.closed == CloseCode.INTERNAL


async def test_an_attempt_that_was_given_up_does_not_close_the_devices_live_socket(
    node: LiveNode, ada: Actor
) -> None:
    phone = await node.connect(ada, "phone")
    given_up = node.open(node.token(ada))
    async with node.stores.database.acquire() as link, link.transaction():
        await link.execute("LOCK TABLE families")  # its sign-in is under way, and takes long
        given_up.send("connect", data={"device": "phone"})
        await eventually(lambda: not given_up.socket.waiting)
        given_up.end()
    await eventually(lambda: node.live.node._supervisor.short_tasks == 0)
    assert phone.closed is None
    assert len(node.live.hub.feeds) == 1
    assert await phone.ask("ping")


class Broken(Line):
    """A transport with a fault."""

    def write(self, frames: Sequence[Encoded], subprotocol: Subprotocol) -> None:
        raise RuntimeError(f"{len(frames)} {subprotocol}")


async def test_a_socket_that_cannot_be_written_is_cut_and_holds_up_no_other(
    node: LiveNode, ada: Actor
) -> None:
    broken, phone = await node.connect(ada, "broken"), await node.connect(ada, "phone")
    broken.line = broken.socket.transport = Broken()
    phone_number = None
    with capture_logs() as logs:
        broken.send("ping")
        phone_number = phone.send("ping")
        await phone.replied(phone_number)
    assert broken.line.aborted
    assert [entry["event"] for entry in logs] == ["socket_not_flushed"]
