"""What is a person's own in exercises over REST; exercises listed; and nobody reads another's."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels.errors import Code
from server.rest.envelope import write_cursor
from server.rest.workouts.mine_contracts import ExerciseKey
from server.search.engine import Engine
from tests.channels.workouts.own_facts import SLED, marking, saving, telling
from tests.searching import shipped_engine
from tests.server.rest.answers import code_of, data_of, error_of, fields_of, meta_of
from tests.server.rest.node import Person, RestNode

EXERCISES = "/api/v1/workouts/exercises"
PROFILE = "/api/v1/workouts/profile"
OWN = f"{EXERCISES}/{SLED}"
CURL = f"{EXERCISES}/Barbell_Curl"
TEXT: Any = {
    "name": "Sled push",
    "category": "strongman",
    "equipment": ["sled"],
    "primary_muscles": ["quadriceps"],
}
NOTHING = {"favourite": False, "disliked": False, "note": ""}

pytestmark = pytest.mark.xdist_group("search")


@pytest.fixture(autouse=True)
def engine() -> Engine:
    """Made before anybody asks, and waits for it."""
    return shipped_engine()


async def listed(client: httpx.AsyncClient, **asked: str | int) -> list[Any]:
    """Every page's exercises, by following the cursor."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        response = await client.get(EXERCISES, params={"limit": 100, **asked, **cursor})
        page = data_of(response)
        found += page
        pagination = response.json()["pagination"]
        if not pagination["has_more"]:
            assert pagination["cursor"] is None
            return found
        assert len(page) == asked.get("limit", 100)
        cursor = {"cursor": pagination["cursor"]}


def ids(found: list[Any]) -> list[str]:
    return [one["exercise_id"] for one in found]


class TestList:
    async def test_all_of_the_library_and_one_s_own_are_listed_once_in_order(
        self, client: httpx.AsyncClient, engine: Engine
    ) -> None:
        assert data_of(await client.post(EXERCISES, json=TEXT), 201)
        found = await listed(client)
        library = [one.exercise_id for one in engine.shelf.library.exercises]
        assert ids(found) == sorted([*library, SLED])
        assert {one["library"] for one in found} == {"free-exercise-db", "own"}

    async def test_filters_hold_and_names_are_believed_before_labels(self, client: httpx.AsyncClient) -> None:
        found = await listed(
            client, equipment="Machine", level="beginner", category="strength", muscles="quadriceps,lats"
        )
        assert found
        assert all(one["level"] == "beginner" and one["category"] == "strength" for one in found)
        assert all({"quadriceps", "lats"} & set(one["primary_muscles"]) for one in found)
        smith = [one for one in await listed(client, equipment="machine") if "Smith" in one["name"]]
        assert "barbell" in {label for one in smith for label in one["equipment"]}
        assert not [one for one in await listed(client, equipment="barbell") if "Smith" in one["name"]]

    async def test_pages_go_on_behind_the_last(self, client: httpx.AsyncClient) -> None:
        assert await listed(client, muscles="neck", limit=3) == await listed(client, muscles="neck")

    async def test_one_s_own_are_filtered_by_their_own_words_too(self, client: httpx.AsyncClient) -> None:
        assert fields_of(await client.get(EXERCISES, params={"equipment": "sled"})) == ["equipment"]
        assert data_of(await client.post(EXERCISES, json=TEXT), 201)
        assert ids(await listed(client, equipment="sled")) == [SLED]

    async def test_those_are_listed_that_one_thinks_something_of(self, client: httpx.AsyncClient) -> None:
        assert data_of(await client.post(EXERCISES, json=TEXT), 201)
        assert data_of(await client.put(f"{CURL}/mine", json={"favourite": True, "note": "Slow"}))
        assert data_of(await client.put(f"{OWN}/mine", json={"disliked": True}))
        assert data_of(await client.put(f"{EXERCISES}/own:Never kept/mine", json={"favourite": True}))
        (liked,) = await listed(client, mine="favourite")
        assert liked["exercise_id"] == "Barbell_Curl"
        assert liked["mine"] == {"favourite": True, "disliked": False, "note": "Slow"}
        assert ids(await listed(client, mine="noted")) == ["Barbell_Curl"]
        assert ids(await listed(client, mine="disliked")) == ids(await listed(client, mine="own")) == [SLED]
        assert await listed(client, mine="own", category="cardio") == []

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ({"cursor": "page-2"}, "cursor"),
            ({"limit": "101"}, "limit"),
            ({"mine": "hers"}, "mine"),
            ({"level": "easy"}, "level"),
            ({"muscles": ","}, "muscles"),
            ({"name": "curl"}, "name"),
        ],
    )
    async def test_what_cannot_be_asked_is_refused_by_its_field(
        self, client: httpx.AsyncClient, asked: dict[str, str], field: str
    ) -> None:
        assert fields_of(await client.get(EXERCISES, params=asked)) == [field]

    async def test_the_longest_id_makes_a_cursor_that_is_taken(self, client: httpx.AsyncClient) -> None:
        cursor = write_cursor(ExerciseKey("own:" + "🥊" * 116))
        assert ids(data_of(await client.get(EXERCISES, params={"cursor": cursor}))) == []


