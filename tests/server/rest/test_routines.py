"""Routines over REST: kept, listed, shared and copied; and nobody reads another's but by its link."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from msgspec import json

from channels.errors import Code
from channels.workouts.ready import READY
from server.clock import new_id
from server.rest.envelope import write_cursor
from server.rest.routines.contracts import RoutineKey
from storage.routines import BEHIND
from tests.server.planning import POUNDS, SPRINTS, keep
from tests.server.rest.answers import code_of, data_of, error_of, fields_of, meta_of
from tests.server.rest.node import Person, RestNode

ROUTINES = "/api/v1/workouts/routines"
SHARED = f"{ROUTINES}/shared"
PLAN: Any = {"name": "Legs", "blocks": json.decode(json.encode((POUNDS, SPRINTS)))}
NO_LINK = "L" * 43


async def create(client: httpx.AsyncClient, name: str = "Legs") -> str:
    response = await client.post(ROUTINES, json={**PLAN, "name": name})
    return str(data_of(response, 201)["routine_id"])


async def show(client: httpx.AsyncClient, routine_id: str) -> Any:
    return data_of(await client.get(f"{ROUTINES}/{routine_id}"))


async def share(client: httpx.AsyncClient, routine_id: str) -> str:
    return str(data_of(await client.post(f"{ROUTINES}/{routine_id}/share"))["link"])


async def walk(client: httpx.AsyncClient, limit: int, **chosen: str) -> list[list[str]]:
    """Every page's names, by following the cursor."""
    pages = []
    cursor: dict[str, str] = {}
    while True:
        response = await client.get(ROUTINES, params={"limit": limit, **chosen, **cursor})
        pages.append([routine["name"] for routine in data_of(response)])
        pagination = response.json()["pagination"]
        if not pagination["has_more"]:
            assert pagination["cursor"] is None
            return pages
        cursor = {"cursor": pagination["cursor"]}


READY_NAMES = [routine.name for routine in READY.values()]


