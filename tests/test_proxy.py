"""The proxy does to bytes what it was told to, and nothing else."""

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio
import uvloop

from tests.flow import HELD_BYTES, Way
from tests.nodes import free_port
from tests.proxy import Proxy, proxy_to, target_of
from tests.waiting import eventually

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Far:
    """A server behind the proxy that leaves its connections to the test."""

    def __init__(self) -> None:
        self.port = 0
        self._taken: asyncio.Queue[Streams] = asyncio.Queue()

    async def next(self) -> Streams:
        """The next connection that it took."""
        return await asyncio.wait_for(self._taken.get(), 5)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._taken.put_nowait((reader, writer))


@asynccontextmanager
async def stage(there: Way | None = None, back: Way | None = None) -> AsyncIterator[tuple[Proxy, Far]]:
    """A server and a proxy that leads to it."""
    far = Far()
    server = await asyncio.start_server(far.take, "127.0.0.1", 0)
    far.port = server.sockets[0].getsockname()[1]
    async with proxy_to(far.port, there, back) as proxy:
        yield proxy, far
    server.close()


async def dial(proxy: Proxy) -> Streams:
    """Connect. Keep both: a writer that nobody holds closes."""
    return await asyncio.open_connection("127.0.0.1", proxy.port)


def small(port: int) -> socket.socket:
    """A client's socket whose kernel keeps little."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    return client


async def seconds_of(waiting: object) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await waiting  # type: ignore[misc]  # a coroutine of any kind
    return loop.time() - began


async def test_what_goes_in_comes_out_in_order_both_ways_however_it_was_cut() -> None:
    chance = random.Random(3)
    sent = {"there": chance.randbytes(700_000), "back": chance.randbytes(700_000)}

    async def pour(writer: asyncio.StreamWriter, rest: bytes) -> None:
        while rest:
            size = chance.choice((1, 9, 100, 8191, 8192, 8193, 70_000))
            writer.write(rest[:size])
            rest = rest[size:]
            await writer.drain()
        writer.write_eof()

    async with stage() as (proxy, far):
        near_reader, near_writer = await dial(proxy)
        far_reader, far_writer = await far.next()
        _, _, there, back = await asyncio.gather(
            pour(near_writer, sent["there"]),
            pour(far_writer, sent["back"]),
            far_reader.read(),
            near_reader.read(),
        )
        assert {"there": there, "back": back} == sent
        await eventually(lambda: not proxy.connections)


async def test_each_way_has_its_delay_and_pieces_do_not_overtake_each_other() -> None:
    chance = random.Random(5)
    there = Way(lambda: chance.uniform(0.05, 0.1))
    async with stage(there, Way(lambda: 0.2)) as (proxy, far):
        near_reader, near_writer = await dial(proxy)
        far_reader, far_writer = await far.next()
        near_writer.write(b"x")
        assert 0.05 <= await seconds_of(far_reader.readexactly(1)) < 1
        far_writer.write(b"x")
        assert 0.2 <= await seconds_of(near_reader.readexactly(1)) < 1
        for number in range(200):
            near_writer.write(b"%03d" % number)
            await asyncio.sleep(0)
        seen = await far_reader.readexactly(600)
        assert seen == b"".join(b"%03d" % number for number in range(200))


async def test_each_way_is_throttled_to_its_rate() -> None:
    async with stage(Way(rate=32_000), Way(rate=2e6)) as (proxy, far):
        near_reader, near_writer = await dial(proxy)
        far_reader, far_writer = await far.next()
        near_writer.write(bytes(16_000))
        assert 0.4 <= await seconds_of(far_reader.readexactly(16_000)) < 2
        far_writer.write(bytes(1_000_000))
        assert 0.4 <= await seconds_of(near_reader.readexactly(1_000_000)) < 4


async def test_one_throttled_way_leaves_the_other_as_fast_as_ever_and_comes_free_at_any_moment() -> None:
    async with stage(back=Way(rate=64_000)) as (proxy, far):
        near_reader, near_writer = await dial(proxy)
        far_reader, far_writer = await far.next()
        near_writer.write(bytes(640_000))
        assert await seconds_of(far_reader.readexactly(640_000)) < 3
        proxy.back.rate = None
        far_writer.write(bytes(640_000))
        assert await seconds_of(near_reader.readexactly(640_000)) < 3


async def _pushed(writer: asyncio.StreamWriter) -> int:
    """The bytes that the kernel takes from a server until it takes no more for a while."""
    writer.transport.set_write_buffer_limits(0)
    pushed = 0
    while True:
        try:
            await asyncio.wait_for(writer.drain(), 0.5)
        except TimeoutError:
            return pushed - writer.transport.get_write_buffer_size()
        writer.write(bytes(1000))
        pushed += 1000


@pytest.mark.parametrize("stopped", ["slow", "black hole", "late", "not read"])
async def test_who_sends_is_pushed_back_on_by_8_kib_and_what_the_kernel_holds(stopped: str) -> None:
    back = {"slow": Way(rate=1), "late": Way(lambda: 600.0, rate=1e9)}.get(stopped, Way(rate=1e9))
    async with stage(back=back) as (proxy, far):
        client = small(proxy.port)
        _far, writer = await far.next()
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        proxy.black_hole = stopped == "black hole"
        pushed = await _pushed(writer)
        (connection,) = proxy.connections
        assert connection.back.held == HELD_BYTES if stopped != "black hole" else not connection.back.held
        kernel = [writer.get_extra_info("socket"), connection.far.socket, connection.near.socket, client]
        held = sum(
            socket_.getsockopt(socket.SOL_SOCKET, buffer)
            for socket_, buffer in zip(kernel, (socket.SO_SNDBUF, socket.SO_RCVBUF) * 2, strict=True)
        )
        assert pushed <= HELD_BYTES + held < 80 * 1024
        client.close()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("rate", [None, 2e6])
def test_never_more_than_8_kib_are_held_of_a_direction(
    rate: float | None, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    chance = random.Random(9)

    async def story() -> None:
        async with stage(Way(lambda: chance.choice((0.0, 0.003)), rate)) as (proxy, far):
            _near, writer = await dial(proxy)
            reader, _far = await far.next()
            (connection,) = proxy.connections
            waiting = 0
            for _ in range(30):
                size = chance.choice((1, 100, 8192, 20_000))
                writer.write(bytes(size))
                waiting += size
                while waiting and chance.random() < 0.7:
                    waiting -= len(await reader.read(chance.choice((100, 9000))))
                    assert 0 <= connection.there.held <= HELD_BYTES
            writer.write_eof()
            assert len(await reader.read()) == waiting

    with asyncio.Runner(loop_factory=loop) as runner:
        for _ in range(10):
            runner.run(story())


async def test_the_end_of_one_way_comes_last_and_the_other_way_goes_on() -> None:
    async with stage(Way(lambda: 0.1)) as (proxy, far):
        near_reader, near_writer = await dial(proxy)
        far_reader, far_writer = await far.next()
        near_writer.write(b"the last words")
        near_writer.write_eof()
        assert await far_reader.read() == b"the last words"
        for _ in range(3):
            far_writer.write(b"still")
            assert await near_reader.readexactly(5) == b"still"
        far_writer.write_eof()
        assert await near_reader.read() == b""
        await eventually(lambda: not proxy.connections)


async def test_a_reset_breaks_all_connections_at_both_ends_and_new_ones_are_taken() -> None:
    async with stage() as (proxy, far):
        pairs = [(await dial(proxy), await far.next()) for _ in range(3)]
        proxy.reset()
        for near, distant in pairs:
            for reader, _ in (near, distant):
                with pytest.raises(ConnectionResetError):
                    await reader.read()
        assert not proxy.connections
        again = (await dial(proxy), await far.next())
        again[0][1].write(b"x")
        assert await again[1][0].readexactly(1) == b"x"


async def test_a_reset_of_one_leaves_the_others() -> None:
    async with stage() as (proxy, far):
        pairs = [(await dial(proxy), await far.next()) for _ in range(3)]
        proxy.reset_one(random.Random(1))
        await eventually(lambda: len(proxy.connections) == 2)
        broken = 0
        for (reader, _), (_, writer) in pairs:
            writer.write(b"x")
            try:
                assert await reader.readexactly(1) == b"x"
            except ConnectionResetError:
                broken += 1
        assert broken == 1


async def test_a_reset_by_one_side_reaches_the_other() -> None:
    async with stage() as (proxy, far):
        reader, _near = await dial(proxy)
        _far, writer = await far.next()
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        with pytest.raises(ConnectionResetError):
            await reader.read()


async def test_in_a_black_hole_nothing_passes_nothing_closes_and_what_was_sent_passes_afterwards() -> None:
    async with stage() as (proxy, far):
        reader, writer = await dial(proxy)
        far_reader, far_writer = await far.next()
        proxy.black_hole = True
        later = await dial(proxy)
        later[1].write(b"anybody?")
        writer.write(b"hello")
        far_writer.write_eof()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.gather(reader.read(), far_reader.read(), far.next()), 0.3)
        proxy.black_hole = False
        assert await reader.read() == b""
        assert await far_reader.readexactly(5) == b"hello"
        taken = await far.next()
        assert await taken[0].readexactly(8) == b"anybody?"


async def test_a_connection_that_broke_in_a_black_hole_is_broken_afterwards() -> None:
    async with stage() as (proxy, far):
        reader, _near = await dial(proxy)
        _far, writer = await far.next()
        proxy.black_hole = True
        writer.transport.abort()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), 0.3)
        proxy.black_hole = False
        assert await reader.read() == b""


async def test_a_closed_port_refuses_and_opens_again_where_it_was() -> None:
    async with stage() as (proxy, far):
        reader, _near = await dial(proxy)
        _far, writer = await far.next()
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            await dial(proxy)
        writer.write(b"x")
        assert await reader.readexactly(1) == b"x", "what is connected stays so"
        proxy.reset()
        await proxy.listen()
        again = (await dial(proxy), await far.next())
        again[0][1].write(b"x")
        assert await again[1][0].readexactly(1) == b"x"


async def test_new_connections_go_to_the_newest_target_and_break_where_nobody_listens() -> None:
    async with stage() as (proxy, far), stage() as (_, other):
        reader, _near = await dial(proxy)
        _far, writer = await far.next()
        proxy.target = other.port
        await dial(proxy)
        await other.next()
        proxy.target = free_port()
        lost = await dial(proxy)
        with pytest.raises(ConnectionResetError):
            await lost[0].read()
        writer.write(b"x")
        assert await reader.readexactly(1) == b"x"


async def test_it_stands_before_a_postgresql_on_a_unix_socket(database_url: str) -> None:
    async with proxy_to(target_of(database_url)) as proxy:
        link = await asyncpg.connect(proxy.before(database_url))
        assert await link.fetchval("SELECT length(repeat('x', 300000))") == 300_000
        assert await link.fetchval("SELECT repeat('x', 300000)") == "x" * 300_000
        await link.close()


async def test_it_stands_before_a_redis_on_a_unix_socket(redis_url: str) -> None:
    async with proxy_to(target_of(redis_url)) as proxy:
        client = redis.asyncio.Redis.from_url(proxy.before(redis_url))
        await client.set("key", b"x" * 300_000)
        assert await client.get("key") == b"x" * 300_000
        await client.aclose()


@pytest.mark.parametrize(
    ("url", "target", "reached"),
    [
        ("unix:///run/a%20b/valkey.sock", Path("/run/a b/valkey.sock"), "redis://127.0.0.1:0"),
        ("redis://127.0.0.1:6379/2", 6379, "redis://127.0.0.1:0/2"),
        (
            "postgresql://ada:p%40ss@/x?host=%2Frun%2Fpg&port=5432&application_name=y",
            Path("/run/pg/.s.PGSQL.5432"),
            "postgresql://ada:p%40ss@127.0.0.1:0/x?application_name=y",
        ),
    ],
)
def test_a_store_keeps_its_account_name_and_options(url: str, target: int | Path, reached: str) -> None:
    assert target_of(url) == target
    assert Proxy(target, Way(), Way()).before(url) == reached
