"""The client's shell on real sockets, against a server that misbehaves by script."""

import asyncio

import pytest

from channels.wire.connection import Goodbye, GoodbyeData, PingNotice, PingNoticeData
from cornerman_client import client as shell
from cornerman_client import types
from cornerman_client.account import http_url, live_url
from cornerman_client.client import Client
from cornerman_client.errors import (
    ClockUnknown,
    CommandRefused,
    Ended,
    QueueFull,
    SignInRefused,
    Unanswered,
    Unreachable,
)
from cornerman_client.frames import Event
from cornerman_client.topics import Snapshot
from tests.clients.python.scripted import Scripted, scripted
from tests.clients.python.stage import BEGIN, OWN
from tests.nodes import free_port
from tests.waiting import eventually


class Tokens:
    """Credentials whose tokens are numbered; `faults` are raised first."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.given = 0

    async def access_token(self, *, renew: bool) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.given += renew or not self.given
        return f"token {self.given}"


def client_of(server: Scripted, **options: object) -> Client:
    return Client(server.url, **{"credentials": "token", "device": "phone-1", **options})  # type: ignore[arg-type]


async def test_a_hole_in_the_events_is_filled_by_coming_back() -> None:
    async with scripted() as server, client_of(server) as client:
        inbox = client.events()
        await client.until_online()
        await server.append()
        await server.append(3, tell=False)
        await server.append()
        seen: list[int] = []
        async with asyncio.timeout(10):
            while len(seen) < 5:
                message = await anext(inbox)
                if isinstance(message, Event):
                    seen.append(message.offset)
        assert seen == [1, 2, 3, 4, 5]
        first, second = server.of("connect")
        assert first["data"]["positions"] == {}
        assert second["data"]["positions"] == {OWN: ["7", 1]}


async def test_a_draining_server_is_come_back_to() -> None:
    async with scripted() as server, client_of(server) as client:
        await client.until_online()
        await server.tell(Goodbye(data=GoodbyeData(spread_seconds=1)))
        await server.close(4001, "1")
        await eventually(lambda: not client.online)
        await client.until_online()
        assert client.online


async def test_a_command_is_repeated_while_the_server_is_busy() -> None:
    async with scripted() as server, client_of(server) as client:
        busy = {"code": "INT_002", "message": "Busy.", "temporary": True}
        server.errors = [busy, busy]
        reply = await client.send(types.FastingStart(protocol_id="16:8"))
        await client.until(reply.positions)
        assert client.fast == reply.data.session
        assert len({message["key"] for message in server.of("fasting:start")}) == 1
        assert len(server.of("fasting:start")) == 3
        server.errors = [{"code": "FAST_001", "message": "No."}]
        with pytest.raises(CommandRefused, match="FAST_001: No"):
            await client.fasting.start("16:8")


async def test_a_time_out_is_no_failure() -> None:
    async with scripted() as server, client_of(server) as client:
        await client.until_online()
        server.deaf = True
        with pytest.raises(Unanswered) as late:
            await client.send(types.FastingStart(protocol_id="16:8"), patience_seconds=0.05)
        assert isinstance(late.value, TimeoutError)
        again = asyncio.create_task(client.send(types.FastingStart(protocol_id="16:8"), key=late.value.key))
        server.deaf = False
        await server.close(1012)
        assert (await again).positions
        assert len({message["key"] for message in server.of("fasting:start")}) == 1
        assert server.head == 1


async def test_a_full_queue_is_said_at_once() -> None:
    client = Client(f"http://127.0.0.1:{free_port()}", credentials="token", device="phone-1", queue_limit=1)
    async with client:
        waiting = asyncio.create_task(client.fasting.start("16:8"))
        await eventually(lambda: client.waiting == 1)
        with pytest.raises(QueueFull):
            await client.fasting.start("16:8")
        with pytest.raises(ClockUnknown):
            client.now()
        assert client.clock_error == float("inf")
        assert [client.person, client.fast, client.memory] == [None, None, None]
    with pytest.raises(Ended, match="closed by the app"):
        await waiting


async def test_a_slow_reader_gets_a_snapshot_for_what_it_missed() -> None:
    async with scripted() as server, client_of(server, inbox_limit=5) as client:
        inbox = client.events()
        await client.until_online()
        await server.append(20)
        await eventually(lambda: client.memory is not None and client.memory.offset == 20)
        await server.append()
        first = await anext(inbox)
        assert isinstance(first, Snapshot)
        offsets = [first.offset]
        async with asyncio.timeout(10):
            while offsets[-1] < 21:
                message = await anext(inbox)
                assert isinstance(message, Event)
                offsets.append(message.offset)
        assert offsets == list(range(first.offset, 22))
        assert len(offsets) < 8


async def test_each_iterator_begins_with_what_is_known() -> None:
    async with scripted() as server, client_of(server) as client:
        await client.until_online()
        await server.append(2)
        await eventually(lambda: client.memory is not None and client.memory.offset == 2)
        first = await anext(client.events())
        assert isinstance(first, Snapshot)
        assert first.offset == 2


async def test_tokens_are_renewed_also_when_that_fails_at_first() -> None:
    async with scripted() as server:
        server.token_seconds = 1.0
        tokens = Tokens()
        async with client_of(server, credentials=tokens) as client:
            await client.until_online()
            tokens.faults = [Unreachable("not now")]
            await eventually(lambda: not tokens.faults)
            await eventually(lambda: bool(server.of("auth")), 10)
            assert server.of("auth")[0]["data"]["token"] != "token 1"
            assert client.online


async def test_an_expired_token_at_connect_is_renewed() -> None:
    async with scripted() as server:
        tokens = Tokens()
        async with client_of(server, credentials=tokens) as client:
            await client.until_online()
            await server.close(4005)
            await eventually(lambda: len(server.of("connect")) == 2)
        assert [message["data"]["token"] for message in server.of("connect")] == ["token 1", "token 2"]


async def test_a_fixed_token_that_has_ended_ends_the_client() -> None:
    async with scripted() as server, client_of(server) as client:
        await client.until_online()
        await server.close(4005)
        with pytest.raises(Ended) as ended:
            await until_ended(client)
        assert isinstance(ended.value.__cause__, SignInRefused)


async def until_ended(client: Client) -> None:
    async with asyncio.timeout(10):
        async for _ in client.events():
            pass


async def test_credentials_that_fail_by_a_fault_of_their_own_leave_nobody_waiting() -> None:
    client = Client("http://127.0.0.1:9", credentials=Tokens(ZeroDivisionError()), device="phone-1")
    await client.__aenter__()
    with pytest.raises(Ended, match="ZeroDivisionError"):
        await client.fasting.start("16:8")
    with pytest.raises(ZeroDivisionError):
        await client.close()


async def test_an_app_in_the_background_says_so_now_and_when_it_comes_back() -> None:
    async with scripted() as server, client_of(server) as client:
        await client.until_online()
        client.show(foreground=False)
        client.show(foreground=False)
        await eventually(lambda: bool(server.of("foreground")))
        assert server.of("foreground") == [{"type": "foreground", "data": {"foreground": False}}]
        await server.close(1012)
        await eventually(lambda: len(server.of("connect")) == 2)
        assert server.of("connect")[1]["data"]["foreground"] is False


async def test_a_ping_is_answered() -> None:
    async with scripted() as server, client_of(server) as client:
        await client.until_online()
        await server.tell(PingNotice(data=PingNoticeData(now=BEGIN, heads={})))
        await eventually(lambda: bool(server.of("pong")))


async def test_a_server_of_another_protocol_is_not_spoken_to() -> None:
    async with scripted("chat.v1") as server, client_of(server) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await client.until_online()
        assert not server.received


async def test_an_app_is_told_when_the_client_comes_back_and_when_it_does_not() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    async with Client(address, credentials="token", device="phone-1") as client:
        await eventually(lambda: client.returns_in is not None and client.returns_in > 0)
        assert client.ended is None
    assert client.returns_in is None
    assert client.ended is not None


async def test_an_app_that_asks_comes_back_at_once_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "chance", lambda: 0.9)
    async with scripted() as server, client_of(server) as client:
        for _ in range(2):
            await client.until_online()
            client.come_back()  # online, it is nothing
            await server.close(4001, "3600")
            await eventually(lambda: (client.returns_in or 0) > 3000)
            client.come_back()
        await client.until_online()
        assert client.returns_in is None
        assert len(server.of("connect")) == 3


async def test_fasts_are_started_and_ended_by_their_names() -> None:
    async with scripted() as server, client_of(server) as client:
        session = await client.fasting.start("16:8")
        await client.fasting.end(session.session_id)
        assert server.of("fasting:end")[0]["data"] == {"session_id": str(session.session_id)}


async def test_commands_of_the_client_itself_are_not_for_apps() -> None:
    async with scripted() as server, client_of(server) as client:
        with pytest.raises(TypeError, match="auth is sent by the client itself"):
            await client.send(types.Auth(token="mine"))


async def test_closing_ends_iterators_and_leaves_no_task() -> None:
    async with scripted() as server:
        client = client_of(server)
        async with client:
            inbox = client.events()
            await client.until_online()
            reading = asyncio.create_task(read_all(inbox))
            await asyncio.sleep(0)
        assert await reading == 1
        with pytest.raises(Ended):
            await client.until_online()
        with pytest.raises(Ended):
            await client.fasting.start("16:8")
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("cornerman")]


async def read_all(inbox: object) -> int:
    count = 0
    async for _ in inbox:  # type: ignore[attr-defined]
        count += 1
    return count


@pytest.mark.parametrize(
    ("given", "rest", "live"),
    [
        ("https://api.example.org", "https://api.example.org", "wss://api.example.org/live"),
        ("ws://localhost:8000/", "http://localhost:8000", "ws://localhost:8000/live"),
    ],
)
def test_an_address_serves_both_ways(given: str, rest: str, live: str) -> None:
    assert (http_url(given), live_url(given)) == (rest, live)


@pytest.mark.parametrize("given", ["api.example.org", "ftp://example.org", "http://", ""])
def test_what_is_no_address_is_refused_at_once(given: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        Client(given, credentials="token", device="phone-1")
