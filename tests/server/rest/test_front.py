"""What every request meets first and every answer carries, whoever answers it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from channels.errors import Code
from server.rest.front.door import Front
from server.rest.front.measures import RequestMeasures
from server.rest.front.origins import Origins
from tests.server.rest.answers import code_of, data_of, fields_of, meta_of
from tests.server.rest.node import ORIGIN, Person, RestNode

ME = "/api/v1/users/me"


@asynccontextmanager
async def within(app: Litestar, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application in this process."""
    asgi: Any = app  # two libraries, two sets of ASGI types
    transport = httpx.ASGITransport(asgi)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://node.example", headers=headers
    ) as client:
        yield client


async def test_each_answer_names_its_request(anybody: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/nope", "/", ME):
        first, second = await anybody.get(path), await anybody.get(path)
        assert UUID(first.headers["x-request-id"]) != UUID(second.headers["x-request-id"])


async def test_a_sane_request_id_of_the_clients_is_kept(anybody: httpx.AsyncClient) -> None:
    response = await anybody.get(ME, headers={"X-Request-Id": "trace-0123.4567_89"})
    assert response.headers["x-request-id"] == "trace-0123.4567_89"
    assert meta_of(response)["request_id"] == "trace-0123.4567_89"


async def test_another_request_id_is_replaced(anybody: httpx.AsyncClient) -> None:
    for given in ("short", "x" * 65, "two words or more", '"}{"injected":"', "jürgen-0123"):
        response = await anybody.get("/health/live", headers={b"X-Request-Id": given.encode()})
        assert UUID(response.headers["x-request-id"]).version == 7, given


async def test_answers_carry_what_keeps_browsers_careful(anybody: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/nope", "/", "/docs"):
        headers = (await anybody.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers
    assert (await anybody.get(ME)).headers["cache-control"] == "no-store"


async def test_a_host_that_is_not_ours_is_refused(node: RestNode, ada: Person) -> None:
    async with within(node.app(hosts=("node.example", "[::1]"))) as client:
        for host in ("node.example", "NODE.example:8000", "[::1]", "[::1]:8000"):
            assert data_of(await client.get(ME, headers={**ada.headers, "Host": host}))
        for host in ("evil.example", "node.example.evil.example", "", "::1"):
            response = await client.get(ME, headers={**ada.headers, "Host": host})
            assert code_of(response) is Code.VALIDATION
            assert fields_of(response) == ["Host"]
        assert data_of(await client.get("/health/live", headers={"Host": "10.0.0.7"}))


def test_a_socket_for_another_host_is_closed_before_it_opens() -> None:
    @websocket("/live")
    async def live(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.accept()
        await socket.close()

    app = Litestar([live], openapi_config=None)
    app.asgi_handler = Front(
        app.asgi_handler,
        methods={},
        larger={},
        hosts=("ours.example",),
        origins=Origins(()),
        measures=RequestMeasures(CollectorRegistry()),
        now=lambda: pytest.fail("no answer has a time"),
    )
    with TestClient(app, base_url="http://ours.example") as client, client.websocket_connect("/live"):
        pass
    with (
        TestClient(app, base_url="http://evil.example") as client,
        pytest.raises(WebSocketDisconnect) as closed,
        client.websocket_connect("/live"),
    ):
        pass
    assert closed.value.code == 1008


async def test_a_page_of_an_allowed_origin_may_read_the_answer(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
    preflight = await anybody.options(ME, headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert "Idempotency-Key" in preflight.headers["access-control-allow-headers"]
    for response in (
        await client.get(ME, headers={"Origin": ORIGIN}),
        await anybody.get(ME, headers={"Origin": ORIGIN}),
        await anybody.get("/nope", headers={"Origin": ORIGIN}),
    ):
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert response.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in response.headers


async def test_a_page_of_another_origin_is_told_nothing(client: httpx.AsyncClient) -> None:
    for origin in ("https://evil.example", f"{ORIGIN}.evil.example", "null"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        for response in (await client.options(ME, headers=asked), await client.get(ME, headers=asked)):
            assert response.status_code in {200, 204}
            assert not [name for name in response.headers if name.startswith("access-control")]


async def test_without_origins_answers_say_nothing_of_them(node: RestNode) -> None:
    async with within(node.app(origins=()), origin=ORIGIN) as client:
        headers = (await client.get("/health/live")).headers
        assert "vary" not in headers
        assert "access-control-allow-origin" not in headers


async def test_a_request_is_logged_without_what_is_nobodys_business(node: RestNode, ada: Person) -> None:
    async with within(node.app(), **ada.headers) as client:
        with capture_logs() as lines:
            await client.patch(ME, json={"name": "Grace Hopper"}, headers={"X-Request-Id": "trace-01234567"})
            await client.get(f"{ME}?token={ada.token}")
            await client.get(f"/reset/{ada.email}")
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in requests] == [
        ("PATCH", ME, 200),
        ("GET", ME, 400),
        ("GET", "unmatched", 404),
    ]
    assert requests[0]["request_id"] == "trace-01234567"
    assert requests[0]["user"] == str(ada.user_id)
    told = str(lines)
    for private in (ada.token, ada.email, "Grace", "reset"):
        assert private not in told


async def test_requests_are_measured_by_route(node: RestNode, ada: Person) -> None:
    registry = CollectorRegistry()
    async with within(node.app(registry=registry), **ada.headers) as client:
        for protocol_id in ("16:8", "18:6"):
            await client.get(f"/api/v1/fasting/protocols/{protocol_id}")
        await client.request("BREW", "/nope")

    def requests(method: str, route: str, status: str) -> float | None:
        labels = {"method": method, "route": route, "status": status}
        return registry.get_sample_value("cornerman_http_requests_total", labels)

    assert requests("GET", "/api/v1/fasting/protocols/{protocol_id}", "200") == 2
    assert requests("OTHER", "unmatched", "404") == 1
    assert registry.get_sample_value("cornerman_http_requests_running") == 0


async def test_who_leaves_before_the_answer_counts_as_gone() -> None:
    async def never(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        pytest.fail("nobody is there")

    registry = CollectorRegistry()
    front = Front(
        never,
        methods={},
        larger={},
        hosts=(),
        origins=Origins(()),
        measures=RequestMeasures(registry),
        now=lambda: pytest.fail("no answer has a time"),
    )
    scope: Any = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await front(scope, receive, send)
    labels = {"method": "GET", "route": "unmatched", "status": "499"}
    assert registry.get_sample_value("cornerman_http_requests_total", labels) == 1
