"""A server with a script: it speaks the true protocol on a real socket and misbehaves only where a test says so.

Every frame, of either side, is held against the schema.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Raw, Struct
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from channels.wire.codec import encode
from channels.wire.connection import AuthReply, ClockReply
from channels.wire.envelope import Nothing, Offset, Reply
from channels.wire.fasting import FastingSessionReply
from tests.clients.python.stage import BEGIN, OWN, connect_reply, fast, started, topic_state
from tests.schema import Conversation

Answer = Callable[["Scripted", dict[str, Any]], Struct | None]


class Scripted:
    """The server. `head` is its log's end; `deaf` makes it answer nothing; `token_seconds` is how long tokens live."""

    def __init__(self) -> None:
        self.head = 0
        self.deaf = False
        self.token_seconds = 900.0
        self.errors: list[dict[str, Any]] = []
        """What the next commands are refused with, before others are done."""
        self.received: list[dict[str, Any]] = []
        self.connected = asyncio.Event()
        self.url = ""
        self._began = asyncio.get_running_loop().time()
        self._socket: ServerConnection | None = None
        self._talk = Conversation()

    def of(self, type_: str) -> list[dict[str, Any]]:
        """Return the messages of a type that came."""
        return [message for message in self.received if message["type"] == type_]

    async def tell(self, message: Struct) -> None:
        """Send a message to the newest socket."""
        assert self._socket is not None
        document = encode(message)
        self._talk.received(document)
        await self._socket.send(document, text=True)

    async def append(self, count: int = 1, *, tell: bool = True) -> None:
        """Append events, and tell of them unless they shall get lost."""
        for _ in range(count):
            self.head += 1
            if tell:
                await self.tell(started(self.head))

    async def close(self, code: int, reason: str = "") -> None:
        """Close the newest socket."""
        assert self._socket is not None
        self.connected.clear()
        await self._socket.close(code, reason)

    async def attend(self, socket: ServerConnection) -> None:
        """Serve one socket."""
        self._socket, self._talk = socket, Conversation()
        try:
            async for document in socket:
                message = self._talk.sent(document)
                self.received.append(message)
                if "id" in message and not self.deaf:
                    await self._answer(message)
        except ConnectionClosed:
            pass

    async def _answer(self, message: dict[str, Any]) -> None:
        now = BEGIN + timedelta(seconds=asyncio.get_running_loop().time() - self._began)
        match message["type"]:
            case "connect":
                await self._join(message, now)
            case "clock":
                await self._reply(message, ClockReply(received_at=now, sent_at=now, rate=1.0))
            case "auth":
                await self._reply(
                    message, AuthReply(token_expires_at=now + timedelta(seconds=self.token_seconds))
                )
            case "ping":
                await self._reply(message, Nothing())
            case _ if self.errors:
                error = Raw(msgspec.json.encode({"re": message["id"], "error": self.errors.pop(0)}))
                await self.tell(msgspec.json.decode(error, type=Reply))
            case _:
                self.head += 1
                data = FastingSessionReply(session=fast(self.head))
                await self._reply(message, data, {OWN: Offset(self.head)})
                await self.tell(started(self.head))

    async def _join(self, message: dict[str, Any], now: Any) -> None:
        position = message["data"].get("positions", {}).get(OWN)
        after = self.head if position is None else position[1]
        topics = topic_state(self.head, recovered=position is not None)
        seconds = (now - BEGIN).total_seconds() + self.token_seconds
        await self._reply(message, connect_reply(topics, now=now, token_seconds=seconds))
        for offset in range(after + 1, self.head + 1):
            await self.tell(started(offset))
        self.connected.set()

    async def _reply(self, to: dict[str, Any], data: Struct, positions: Any = None) -> None:
        await self.tell(Reply(re=to["id"], data=Raw(encode(data)), positions=positions or {}))


@asynccontextmanager
async def scripted(subprotocol: str = "cornerman.v1.json") -> AsyncIterator[Scripted]:
    """A server that listens until the end."""
    server = Scripted()
    offered = [Subprotocol(subprotocol)]
    async with serve(server.attend, "127.0.0.1", 0, subprotocols=offered, compression=None) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        server.url = f"http://127.0.0.1:{port}"
        yield server
