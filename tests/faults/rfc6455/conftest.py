"""Raw connections to a node that stands, somebody who is signed in, and the node's log, in which no error may appear."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from http.client import HTTPConnection
from typing import Any

import pytest
import pytest_asyncio

from tests.faults.rfc6455.raw import Raw
from tests.nodes import Fleet, Node, Person, Standing, register

_devices = itertools.count(1)

Open = Callable[..., Awaitable[Raw]]


@pytest.fixture
def node(standing: Standing) -> Node:
    """The node that is asked."""
    return standing.start()


@pytest.fixture(scope="module")
def person(standing_fleet: tuple[Fleet, dict[Any, Any]]) -> Person:
    """Somebody who is signed in."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(register(Standing(*standing_fleet).start()))
    finally:
        loop.close()


@pytest.fixture(autouse=True)
def quiet(node: Node) -> Iterator[None]:
    """The node logs no error and no exception, whatever the test did to it."""
    before = node.log.stat().st_size
    yield
    _turn(node)
    with node.log.open("rb") as log:
        log.seek(before)
        said = log.read().decode()
    assert "Traceback" not in said, said
    assert "[error" not in said, said
    assert "[critical" not in said, said


def _turn(node: Node) -> None:
    """Let the node's loop take in that the connections have ended."""
    asking = HTTPConnection("127.0.0.1", node.port, timeout=10)
    for _ in range(2):
        asking.request("GET", "/health/live")
        asking.getresponse().read()
    asking.close()


@pytest_asyncio.fixture
async def dial(node: Node) -> AsyncIterator[Open]:
    """Open TCP connections that end with the test."""
    async with AsyncExitStack() as stack:

        async def start() -> Raw:
            raw = await Raw.dial(node)
            stack.push_async_callback(raw.hang_up)
            return raw

        yield start


@pytest_asyncio.fixture
async def open_socket(node: Node) -> AsyncIterator[Open]:
    """Open WebSockets that end with the test."""
    async with AsyncExitStack() as stack:

        async def start(**how: Any) -> Raw:
            raw = await Raw.open(node, **how)
            stack.push_async_callback(raw.hang_up)
            return raw

        yield start


@pytest_asyncio.fixture
async def socket(open_socket: Open) -> Raw:
    """A WebSocket whose `connect` has not come yet."""
    return await open_socket()


@pytest_asyncio.fixture
async def live(socket: Raw, person: Person) -> Raw:
    """A WebSocket that is signed in; its next command has id 2."""
    reply = await socket.greet(person, f"raw-{next(_devices)}")
    assert "data" in reply, reply
    return socket
