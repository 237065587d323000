from typing import Any

import httpx
import msgspec

from channels.errors import Code
from channels.fasting.protocols import PROTOCOLS
from channels.wire.fasting import FastingStart, FastingStartData
from server.clock import new_id
from tests.server.rest.answers import code_of, data_of, error_of, meta_of
from tests.server.rest.node import Person, RestNode

FASTING = "/api/v1/fasting"
SESSIONS = f"{FASTING}/sessions"
CURRENT = f"{SESSIONS}/current"


async def start(client: httpx.AsyncClient, protocol_id: str = "16:8") -> Any:
    return data_of(await client.post(SESSIONS, json={"protocol_id": protocol_id}), 201)["session"]


async def test_the_protocols_are_listed_from_the_gentlest_on(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{FASTING}/protocols")
    shown = [protocol["protocol_id"] for protocol in data_of(response)]
    assert shown == ["12:12", "14:10", "16:8", "18:6", "20:4", "OMAD"]
    assert response.json()["pagination"] == {"cursor": None, "has_more": False, "total": 6}


async def test_a_protocol_is_found_by_its_id_as_people_write_it(client: httpx.AsyncClient) -> None:
    for protocol_id, protocol in PROTOCOLS.items():
        shown = data_of(await client.get(f"{FASTING}/protocols/{protocol_id}"))
        assert shown == msgspec.to_builtins(protocol)
        assert shown["fasting_hours"] + shown["eating_hours"] == 24


async def test_an_unknown_protocol_is_not_found(client: httpx.AsyncClient) -> None:
    for protocol_id in ("9:15", "omad", "16%3A9", "%00", "🥊"):
        assert code_of(await client.get(f"{FASTING}/protocols/{protocol_id}")) is Code.UNKNOWN_PROTOCOL
    started = await client.post(SESSIONS, json={"protocol_id": "9:15"})
    assert error_of(started)["details"][0]["value"] == "9:15"


async def test_a_fast_is_started_shown_and_ended(client: httpx.AsyncClient, ada: Person) -> None:
    assert data_of(await client.get(CURRENT)) == {"session": None}
    started = await client.post(SESSIONS, json={"protocol_id": "16:8"})
    fast = data_of(started, 201)["session"]
    assert fast["status"] == "active"
    assert meta_of(started)["positions"] == {ada.topic: 1}
    assert data_of(await client.get(CURRENT)) == {"session": fast}

    ended = await client.post(f"{SESSIONS}/{fast['session_id']}/end")
    assert data_of(ended)["session"]["status"] == "ended"
    assert data_of(ended)["session"]["outcome"] == "early"
    assert meta_of(ended)["positions"] == {ada.topic: 2}
    assert data_of(await client.get(CURRENT)) == {"session": None}


async def test_a_second_start_is_told_of_the_running_fast(client: httpx.AsyncClient) -> None:
    running = await start(client)
    error = error_of(await client.post(SESSIONS, json={"protocol_id": "18:6"}))
    assert error["code"] == Code.FAST_ACTIVE
    assert error["details"][0]["value"] == running


async def test_a_fast_that_was_ended_or_never_was_cannot_be_ended(client: httpx.AsyncClient) -> None:
    fast = await start(client)
    assert data_of(await client.post(f"{SESSIONS}/{fast['session_id']}/end"))
    for session_id in (fast["session_id"], new_id()):
        assert code_of(await client.post(f"{SESSIONS}/{session_id}/end")) is Code.NO_SUCH_FAST


async def test_a_fast_at_its_target_runs_on_until_it_is_ended(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    fast = await start(client)
    await node.complete(ada)
    shown = data_of(await client.get(CURRENT))["session"]
    assert shown["status"] == "completed"
    assert shown["target_reached_at"] == fast["target_end_at"]


async def test_the_socket_and_rest_tell_of_the_same_fast(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    outcome = await node.give(ada, FastingStart(id=1, data=FastingStartData(protocol_id="OMAD")))
    assert data_of(await client.get(CURRENT)) == msgspec.json.decode(outcome.answer.data or b"")
