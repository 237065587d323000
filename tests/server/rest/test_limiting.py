import pytest_asyncio

from channels.connection import Allowance
from channels.errors import Code
from tests.server.rest.answers import code_of, data_of
from tests.server.rest.node import Person, RestNode, Stores, served
from tests.visitor import visitor

SLOW = Allowance(per_second=0.01, burst=2)
ME = "/api/v1/users/me"


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def forgotten(stores: Stores) -> None:
    """Nobody has asked yet."""
    await stores.redis.flushall()


async def test_an_address_that_asks_too_often_is_told_how_long_to_wait(node: RestNode, ada: Person) -> None:
    app = node.app(limiter=node.limiter(requests=SLOW))
    async with served(app) as url, visitor(url, headers=ada.headers) as client:
        for _ in range(2):
            assert data_of(await client.get(ME))
        refused = await client.get(ME)
        assert code_of(refused) is Code.RATE_LIMITED
        assert 0 < int(refused.headers["retry-after"]) <= 100
        assert refused.json()["error"]["retry_after_seconds"] == int(refused.headers["retry-after"])
        assert data_of(await client.get("/health/live"))


async def test_a_person_who_commands_too_often_waits_and_others_do_not(node: RestNode, ada: Person) -> None:
    bob = await node.person("Bob")
    app = node.app(limiter=node.limiter(commands=SLOW))
    async with served(app) as url, visitor(url) as client:
        for _ in range(2):
            assert data_of(await client.patch(ME, json={"name": "Ada L."}, headers=ada.headers))
        assert code_of(await client.patch(ME, json={}, headers=ada.headers)) is Code.RATE_LIMITED
        assert data_of(await client.get(ME, headers=ada.headers))
        assert data_of(await client.patch(ME, json={"name": "Bob M."}, headers=bob.headers))
