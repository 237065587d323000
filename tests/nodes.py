"""Nodes as processes: started, frozen, killed; and people who sign in over REST.

A fleet's nodes are forked from a process that has imported the server, for time's sake; all else is as an operator
runs them.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.accounts.keys import read_keys
from tests.forked import CORNERMAN, Forked
from tests.schema import check_server_frame
from tests.visitor import visitor
from tests.waiting import until

QUIET = {"CORNERMAN_ENCODER": "none", "CORNERMAN_SEARCH_AT_START": "false"}
"""Search that costs nothing as long as nobody asks."""
PASSWORD = "a long walk before breakfast 7"
STARTED_SECONDS = 30.0


class Person(Struct, frozen=True):
    """Somebody who is signed in."""

    email: str
    user_id: str
    access_token: str
    refresh_token: str

    @property
    def topic(self) -> str:
        """Their own topic."""
        return f"user:{self.user_id}"

    @property
    def headers(self) -> dict[str, str]:
        """What their requests carry."""
        return {"Authorization": f"Bearer {self.access_token}"}


PROGRAM = (str(Path(sys.executable).with_name("cornerman")),)
_ROOT = Path(__file__).parent.parent


class Node:
    """One `cornerman serve`. Its log goes to `log`. A program is a command line; a module's name is forked."""

    def __init__(
        self,
        port: int,
        environment: dict[str, str],
        log: Path,
        *arguments: str,
        program: tuple[str, ...] | str = PROGRAM,
    ) -> None:
        self.port = port
        self.log = log
        self.process = _served(
            ["serve", "--port", str(port), *arguments], {**os.environ, **environment}, log, program
        )

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def live_url(self) -> str:
        """Where its sockets open."""
        return f"ws://127.0.0.1:{self.port}/live"

    def wait_ready(self) -> None:
        """Return when it takes requests."""
        until(self._ready, STARTED_SECONDS)

    def freeze(self) -> None:
        """Stop it where it stands."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill it without a word."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, seconds: float = 30.0) -> int:
        """Ask it to stop and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        return self.process.wait(seconds)

    def _ready(self) -> bool:
        assert self.process.poll() is None, f"the node ended: {self.log.read_text()[-3000:]}"
        # Asked a hundred times a second beside the starting node, so by what costs next to nothing.
        asking = HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            asking.request("GET", "/health/ready")
            return asking.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            asking.close()


def _served(
    arguments: list[str], environment: dict[str, str], log: Path, program: tuple[str, ...] | str
) -> subprocess.Popen[bytes] | Forked:
    if isinstance(program, str):
        return Forked(arguments, environment, log, _ROOT, program)
    with log.open("ab") as output:
        return subprocess.Popen(
            [*program, *arguments], env=environment, stdout=output, stderr=subprocess.STDOUT, cwd=_ROOT
        )


