"""Starting, draining and stopping, as a process that gets signals and as a task that is cancelled."""

import asyncio
import os
import select
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.live.listen import NotStarted, bind, listen
from tests.server.live.site import Site, serving

PROGRAM = """
import asyncio, uvloop
from server.live.listen import bind, listen
from tests.server.live.site import Site

class Drained(Site):
    def __init__(self):
        super().__init__()
        self.release = asyncio.Event()

    async def __call__(self, scope, receive, send):
        if scope.get("path") == "/release":
            self.release.set()
        await super().__call__(scope, receive, send)

async def main():
    site = Drained()

    async def drain():
        print("draining", flush=True)
        await site.release.wait()
        print("drained", flush=True)

    listener = bind("127.0.0.1", 0)
    say_port = lambda: print(listener.getsockname()[1], flush=True)
    await listen(site, host="", port=0, sockets=[listener], on_started=say_port, drain=drain)
    print("cleaned up", flush=True)

with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
"""


async def test_a_turn_of_the_loop_takes_several_connections() -> None:
    # With one a turn, thousands who come back at once would wait for as many turns, and everybody else behind them.
    async with serving(Site()) as site:
        clients = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(64)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        waiting, turns = clients, 0
        while waiting := [client for client in waiting if not select.select([client], [], [], 0)[0]]:
            await asyncio.sleep(0)
            turns += 1
        assert turns < len(clients) / 2
        for client in clients:
            assert client.recv(100).startswith(b"HTTP/1.1 204 ")
            client.close()


class Process:
    """The program above."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.port = 0

    async def line(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            return (await self.process.stdout.readline()).decode().strip()

    async def get(self, path: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"GET %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode())
        answer = await reader.read()
        writer.close()
        return answer

    async def ended(self) -> int:
        async with asyncio.timeout(20):
            return await self.process.wait()


@asynccontextmanager
async def program() -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}
    )
    running = Process(process)
    try:
        running.port = int(await running.line())
        yield running
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class TestSignals:
    @pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
    async def test_the_first_drains_while_serving_then_the_caller_cleans_up(
        self, first: signal.Signals
    ) -> None:
        async with program() as running:
            running.process.send_signal(first)
            assert await running.line() == "draining"
            assert (await running.get("/")).startswith(b"HTTP/1.1 204 ")
            await running.get("/release")
            assert [await running.line(), await running.line()] == ["drained", "cleaned up"]
            assert await running.ended() == 0

    async def test_a_second_interrupt_cuts_the_drain_short(self) -> None:
        async with program() as running:
            running.process.send_signal(signal.SIGINT)
            assert await running.line() == "draining"
            running.process.send_signal(signal.SIGINT)
            assert await running.line() == "cleaned up"
            assert await running.ended() == 0

    async def test_a_second_terminate_does_not(self) -> None:
        async with program() as running:
            running.process.send_signal(signal.SIGTERM)
            assert await running.line() == "draining"
            running.process.send_signal(signal.SIGTERM)
            await running.get("/")
            await running.get("/release")
            assert await running.line() == "drained"
            assert await running.ended() == 0

    async def test_they_are_given_back(self) -> None:
        before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
        async with serving(Site()):
            assert signal.getsignal(signal.SIGTERM) != before[0]
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before

    async def test_a_drain_that_fails_does_not_keep_it_running(self) -> None:
        async def fail() -> None:
            raise RuntimeError("no drain")

        listener = bind("127.0.0.1", 0)
        async with asyncio.timeout(10):
            await listen(
                Site(), host="", port=0, sockets=[listener], on_started=terminate_this_process, drain=fail
            )
        assert listener.fileno() == -1

    async def test_an_interrupt_during_the_drain_ends_it(self) -> None:
        async def drain() -> None:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()

        listener = bind("127.0.0.1", 0)
        async with asyncio.timeout(10):
            await listen(
                Site(), host="", port=0, sockets=[listener], on_started=terminate_this_process, drain=drain
            )
        assert listener.fileno() == -1

    async def test_other_threads_leave_them_alone(self) -> None:
        before = signal.getsignal(signal.SIGTERM)

        async def serve_shortly() -> None:
            async with serving(Site()):
                assert signal.getsignal(signal.SIGTERM) is before

        await asyncio.to_thread(asyncio.run, serve_shortly())


class TestStarting:
    async def test_an_address_in_use_is_an_error(self) -> None:
        with bind("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
            await start("127.0.0.1", taken.getsockname()[1])

    async def test_host_and_port_are_enough(self) -> None:
        with bind("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
        await start("127.0.0.1", port, terminate_this_process)

    @pytest.mark.parametrize("host", ["::1", "::", "127.0.0.1", ""])
    def test_it_binds_both_families(self, host: str) -> None:
        with bind(host, 0) as listener:
            assert listener.family == (socket.AF_INET6 if ":" in host else socket.AF_INET)

    async def test_an_application_that_does_not_start_is_an_error(self) -> None:
        async def refuse(scope: dict[str, Any], receive: Any, send: Any) -> None:
            raise RuntimeError("no database")

        listener = bind("127.0.0.1", 0)
        with pytest.raises(NotStarted):
            await listen(refuse, host="", port=0, sockets=[listener], on_started=fail_test, drain=nothing)
        assert listener.fileno() == -1

    async def test_the_server_does_not_say_what_it_is(self) -> None:
        async with serving(Site()) as site:
            reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b"server:" not in (await reader.read()).lower()
            writer.close()


class TestCancelling:
    async def test_it_stops_in_order_without_the_drain(self) -> None:
        drained = False

        async def drain() -> None:
            nonlocal drained
            drained = True

        async with serving(Site(), drain) as site:
            client = await connect(site.url)
            probe = await site.probe()
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 4001
        assert probe.is_lost()
        assert not drained
        with pytest.raises(OSError, match="refused"):
            await asyncio.open_connection("127.0.0.1", site.port)

    async def test_in_mid_drain_it_stops_all_the_same(self) -> None:
        draining = asyncio.Event()

        async def drain() -> None:
            draining.set()
            await asyncio.Event().wait()

        listener = bind("127.0.0.1", 0)
        task = asyncio.create_task(
            listen(
                Site(), host="", port=0, sockets=[listener], on_started=terminate_this_process, drain=drain
            )
        )
        await asyncio.wait_for(draining.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert listener.fileno() == -1


def terminate_this_process() -> None:
    """Its signals are taken over when this is called."""
    os.kill(os.getpid(), signal.SIGTERM)


def fail_test() -> None:
    pytest.fail("it did not start")


async def nothing() -> None:
    """Drain nothing."""


async def start(host: str, port: int, on_started: Callable[[], None] = fail_test) -> None:
    async with asyncio.timeout(10):
        await listen(Site(), host=host, port=port, on_started=on_started, drain=nothing)
