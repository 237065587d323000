from typing import Any

import httpx
import pytest
from prometheus_client import CONTENT_TYPE_LATEST

from channels.errors import Code
from server.rest.metrics import from_loopback
from tests.server.rest.answers import code_of
from tests.server.rest.node import METRICS_TOKEN, RestNode, served
from tests.visitor import visitor


async def test_the_token_opens_the_metrics(anybody: httpx.AsyncClient) -> None:
    await anybody.get("/health/live")
    response = await anybody.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert response.status_code == 200
    assert response.headers["content-type"] == CONTENT_TYPE_LATEST
    assert (
        'cornerman_http_requests_total{method="GET",route="/health/live",status="200"} 1.0' in response.text
    )


async def test_nothing_else_does(anybody: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    for response in (
        await anybody.get("/metrics"),
        await client.get("/metrics"),
        await anybody.get("/metrics", headers={b"Authorization": "Bearer jürgen".encode()}),
    ):
        assert code_of(response) is Code.TOKEN_INVALID


async def test_without_a_token_only_an_inner_address_may_read_them(node: RestNode) -> None:
    closed = node.app(metrics_token=None)
    async with served(closed) as url, visitor(url) as client:
        assert code_of(await client.get("/metrics")) is Code.INSUFFICIENT_ROLE
    inner = node.app(metrics_token=None, inner=from_loopback)
    async with served(inner) as url, visitor(url) as client:
        assert (await client.get("/metrics")).status_code == 200


@pytest.mark.parametrize(
    ("client", "headers", "loops"),
    [
        (("127.0.0.1", 1), [], True),
        (("::1", 1), [], True),
        (("10.0.0.7", 1), [], False),
        (("127.0.0.1", 1), [(b"x-forwarded-for", b"203.0.113.9")], False),
        (("127.0.0.1", 1), [(b"forwarded", b"for=203.0.113.9")], False),
        (("a socket", 0), [], False),
        (None, [], False),
    ],
)
def test_loopback_is_this_machine_and_no_proxy_on_it(client: Any, headers: Any, loops: bool) -> None:  # noqa: FBT001
    scope: Any = {"client": client, "headers": headers}
    assert from_loopback(scope) is loops