class TestOwn:
    async def test_what_was_added_is_shown_as_it_was_said(
        self, client: httpx.AsyncClient, ada: Person
    ) -> None:
        created = await client.post(EXERCISES, json={**TEXT, "instructions": ["Push."], "level": "expert"})
        assert data_of(created, 201) == {"exercise_id": SLED}
        assert meta_of(created)["positions"] == {ada.topic: 1}
        shown = data_of(await client.get(OWN))
        assert {name: shown[name] for name in TEXT} == TEXT
        assert (shown["library"], shown["instructions"], shown["level"]) == ("own", ["Push."], "expert")

    async def test_an_idempotency_key_adds_one(self, client: httpx.AsyncClient) -> None:
        headers = {"Idempotency-Key": str(uuid4())}
        first, again = [await client.post(EXERCISES, json=TEXT, headers=headers) for _ in range(2)]
        assert data_of(first, 201) == data_of(again, 201)
        assert meta_of(again)["repeated"]

    async def test_a_change_keeps_the_id_also_under_another_name(self, client: httpx.AsyncClient) -> None:
        assert data_of(await client.post(EXERCISES, json=TEXT), 201)
        assert data_of(await client.put(OWN, json={"name": "Prowler"})) == {"exercise_id": SLED}
        shown = data_of(await client.get(OWN))
        assert (shown["name"], shown["category"], shown["equipment"]) == ("Prowler", "strength", [])
        assert ids(await listed(client, mine="own")) == [SLED]

    async def test_a_new_one_may_be_named_by_its_id(self, client: httpx.AsyncClient) -> None:
        assert data_of(await client.put(OWN, json=TEXT)) == {"exercise_id": SLED}
        assert data_of(await client.get(OWN))["name"] == "Sled push"

    async def test_a_deleted_one_is_gone_and_deleting_it_again_changes_nothing(
        self, client: httpx.AsyncClient, ada: Person
    ) -> None:
        assert data_of(await client.post(EXERCISES, json=TEXT), 201)
        deleted, again = [await client.delete(OWN) for _ in range(2)]
        assert data_of(deleted) == data_of(again) == {"exercise_id": SLED}
        assert meta_of(deleted)["positions"] == {ada.topic: 2}
        assert "positions" not in meta_of(again)
        assert code_of(await client.get(OWN)) is Code.UNKNOWN_EXERCISE
        assert await listed(client, mine="own") == []

    async def test_what_is_of_a_library_is_neither_changed_nor_deleted(
        self, client: httpx.AsyncClient
    ) -> None:
        for answer in (await client.put(CURL, json=TEXT), await client.delete(CURL)):
            assert code_of(answer) is Code.UNKNOWN_EXERCISE

    async def test_what_is_misspelt_or_too_long_is_refused(self, client: httpx.AsyncClient) -> None:
        assert fields_of(await client.post(EXERCISES, json={**TEXT, "muscles": []})) == ["muscles"]
        assert fields_of(await client.post(EXERCISES, json={**TEXT, "name": "x" * 101})) == ["name"]
        much = {**TEXT, "instructions": ["x" * 1000] * 9}
        assert fields_of(await client.post(EXERCISES, json=much)) == ["instructions"]


class TestOpinion:
    async def test_what_is_said_is_shown_and_all_of_it_is_said_anew(
        self, client: httpx.AsyncClient, ada: Person
    ) -> None:
        assert data_of(await client.get(f"{CURL}/mine")) == NOTHING
        said = await client.put(f"{CURL}/mine", json={"favourite": True, "note": "Slow"})
        assert data_of(said) == {"exercise_id": "Barbell_Curl"}
        assert meta_of(said)["positions"] == {ada.topic: 1}
        assert data_of(await client.get(f"{CURL}/mine")) == {**NOTHING, "favourite": True, "note": "Slow"}
        assert data_of(await client.put(f"{CURL}/mine", json={"disliked": True}))
        assert data_of(await client.get(f"{CURL}/mine")) == {**NOTHING, "disliked": True}

    async def test_liked_and_disliked_exclude_each_other(self, client: httpx.AsyncClient) -> None:
        both = {"favourite": True, "disliked": True}
        assert fields_of(await client.put(f"{CURL}/mine", json=both)) == ["disliked"]


