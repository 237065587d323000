"""An application that keeps its socket finds uvicorn as ever; only what no one could use before is added."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.client import connect, unix_connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Opcode

from channels.wire.codec import Subprotocol
from server.live.encoded import Encoded
from server.live.handover import hand_over
from server.live.turnstile import Turnstile
from server.live.uvicorn_protocol import EXTENSION, HttpProtocol, SocketProtocol, passing
from tests.server.live.site import Bare, Probe, Site, echo, eventually, masked, serving

Serve = Callable[[Site], Awaitable[Site]]

HANDSHAKE = (
    b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def test_requests_are_answered(serve: Serve) -> None:
    site = await serve(Site())
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 204 ")
    writer.close()


async def test_a_request_may_come_before_the_upgrade_on_one_connection(serve: Serve) -> None:
    site = Site()
    site.on_message = echo
    await serve(site)
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HANDSHAKE + masked(Opcode.TEXT, b"1"))
    await reader.readuntil(b"\r\n\r\n")
    assert await Bare(reader, writer).frame() == (Opcode.TEXT, b"1")


@pytest.mark.parametrize(
    "before", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["at the start", "after a request"]
)
@pytest.mark.parametrize(
    "said",
    [b"", b"\r\n", b"GET / HTTP/1.1\r\nHost", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"],
    ids=["nothing", "an empty line", "half a head", "half a body"],
)
async def test_who_does_not_finish_a_request_is_cut_off(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, before: bytes, said: bytes
) -> None:
    monkeypatch.setattr(HttpProtocol, "request_seconds", 0.2)
    site = await serve(Site())
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(before)
    if before:
        await reader.readuntil(b"\r\n\r\n")
    writer.write(said)
    # An application may answer before the body is there.
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 204 ")
    writer.close()


async def test_a_socket_that_was_handed_over_may_be_silent(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HttpProtocol, "request_seconds", 0.1)
    site = Site()
    site.on_message = echo
    await serve(site)
    async with connect(site.url) as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.recv(), 0.5)
        await client.send("1")
        assert await client.recv() == "1"


class Held(Turnstile):
    """Lets nobody through by itself."""

    def __init__(self) -> None:
        super().__init__(1)
        self.held: list[Callable[[], None]] = []

    def enter(self, go: Callable[[], None]) -> None:
        self.held.append(go)


async def test_requests_are_answered_while_handshakes_wait_and_what_follows_these_is_kept() -> None:
    site, handshakes = Site(), Held()
    site.on_message = echo
    async with serving(site, handshakes=handshakes):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(HANDSHAKE + masked(Opcode.TEXT, b"1"))
        await eventually(lambda: len(handshakes.held) == 1)
        writer.write(masked(Opcode.TEXT, b"2") + masked(Opcode.TEXT, bytes(70_000).replace(b"\0", b"3")))
        asking, asker = await asyncio.open_connection("127.0.0.1", site.port)
        asker.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await asking.read()).startswith(b"HTTP/1.1 204 ")
        asker.close()
        handshakes.held[0]()
        await reader.readuntil(b"\r\n\r\n")
        bare = Bare(reader, writer)
        assert [(await bare.frame())[1] for _ in range(2)] == [b"1", b"2"]
        site.abandon()


async def test_who_gave_up_while_its_handshake_waited_costs_no_more() -> None:
    site, handshakes = Site(), Held()
    async with serving(site, handshakes=handshakes):
        _, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(HANDSHAKE)
        await eventually(lambda: len(handshakes.held) == 1)
        writer.transport.abort()
        ended = handshakes.held[0].__self__.transport  # type: ignore[attr-defined]  # it is a bound method
        await eventually(ended.is_closing)
        before = asyncio.all_tasks()
        handshakes.held[0]()
        assert asyncio.all_tasks() == before


async def test_a_bad_handshake_is_refused(serve: Serve) -> None:
    site = await serve(Site())
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(
        b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 12\r\n\r\n" + masked(Opcode.TEXT, b"1")
    )
    assert (await reader.read()).startswith(b"HTTP/1.1 4")
    writer.close()


async def test_a_socket_may_be_refused_before_it_is_accepted(serve: Serve) -> None:
    async def refuse(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.close"})

    site = Site()
    site.before_accept = refuse
    await serve(site)
    with pytest.raises(InvalidStatus) as caught:
        await connect(site.url)
    assert caught.value.response.status_code == 403


async def test_an_application_that_only_sends_is_served(serve: Serve) -> None:
    async def talk(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.send", "text": "1"})
        await send({"type": "websocket.send", "text": "2"})
        await enough.wait()

    enough = asyncio.Event()
    site = Site()
    site.accepted = talk
    await serve(site)
    async with connect(site.url) as client:
        assert [await client.recv(), await client.recv()] == ["1", "2"]
        await asyncio.wait_for(await client.ping(), 10)
        enough.set()


async def test_an_application_may_close_at_once(serve: Serve) -> None:
    async def close(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.close", "code": 4501})

    site = Site()
    site.accepted = close
    await serve(site)
    client = await connect(site.url)
    await client.wait_closed()
    assert client.close_code == 4501


async def test_a_listener_that_started_before_the_accept_hears(serve: Serve) -> None:
    heard: asyncio.Queue[Any] = asyncio.Queue()
    tasks: list[asyncio.Task[None]] = []

    async def hear(receive: Any) -> None:
        while True:
            heard.put_nowait((await receive()).get("text"))

    async def listen_already(scope: dict[str, Any], receive: Any, send: Any) -> None:
        tasks.append(asyncio.create_task(hear(receive)))
        await asyncio.sleep(0)

    async def wait(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await asyncio.wait(tasks)

    site = Site()
    site.before_accept = listen_already
    site.accepted = wait
    await serve(site)
    client = await Bare.connect(site.port, early=masked(Opcode.TEXT, b"1"))
    client.send(masked(Opcode.TEXT, b"2"))
    assert [await heard.get(), await heard.get()] == ["1", "2"]
    tasks[0].cancel()


async def test_a_client_that_reads_nothing_is_cut_when_the_application_leaves(serve: Serve) -> None:
    transports: list[asyncio.Transport] = []

    async def note(scope: dict[str, Any], receive: Any, send: Any) -> None:
        transports.append(scope["extensions"][EXTENSION].transport)

    site = Site(hands_over=False, close_seconds=0.1)
    site.before_accept = note
    await serve(site)
    client = await Bare.connect(site.port, receive_buffer=4096)
    probe = await site.probe()
    while probe.transport.writable:
        probe.transport.write([Encoded(b'"' + b"x" * 100_000 + b'"')], Subprotocol.JSON)
        await asyncio.sleep(0.01)
    probe.transport.close(4008)
    await probe.until(probe.is_lost)
    assert transports[0].get_write_buffer_size() > 0
    await eventually(lambda: transports[0].get_write_buffer_size() == 0)
    client.writer.transport.abort()


class TestOtherConnections:
    """They are offered, refused, and served over ASGI."""

    async def test_tls(self, tmp_path: Path) -> None:
        certificate = self_signed(tmp_path)
        site = falling_back()
        context = ssl.create_default_context(cafile=str(certificate))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            config = configured(site, ssl_certfile=str(certificate))
            async with running(config, [listener]):
                url = f"wss://localhost:{listener.getsockname()[1]}/live"
                async with connect(url, ssl=context) as client:
                    await client.send("1")
                    assert await client.recv() == "1"

    async def test_a_unix_socket(self, tmp_path: Path) -> None:
        path = str(tmp_path / "live.sock")
        async with running(configured(falling_back(), uds=path), None), unix_connect(path) as client:
            await client.send("1")
            assert await client.recv() == "1"


def falling_back() -> Site:
    site = Site(hands_over=False)
    site.on_message = echo

    async def try_first(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert EXTENSION in scope["extensions"]
        assert not hand_over(scope, Probe)
        await over_asgi(scope, receive, send)

    over_asgi = site.accepted
    site.accepted = try_first
    return site


def configured(site: Site, **settings: Any) -> uvicorn.Config:
    return uvicorn.Config(site, http=passing(Turnstile(16)), ws=SocketProtocol, log_config=None, **settings)


@asynccontextmanager
async def running(config: uvicorn.Config, sockets: list[socket.socket] | None) -> AsyncIterator[None]:
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve(sockets))
    await eventually(lambda: server.started)
    yield
    server.should_exit = True
    await serving


def self_signed(folder: Path) -> Path:
    """A key and a certificate for localhost, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
