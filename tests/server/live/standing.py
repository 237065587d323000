"""A node's live side on real stores; its sockets end in lines that the test holds."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from channels.wire.codec import Subprotocol
from server.accounts.keys import Keys, read_keys
from server.accounts.tokens import Tokens
from server.execution import Actor
from server.live.sweep import Sweep
from server.live.wiring import Live, start_live, wire_live
from server.settings import Settings
from server.stores import Stores, open_stores
from server.supervisor import Supervisor
from server.telemetry import Measures
from tests.schema import Conversation
from tests.server.house import House
from tests.server.live.ports import Line
from tests.waiting import eventually


class Device:
    """A client's end of a socket: it sends what it likes and reads what the line was given."""

    def __init__(self, node: "LiveNode", token: str | None) -> None:
        self.line = Line()
        self.socket = node.live.node.open(self.line, Subprotocol.JSON, token)
        self._next_id = 1
        self._talk = Conversation()
        self._read = 0

    def send(self, type_: str, **fields: Any) -> int:
        """Send a command; returns its id."""
        number, self._next_id = self._next_id, self._next_id + 1
        self.signal(type_, id=number, **fields)
        return number

    def signal(self, type_: str, **fields: Any) -> None:
        """Send a signal."""
        document = msgspec.json.encode({"type": type_, **fields})
        self._talk.sent(document)
        self.socket.received(document, text=True)

    @property
    def messages(self) -> list[Any]:
        """All that was written to this client, checked against the schema; a batch is a list."""
        messages = self.line.messages
        for message in messages[self._read :]:
            self._talk.received(msgspec.json.encode(message))
        self._read = len(messages)
        return messages

    def of(self, type_: str) -> list[dict[str, Any]]:
        """The messages of a type."""
        return [
            message for message in self.messages if isinstance(message, dict) and message.get("type") == type_
        ]

    def reply(self, number: int) -> dict[str, Any] | None:
        """The reply to a command, if it came."""
        return next((message for message in self.messages if message.get("re") == number), None)

    async def replied(self, number: int) -> dict[str, Any]:
        """The reply to a command, when it has come."""
        await eventually(lambda: self.reply(number) is not None)
        found = self.reply(number)
        assert found is not None
        return found

    async def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Send a command and return its reply."""
        return await self.replied(self.send(type_, **fields))

    @property
    def closed(self) -> int | None:
        """The code that the line was closed with."""
        return self.line.closed[0][0] if self.line.closed else None

    def end(self) -> None:
        """Let the connection end."""
        self.socket.lost()


class LiveNode:
    """See the module."""

    def __init__(self, live: Live, stores: Stores, tokens: Tokens, measures: Measures) -> None:
        self.live = live
        self.stores = stores
        self.tokens = tokens
        self.measures = measures
        self.house = House(stores.database)
        self.sweep = Sweep(live.node.sockets, stores.clock)

    def token(self, actor: Actor, **_: Any) -> str:
        """An access token of somebody's sign-in."""
        assert actor.family_id is not None
        return self.tokens.issue(actor.user_id, actor.family_id, self.stores.clock.now(), "1")

    def open(self, token: str | None = None) -> Device:
        """A socket that has said nothing yet."""
        return Device(self, token)

    async def connect(self, actor: Actor, device: str = "phone", **data: Any) -> Device:
        """A socket that is live."""
        opened = self.open(self.token(actor))
        reply = await opened.ask("connect", data={"device": device, **data})
        assert "error" not in reply, reply
        return opened

    def counted(self, name: str, **labels: str) -> float:
        """A measure's value."""
        return self.measures.registry.get_sample_value(f"cornerman_{name}", labels) or 0.0


@cache
def _keys() -> Keys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return read_keys(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@asynccontextmanager
async def live_node(
    database_url: str, redis_url: str, *, tokens: Callable[[Tokens], None] = lambda _: None, **settings: Any
) -> AsyncIterator[LiveNode]:
    """Run a node's live side; `tokens` may change what issues them."""
    made = Settings(database_url=database_url, redis_url=redis_url, **settings)
    issuer = Tokens(_keys(), issuer="tests", audience="tests", seconds=900)
    tokens(issuer)
    measures = Measures()
    async with Supervisor(failed=measures.task_failed) as supervisor, open_stores(made) as stores:
        live = wire_live(made, stores, issuer, supervisor, measures)
        start_live(live, stores, supervisor)
        await eventually(lambda: live.relay.connected)
        yield LiveNode(live, stores, issuer, measures)
        for socket in list(live.node.sockets):
            socket.lost()
        await supervisor.drain(5)
