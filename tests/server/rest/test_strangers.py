"""What is one person's is nobody else's, and nobody learns whether it exists."""

import httpx

from channels.errors import Code
from channels.wire.fasting import FastingStart, FastingStartData
from server.clock import new_id
from server.rest.envelope import write_cursor
from server.rest.fasting.contracts import HistoryKey
from tests.server.rest.answers import code_of, data_of, error_of
from tests.server.rest.node import Person, RestNode

SESSIONS = "/api/v1/fasting/sessions"


async def test_a_stranger_sees_no_fast(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    await node.fast(ada)
    await node.give(ada, FastingStart(id=1, data=FastingStartData(protocol_id="16:8")))
    mine = data_of(await client.get(f"{SESSIONS}/history"))
    assert len(mine) == 2
    assert data_of(await stranger.get(f"{SESSIONS}/current")) == {"session": None}
    assert data_of(await stranger.get(f"{SESSIONS}/history")) == []


async def test_anothers_cursor_shows_only_ones_own(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    for _ in range(3):
        await node.fast(ada)
    page = await client.get(f"{SESSIONS}/history", params={"limit": 1})
    cursor = page.json()["pagination"]["cursor"]
    assert data_of(await stranger.get(f"{SESSIONS}/history", params={"cursor": cursor})) == []
    made_up = write_cursor(HistoryKey(node.stores.clock.now(), ada.user_id))
    assert data_of(await stranger.get(f"{SESSIONS}/history", params={"cursor": made_up})) == []


async def test_a_stranger_cannot_end_a_fast_nor_learn_of_it(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    fast = data_of(await client.post(SESSIONS, json={"protocol_id": "16:8"}), 201)["session"]
    theirs = await stranger.post(f"{SESSIONS}/{fast['session_id']}/end")
    nobodys = await stranger.post(f"{SESSIONS}/{new_id()}/end")
    assert code_of(theirs) is Code.NO_SUCH_FAST
    assert error_of(theirs) == error_of(nobodys)
    assert data_of(await client.get(f"{SESSIONS}/current")) == {"session": fast}


async def test_a_stranger_sees_only_themselves(stranger: httpx.AsyncClient, ada: Person) -> None:
    shown = data_of(await stranger.get("/api/v1/users/me"))
    assert shown["person"]["name"] == "Bob"
    assert str(ada.user_id) not in str(shown)
