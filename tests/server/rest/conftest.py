"""Fixtures of the REST side."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from server.accounts.keys import Keys, read_keys
from server.accounts.tokens import Tokens
from tests.conftest import Databases
from tests.server.rest.node import Person, RestNode, Stores, opened, served
from tests.visitor import visitor


@pytest.fixture(scope="session")
def keys() -> Keys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return read_keys(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@pytest.fixture
def tokens(keys: Keys) -> Tokens:
    return Tokens(keys, issuer="cornerman", audience="cornerman", seconds=900)


@pytest.fixture(scope="session")
def shared_database_url(databases: Databases) -> Iterator[str]:
    """One database for all tests that keep to people of their own."""
    dsn = databases.create()
    yield dsn
    databases.drop(dsn)


@pytest.fixture
async def stores(shared_database_url: str, redis_url: str) -> AsyncIterator[Stores]:
    async with opened(shared_database_url, redis_url) as stores:
        yield stores


@pytest.fixture
async def node(stores: Stores, tokens: Tokens) -> AsyncIterator[RestNode]:
    """A node that is served at its `url`."""
    made = RestNode(stores, tokens)
    async with served(made.app(registry=made.registry)) as url:
        made.url = url
        yield made


@pytest.fixture
async def ada(node: RestNode) -> Person:
    return await node.person("Ada")


@pytest.fixture
async def anybody(node: RestNode) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    async with visitor(node.url, timeout=30) as client:
        yield client


@pytest.fixture
async def client(node: RestNode, ada: Person) -> AsyncIterator[httpx.AsyncClient]:
    """Ada's client."""
    async with visitor(node.url, timeout=30, headers=ada.headers) as client:
        yield client


@pytest.fixture
async def stranger(node: RestNode) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is signed in, and is not Ada."""
    bob = await node.person("Bob")
    async with visitor(node.url, headers=bob.headers) as client:
        yield client
