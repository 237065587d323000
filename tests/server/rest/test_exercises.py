"""Exercises over REST, as an app finds them for somebody who types."""

from typing import Any

import httpx
import pytest

from channels.errors import Code
from channels.wire.workout import DoneSet
from channels.wire.workout_commands import WorkoutSetLog, WorkoutSetLogData, WorkoutStart, WorkoutStartData
from retrieval.importers.reading import SHIPPED, read
from server.libraries import take
from server.search.answers import LONGEST_QUERY
from server.search.engine import Engine
from tests.searching import shipped_engine
from tests.server.rest.answers import code_of, data_of, error_of, fields_of
from tests.server.rest.node import METRICS_TOKEN, Person, RestNode

SEARCH = "/api/v1/workouts/exercises/search"
CURL = "/api/v1/workouts/exercises/Barbell_Curl"

pytestmark = pytest.mark.xdist_group("search")


@pytest.fixture(autouse=True)
def engine() -> Engine:
    """Made before anybody asks, and waits for it."""
    return shipped_engine()


async def found(client: httpx.AsyncClient, q: str, **asked: str | int) -> list[Any]:
    results: list[Any] = data_of(await client.get(SEARCH, params={"q": q, **asked}))["results"]
    return results


async def test_what_is_not_wanted_is_not_among_what_is_found_and_each_says_why(
    client: httpx.AsyncClient,
) -> None:
    results = await found(client, "biceps but not with dumbbells")
    assert len(results) == 10
    assert all("dumbbell" not in one["equipment"] for one in results)
    assert all("works the biceps" in one["why"] for one in results)
    assert {one["library"] for one in results} == {"free-exercise-db"}


async def test_filters_hold_whatever_is_asked(client: httpx.AsyncClient) -> None:
    results = await found(
        client,
        "barbell back squat",
        equipment="dumbbell, Body Only",
        muscles="quadriceps",
        level="beginner",
        category="strength",
        limit=50,
    )
    assert results
    for one in results:
        assert set(one["equipment"]) <= {"dumbbell", "body only"}
        assert one["muscles"] == ["quadriceps"]
        assert (one["level"], one["category"]) == ("beginner", "strength")


async def test_wishes_that_gave_way_are_named(client: httpx.AsyncClient) -> None:
    asked = {"q": "without a barbell", "category": "powerlifting"}
    few = data_of(await client.get(SEARCH, params={**asked, "limit": "1"}))
    many = data_of(await client.get(SEARCH, params={**asked, "limit": "50"}))
    assert few["relaxed"] == []
    assert len(many["relaxed"]) == 1
    assert len(many["results"]) > len(few["results"])


