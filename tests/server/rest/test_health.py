import asyncio
from collections.abc import Callable

import httpx
import pytest

from channels.errors import Code
from server.accounts.tokens import Tokens
from server.rest import health
from storage.embedded.postgres import Postgres
from storage.migrate import migrate
from tests.server.rest.answers import code_of, data_of, fields_of
from tests.server.rest.node import RestNode, opened, served
from tests.visitor import visitor

READY = "/health/ready"


async def test_a_node_that_runs_is_live_and_ready(anybody: httpx.AsyncClient) -> None:
    assert data_of(await anybody.get("/health/live")) == {"node": "up"}
    up = {"node": "up", "postgresql": "up", "migrations": "up", "redis": "up"}
    assert data_of(await anybody.get(READY)) == up


async def test_a_node_without_redis_is_ready_and_says_so(node: RestNode, anybody: httpx.AsyncClient) -> None:
    node.redis_is_up = False
    assert data_of(await anybody.get(READY))["redis"] == "away"


async def test_a_redis_that_does_not_answer_is_away(
    node: RestNode, anybody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "REDIS_SECONDS", 0.05)
    node.redis_answers = asyncio.Event().wait
    assert data_of(await anybody.get(READY))["redis"] == "away"


async def test_a_node_that_goes_down_is_live_and_not_ready(
    node: RestNode, anybody: httpx.AsyncClient
) -> None:
    node.draining = True
    response = await anybody.get(READY)
    assert code_of(response) is Code.UNAVAILABLE
    assert fields_of(response) == ["node"]
    assert data_of(await anybody.get("/health/live"))


@pytest.mark.parametrize(
    "fault", ["DELETE FROM schema_migrations", "UPDATE schema_migrations SET checksum = 'else'"]
)
async def test_a_database_of_another_version_makes_it_not_ready(
    database_url: str, redis_url: str, tokens: Tokens, fault: str
) -> None:
    async with opened(database_url, redis_url) as stores:
        node = RestNode(stores, tokens)
        await node.execute(fault)
        async with served(node.app()) as url, visitor(url) as client:
            response = await client.get(READY)
            assert code_of(response) is Code.UNAVAILABLE
            assert fields_of(response) == ["migrations"]


async def test_without_postgresql_a_node_is_live_not_ready_and_tells_clients_to_come_back(
    own_postgres: Callable[[], Postgres], redis_url: str, tokens: Tokens
) -> None:
    postgres = own_postgres()
    await migrate(postgres.dsn)
    async with opened(postgres.dsn, redis_url) as stores:
        node = RestNode(stores, tokens)
        ada = await node.person()
        async with served(node.app()) as url, visitor(url, headers=ada.headers) as client:
            assert data_of(await client.get(READY))
            await asyncio.to_thread(postgres.stop)
            response = await client.get(READY)
            assert code_of(response) is Code.UNAVAILABLE
            assert fields_of(response) == ["postgresql"]
            assert data_of(await client.get("/health/live"))
            assert code_of(await client.get("/api/v1/users/me")) is Code.UNAVAILABLE
            started = await client.post("/api/v1/fasting/sessions", json={"protocol_id": "16:8"})
            assert code_of(started) is Code.UNAVAILABLE