@pytest.mark.parametrize("exercise_id", ["Flying", "%00", "own:%00", "own:", "x" * 201, "%FF"])
async def test_what_is_no_exercise_is_not_found(client: httpx.AsyncClient, exercise_id: str) -> None:
    path = f"{EXERCISES}/{exercise_id}"
    for answer in (
        await client.get(path),
        await client.put(path, json=TEXT),
        await client.delete(path),
        await client.get(f"{path}/mine"),
        await client.put(f"{path}/mine", json={}),
    ):
        assert code_of(answer) is Code.UNKNOWN_EXERCISE


class TestProfile:
    async def test_the_whole_profile_is_said_anew_each_time(
        self, client: httpx.AsyncClient, ada: Person
    ) -> None:
        assert data_of(await client.get(PROFILE)) == {"profile": {}}
        told = {"equipment": ["rings", "band", "rings"], "limits": ["knee"], "level": "expert"}
        answer = await client.put(PROFILE, json=told)
        assert meta_of(answer)["positions"] == {ada.topic: 1}
        assert (
            data_of(answer)
            == data_of(await client.get(PROFILE))
            == {"profile": {**told, "equipment": ["band", "rings"]}}
        )
        assert data_of(await client.put(PROFILE, json={"equipment": []})) == {"profile": {"equipment": []}}

    async def test_what_is_not_known_is_refused_by_its_field(self, client: httpx.AsyncClient) -> None:
        for field, value in (("equipment", ["body"]), ("limits", ["low_impact"])):
            assert fields_of(await client.put(PROFILE, json={field: value})) == [f"{field}[0]"]
        assert fields_of(await client.put(PROFILE, json={"level": "god"})) == ["level"]


async def test_nobody_sees_or_changes_what_is_another_s_nor_learns_of_it(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    assert data_of(await client.post(EXERCISES, json=TEXT), 201)
    assert data_of(await client.put(f"{OWN}/mine", json={"favourite": True, "note": "Mine"}))
    assert data_of(await client.put(PROFILE, json={"limits": ["hernia"]}))
    nobodys = OWN.replace("Sled", "Nobody's")
    theirs, others = await stranger.get(OWN), await stranger.get(nobodys)
    assert code_of(theirs) is Code.UNKNOWN_EXERCISE
    assert error_of(theirs) == error_of(others)
    assert data_of(await stranger.get(f"{OWN}/mine")) == NOTHING
    assert data_of(await stranger.get(PROFILE)) == {"profile": {}}
    for mine in ("own", "favourite", "noted"):
        assert await listed(stranger, mine=mine) == []
    assert SLED not in ids(await listed(stranger, muscles="quadriceps"))
    changes: tuple[tuple[str, str, Any], ...] = (
        ("DELETE", OWN, {}),
        ("PUT", OWN, {"name": "Bob's"}),
        ("PUT", f"{OWN}/mine", {}),
        ("PUT", PROFILE, {}),
    )
    for method, path, body in changes:
        assert data_of(await stranger.request(method, path, json=body))
    assert data_of(await client.get(OWN))["name"] == "Sled push"
    assert data_of(await client.get(f"{OWN}/mine"))["note"] == "Mine"
    assert data_of(await client.get(PROFILE)) == {"profile": {"limits": ["hernia"]}}


async def test_nobody_is_answered_without_a_token(anybody: httpx.AsyncClient) -> None:
    for path in (EXERCISES, OWN, f"{OWN}/mine", PROFILE):
        assert code_of(await anybody.get(path)) is Code.TOKEN_INVALID


async def test_the_socket_and_rest_tell_of_the_same(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    for command in (saving(), marking("Barbell_Curl", note="Slow"), telling(equipment=())):
        assert (await node.give(ada, command)).refusal is None
    saved, marked, told = data_of(await client.get("/api/v1/events"))
    shown = data_of(await client.get(OWN))
    assert saved["data"]["exercise"]["name"] == shown["name"]
    assert marked["data"]["mark"]["note"] == data_of(await client.get(f"{CURL}/mine"))["note"]
    assert told["data"]["profile"] == data_of(await client.get(PROFILE))["profile"]
