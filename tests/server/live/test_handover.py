"""What only a socket that left uvicorn promises: memory, system calls, and that nothing of uvicorn stays."""

import asyncio
import gc
import socket
import weakref
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.frames import Opcode

from channels.wire.codec import Subprotocol
from server.live.encoded import Encoded
from server.live.handover import HandedOver, hand_over
from server.live.transport import HIGH_WATER_BYTES
from server.live.uvicorn_protocol import EXTENSION, HttpProtocol
from tests.server.live.site import Application, Bare, Probe, Site, echo, eventually, masked, serving

Serve = Callable[[Site], Awaitable[Site]]

SIXTEEN = [Encoded(b"%d" % number) for number in range(16)]


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only reference counts free memory."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Counted:
    """A transport that counts what it is told to write."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.writes = 0

    def write(self, data: bytes) -> None:
        self.writes += 1
        self.transport.write(data)


class Marker:
    """Something whose end can be watched."""


class TestWriting:
    async def test_sixteen_messages_are_one_write(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port)
        transport = handed(await site.probe())
        counted = Counted(transport._transport)
        transport._transport = counted  # type: ignore[assignment]
        transport.write(SIXTEEN, Subprotocol.JSON)
        transport._transport = counted.transport
        assert [(await client.frame())[1] for _ in SIXTEEN] == [b"%d" % number for number in range(16)]
        assert counted.writes == 1

    async def test_to_the_system_they_are_one_call(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port)
        probe = await site.probe()
        before = system_writes()
        probe.transport.write(SIXTEEN, Subprotocol.JSON)
        assert system_writes() == before + 1
        del client

    async def test_writing_nothing_is_nothing(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port)
        probe = await site.probe()
        probe.transport.write([], Subprotocol.JSON)
        probe.transport.write([Encoded(b"1")], Subprotocol.JSON)
        assert await client.frame() == (Opcode.TEXT, b"1")

    async def test_little_waits_below_the_sender(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port)
        transport = handed(await site.probe())._transport
        sock = transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == HIGH_WATER_BYTES
        assert transport.get_write_buffer_limits() == (0, 0)
        del client

    async def test_while_the_kernel_takes_no_more_one_write_waits(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port, receive_buffer=4096)
        probe = await site.probe()
        transport = handed(probe)._transport
        message = Encoded(b'"' + b"x" * (HIGH_WATER_BYTES - 10) + b'"')

        def writable() -> bool:
            return probe.transport.writable

        while writable():
            probe.transport.write([message], Subprotocol.JSON)
            await asyncio.sleep(0.001)
        assert 0 < transport.get_write_buffer_size() <= HIGH_WATER_BYTES
        while not writable():
            await client.frame()
            await asyncio.sleep(0.001)
        assert transport.get_write_buffer_size() == 0


class TestReading:
    async def test_what_came_before_a_fault_is_received(self, serve: Serve) -> None:
        site = Site()
        site.on_message = echo
        await serve(site)
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"1") + b"\x81\x01x")
        assert await client.frame() == (Opcode.TEXT, b"1")
        assert await client.close_code() == 1002

    async def test_a_client_that_goes_on_after_a_fault_still_learns_the_code(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.BINARY, b"x" * 5_000_000))
        await client.writer.drain()
        assert await client.close_code() == 1009
        assert await client.end() == b""

    async def test_a_client_that_ignores_its_fault_is_cut(self, serve: Serve) -> None:
        site = await serve(Site(close_seconds=0.1))
        client = await Bare.connect(site.port)
        client.send(b"\x81\x01x")
        assert await client.close_code() == 1002
        probe = await site.probe()
        await probe.until(probe.is_lost)

    async def test_a_fault_after_our_close_ends_it(self, serve: Serve) -> None:
        site = await serve(Site(close_seconds=60))
        client = await Bare.connect(site.port)
        probe = await site.probe()
        probe.transport.close(4001)
        assert await client.close_code() == 4001
        client.send(b"\x81\x01x")
        assert await client.end() == b""
        client.writer.close()
        await probe.until(probe.is_lost)

    async def test_a_fault_behind_a_pause_ends_it(self, serve: Serve) -> None:
        site = Site()
        site.on_message = lambda probe, _: probe.transport.pause_reading()
        await serve(site)
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"1") + masked(Opcode.TEXT, b"2") + b"\x81\x01x")
        assert await client.close_code() == 1002
        assert (await site.probe()).messages == [b"1"]

    async def test_a_fault_behind_an_abort_changes_nothing(self, serve: Serve) -> None:
        site = Site()
        site.on_message = lambda probe, _: probe.transport.abort()
        await serve(site)
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"1") + b"\x81\x01x")
        assert await client.end() == b""
        probe = await site.probe()
        await probe.until(probe.is_lost)

    async def test_a_pong_is_a_sign_of_life(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.PONG) + masked(Opcode.TEXT, b"1"))
        probe = await site.probe()
        await probe.until(lambda: probe.messages)
        assert probe.signs_of_life


class TestMemory:
    @pytest.mark.usefixtures("no_collector")
    async def test_nothing_of_the_handshake_stays(self, serve: Serve) -> None:
        watched: list[weakref.ref[Any]] = []

        async def watch(scope: dict[str, Any], receive: Any, send: Any) -> None:
            protocol = scope["extensions"][EXTENSION]
            scope["state"]["marker"] = Marker()
            kept = protocol, protocol.conn, protocol.request, asyncio.current_task(), scope["state"]["marker"]
            watched.extend(weakref.ref(each) for each in kept)

        site = Site()
        site.on_message = echo
        site.before_accept = watch
        await serve(site)
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"1"))
        assert await client.frame() == (Opcode.TEXT, b"1")
        assert [ref() for ref in watched] == [None] * 5
        assert not [each for each in gc.get_objects() if isinstance(each, HttpProtocol)]

    @pytest.mark.usefixtures("no_collector")
    async def test_a_lost_socket_is_freed_with_its_receiver(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port)
        probe = await site.probe()
        probe.transport.close(4001)
        await client.frame()
        client.send(masked(Opcode.CLOSE))
        await client.end()
        await probe.until(probe.is_lost)
        gone = weakref.ref(probe)
        del probe
        await eventually(lambda: gone() is None)

    async def test_pongs_do_not_pile_up_for_a_client_that_does_not_read(self, serve: Serve) -> None:
        site = await serve(Site())
        client = await Bare.connect(site.port, receive_buffer=4096)
        probe = await site.probe()
        transport = handed(probe)._transport
        while probe.transport.writable:
            probe.transport.write([Encoded(b'"' + b"x" * 4000 + b'"')], Subprotocol.JSON)
            await asyncio.sleep(0.001)
        waiting = transport.get_write_buffer_size()
        for number in range(40):
            client.send(masked(Opcode.PING, b"%d" % number) * 100 + masked(Opcode.TEXT, b"%d" % number))
        await probe.until(lambda: len(probe.messages) == 40)
        assert transport.get_write_buffer_size() <= waiting
        payload = b""
        while payload != b"39":
            _, payload = await client.frame()


class TestLeavingUvicorn:
    async def test_a_fault_of_the_application_behind_it_ends_no_socket(self, serve: Serve) -> None:
        async def fail(scope: dict[str, Any], receive: Any, send: Any) -> None:
            assert hand_over(scope, site.make_probe)
            raise RuntimeError("after the hand-over")

        site = Site()
        site.accepted = fail
        site.on_message = echo
        await serve(site)
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"1"))
        assert await client.frame() == (Opcode.TEXT, b"1")

    async def test_to_the_application_the_socket_is_gone(self, serve: Serve) -> None:
        seen: asyncio.Queue[Any] = asyncio.Queue()

        async def stay(scope: dict[str, Any], receive: Any, send: Any) -> None:
            assert hand_over(scope, site.make_probe)
            seen.put_nowait((await receive())["type"])
            try:
                await send({"type": "websocket.send", "text": "1"})
            except OSError as error:
                seen.put_nowait(error)

        site = Site()
        site.accepted = stay
        site.on_message = echo
        await serve(site)
        client = await Bare.connect(site.port)
        assert await seen.get() == "websocket.disconnect"
        assert isinstance(await seen.get(), OSError)
        client.send(masked(Opcode.TEXT, b"2"))
        assert await client.frame() == (Opcode.TEXT, b"2")

    async def test_a_receiver_that_cannot_be_made_leaves_the_socket_to_uvicorn(self, serve: Serve) -> None:
        def refuse(_: object) -> Probe:
            raise RuntimeError("no receiver")

        async def accepted(scope: dict[str, Any], receive: Any, send: Any) -> None:
            hand_over(scope, refuse)

        site = Site()
        site.accepted = accepted
        await serve(site)
        client = await Bare.connect(site.port)
        assert await client.end() == b""

    async def test_uvicorn_s_shutdown_closes_what_a_drain_left(self) -> None:
        async with serving(Site()) as site:
            client = await Bare.connect(site.port)
            probe = await site.probe()
        assert await client.frame() == (Opcode.CLOSE, b"\x0f\xa12")
        await probe.until(probe.is_lost)


class TestStaying:
    """What cannot be handed over stays with uvicorn."""

    @pytest.mark.parametrize("scope", [{}, {"extensions": None}, {"extensions": {EXTENSION: {}}}])
    def test_on_another_server(self, scope: dict[str, Any]) -> None:
        assert not hand_over(scope, Probe)

    async def test_before_it_is_accepted(self, serve: Serve) -> None:
        assert not await offered(serve, accepted=False)

    async def test_when_something_was_received(self, serve: Serve) -> None:
        async def use(scope: dict[str, Any], receive: Any, send: Any) -> None:
            assert (await receive())["text"] == "1"

        assert not await offered(serve, use)

    async def test_when_something_was_sent(self, serve: Serve) -> None:
        async def use(scope: dict[str, Any], receive: Any, send: Any) -> None:
            await send({"type": "websocket.send", "text": "1"})

        assert not await offered(serve, use)

    async def test_when_it_is_gone(self, serve: Serve) -> None:
        async def use(scope: dict[str, Any], receive: Any, send: Any) -> None:
            scope["extensions"][EXTENSION].transport.abort()

        assert not await offered(serve, use)


async def offered(serve: Serve, use: Application | None = None, *, accepted: bool = True) -> bool:
    """Try to hand a socket over after this use of it, and return what came of it."""
    answer = asyncio.get_running_loop().create_future()

    async def offer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if use is not None:
            await use(scope, receive, send)
        answer.set_result(hand_over(scope, Probe))

    site = Site()
    if accepted:
        site.accepted = offer
    else:
        site.before_accept = offer
    await serve(site)
    client = await Bare.connect(site.port, early=masked(Opcode.TEXT, b"1"))
    result = bool(await answer)
    client.writer.close()
    return result


def handed(probe: Probe) -> HandedOver:
    assert isinstance(probe.transport, HandedOver)
    return probe.transport


def system_writes() -> int:
    """Calls of write(2) by this process."""
    counters = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counters["syscw"])
