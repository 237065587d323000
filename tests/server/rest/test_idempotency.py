import asyncio
from uuid import uuid4

import httpx

from channels.errors import Code
from tests.server.rest.answers import code_of, data_of, fields_of, meta_of
from tests.server.rest.node import RestNode, served

SESSIONS = "/api/v1/fasting/sessions"
ME = "/api/v1/users/me"
FAST = {"protocol_id": "16:8"}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def offsets(client: httpx.AsyncClient) -> list[int]:
    return [event["offset"] for event in data_of(await client.get("/api/v1/events"))]


async def test_the_same_key_twice_acts_once_and_answers_the_same(client: httpx.AsyncClient) -> None:
    headers = key()
    first = await client.post(SESSIONS, json=FAST, headers=headers)
    second = await client.post(SESSIONS, json=FAST, headers=headers)
    assert data_of(second, 201) == data_of(first, 201)
    assert meta_of(second)["positions"] == meta_of(first)["positions"]
    assert "repeated" not in meta_of(first)
    assert meta_of(second)["repeated"] is True
    assert meta_of(second)["request_id"] != meta_of(first)["request_id"]
    assert await offsets(client) == [1]


async def test_a_refusal_is_repeated_too(client: httpx.AsyncClient) -> None:
    running = data_of(await client.post(SESSIONS, json=FAST), 201)["session"]
    headers = key()
    first = await client.post(SESSIONS, json=FAST, headers=headers)
    assert code_of(first) is Code.FAST_ACTIVE
    assert data_of(await client.post(f"{SESSIONS}/{running['session_id']}/end"))
    second = await client.post(SESSIONS, json=FAST, headers=headers)
    assert code_of(second) is Code.FAST_ACTIVE
    assert second.json()["error"] == first.json()["error"]
    assert meta_of(second)["repeated"] is True


async def test_one_key_sent_by_many_at_once_on_two_nodes_acts_once(
    client: httpx.AsyncClient, node: RestNode
) -> None:
    headers = key()
    async with served(node.app()) as url:
        requests = [
            client.post(f"{base}{SESSIONS}", json=FAST, headers=headers)
            for _ in range(5)
            for base in (node.url, url)
        ]
        answers = await asyncio.gather(*requests)
    assert len({str(data_of(answer, 201)) for answer in answers}) == 1
    assert sum("repeated" not in meta_of(answer) for answer in answers) == 1
    assert await offsets(client) == [1]


async def test_a_key_belongs_to_one_command(client: httpx.AsyncClient) -> None:
    headers = key()
    started = data_of(await client.post(SESSIONS, json=FAST, headers=headers), 201)["session"]
    for other in (
        await client.post(SESSIONS, json={"protocol_id": "18:6"}, headers=headers),
        await client.patch(ME, json={"name": "Grace"}, headers=headers),
        await client.post(f"{SESSIONS}/{started['session_id']}/end", headers=headers),
    ):
        assert code_of(other) is Code.KEY_REUSED
    assert await offsets(client) == [1]


async def test_a_key_belongs_to_one_person(client: httpx.AsyncClient, node: RestNode) -> None:
    bob = await node.person("Bob")
    headers = key()
    mine = data_of(await client.post(SESSIONS, json=FAST, headers=headers), 201)
    theirs = await client.post(SESSIONS, json=FAST, headers=headers | bob.headers)
    assert data_of(theirs, 201)["session"]["session_id"] != mine["session"]["session_id"]
    assert "repeated" not in meta_of(theirs)


async def test_a_request_that_was_not_valid_may_use_its_key_again(client: httpx.AsyncClient) -> None:
    headers = key()
    assert code_of(await client.post(SESSIONS, json={}, headers=headers)) is Code.VALIDATION
    assert data_of(await client.post(SESSIONS, json=FAST, headers=headers), 201)


async def test_without_a_key_each_request_is_a_command_of_its_own(client: httpx.AsyncClient) -> None:
    for name in ("Grace", "Ada", "Grace"):
        assert data_of(await client.patch(ME, json={"name": name}))
    assert await offsets(client) == [1, 2, 3]


async def test_a_key_that_is_no_uuid_is_refused(client: httpx.AsyncClient) -> None:
    for text in ("", "1", "not-a-uuid", "{8f6c2a4e-7d51-4b0e-9c3f-000000000000}"):
        response = await client.post(SESSIONS, json=FAST, headers={"Idempotency-Key": text})
        assert code_of(response) is Code.VALIDATION, text
        assert fields_of(response) == ["Idempotency-Key"], text
    assert await offsets(client) == []