class TestList:
    async def test_one_s_own_come_first_the_last_changed_before_all(self, client: httpx.AsyncClient) -> None:
        first = await create(client, "A")
        await create(client, "B")
        assert data_of(await client.put(f"{ROUTINES}/{first}", json={**PLAN, "name": "A, heavy"}))
        assert await walk(client, 50) == [["A, heavy", "B", *READY_NAMES]]

    @pytest.mark.parametrize("limit", [1, 2, 3, 5])
    async def test_every_routine_is_on_one_page(self, client: httpx.AsyncClient, limit: int) -> None:
        for name in "ABC":
            await create(client, name)
        pages = await walk(client, limit)
        assert [name for page in pages for name in page] == ["C", "B", "A", *READY_NAMES]
        assert {len(page) for page in pages[:-1]} == {limit}
        assert pages[-1]

    async def test_the_ready_made_ones_can_be_left_out(self, client: httpx.AsyncClient) -> None:
        assert await walk(client, 10, ready="false") == [[]]
        await create(client)
        assert await walk(client, 1, ready="false") == [["Legs"]]

    async def test_a_routine_is_listed_as_it_is_shown(self, client: httpx.AsyncClient) -> None:
        routine_id = await create(client)
        listed = data_of(await client.get(ROUTINES))
        assert listed[0] == await show(client, routine_id)
        assert listed[1] == await show(client, "tabata") == json.decode(json.encode(READY["tabata"]))

    async def test_another_s_cursor_shows_only_one_s_own(
        self, client: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        await create(client)
        for key in (RoutineKey(), RoutineKey(*BEHIND, 1000)):
            params = {"cursor": write_cursor(key), "ready": "false"}
            assert data_of(await stranger.get(ROUTINES, params=params)) == []

    @pytest.mark.parametrize("cursor", ["page-2", write_cursor(RoutineKey(*BEHIND, -1))])
    async def test_a_cursor_that_is_none_is_refused(self, client: httpx.AsyncClient, cursor: str) -> None:
        assert fields_of(await client.get(ROUTINES, params={"cursor": cursor})) == ["cursor"]


class TestKeep:
    async def test_what_was_created_is_shown_as_it_was_said(
        self, client: httpx.AsyncClient, ada: Person
    ) -> None:
        created = await client.post(ROUTINES, json={**PLAN, "note": "Slowly."})
        routine_id = data_of(created, 201)["routine_id"]
        assert meta_of(created)["positions"] == {ada.topic: 1}
        shown = await show(client, routine_id)
        assert (shown["name"], shown["note"], shown["blocks"]) == ("Legs", "Slowly.", PLAN["blocks"])
        assert shown["origin"] == {"kind": "own"}

    async def test_an_idempotency_key_keeps_one(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": str(uuid4())}
        first, again = [await client.post(ROUTINES, json=PLAN, headers=headers) for _ in range(2)]
        assert data_of(first, 201) == data_of(again, 201)
        assert meta_of(again)["repeated"]
        assert await walk(client, 10, ready="false") == [["Legs"]]

    async def test_a_change_of_a_ready_made_one_is_a_copy(self, client: httpx.AsyncClient) -> None:
        copied = data_of(await client.put(f"{ROUTINES}/tabata", json={**PLAN, "name": "Mine"}))
        shown = await show(client, copied["routine_id"])
        assert shown["origin"] == {"kind": "ready", "of": "tabata"}
        assert shown["source"] == READY["tabata"].source
        assert (await show(client, "tabata"))["name"] == "Tabata"

    async def test_a_change_of_a_shared_one_is_a_copy_with_its_author(
        self, client: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        routine_id = await create(client)
        link = await share(client, routine_id)
        copied = data_of(await stranger.put(f"{ROUTINES}/{link}", json={**PLAN, "name": "Mine"}))
        assert (await show(stranger, copied["routine_id"]))["origin"] == {"kind": "shared", "of": "Ada"}
        assert (await show(client, routine_id))["name"] == "Legs"

    async def test_a_new_one_may_be_named_by_a_uuid(self, client: httpx.AsyncClient) -> None:
        mine = str(new_id())
        for _ in range(2):
            assert data_of(await client.put(f"{ROUTINES}/{mine}", json=PLAN)) == {"routine_id": mine}
        assert await walk(client, 10, ready="false") == [["Legs"]]

    async def test_where_it_came_from_may_be_said(self, client: httpx.AsyncClient) -> None:
        for field, value, kind in (("turn", "turn-7", "coach"), ("source", "strong", "imported")):
            routine_id = data_of(await client.post(ROUTINES, json={**PLAN, field: value}), 201)["routine_id"]
            assert (await show(client, routine_id))["origin"] == {"kind": kind, "of": value}

    async def test_what_is_misspelt_or_cannot_be_is_refused(self, client: httpx.AsyncClient) -> None:
        assert fields_of(await client.post(ROUTINES, json={**PLAN, "blocs": []})) == ["blocs"]
        assert fields_of(await client.post(ROUTINES, json={**PLAN, "routine_id": "tabata"})) == ["routine_id"]
        heavy = {"by": "mass", "mass": {"value": "1e9", "unit": "kg"}}
        squat = {"exercise_id": "own:Squat", "sets": [{"load": heavy}]}
        answer = await client.post(
            ROUTINES, json={**PLAN, "blocks": [{"type": "sets", "exercises": [squat]}]}
        )
        assert fields_of(answer) == ["blocks.0.exercises.0.sets.0.load.mass.value"]


class TestDelete:
    async def test_a_deleted_one_is_gone(self, client: httpx.AsyncClient, ada: Person) -> None:
        routine_id = await create(client)
        deleted = await client.delete(f"{ROUTINES}/{routine_id}")
        assert data_of(deleted) == {"routine_id": routine_id}
        assert meta_of(deleted)["positions"] == {ada.topic: 2}
        for answer in (
            await client.get(f"{ROUTINES}/{routine_id}"),
            await client.delete(f"{ROUTINES}/{routine_id}"),
            await client.post(f"{ROUTINES}/{routine_id}/share"),
        ):
            assert code_of(answer) is Code.NO_SUCH_ROUTINE

    async def test_a_ready_made_one_cannot_be_deleted(self, client: httpx.AsyncClient) -> None:
        assert code_of(await client.delete(f"{ROUTINES}/tabata")) is Code.NO_SUCH_ROUTINE
        assert (await show(client, "tabata"))["name"] == "Tabata"


class TestShare:
    async def test_a_link_opens_the_routine_as_it_is_now(
        self, client: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        routine_id = await create(client)
        link = await share(client, routine_id)
        assert (await show(client, routine_id))["link"] == link
        assert data_of(await client.put(f"{ROUTINES}/{routine_id}", json={**PLAN, "name": "Changed"}))
        opened = data_of(await stranger.get(f"{SHARED}/{link}"))
        assert (opened["name"], opened["blocks"]) == ("Changed", PLAN["blocks"])
        assert opened["origin"] == {"kind": "shared", "of": "Ada"}
        assert opened["routine_id"] == link
        assert routine_id not in str(opened)

    async def test_a_copy_is_one_s_own(self, client: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
        routine_id = await create(client)
        link = await share(client, routine_id)
        copied = data_of(await stranger.post(f"{SHARED}/{link}"), 201)["routine_id"]
        assert data_of(await client.delete(f"{ROUTINES}/{routine_id}"))
        mine = await show(stranger, copied)
        assert (mine["name"], mine["origin"]) == ("Legs", {"kind": "shared", "of": "Ada"})
        assert "link" not in mine

    async def test_a_withdrawn_link_opens_nothing(
        self, client: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        routine_id = await create(client)
        link = await share(client, routine_id)
        withdrawn = data_of(await client.delete(f"{ROUTINES}/{routine_id}/share"))
        assert withdrawn == {"routine_id": routine_id}
        never = [await request(stranger, NO_LINK) for request in OPENINGS]
        for asked, other in zip([await request(stranger, link) for request in OPENINGS], never, strict=True):
            assert code_of(asked) is Code.NO_SUCH_ROUTINE
            assert error_of(asked) == error_of(other)

    @pytest.mark.parametrize("link", [NO_LINK, "short", "%00" * 43, "%FF", "L" * 5000, "🥊"])
    async def test_what_is_no_link_opens_nothing(self, client: httpx.AsyncClient, link: str) -> None:
        for request in OPENINGS:
            assert code_of(await request(client, link)) is Code.NO_SUCH_ROUTINE


async def _open(client: httpx.AsyncClient, link: str) -> httpx.Response:
    return await client.get(f"{SHARED}/{link}")


async def _copy(client: httpx.AsyncClient, link: str) -> httpx.Response:
    return await client.post(f"{SHARED}/{link}")


async def _change(client: httpx.AsyncClient, link: str) -> httpx.Response:
    return await client.put(f"{ROUTINES}/{link}", json=PLAN)


OPENINGS = (_open, _copy, _change)


async def test_nobody_reads_or_changes_another_s_routine_nor_learns_of_it(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    routine_id = await create(client)
    link = await share(client, routine_id)
    before = await show(client, routine_id)
    for theirs in (routine_id, link):
        assert code_of(await stranger.get(f"{ROUTINES}/{theirs}")) is Code.NO_SUCH_ROUTINE
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/share"), ("DELETE", "/share")):
        asked = [await stranger.request(method, f"{ROUTINES}/{one}{path}") for one in (routine_id, new_id())]
        assert [code_of(answer) for answer in asked] == [Code.NO_SUCH_ROUTINE] * 2
        assert error_of(asked[0]) == error_of(asked[1])
    assert await walk(stranger, 50, ready="false") == [[]]
    assert await show(client, routine_id) == before


async def test_the_socket_and_rest_tell_of_the_same_routine(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    mine = new_id()
    assert (await node.give(ada, keep(mine))).refusal is None
    (event,) = data_of(await client.get("/api/v1/events"))
    assert event["data"]["routine"] == await show(client, str(mine))