class Fleet:
    """Nodes on one database and one Redis, with the same secrets."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, **environment: str) -> None:
        self._folder = folder
        self.database_url = database_url
        self.redis_url = redis_url
        self.key = _signing_key()
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "CORNERMAN_SIGNING_KEY": pem.decode(),
            "CORNERMAN_TOKEN_SECRET": secrets.token_hex(32),
            "CORNERMAN_COMMANDS_PER_SECOND": "1000",
            "CORNERMAN_COMMANDS_BURST": "1000",
            "CORNERMAN_REQUESTS_PER_SECOND": "1000",
            "CORNERMAN_REQUESTS_BURST": "1000",
            "CORNERMAN_REGISTRATIONS_PER_HOUR": "10000",
            "CORNERMAN_DRAIN_SECONDS": "5",
            **QUIET,
            **environment,
        }
        self.key_id = read_keys(pem.decode()).signing_id
        self.nodes: list[Node] = []

    def start(self, *arguments: str, port: int | None = None, **environment: str) -> Node:
        """Start a node and wait until it is ready."""
        node = self.launch(*arguments, port=port, **environment)
        node.wait_ready()
        return node

    def launch(self, *arguments: str, port: int | None = None, **environment: str) -> Node:
        """Start a node."""
        number = len(self.nodes)
        data = self._folder / f"node-{number}"
        settings = {**self._environment, "CORNERMAN_DATA_DIR": str(data), **environment}
        log = self._folder / f"node-{number}.log"
        node = Node(port or free_port(), settings, log, *arguments, program=CORNERMAN)
        self.nodes.append(node)
        return node

    def stop(self) -> None:
        """Stop every node that still runs."""
        for node in self.nodes:
            if node.process.poll() is None:
                node.process.kill()
            node.stop()


class Standing:
    """Nodes that outlive a test, for tests that leave them as they are: `start` lends one, and starts it if need be."""

    def __init__(self, fleet: Fleet, kept: dict[tuple[str, ...], list[Node]]) -> None:
        self._fleet = fleet
        self._kept = kept
        self._lent: Counter[tuple[str, ...]] = Counter()
        self.database_url = fleet.database_url
        self.redis_url = fleet.redis_url
        self.key = fleet.key
        self.key_id = fleet.key_id

    def start(self, *arguments: str) -> Node:
        """Lend the next node that runs with these arguments."""
        nodes = self._kept.setdefault(arguments, [])
        if self._lent[arguments] == len(nodes):
            nodes.append(self._fleet.start(*arguments))
        node = nodes[self._lent[arguments]]
        assert node.process.poll() is None, "an earlier test did not leave this node as it was"
        self._lent[arguments] += 1
        return node


@cache
def _signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def fleet_of(folder: Path, database_url: str, redis_url: str, **environment: str) -> Iterator[Fleet]:
    """A fleet without nodes, which stops those that it gets."""
    fleet = Fleet(folder, database_url, redis_url, **environment)
    try:
        yield fleet
    finally:
        fleet.stop()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def register(node: Node, name: str = "Ada", device: str = "phone-1") -> Person:
    """Make an account and sign its first device in."""
    email = f"{secrets.token_hex(8)}@example.org"
    async with visitor(node.url, timeout=10) as http:
        body = {"email": email, "password": PASSWORD, "name": name, "device": device}
        answer = await http.post("/api/v1/auth/register", json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        pair = answer.json()["data"]
        me = await http.get("/api/v1/users/me", headers={"Authorization": f"Bearer {pair['access_token']}"})
        assert me.status_code == httpx.codes.OK, me.text
    user_id = me.json()["data"]["person"]["user_id"]
    return Person(email, user_id, pair["access_token"], pair["refresh_token"])


class Device:
    """A bare socket of one device: every frame as it comes, nothing done by itself."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._next_id = 1
        self._passed: list[dict[str, Any]] = []

    @classmethod
    async def open(
        cls, node: Node, person: Person, name: str = "phone-1", **data: object
    ) -> tuple["Device", dict[str, Any]]:
        """Connect a device; returns it and the data of the reply."""
        # Without a bound on what waits here: a client that stops reading would not see the answer to its close.
        device = cls(
            await connect(
                node.live_url,
                subprotocols=[Subprotocol("cornerman.v1.json")],
                ping_interval=None,
                max_queue=None,
            )
        )
        number = await device.send("connect", {"token": person.access_token, "device": name, **data})
        reply = await device.reply_to(number)
        return device, reply["data"]

    async def send(self, type_: str, data: dict[str, Any] | None = None, **fields: object) -> int:
        """Send a command and return its id."""
        number, self._next_id = self._next_id, self._next_id + 1
        message = {"id": number, "type": type_, "data": data or {}, **fields}
        await self.socket.send(msgspec.json.encode(message).decode())
        return number

    async def receive(self) -> dict[str, Any]:
        """Return the next frame, which must be one that the protocol knows."""
        text = await self.socket.recv()
        check_server_frame(text)
        frame: dict[str, Any] = msgspec.json.decode(text)
        return frame

    async def command(self, type_: str, data: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """Send a command and return its reply; what comes before it waits for `next_of` and `next_event`."""
        return await self.reply_to(await self.send(type_, data, **fields))

    async def reply_to(self, number: int) -> dict[str, Any]:
        """Return the reply to a command."""
        return await self._next(lambda frame: frame.get("re") == number)

    async def next_of(self, type_: str) -> dict[str, Any]:
        """Return the next message of a type."""
        return await self._next(lambda frame: frame.get("type") == type_)

    async def next_event(self) -> dict[str, Any]:
        """Return the next event of any type."""
        return await self._next(lambda frame: "offset" in frame)

    async def closed(self) -> int:
        """Return the code that the server closes with."""
        with suppress(ConnectionClosed):
            while True:
                self._passed.append(await self.receive())
        code = self.socket.close_code
        assert code is not None
        return code

    async def _next(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        for frame in self._passed:
            if wanted(frame):
                self._passed.remove(frame)
                return frame
        while True:
            frame = await self.receive()
            if wanted(frame):
                return frame
            self._passed.append(frame)
