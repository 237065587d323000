"""Fixtures of the REST side."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from server.accounts.keys import Keys, read_keys
from server.accounts.tokens import Tokens
from storage.embedded.valkey import Valkey
from tests.conftest import Databases
from tests.server.rest.node import Person, RestNode, Stores, opened, served
from tests.visitor import visitor

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a module's tests on one loop, which is its node's."""
    for item in items:
        if item.path.parent == FOLDER and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest.fixture(scope="session")
def keys() -> Keys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return read_keys(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@pytest.fixture(scope="session")
def tokens(keys: Keys) -> Tokens:
    return Tokens(keys, issuer="cornerman", audience="cornerman", seconds=900)


@pytest.fixture(scope="session")
def shared_database_url(databases: Databases) -> Iterator[str]:
    """One database for all tests that keep to people of their own."""
    dsn = databases.create()
    yield dsn
    databases.drop(dsn)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stores(shared_database_url: str, valkey: Valkey) -> AsyncIterator[Stores]:
    async with opened(shared_database_url, valkey.url) as stores:
        yield stores
        await stores.redis.flushall()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_node(stores: Stores, tokens: Tokens) -> AsyncIterator[RestNode]:
    """The module's node. Tests use `node`."""
    made = RestNode(stores, tokens)
    async with served(made.app(registry=made.registry)) as url:
        made.url = url
        yield made


@pytest.fixture
def node(module_node: RestNode) -> Iterator[RestNode]:
    """A node that is served at its `url`, with people of the test's own: making one takes longer than most tests."""
    yield module_node
    module_node.be_well()


@pytest_asyncio.fixture(loop_scope="module")
async def ada(node: RestNode) -> Person:
    return await node.person("Ada")


@pytest_asyncio.fixture(loop_scope="module")
async def anybody(node: RestNode) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    async with visitor(node.url, timeout=30) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def client(node: RestNode, ada: Person) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's client."""
    async with visitor(node.url, timeout=30, headers=ada.headers) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(node: RestNode) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is signed in, and is not Ada."""
    bob = await node.person("Bob")
    async with visitor(node.url, headers=bob.headers) as client:
        yield client
