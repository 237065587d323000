from typing import Any

import httpx

from channels.errors import Code
from channels.wire.envelope import UserId
from channels.wire.fasting import FastingStart, FastingStartData
from server.clock import new_id
from tests.schema import check_server_frame
from tests.server.rest.answers import code_of, data_of, error_of, meta_of
from tests.server.rest.node import Person, RestNode

EVENTS = "/api/v1/events"


async def test_the_log_is_read_as_the_socket_sends_it(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    await node.fast(ada)
    response = await client.get(EVENTS, params={"topic": ada.topic, "after": 0})
    events = data_of(response)
    assert [(event["offset"], event["type"]) for event in events] == [
        (1, "fasting:started"),
        (2, "fasting:ended"),
    ]
    for event in events:
        check_server_frame(httpx.Response(200, json=event).text)
    assert meta_of(response)["positions"] == {ada.topic: 2}
    assert meta_of(response)["epoch"] == "1"


async def test_ones_own_topic_needs_no_name(client: httpx.AsyncClient, node: RestNode, ada: Person) -> None:
    await node.fast(ada)
    named = await client.get(EVENTS, params={"topic": ada.topic})
    assert data_of(await client.get(EVENTS)) == data_of(named)


async def test_an_empty_log_is_an_empty_page(client: httpx.AsyncClient, ada: Person) -> None:
    response = await client.get(EVENTS, params={"after": 0})
    assert data_of(response) == []
    assert response.json()["pagination"] == {"cursor": None, "has_more": False}
    assert meta_of(response)["positions"] == {ada.topic: 0}


async def test_following_the_cursor_gives_every_event_once_in_order(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    for _ in range(3):
        await node.fast(ada)
    seen: list[int] = []
    page: dict[str, Any] = {"limit": 4}
    while True:
        response = await client.get(EVENTS, params=page)
        seen += [event["offset"] for event in data_of(response)]
        pagination = response.json()["pagination"]
        if not pagination["has_more"]:
            break
        await node.give(ada, FastingStart(id=1, data=FastingStartData(protocol_id="16:8")))
        page["after"] = pagination["cursor"]
    assert seen == list(range(1, 8))


async def test_a_position_beyond_the_newest_event_is_told_the_newest(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    await node.fast(ada)
    assert data_of(await client.get(EVENTS, params={"after": 2})) == []
    error = error_of(await client.get(EVENTS, params={"after": 3}))
    assert error["code"] == Code.NOT_FOUND
    assert error["details"][0]["value"] == 2


async def test_events_that_are_not_kept_any_more_are_never_left_out_in_silence(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    await node.fast(ada)
    await node.fast(ada)
    await node.execute('DELETE FROM events WHERE topic = $1 AND "offset" <= 2', ada.topic)
    error = error_of(await client.get(EVENTS, params={"after": 1}))
    assert error["code"] == Code.NOT_FOUND
    assert error["details"][0]["value"] == 2
    for oldest in ({"after": 2}, {}):
        response = await client.get(EVENTS, params=oldest)
        assert [event["offset"] for event in data_of(response)] == [3, 4]
    await node.execute("DELETE FROM events WHERE topic = $1", ada.topic)
    assert code_of(await client.get(EVENTS, params={"after": 3})) is Code.NOT_FOUND
    assert data_of(await client.get(EVENTS, params={"after": 4})) == []


async def test_an_event_of_a_newer_node_passes(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    await node.fast(ada)
    newer = b'{"type":"future:event","topic":"x","at":"2030-01-01T00:00:00Z","data":{}}'
    await node.execute('UPDATE events SET body = $2 WHERE topic = $1 AND "offset" = 2', ada.topic, newer)
    assert [event["type"] for event in data_of(await client.get(EVENTS))] == [
        "fasting:started",
        "future:event",
    ]


async def test_a_topic_of_somebody_else_answers_like_one_that_does_not_exist(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    bob = await node.person("Bob")
    await node.fast(bob)
    answers = [
        await client.get(EVENTS, params={"topic": topic, "after": 0})
        for topic in (bob.topic, f"user:{UserId(new_id())}", "user:", "workout:1", f"{ada.topic} ")
    ]
    assert {code_of(answer) for answer in answers} == {Code.NOT_FOUND}
    assert len({str(error_of(answer)) for answer in answers}) == 1