@pytest.mark.parametrize("field", ["equipment", "muscles", "level", "category"])
async def test_a_value_that_no_exercise_has_is_refused_with_what_there_is(
    client: httpx.AsyncClient, engine: Engine, field: str
) -> None:
    error = error_of(await client.get(SEARCH, params={"q": "rows", field: "beginner,dumbells"}))
    (detail,) = error["details"]
    assert detail["field"] == field
    assert all(value in detail["message"] for value in engine.known[field].values())


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "x" * (LONGEST_QUERY + 1)}, "q"),
        ({"q": "rows", "limit": "0"}, "limit"),
        ({"q": "rows", "limit": "51"}, "limit"),
        ({"q": "rows", "muscles": " , "}, "muscles"),
        ({"q": "rows", "muscle": "lats"}, "muscle"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field(
    client: httpx.AsyncClient, asked: dict[str, str], field: str
) -> None:
    assert fields_of(await client.get(SEARCH, params=asked)) == [field]


async def test_a_question_may_be_as_long_as_is_said(client: httpx.AsyncClient) -> None:
    assert await found(client, ("curl " * LONGEST_QUERY)[:LONGEST_QUERY])


async def test_nobody_finds_or_sees_anything_without_a_token(anybody: httpx.AsyncClient) -> None:
    assert code_of(await anybody.get(SEARCH, params={"q": "rows"})) is Code.TOKEN_INVALID
    assert code_of(await anybody.get(CURL)) is Code.TOKEN_INVALID


async def test_every_exercise_that_is_found_can_be_shown(client: httpx.AsyncClient) -> None:
    for one in await found(client, "face pull", limit=3):
        shown = data_of(await client.get(f"/api/v1/workouts/exercises/{one['exercise_id']}"))
        assert (shown["name"], shown["equipment"]) == (one["name"], one["equipment"])
        assert shown["instructions"]


async def test_an_exercise_of_an_imported_library_is_shown_with_its_licence(
    client: httpx.AsyncClient, node: RestNode
) -> None:
    rows = read(SHIPPED.read_bytes())
    rows = type(rows)(
        format=rows.format,
        taken=tuple(one for one in rows.taken if one.exercise.exercise_id == "Barbell_Curl"),
        refused=(),
    )
    await take(node.stores.database, "mine", rows)
    try:
        shown = data_of(await client.get(CURL))
        assert (shown["library"], shown["licence"]) == ("mine", "public domain (Unlicense)")
        assert code_of(await client.get(CURL.replace("Curl", "Row"))) is Code.UNKNOWN_EXERCISE
    finally:
        await node.execute("DELETE FROM library_exercises")
        await node.execute("DELETE FROM libraries")


@pytest.mark.parametrize("exercise_id", ["Flying", "%00", "x" * 201])
async def test_what_is_in_no_library_is_not_found(client: httpx.AsyncClient, exercise_id: str) -> None:
    assert code_of(await client.get(f"/api/v1/workouts/exercises/{exercise_id}")) is Code.UNKNOWN_EXERCISE


class TestForTheOperator:
    async def asked(self, client: httpx.AsyncClient, token: str, **asked: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await client.get("/admin/exercises/search", params={"q": "rows", **asked}, headers=headers)

    async def test_the_token_of_the_metrics_opens_it_and_a_persons_does_not(
        self, anybody: httpx.AsyncClient, node: RestNode
    ) -> None:
        assert data_of(await self.asked(anybody, METRICS_TOKEN))["results"]
        assert code_of(await self.asked(anybody, (await node.person()).token)) is Code.TOKEN_INVALID

    async def test_it_answers_for_the_library_that_search_uses_alone(
        self, anybody: httpx.AsyncClient
    ) -> None:
        used = await self.asked(anybody, METRICS_TOKEN, library="free-exercise-db")
        assert data_of(used)["results"]
        assert code_of(await self.asked(anybody, METRICS_TOKEN, library="wger")) is Code.NOT_FOUND


class TestWhoAsks:
    async def test_what_hurts_is_never_found(
        self, node: RestNode, client: httpx.AsyncClient, ada: Person
    ) -> None:
        await profile(node, ada, limits=["knee"])
        results = await found(client, "lunges and squats", limit=50)
        assert results
        assert all("spares the knees" in one["why"] for one in results)
        assert not [one for one in results if "Lunge" in one["name"]]

    async def test_what_they_have_counts_until_a_filter_says_what_there_is(
        self, node: RestNode, client: httpx.AsyncClient, ada: Person
    ) -> None:
        await profile(node, ada, equipment=["dumbbell"])
        at_home = await found(client, "chest")
        assert {label for one in at_home for label in one["equipment"]} <= {"dumbbell", "body only"}
        in_a_gym = await found(client, "chest", equipment="barbell")
        assert {label for one in in_a_gym for label in one["equipment"]} == {"barbell"}

    async def test_favourites_come_forward_and_what_is_disliked_goes(
        self, node: RestNode, client: httpx.AsyncClient, stranger: httpx.AsyncClient, ada: Person
    ) -> None:
        before = [one["exercise_id"] for one in await found(client, "biceps")]
        marked = "INSERT INTO exercise_marks SELECT $1, $2, kind = 'liked', kind = 'disliked', '', now() FROM (SELECT $3 AS kind)"
        await node.execute(marked, ada.user_id, before[9], "liked")
        await node.execute(marked, ada.user_id, before[0], "disliked")
        after = [one["exercise_id"] for one in await found(client, "biceps")]
        assert after.index(before[9]) < 5
        assert before[0] not in after
        assert [one["exercise_id"] for one in await found(stranger, "biceps")] == before

    async def test_what_was_trained_hard_yesterday_steps_back(
        self, node: RestNode, client: httpx.AsyncClient, ada: Person
    ) -> None:
        rested = await found(client, "upper body", limit=15)
        assert any("chest" in one["muscles"] for one in rested)
        started = await node.give(ada, WorkoutStart(id=1, data=WorkoutStartData()))
        assert started.refusal is None
        for number in range(2, 8):
            done = DoneSet(exercise_id="Barbell_Bench_Press_-_Medium_Grip", reps=5)
            logged = await node.give(ada, WorkoutSetLog(id=number, data=WorkoutSetLogData(done=done)))
            assert logged.refusal is None
        tired = await found(client, "upper body", limit=15)
        assert not any("chest" in one["muscles"] for one in tired)

    async def test_their_own_exercises_are_found_by_them_alone_and_as_they_are_now(
        self, node: RestNode, client: httpx.AsyncClient, stranger: httpx.AsyncClient, ada: Person
    ) -> None:
        await own(node, ada, "Kettlebot heave")
        mine = await found(client, "kettlebot heave", limit=3)
        assert (mine[0]["exercise_id"], mine[0]["library"]) == ("own:Kettlebot heave", "own")
        assert all(one["library"] != "own" for one in await found(stranger, "kettlebot heave", limit=50))
        await node.execute("UPDATE own_exercises SET deleted_at = now() WHERE user_id = $1", ada.user_id)
        assert all(one["library"] != "own" for one in await found(client, "kettlebot heave", limit=50))


class TestAlternatives:
    BENCH = "/api/v1/workouts/exercises/Barbell_Bench_Press_-_Medium_Grip/alternatives"

    async def test_they_are_of_the_same_pattern_with_what_there_is(self, client: httpx.AsyncClient) -> None:
        results = data_of(await client.get(self.BENCH, params={"equipment": "dumbbell"}))["results"]
        assert results[0]["exercise_id"] == "Dumbbell_Bench_Press"
        assert all(set(one["equipment"]) <= {"dumbbell", "body only"} for one in results)
        assert all("chest" in one["muscles"] for one in results[:5])

    async def test_what_hurts_by_the_request_or_the_profile_is_left_out(
        self, node: RestNode, client: httpx.AsyncClient, ada: Person
    ) -> None:
        squat = "/api/v1/workouts/exercises/Barbell_Squat/alternatives"
        asked = data_of(await client.get(squat, params={"limit": 50, "limits": "knee"}))["results"]
        await profile(node, ada, limits=["knee"])
        told = data_of(await client.get(squat, params={"limit": 50}))["results"]
        assert asked == told
        assert all("spares the knees" in one["why"] and "Lunge" not in one["name"] for one in told)

    async def test_of_an_exercise_that_is_none_there_are_none(self, client: httpx.AsyncClient) -> None:
        refused = await client.get("/api/v1/workouts/exercises/own:Mine/alternatives")
        assert code_of(refused) is Code.UNKNOWN_EXERCISE


async def profile(
    node: RestNode, person: Person, equipment: list[str] | None = None, limits: list[str] | None = None
) -> None:
    await node.execute(
        "INSERT INTO training_profiles VALUES ($1, $2, $3, NULL, now())",
        person.user_id,
        equipment,
        limits or [],
    )


async def own(node: RestNode, person: Person, name: str) -> None:
    await node.execute(
        "INSERT INTO own_exercises (user_id, exercise_id, name, aliases, category, equipment, primary_muscles,"
        " secondary_muscles, instructions, updated_at)"
        " VALUES ($1, 'own:' || $2, $2, '{}', 'strength', '{kettlebells}', '{glutes}', '{}', '{}', now())",
        person.user_id,
        name,
    )
