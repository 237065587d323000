"""Whatever is sent, the answer is in the envelope."""

import asyncio
from collections.abc import AsyncIterator

import httpx
from structlog.testing import capture_logs

from channels.errors import Code
from tests.server.rest.answers import code_of, data_of, fields_of
from tests.server.rest.node import Person, RestNode
from tests.waiting import eventually

SESSIONS = "/api/v1/fasting/sessions"
HISTORY = f"{SESSIONS}/history"
JSON = {"Content-Type": "application/json"}
WRONG_BODIES = (
    (b"", "body"),
    (b"{", "body"),
    (b"\xff\xfe", "body"),
    (b'{"protocol_id": "\xff"}', "body"),
    (b"[]", "body"),
    (b"null", "body"),
    (b"[" * 30_000, "body"),
    (b"{}", "protocol_id"),
    (b'{"protocol_id": null}', "protocol_id"),
    (b'{"protocol_id": 16}', "protocol_id"),
    (b'{"protocol_id": ""}', "protocol_id"),
    (b'{"protocol_id": "16:8", "protocoll_id": "16:8"}', "protocoll_id"),
)
WRONG_QUERIES = (
    ("limit=0", "limit"),
    ("limit=101", "limit"),
    ("limit=", "limit"),
    ("limit=null", "limit"),
    ("limit=1&limit=1", "limit"),
    ("status=null", "status"),
    ("status=over", "status"),
    ("from=yesterday", "from"),
    ("to=2026-02-30", "to"),
    ("cursor=", "cursor"),
    ("cursor=page-2", "cursor"),
    ("since=2026-01-01", "since"),
    ("since", "since"),
    ("%FF=1", "query"),
    ("&".join(f"a{n}=1" for n in range(21)), "query"),
)


async def test_an_unknown_path_is_not_found(client: httpx.AsyncClient) -> None:
    for path in ("/nope", "/api/v1/nope", "/api/v1/users/me/nope", "/docs/vendor/../../etc/passwd"):
        assert code_of(await client.get(path)) is Code.NOT_FOUND


async def test_an_id_of_another_form_is_not_found(client: httpx.AsyncClient) -> None:
    assert code_of(await client.post(f"{SESSIONS}/not-a-uuid/end")) is Code.NOT_FOUND


async def test_another_method_is_told_which_ones_there_are(client: httpx.AsyncClient) -> None:
    for method in ("PUT", "DELETE", "TRACE", "PROPFIND"):
        response = await client.request(method, "/api/v1/users/me")
        assert code_of(response) is Code.METHOD_NOT_ALLOWED
        assert response.headers["allow"] == "GET, HEAD, OPTIONS, PATCH"


async def test_options_are_told_without_a_token(anybody: httpx.AsyncClient) -> None:
    response = await anybody.options("/api/v1/users/me")
    assert response.status_code == 204
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, PATCH"
    assert code_of(await anybody.options("/nope")) is Code.NOT_FOUND


async def test_head_is_get_without_its_body(client: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    got = await client.get("/api/v1/users/me")
    head = await client.head("/api/v1/users/me")
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))
    assert (await anybody.head("/api/v1/users/me")).status_code == 401
    assert (await anybody.head("/nope")).status_code == 404
    assert (await client.head(SESSIONS)).status_code == 405


async def test_a_body_of_64_kib_is_read_and_a_larger_one_refused(client: httpx.AsyncClient) -> None:
    body = b'{"protocol_id": "16:8"}'
    room = b" " * (64 * 1024 - len(body))
    assert data_of(await client.post(SESSIONS, content=body + room, headers=JSON), 201)
    response = await client.post(SESSIONS, content=body + room + b" ", headers=JSON)
    assert code_of(response) is Code.TOO_LARGE


async def test_a_large_body_without_a_length_is_refused_too(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(65):
            yield b" " * 1024

    response = await client.post(SESSIONS, content=chunks(), headers=JSON)
    assert code_of(response) is Code.TOO_LARGE


async def test_only_json_is_read(client: httpx.AsyncClient) -> None:
    for media_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ):
        headers = {"Content-Type": media_type} if media_type else {}
        response = await client.post(SESSIONS, content=b'{"protocol_id": "16:8"}', headers=headers)
        assert code_of(response) is Code.UNSUPPORTED_MEDIA, media_type


async def test_json_may_name_its_characters(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert data_of(await client.post(SESSIONS, content=b'{"protocol_id": "16:8"}', headers=headers), 201)


async def test_a_body_that_is_wrong_is_told_where(client: httpx.AsyncClient) -> None:
    for body, field in WRONG_BODIES:
        response = await client.post(SESSIONS, content=body, headers=JSON)
        assert code_of(response) is Code.VALIDATION, body
        assert fields_of(response) == [field], body


async def test_a_query_that_is_wrong_is_told_where(client: httpx.AsyncClient) -> None:
    for query, field in WRONG_QUERIES:
        response = await client.get(f"{HISTORY}?{query}")
        assert code_of(response) is Code.VALIDATION, query
        assert fields_of(response) == [field], query


async def test_an_operation_without_parameters_takes_none(client: httpx.AsyncClient) -> None:
    assert fields_of(await client.get("/api/v1/users/me?fields=name")) == ["fields"]


async def test_who_leaves_in_the_middle_of_a_body_is_no_fault_of_ours(node: RestNode, ada: Person) -> None:
    url = httpx.URL(node.url)
    head = f"POST {SESSIONS} HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer {ada.token}\r\n"
    with capture_logs() as lines:
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f'{head}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"prot'.encode())
        await writer.drain()
        writer.close()
        await eventually(lambda: [line["event"] for line in lines] == ["request"])
    assert lines[0]["status"] == 400
