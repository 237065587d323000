"""Workouts over REST: lived, kept, read again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from channels.errors import Code
from server.clock import new_id
from server.rest.envelope import write_cursor
from server.rest.workouts.answers import RecordsKey, TrainingQuery
from server.rest.workouts.controller import span
from tests.server.rest.answers import code_of, data_of, error_of, fields_of, meta_of
from tests.server.rest.node import Person, RestNode

WORKOUTS = "/api/v1/workouts"
SESSIONS = f"{WORKOUTS}/sessions"
SQUAT = "Barbell_Squat"
MONDAY = datetime(2025, 3, 3, 17, tzinfo=UTC)


def done(mass: str = "100", reps: int = 5, exercise: str = SQUAT, **more: Any) -> dict[str, Any]:
    return {"exercise_id": exercise, "mass": {"value": mass, "unit": "kg"}, "reps": reps, **more}


async def begin(client: httpx.AsyncClient) -> str:
    started = data_of(await client.post(SESSIONS), 201)
    return f"{SESSIONS}/{started['session_id']}"


async def lift(client: httpx.AsyncClient, workout: str, **what: Any) -> Any:
    return data_of(await client.post(f"{workout}/sets", json={"done": done(**what)}), 201)


async def log(client: httpx.AsyncClient, began: datetime, *sets: dict[str, Any], **more: Any) -> str:
    """Log a workout of an hour; gives its address."""
    body = {
        "name": "Legs",
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(hours=1)).isoformat(),
        "sets": [{"done": one} for one in sets or (done(),)],
        **more,
    }
    session_id = data_of(await client.post(f"{WORKOUTS}/log", json=body), 201)["session_id"]
    return f"{SESSIONS}/{session_id}"


async def records(client: httpx.AsyncClient) -> dict[str, str]:
    """The best of each kind of the squat."""
    found = data_of(await client.get(f"{WORKOUTS}/records", params={"exercise": SQUAT}))
    return {one["kind"]: one["value"] for exercise in found for one in exercise["records"]}


class TestLife:
    async def test_what_is_too_heavy_in_pounds_is_told_in_pounds(self, client: httpx.AsyncClient) -> None:
        workout = await begin(client)
        heavy = {"exercise_id": SQUAT, "mass": {"value": "4409.246", "unit": "lb"}, "reps": 1}
        refused = error_of(await client.post(f"{workout}/sets", json={"done": heavy}))
        assert [(one["field"], one["message"]) for one in refused["details"]] == [
            ("done.mass.value", "must not be more than 4,409.245 lb")
        ]

    async def test_a_workout_is_lived_over_rest(self, client: httpx.AsyncClient, ada: Person) -> None:
        assert data_of(await client.get(f"{SESSIONS}/current")) == {"session": None}
        workout = await begin(client)
        logged = await lift(client, workout, mass="102.5")
        running = data_of(await client.get(f"{SESSIONS}/current"))["session"]
        assert [one["set_id"] for one in running["sets"]] == [logged["set_id"]]
        assert data_of(await client.post(f"{workout}/pause"))["status"] == "paused"
        assert data_of(await client.post(f"{workout}/resume"))["status"] == "running"
        ended = await client.post(f"{workout}/finish", json={"rpe": 8, "note": "good"})
        assert data_of(ended)["status"] == "finished"
        assert meta_of(ended)["positions"].keys() == {ada.topic, data_of(ended)["topic"]}
        assert data_of(await client.get(f"{SESSIONS}/current")) == {"session": None}
        shown = data_of(await client.get(workout))
        assert shown["workout"]["note"] == "good"
        assert shown["workout"]["sets"] == running["sets"]
        assert shown["finished"]["summary"]["sets"] == 1
        assert shown["kcal"] is None

    async def test_a_key_makes_a_retry_harmless(self, client: httpx.AsyncClient) -> None:
        workout = await begin(client)
        key = {"Idempotency-Key": str(uuid4())}
        first = await client.post(f"{workout}/sets", json={"done": done()}, headers=key)
        again = await client.post(f"{workout}/sets", json={"done": done()}, headers=key)
        assert data_of(first, 201) == data_of(again, 201)
        assert meta_of(again)["repeated"]
        assert len(data_of(await client.get(workout))["workout"]["sets"]) == 1

    async def test_one_workout_runs_at_a_time(self, client: httpx.AsyncClient) -> None:
        workout = await begin(client)
        error = error_of(await client.post(SESSIONS))
        assert error["code"] == Code.WORKOUT_ACTIVE
        assert workout.endswith(error["details"][0]["value"]["session_id"])

    async def test_a_device_names_its_set(self, client: httpx.AsyncClient) -> None:
        workout, set_id = await begin(client), str(new_id())
        logged = await client.post(f"{workout}/sets", json={"set_id": set_id, "done": done()})
        assert data_of(logged, 201)["set_id"] == set_id
        assert data_of(await client.put(f"{workout}/sets/{set_id}", json={"done": done(reps=4)}))
        [one] = data_of(await client.get(workout))["workout"]["sets"]
        assert one["done"]["reps"] == 4

    async def test_a_set_that_cannot_be_is_refused(self, client: httpx.AsyncClient) -> None:
        workout = await begin(client)
        wrong = await client.post(f"{workout}/sets", json={"done": done(mass="99.99999")})
        assert fields_of(wrong) == ["done.mass.value"]

    async def test_what_a_finished_workout_says_stays_what_the_person_weighed_then(
        self, client: httpx.AsyncClient, node: RestNode, ada: Person
    ) -> None:
        workout = await log(client, MONDAY)
        for day, mass in ((-1, 70), (1, 140)):
            await node.execute(
                "INSERT INTO body_masses (user_id, at, mass, mass_unit) VALUES ($1, $2, $3, 'kg')",
                ada.user_id,
                MONDAY + timedelta(days=day),
                mass,
            )
        assert data_of(await client.get(workout))["kcal"] == 245


class TestRecords:
    async def test_a_typing_mistake_that_is_mended_holds_none(self, client: httpx.AsyncClient) -> None:
        workout = await log(client, MONDAY, done(mass="100"), done(mass="1000"))
        wrong = data_of(await client.get(workout))["workout"]["sets"][1]["set_id"]
        assert (await records(client))["heaviest"] == "1000"
        edited = await client.put(f"{workout}/sets/{wrong}", json={"done": done(mass="101")})
        assert data_of(edited)
        assert await records(client) == {"heaviest": "101", "reps": "5", "e1rm": "117.83", "volume": "1005"}
        assert data_of(await client.delete(f"{workout}/sets/{wrong}"))
        assert await records(client) == {"heaviest": "100", "reps": "5", "e1rm": "116.67", "volume": "500"}
        assert data_of(await client.delete(workout))["status"] == "discarded"
        assert await records(client) == {}

    async def test_a_running_workout_has_no_volume_yet(self, client: httpx.AsyncClient) -> None:
        workout = await begin(client)
        await lift(client, workout)
        assert "volume" not in await records(client)
        assert data_of(await client.post(f"{workout}/finish"))
        assert (await records(client))["volume"] == "500"

    async def test_each_exercise_is_listed_once_page_by_page(self, client: httpx.AsyncClient) -> None:
        names = [SQUAT, "own: 🥊" + "é" * 100, "own:Press", "Pullups"]
        await log(client, MONDAY, *(done(exercise=name) for name in names))
        found: list[str] = []
        chosen: dict[str, Any] = {"limit": 1}
        while True:
            page = await client.get(f"{WORKOUTS}/records", params=chosen)
            found += [one["exercise_id"] for one in data_of(page)]
            pagination = page.json()["pagination"]
            if not pagination["has_more"]:
                break
            chosen["cursor"] = pagination["cursor"]
        assert found == sorted(names)

    async def test_a_cursor_that_is_none_is_refused(self, client: httpx.AsyncClient) -> None:
        for cursor in ("x", write_cursor(RecordsKey("a\0b"))):
            asked = await client.get(f"{WORKOUTS}/records", params={"cursor": cursor})
            assert fields_of(asked) == ["cursor"]


class TestHistory:
    async def test_days_are_those_of_the_person(self, client: httpx.AsyncClient) -> None:
        # Half an hour before midnight in London is half an hour after it in Berlin.
        late = await log(client, datetime(2025, 1, 10, 23, 30, tzinfo=UTC))
        on = {
            day: data_of(await client.get(f"{SESSIONS}/history", params={"from": day, "to": day}))
            for day in ("2025-01-10", "2025-01-11")
        }
        assert on["2025-01-10"] == []
        assert [f"{SESSIONS}/{one['session_id']}" for one in on["2025-01-11"]] == [late]

    async def test_it_is_asked_for_by_exercise_and_muscle(self, client: httpx.AsyncClient) -> None:
        squats = await log(client, MONDAY)
        pull_ups = await log(client, MONDAY + timedelta(days=1), {"exercise_id": "Pullups", "reps": 8})
        for chosen, wanted in (
            ({}, [pull_ups, squats]),
            ({"exercise": SQUAT}, [squats]),
            ({"muscle": "lats"}, [pull_ups]),
            ({"muscle": "calves"}, [squats]),
            ({"muscle": "tail"}, []),
        ):
            found = data_of(await client.get(f"{SESSIONS}/history", params=chosen))
            assert [f"{SESSIONS}/{one['session_id']}" for one in found] == wanted

    async def test_what_runs_and_what_was_thrown_away_is_none(self, client: httpx.AsyncClient) -> None:
        gone = await log(client, MONDAY)
        assert data_of(await client.delete(gone))
        await begin(client)
        assert data_of(await client.get(f"{SESSIONS}/history")) == []
        assert code_of(await client.get(gone)) is Code.NO_SUCH_WORKOUT

    async def test_a_correction_is_in_it(self, client: httpx.AsyncClient) -> None:
        workout = await log(client, MONDAY)
        [one] = data_of(await client.get(workout))["workout"]["sets"]
        assert data_of(await client.put(f"{workout}/sets/{one['set_id']}", json={"done": done(reps=1)}))
        [shown] = data_of(await client.get(f"{SESSIONS}/history"))
        assert shown["summary"]["reps"] == 1


class TestTraining:
    async def test_weeks_begin_on_the_persons_monday(self, client: httpx.AsyncClient) -> None:
        await log(client, datetime(2025, 3, 2, 22, 30, tzinfo=UTC), rpe=8)
        await log(client, datetime(2025, 3, 2, 23, 30, tzinfo=UTC), rpe=6)
        training = data_of(
            await client.get(f"{WORKOUTS}/analytics", params={"from": "2025-01-01", "to": "2025-12-31"})
        )
        assert [(week["week"], week["workouts"]) for week in training["weeks"]] == [
            ("2025-02-24", 1),
            ("2025-03-03", 1),
        ]
        loads = [week["load"] for week in training["weeks"]]
        assert loads == [[{"method": "session_rpe", "value": value}] for value in ("480", "360")]

    async def test_a_plan_that_was_kept_in_part_says_how_far(self, client: httpx.AsyncClient) -> None:
        sets = [{"reps": 5}] * 4
        plan = [{"type": "sets", "exercises": [{"exercise_id": SQUAT, "sets": sets}]}]
        started = data_of(await client.post(SESSIONS, json={"blocks": plan}), 201)
        workout = f"{SESSIONS}/{started['session_id']}"
        await lift(client, workout)
        assert data_of(await client.post(f"{workout}/finish"))
        [week] = data_of(await client.get(f"{WORKOUTS}/analytics"))["weeks"]
        assert (week["planned_done"], week["planned_sets"], week["days"]) == (1, 4, 1)

    def test_who_does_not_say_gets_half_a_year_of_whole_weeks(self) -> None:
        zone = ZoneInfo("Europe/Berlin")
        since, until = span(TrainingQuery(), zone, datetime(2026, 11, 21, 12, tzinfo=UTC))
        assert since == datetime(2026, 5, 25, tzinfo=zone)
        assert until.year == 9999
        since, _ = span(TrainingQuery(until=date(2025, 3, 5)), zone, datetime(2026, 11, 21, 12, tzinfo=UTC))
        assert since == datetime(2024, 9, 9, tzinfo=zone)

    @pytest.mark.parametrize("last", [date.min, date(2025, 3, 3), date.max])
    def test_two_years_are_told_at_once(self, last: date) -> None:
        zone = ZoneInfo("Europe/Berlin")
        since, until = span(TrainingQuery(until=last), zone, MONDAY)
        assert since < until
        first = last - timedelta(days=min(732, last.toordinal() - 1))
        assert span(TrainingQuery(since=first, until=last), zone, MONDAY)[1] == until

    async def test_more_than_two_years_at_once_are_refused(self, client: httpx.AsyncClient) -> None:
        asked = {"from": "2023-11-01", "to": "2025-11-30"}
        answer = await client.get(f"{WORKOUTS}/analytics", params=asked)
        assert fields_of(answer) == ["from"]
        assert data_of(await client.get(f"{WORKOUTS}/analytics", params=asked | {"from": "2023-12-01"}))


async def test_a_stranger_sees_and_changes_nothing(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await log(client, MONDAY)
    workout = await begin(client)
    set_id = (await lift(client, workout))["set_id"]
    for answer in (
        await stranger.get(workout),
        await stranger.post(f"{workout}/sets", json={"done": done()}),
        await stranger.put(f"{workout}/sets/{set_id}", json={"done": done()}),
        await stranger.delete(f"{workout}/sets/{set_id}"),
        await stranger.delete(workout),
        *[await stranger.post(f"{workout}/{step}") for step in ("pause", "resume", "finish")],
    ):
        assert code_of(answer) is Code.NO_SUCH_WORKOUT
    for place in ("sessions/history", "records"):
        assert data_of(await stranger.get(f"{WORKOUTS}/{place}")) == []
    empty: dict[str, list[Any]] = {"weeks": [], "strength": []}
    assert data_of(await stranger.get(f"{WORKOUTS}/analytics?from=2024-01-01&to=2025-12-31")) == empty
    assert data_of(await stranger.get(f"{SESSIONS}/current")) == {"session": None}
    assert len(data_of(await client.get(workout))["workout"]["sets"]) == 1
