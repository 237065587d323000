"""What every transport promises, on both paths and both loops, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Opcode
from websockets.typing import Subprotocol as Offered

from channels.wire.codec import Subprotocol
from server.live.encoded import Encoded
from tests.server.live.site import Bare, Probe, Site, echo, masked

LOOPS = ("uvloop", "asyncio")

LIMIT = 64 * 1024


@pytest_asyncio.fixture(params=["handed over", "asgi"])
async def site(request: pytest.FixtureRequest, serve: Callable[[Site], Awaitable[Site]]) -> Site:
    site = Site(hands_over=request.param == "handed over", close_seconds=0.3)
    site.on_message = echo
    return await serve(site)


@pytest_asyncio.fixture
async def client(site: Site) -> AsyncIterator[ClientConnection]:
    async with connect(site.url, subprotocols=[Offered(Subprotocol.JSON)], compression=None) as client:
        yield client


class TestMessages:
    async def test_text_comes_and_goes(self, site: Site, client: ClientConnection) -> None:
        await client.send('{"a":"ä"}')
        assert await client.recv() == '{"a":"ä"}'
        probe = await site.probe()
        assert probe.texts == [True]
        assert probe.signs_of_life >= 1

    async def test_binary_comes_and_goes(self, site: Site, client: ClientConnection) -> None:
        await client.send(b"\x81\xa1")
        assert await client.recv() == b"\x81\xa6binary\xc3"
        probe = await site.probe()
        assert (probe.messages, probe.texts) == ([b"\x81\xa1"], [False])

    async def test_64_kib_come_and_go(self, client: ClientConnection) -> None:
        document = '"' + "x" * (LIMIT - 2) + '"'
        await client.send(document)
        assert await client.recv() == document

    async def test_fragments_come_as_one_message(self, client: ClientConnection) -> None:
        await client.send(["[1", ",2", "]"])
        assert await client.recv() == "[1,2]"

    async def test_many_messages_keep_their_order(self, client: ClientConnection) -> None:
        for number in range(300):
            await client.send(str(number))
        assert [await client.recv() for _ in range(300)] == [str(number) for number in range(300)]

    async def test_messages_written_together_arrive_one_by_one(
        self, site: Site, client: ClientConnection
    ) -> None:
        probe = await site.probe()
        probe.transport.write([Encoded(b"1"), Encoded(b"2"), Encoded(b"3")], Subprotocol.JSON)
        assert [await client.recv() for _ in range(3)] == ["1", "2", "3"]

    async def test_a_ping_is_answered(self, client: ClientConnection) -> None:
        await asyncio.wait_for(await client.ping(b"there?"), 10)


class TestEarlyBytes:
    async def test_what_comes_with_the_handshake_is_received(self, site: Site) -> None:
        early = masked(Opcode.TEXT, b"1") + masked(Opcode.TEXT, b"2")
        client = await Bare.connect(site.port, early=early)
        assert [await client.frame(), await client.frame()] == [(Opcode.TEXT, b"1"), (Opcode.TEXT, b"2")]

    @pytest.mark.parametrize("cut", [1, 2, 5, 6, 7, 300])
    async def test_a_frame_may_be_split_by_the_handshake(self, site: Site, cut: int) -> None:
        number = b"1" * 400
        data = masked(Opcode.TEXT, b"0") + masked(Opcode.TEXT, number)
        client = await Bare.connect(site.port, early=data[: 7 + cut])
        client.send(data[7 + cut :])
        assert [await client.frame(), await client.frame()] == [(Opcode.TEXT, b"0"), (Opcode.TEXT, number)]

    async def test_a_close_with_the_handshake_ends_it(self, site: Site) -> None:
        client = await Bare.connect(site.port, early=masked(Opcode.TEXT, b"1") + masked(Opcode.CLOSE))
        assert (await client.frame())[0] in {Opcode.TEXT, Opcode.CLOSE}
        await client.end()
        probe = await site.probe()
        await probe.until(probe.is_lost)


class TestClosing:
    async def test_the_server_s_close_carries_code_and_reason(
        self, site: Site, client: ClientConnection
    ) -> None:
        probe = await site.probe()
        probe.transport.close(4505, "replaced")
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (4505, "replaced")
        await probe.until(probe.is_lost)

    async def test_what_was_written_before_a_close_arrives(
        self, site: Site, client: ClientConnection
    ) -> None:
        probe = await site.probe()
        probe.transport.write([Encoded(b"1")], Subprotocol.JSON)
        probe.transport.write([Encoded(b"2")], Subprotocol.JSON)
        probe.transport.close(4001, "2")
        assert [await client.recv(), await client.recv()] == ["1", "2"]
        with pytest.raises(ConnectionClosed):
            await client.recv()

    async def test_only_the_first_close_counts(self, site: Site, client: ClientConnection) -> None:
        probe = await site.probe()
        probe.transport.close(4001)
        probe.transport.close(4505)
        probe.transport.write([Encoded(b"1")], Subprotocol.JSON)
        probe.transport.pause_reading()
        assert not probe.transport.writable
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 4001
        await probe.until(probe.is_lost)

    async def test_the_client_s_close_is_answered(self, site: Site, client: ClientConnection) -> None:
        await client.close(4000, "bye")
        assert client.close_code == 4000
        probe = await site.probe()
        await probe.until(probe.is_lost)

    async def test_a_close_without_a_code_is_answered(self, site: Site) -> None:
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.CLOSE))
        assert await client.frame() == (Opcode.CLOSE, b"")
        assert await client.end() == b""

    async def test_nothing_is_received_after_a_close(self, site: Site) -> None:
        site.on_message = lambda probe, _: probe.transport.close(4501)
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"1") + masked(Opcode.TEXT, b"2"))
        assert await client.close_code() == 4501
        client.send(masked(Opcode.TEXT, b"3") + masked(Opcode.CLOSE))
        await client.end()
        probe = await site.probe()
        await probe.until(probe.is_lost)
        assert probe.messages == [b"1"]

    async def test_a_client_that_leaves_without_a_word_is_lost(self, site: Site) -> None:
        client = await Bare.connect(site.port)
        client.writer.write_eof()
        await client.end()
        await lost_once(site)

    async def test_a_reset_is_lost(self, site: Site) -> None:
        client = await Bare.connect(site.port)
        probe = await site.probe()
        client.send(masked(Opcode.TEXT, b"1"))
        await probe.until(lambda: probe.messages)
        client.reset()
        await probe.until(probe.is_lost)
        assert probe.losses == 1

    async def test_an_abort_cuts_the_connection(self, site: Site) -> None:
        client = await Bare.connect(site.port)
        probe = await site.probe()
        probe.transport.abort()
        assert not probe.transport.writable
        assert await client.end() == b""
        await probe.until(probe.is_lost)

    async def test_after_the_end_every_call_does_nothing(self, site: Site, client: ClientConnection) -> None:
        await client.close()
        probe = await site.probe()
        await probe.until(probe.is_lost)
        probe.transport.write([Encoded(b"1")], Subprotocol.JSON)
        probe.transport.pause_reading()
        probe.transport.resume_reading()
        probe.transport.close(4001)
        probe.transport.abort()
        assert not probe.transport.writable
        await asyncio.sleep(0)
        assert probe.losses == 1


class TestFaults:
    async def test_an_unmasked_frame_closes_with_1002(self, site: Site) -> None:
        client = await Bare.connect(site.port)
        client.send(b"\x81\x01x")
        assert await client.close_code() == 1002
        await lost_once(site)

    async def test_bad_utf8_closes_with_1007(self, site: Site) -> None:
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"\xff"))
        assert await client.close_code() == 1007
        await lost_once(site)

    async def test_too_long_a_message_closes_with_1009(self, site: Site) -> None:
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.BINARY, b"x" * (LIMIT + 1)))
        assert await client.close_code() == 1009
        await lost_once(site)


class TestPausing:
    async def test_a_paused_socket_receives_nothing_more_even_from_the_same_segment(self, site: Site) -> None:
        site.on_message = pause_after(2)
        client = await Bare.connect(site.port)
        client.send(b"".join(masked(Opcode.TEXT, str(number).encode()) for number in range(5)))
        probe = await site.probe()
        await probe.until(lambda: len(probe.messages) >= 2)
        await turns()
        assert probe.messages == [b"0", b"1"]
        probe.transport.abort()

    async def test_resuming_brings_all_in_order(self, site: Site) -> None:
        site.on_message = pause_after(1)
        client = await Bare.connect(site.port)
        client.send(b"".join(masked(Opcode.TEXT, str(number).encode()) for number in range(3)))
        client.send(masked(Opcode.TEXT, b"x" * 30_000))
        probe = await site.probe()
        for seen in range(1, 5):
            await probe.until(lambda: len(probe.messages) >= seen)  # noqa: B023 - awaited in this turn
            probe.transport.resume_reading()
        assert probe.messages == [b"0", b"1", b"2", b"x" * 30_000]

    async def test_it_may_pause_on_what_came_with_the_handshake(self, site: Site) -> None:
        site.on_message = pause_after(1)
        client = await Bare.connect(site.port, early=masked(Opcode.TEXT, b"0") + masked(Opcode.TEXT, b"1"))
        client.send(masked(Opcode.TEXT, b"2"))
        probe = await site.probe()
        for seen in range(1, 4):
            await probe.until(lambda: len(probe.messages) >= seen)  # noqa: B023 - awaited in this turn
            await turns()
            assert len(probe.messages) == seen
            probe.transport.resume_reading()
        assert probe.messages == [b"0", b"1", b"2"]

    async def test_pausing_again_at_once_stays_paused(self, site: Site) -> None:
        site.on_message = pause_after(1)
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"0") + masked(Opcode.TEXT, b"1"))
        probe = await site.probe()
        await probe.until(lambda: probe.messages)
        probe.transport.resume_reading()
        probe.transport.pause_reading()
        await turns()
        assert probe.messages == [b"0"]
        probe.transport.abort()

    async def test_a_paused_socket_can_be_closed(self, site: Site) -> None:
        site.on_message = pause_after(1)
        client = await Bare.connect(site.port)
        client.send(masked(Opcode.TEXT, b"0") + masked(Opcode.TEXT, b"1"))
        probe = await site.probe()
        await probe.until(lambda: probe.messages)
        probe.transport.close(4013, "3")
        assert await client.close_code() == 4013
        client.send(masked(Opcode.CLOSE, b"\x0f\xad"))
        assert await client.end() == b""
        await probe.until(probe.is_lost)
        assert probe.messages == [b"0"]


class TestSlowReaders:
    async def test_a_client_that_does_not_read_makes_it_unwritable(self, site: Site) -> None:
        client = await Bare.connect(site.port, receive_buffer=4096)
        probe = await site.probe()
        written = await fill(probe)
        assert not probe.transport.writable
        assert written < 8_000_000
        del client

    async def test_reading_makes_it_writable_again(self, site: Site) -> None:
        client = await Bare.connect(site.port, receive_buffer=4096)
        probe = await site.probe()
        await fill(probe)
        before = probe.times_writable
        reading = asyncio.create_task(client.reader.read(-1))
        await probe.until(lambda: probe.times_writable > before)
        reading.cancel()

    async def test_one_that_reads_nothing_cannot_outlive_its_close(self, site: Site) -> None:
        client = await Bare.connect(site.port, receive_buffer=4096)
        probe = await site.probe()
        await fill(probe)
        probe.transport.close(4008)
        await probe.until(probe.is_lost)
        del client

    async def test_a_client_that_does_not_answer_a_close_is_cut(self, site: Site) -> None:
        client = await Bare.connect(site.port)
        probe = await site.probe()
        probe.transport.close(4001)
        assert await client.close_code() == 4001
        await probe.until(probe.is_lost)


async def test_the_client_s_address_is_known(serve: Callable[[Site], Awaitable[Site]]) -> None:
    site = await serve(Site(hands_over=True))
    client = await Bare.connect(site.port)
    assert (await site.probe()).transport.peer == "127.0.0.1"
    del client


async def lost_once(site: Site) -> None:
    probe = await site.probe()
    await probe.until(probe.is_lost)
    assert probe.losses == 1


def pause_after(count: int) -> Callable[[Probe, bytes], None]:
    """Pause reading with this message and each one after it."""

    def pause(probe: Probe, payload: bytes) -> None:
        if len(probe.messages) >= count:
            probe.transport.pause_reading()

    return pause


async def turns() -> None:
    """Let the loop turn often enough for anything that is on its way in the process."""
    for _ in range(20):
        await asyncio.sleep(0.001)


async def fill(probe: Probe) -> int:
    """Write while it is writable and return how many bytes that took; wait until it stays unwritable."""
    message = Encoded(b'"' + b"x" * 60_000 + b'"')
    written = 0
    still = 0
    while still < 10:
        while probe.transport.writable:
            probe.transport.write([message], Subprotocol.JSON)
            written += len(message)
            still = 0
        await asyncio.sleep(0.005)
        still += 1
    return written
