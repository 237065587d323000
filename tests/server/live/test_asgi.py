"""What the portable path does about other servers and about itself; the rest is in test_transport."""

import asyncio
from typing import Any

import pytest

from channels.wire.codec import Subprotocol
from server.live.asgi import run
from server.live.encoded import Encoded
from server.live.transport import HIGH_WATER_BYTES, Transport
from tests.server.live.site import Probe


class Peer:
    """An ASGI server's end of one socket, which takes a message when the test lets it."""

    def __init__(self) -> None:
        self.inbound: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.taking = asyncio.Event()
        self.taking.set()
        self.gone = False

    async def receive(self) -> dict[str, Any]:
        return await self.inbound.get()

    async def send(self, message: dict[str, Any]) -> None:
        await self.taking.wait()
        if self.gone:
            raise OSError("gone")
        self.sent.append(message)


class Running:
    """A socket that is served on a peer."""

    def __init__(self, server: Peer, **settings: Any) -> None:
        self.probe: Probe
        self.task = asyncio.ensure_future(run(server.receive, server.send, self._make, **settings))

    def _make(self, transport: Transport) -> Probe:
        self.probe = Probe(transport)
        return self.probe

    async def until_gone(self) -> None:
        async with asyncio.timeout(10):
            await self.task
        assert self.probe.losses == 1


@pytest.fixture
def peer() -> Peer:
    return Peer()


async def started(server: Peer, **settings: Any) -> Running:
    running = Running(server, **settings)
    await asyncio.sleep(0)
    return running


def can_write(transport: Transport) -> bool:
    return transport.writable


async def test_the_address_is_the_one_given(peer: Peer) -> None:
    running = await started(peer, peer="203.0.113.9")
    assert running.probe.transport.peer == "203.0.113.9"
    running.probe.transport.abort()
    await running.until_gone()


async def test_more_than_the_high_water_mark_waiting_makes_it_unwritable(peer: Peer) -> None:
    running = await started(peer)
    peer.taking.clear()
    transport = running.probe.transport
    transport.write([Encoded(b"x" * HIGH_WATER_BYTES)], Subprotocol.JSON)
    assert can_write(transport)
    transport.write([Encoded(b"1")], Subprotocol.JSON)
    assert not can_write(transport)
    peer.taking.set()
    await running.probe.until(lambda: running.probe.times_writable == 1)
    transport.abort()
    await running.until_gone()


async def test_a_server_that_takes_nothing_is_left_at_the_deadline(peer: Peer) -> None:
    running = await started(peer, close_seconds=0.05)
    peer.taking.clear()
    running.probe.transport.write([Encoded(b"1")], Subprotocol.JSON)
    running.probe.transport.close(4001)
    await running.until_gone()
    assert peer.sent == []


async def test_a_server_that_never_tells_of_the_end_is_left_at_the_deadline(peer: Peer) -> None:
    running = await started(peer, close_seconds=0.05)
    running.probe.transport.close(4001, "2")
    await running.until_gone()
    assert peer.sent == [{"type": "websocket.close", "code": 4001, "reason": "2"}]


async def test_sending_to_a_client_that_is_gone_ends_it(peer: Peer) -> None:
    running = await started(peer)
    peer.gone = True
    running.probe.transport.write([Encoded(b"1")], Subprotocol.JSON)
    await running.until_gone()


async def test_a_cancelled_application_loses_its_socket(peer: Peer) -> None:
    running = await started(peer)
    running.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running.task
    assert running.probe.losses == 1


async def test_a_server_that_fails_loses_the_socket_and_is_heard(peer: Peer) -> None:
    running = await started(peer)
    peer.inbound.put_nowait({"type": "websocket.receive"})
    with pytest.raises(ExceptionGroup):
        await running.task
    assert running.probe.losses == 1


async def test_what_arrives_after_a_close_is_passed_over(peer: Peer) -> None:
    running = await started(peer)
    running.probe.transport.close(4001)
    peer.inbound.put_nowait({"type": "websocket.receive", "text": "1"})
    peer.inbound.put_nowait({"type": "websocket.disconnect", "code": 4001})
    await running.until_gone()
    assert running.probe.messages == []
