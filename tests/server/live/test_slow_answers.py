"""Who asks over HTTP and does not read the answer is cut off; who reads slowly gets it all."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from server.live.uvicorn_protocol import HttpProtocol
from tests.server.live.site import Site

Serve = Callable[[Site], Awaitable[Site]]

LARGE = 8_000_000


class Large(Site):
    """Answers every request with much."""

    def __init__(self) -> None:
        super().__init__()
        self.left = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        length = (b"content-length", b"%d" % LARGE)
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": b"x" * (LARGE - 1), "more_body": True})
        await send({"type": "http.response.body", "body": b"x"})
        self.left.set()


async def ask(site: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    sock.settimeout(0)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", site.port))
    reader, writer = await asyncio.open_connection(sock=sock, limit=65_536)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return reader, writer


async def test_who_reads_nothing_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpProtocol, "answer_seconds", 0.2)
    site = Large()
    await serve(site)
    reader, writer = await ask(site)
    await asyncio.wait_for(site.left.wait(), 10)
    got = 0
    with suppress(ConnectionResetError):
        while chunk := await reader.read(65_536):
            got += len(chunk)
    assert got < LARGE
    writer.close()


async def test_who_reads_slowly_is_not(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpProtocol, "answer_seconds", 0.2)
    site = Large()
    await serve(site)
    reader, writer = await ask(site)
    began, got = asyncio.get_running_loop().time(), 0
    while chunk := await reader.read(65_536):
        got += len(chunk)
        await asyncio.sleep(0.005)
    assert asyncio.get_running_loop().time() - began > 0.4
    assert got > LARGE
    writer.close()
