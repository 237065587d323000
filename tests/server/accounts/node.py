"""A node's accounts on real stores, without a server."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec.structs import replace

from server.accounts.keys import Keys, read_keys
from server.accounts.passwords import Passwords
from server.accounts.refreshing import RefreshTokens
from server.accounts.signing_in import Accounts, Pair, Registration, login, refresh, register
from server.accounts.tokens import Claims, Tokens
from server.execution import Publication
from server.executor import Executor
from server.nouns import capabilities
from server.telemetry import Measures
from storage.postgres import close_database, open_database
from storage.redis.connection import open_redis
from storage.redis.limits import Limits

NOW = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
PASSWORD = "gravel-otter-41-lantern"
ANNA = Registration(
    email="anna@example.com", password=PASSWORD, name="Anna", time_zone="Europe/Warsaw", device="phone"
)


class Node:
    """Signs people in; `published` holds the events that followed."""

    def __init__(self, accounts: Accounts, published: list[Publication]) -> None:
        self.accounts = accounts
        self.published = published

    async def register(self, *, now: datetime = NOW, network: str = "home", **changed: str) -> Pair:
        """Register Anna, or somebody who differs from her."""
        return await register(self.accounts, replace(ANNA, **changed), network, now)

    async def login(
        self,
        password: str = PASSWORD,
        *,
        email: str = ANNA.email,
        device: str = "phone",
        network: str = "home",
        now: datetime = NOW,
    ) -> Pair:
        """Log in as Anna."""
        return await login(self.accounts, email, password, device=device, network=network, now=now)

    async def refresh(self, token: str, now: datetime = NOW, *, device: str = "phone") -> Pair:
        """Present a refresh token."""
        return await refresh(self.accounts, token, device, now)

    def claims(self, pair: Pair, now: datetime = NOW) -> Claims:
        """What the pair's access token says."""
        return self.accounts.tokens.verify(pair.access_token, now)


@cache
def _keys() -> Keys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return read_keys(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@asynccontextmanager
async def node_on(
    database_url: str, redis_url: str, *, failed_logins: int = 10, registrations: int = 100
) -> AsyncIterator[Node]:
    """A node with its own pool, passwords and connection to Redis."""
    database = await open_database(database_url, size=4)
    redis = open_redis(redis_url)
    passwords = Passwords(Measures())
    published: list[Publication] = []
    accounts = Accounts(
        database=database,
        executor=Executor(database, capabilities(sandbox=False), published.extend),
        passwords=passwords,
        tokens=Tokens(_keys(), issuer="house", audience="apps", seconds=900),
        refresh_tokens=RefreshTokens(b"s" * 32),
        limits=Limits(redis, time.monotonic),
        refresh_seconds=7 * 86_400,
        failed_logins=failed_logins,
        registrations=registrations,
    )
    try:
        yield Node(accounts, published)
    finally:
        await passwords.aclose()
        await redis.aclose()
        await close_database(database)
