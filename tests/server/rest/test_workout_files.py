"""Workouts as files, over REST: brought in, once; taken out, whole."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from channels.connection import Allowance
from channels.errors import Code
from channels.workouts.imports.reading import MOST_BYTES
from server.rest.workouts.importing import Imports
from server.telemetry import Measures
from tests.channels.workouts.imports.facts import fixture
from tests.server.rest.answers import code_of, data_of, error_of, fields_of, meta_of
from tests.server.rest.node import Person, RestNode, served
from tests.visitor import visitor

IMPORT = "/api/v1/workouts/import"
EXPORT = "/api/v1/workouts/export"
HISTORY = "/api/v1/workouts/sessions/history"
LOG = "/api/v1/workouts/log"
TEXT = {"Content-Type": "text/csv"}
IN_KG = {"mass_unit": "kg", "length_unit": "km"}
HEVY = "title,start_time,end_time,exercise_title,set_type,weight_kg,reps\n"


def squats(count: int, *, heavier: int = 1) -> bytes:
    """A file of workouts, one a day, each heavier than the one before."""
    first = datetime(2024, 3, 1, 18, tzinfo=UTC)
    rows = (
        f'Legs,"{day:%d %b %Y, %H:%M}","{day:%d %b %Y, 19:%M}",Squat (Barbell),normal,{100 + n * heavier},5\n'
        for n, day in enumerate(first + timedelta(days=n) for n in range(count))
    )
    return (HEVY + "".join(rows)).encode()


async def bring(client: httpx.AsyncClient, content: bytes, **said: str) -> httpx.Response:
    return await client.post(IMPORT, content=content, params=said, headers=TEXT)


async def brought(client: httpx.AsyncClient, content: bytes, **said: str) -> Any:
    return data_of(await bring(client, content, **said))


async def history(client: httpx.AsyncClient) -> list[Any]:
    found: list[Any] = data_of(await client.get(HISTORY, params={"limit": 100}))
    return found


async def rows(client: httpx.AsyncClient, **wanted: str) -> list[dict[str, str]]:
    response = await client.get(EXPORT, params=wanted)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


async def documents(client: httpx.AsyncClient, **wanted: str) -> list[Any]:
    response = await client.get(EXPORT, params={"format": "json", **wanted})
    assert response.status_code == 200
    found: list[Any] = response.json()
    return found


class TestImport:
    async def test_it_is_told_what_was_made_of_each_row(self, client: httpx.AsyncClient, ada: Person) -> None:
        response = await bring(client, fixture("strong_numbered.csv"))
        made = data_of(response)
        assert (made["added"], made["already_there"], made["left"], made["refused"]) == (2, 0, 0, [])
        assert made["file"]["source"] == "strong"
        assert made["file"]["matched"][0]["exercise_id"] == "Barbell_Deadlift"
        assert {one["reason"] for one in made["file"]["skipped"]} >= {"note", "rest"}
        assert meta_of(response)["positions"].keys() == {ada.topic}
        found = await history(client)
        assert [one["origin"] for one in found] == [{"kind": "imported", "of": "strong"}] * 2
        assert sum(one["summary"]["sets"] for one in found) == made["file"]["sets"]

    async def test_what_is_in_no_library_is_ones_own(self, client: httpx.AsyncClient) -> None:
        made = await brought(client, HEVY.encode() + b'A,"1 Mar 2024, 18:00",,Sled Drag,normal,80,20\n')
        assert made["file"]["unmatched"] == [{"name": "Sled Drag", "exercise_id": "own:Sled Drag", "sets": 1}]
        [workout] = await history(client)
        assert workout["summary"]["exercises"][0]["name"] == "Sled Drag"

    async def test_moments_are_of_the_persons_zone_or_of_the_one_that_is_said(
        self, client: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        await brought(client, squats(1))
        await brought(stranger, squats(1), time_zone="America/New_York")
        assert [one["started_at"] for one in await history(client)] == ["2024-03-01T17:00:00Z"]
        assert [one["started_at"] for one in await history(stranger)] == ["2024-03-01T23:00:00Z"]

    async def test_twice_adds_nothing(self, client: httpx.AsyncClient) -> None:
        first = await brought(client, fixture("strong_classic.csv"), **IN_KG)
        before = meta_of(await client.get("/api/v1/events"))["positions"]
        again = await bring(client, fixture("strong_classic.csv"), **IN_KG)
        assert data_of(again) == first | {"added": 0, "already_there": first["added"]}
        assert "positions" not in meta_of(again)
        assert meta_of(await client.get("/api/v1/events"))["positions"] == before
        assert len(await history(client)) == first["added"] == 2

    async def test_nor_does_it_in_other_units_or_another_zone(self, client: httpx.AsyncClient) -> None:
        await brought(client, fixture("strong_classic.csv"), **IN_KG)
        said = {"mass_unit": "lb", "length_unit": "mi", "time_zone": "Asia/Tokyo"}
        assert (await brought(client, fixture("strong_classic.csv"), **said))["added"] == 0

    async def test_what_was_thrown_away_stays_away(self, client: httpx.AsyncClient) -> None:
        await brought(client, squats(2))
        session_id = (await history(client))[0]["session_id"]
        assert data_of(await client.delete(f"/api/v1/workouts/sessions/{session_id}"))
        assert (await brought(client, squats(2)))["already_there"] == 2
        assert len(await history(client)) == 1

    async def test_two_at_once_on_two_nodes_add_once(
        self, client: httpx.AsyncClient, node: RestNode, ada: Person
    ) -> None:
        async with served(node.app()) as url, visitor(url, timeout=30, headers=ada.headers) as other:
            made = await asyncio.gather(*(brought(one, squats(12)) for one in (client, other)))
        assert sum(one["added"] for one in made) == 12
        assert all(one["added"] + one["already_there"] == 12 for one in made)
        assert len(await history(client)) == 12

    async def test_a_newer_file_adds_what_is_new_and_one_that_was_cut_off_goes_on(
        self, client: httpx.AsyncClient
    ) -> None:
        await brought(client, squats(3))
        made = await brought(client, squats(5))
        assert (made["added"], made["already_there"]) == (2, 3)

    async def test_a_node_that_goes_down_leaves_the_rest_for_the_next_time(
        self, client: httpx.AsyncClient, node: RestNode
    ) -> None:
        node.draining = True
        made = await brought(client, squats(3))
        assert (made["added"], made["left"]) == (0, 3)
        node.draining = False
        assert (await brought(client, squats(3)))["added"] == 3

    async def test_a_workout_that_cannot_be_kept_is_told_and_the_others_are_kept(
        self, client: httpx.AsyncClient
    ) -> None:
        note = "x" * 480
        row = '"{}","1 Mar 2024, {}:00",,Plank,{},normal,,5\n'
        header = HEVY.replace("exercise_title", "exercise_title,exercise_notes")
        long = "".join(row.format("Long", 18, f'"{note}"').replace("Plank", f"Plank {n}") for n in range(200))
        made = await brought(client, (header + long + row.format("Short", 19, "")).encode())
        assert made["added"] == 1
        [refused] = made["refused"]
        assert (refused["line"], refused["name"]) == (2, "Long")
        assert refused["code"] in {Code.WORKOUT_FULL, Code.VALIDATION, Code.TOO_LARGE}

    async def test_history_that_is_imported_is_no_news(self, client: httpx.AsyncClient) -> None:
        await brought(client, squats(4))
        told = [one["type"] for one in data_of(await client.get("/api/v1/events"))]
        assert told == ["workout:finished"] * 4
        found = data_of(await client.get("/api/v1/workouts/records", params={"exercise": "Barbell_Squat"}))
        assert {one["value"] for one in found[0]["records"] if one["kind"] == "heaviest"} == {"103"}


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "said", "field"),
        [
            (b"", {}, "body"),
            (b"\x00" * 9, {}, "body"),
            (b"Date,Mood\n2024-03-04,good\n", {}, "body"),
            (b"," * 300_000, {}, "body"),
            (b"a\n" * 70_000, {}, "body"),
            (fixture("strong_classic.csv"), {}, "mass_unit"),
            (fixture("strong_classic.csv"), {"mass_unit": "stone"}, "mass_unit"),
            (squats(1), {"time_zone": "Europe/Atlantis"}, "time_zone"),
            (squats(1), {"zone": "Europe/Berlin"}, "zone"),
        ],
        ids=(
            "empty",
            "no text",
            "another table",
            "too wide",
            "too many rows",
            "no unit",
            "no such unit",
            "no such zone",
            "no such parameter",
        ),
    )
    async def test_what_cannot_be_read_names_what_is_wrong(
        self, client: httpx.AsyncClient, content: bytes, said: dict[str, str], field: str
    ) -> None:
        assert fields_of(await bring(client, content, **said)) == [field]
        assert await history(client) == []

    async def test_a_distance_of_no_unit_is_asked_for(self, client: httpx.AsyncClient) -> None:
        refused = await bring(client, fixture("strong_classic.csv"), mass_unit="kg")
        assert fields_of(refused) == ["length_unit"]

    async def test_a_file_of_another_type_is_not_taken(self, client: httpx.AsyncClient) -> None:
        refused = await client.post(IMPORT, json={"workouts": []})
        assert code_of(refused) is Code.UNSUPPORTED_MEDIA

    async def test_more_than_eight_mebibytes_are_not_read(self, client: httpx.AsyncClient) -> None:
        assert code_of(await bring(client, b"x" * (MOST_BYTES + 1))) is Code.TOO_LARGE

    async def test_nor_when_nobody_says_before_how_many_they_are(self, client: httpx.AsyncClient) -> None:
        async def mebibytes() -> AsyncIterator[bytes]:
            for _ in range(9):
                yield b"x" * 1024 * 1024

        refused = await client.post(IMPORT, content=mebibytes(), headers=TEXT)
        assert code_of(refused) is Code.TOO_LARGE

    async def test_elsewhere_a_body_stays_small(self, client: httpx.AsyncClient) -> None:
        assert code_of(await client.post(LOG, content=b" " * 70_000)) is Code.TOO_LARGE

    async def test_a_stranger_is_sent_away_before_their_file_is_read(self, node: RestNode) -> None:
        address = urlsplit(node.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n"
            % (IMPORT.encode(), MOST_BYTES)
        )
        async with asyncio.timeout(5):
            answer = await reader.readuntil(b'"success":false')
            answer += await reader.readuntil(b"message")
        writer.close()
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert Code.TOKEN_INVALID.encode() in answer

    async def test_files_of_a_person_are_counted(self, node: RestNode, ada: Person) -> None:
        two = node.limiter(files=Allowance(per_second=0.01, burst=2))
        async with served(node.app(limiter=two)) as url, visitor(url, headers=ada.headers) as client:
            assert await brought(client, squats(1))
            assert len(await rows(client)) == 1
            assert code_of(await bring(client, squats(1))) is Code.RATE_LIMITED
            assert code_of(await client.get(EXPORT)) is Code.RATE_LIMITED

    async def test_who_finds_no_room_is_asked_to_come_again(self, node: RestNode, ada: Person) -> None:
        bob, imports = await node.person("Bob"), Imports(Measures(), most=1, each=1)
        async with served(node.app(imports=imports)) as url, imports.taken(ada.user_id):  # type: ignore[arg-type]
            for person, code in ((ada, Code.RATE_LIMITED), (bob, Code.UNAVAILABLE)):
                async with visitor(url, headers=person.headers) as client:
                    error = error_of(await bring(client, squats(1)))
                    assert (error["code"], error["retry_after_seconds"]) == (code, 5)
        await imports.aclose()


class TestExport:
    async def test_who_never_trained_has_an_empty_file(self, client: httpx.AsyncClient) -> None:
        assert await rows(client) == []
        assert await documents(client) == []

    async def test_it_says_what_was_logged(self, client: httpx.AsyncClient) -> None:
        sets = [
            {"done": {"exercise_id": "Barbell_Squat", "mass": {"value": "225.5", "unit": "lb"}, "reps": 5}},
            {"done": {"exercise_id": "own:=SUM(A1)", "seconds": 60, "note": "-hard", "side": "left"}},
        ]
        body = {
            "name": "+Legs",
            "started_at": "2025-03-03T17:00:00Z",
            "ended_at": "2025-03-03T18:00:00Z",
            "sets": sets,
            "rpe": 8,
        }
        assert data_of(await client.post(LOG, json=body), 201)
        squat, plank = await rows(client)
        assert (squat["mass"], squat["mass_unit"], squat["mass_kg"]) == ("225.5", "lb", "102.285079435")
        assert (plank["workout"], plank["exercise"], plank["set_note"]) == ("'+Legs", "'=SUM(A1)", "'-hard")
        [workout] = await documents(client)
        assert (workout["workout"]["name"], workout["workout"]["rpe"]) == ("+Legs", 8)
        assert [one["done"] for one in workout["sets"]] == [one["done"] for one in sets]

    async def test_all_of_a_long_history_is_in_it_the_newest_first(self, client: httpx.AsyncClient) -> None:
        await brought(client, squats(51))
        found = await documents(client)
        assert [one["sets"][0]["done"]["mass"]["value"] for one in found] == masses(range(150, 99, -1))
        assert [row["mass"] for row in await rows(client)] == masses(range(150, 99, -1))
        wanted = {"from": "2024-03-02", "to": "2024-03-04"}
        assert [row["mass"] for row in await rows(client, **wanted)] == masses((103, 102, 101))

    async def test_it_comes_back_to_another_account_and_adds_nothing_to_ones_own(
        self, client: httpx.AsyncClient, stranger: httpx.AsyncClient
    ) -> None:
        await brought(client, fixture("strong_units.csv"), **IN_KG)
        await brought(client, fixture("strong_classic.csv"), **IN_KG)
        file = (await client.get(EXPORT)).content
        assert (await brought(client, file))["added"] == 0
        made = await brought(stranger, file)
        assert (made["added"], made["refused"]) == (len(await history(client)), [])
        assert (await brought(stranger, file))["added"] == 0
        assert [sets(one) for one in await documents(stranger)] == [
            sets(one) for one in await documents(client)
        ]

    async def test_a_browser_keeps_it_as_a_file(self, client: httpx.AsyncClient) -> None:
        response = await client.get(EXPORT)
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
        assert response.headers["content-disposition"].startswith('attachment; filename="cornerman-workouts-')
        assert response.headers["content-disposition"].endswith('.csv"')
        assert (await client.get(EXPORT, params={"format": "json"})).headers["content-type"] == (
            "application/json"
        )

    async def test_nobody_elses_is_in_it(
        self, client: httpx.AsyncClient, stranger: httpx.AsyncClient, anybody: httpx.AsyncClient
    ) -> None:
        await brought(client, squats(1))
        assert await rows(stranger) == []
        assert code_of(await anybody.get(EXPORT)) is Code.TOKEN_INVALID


def sets(document: Any) -> Any:
    """When a workout was, how it is called, and what was done in it."""
    workout = document["workout"]
    return (
        workout["name"],
        workout["started_at"],
        workout["ended_at"],
        [one["done"] for one in document["sets"]],
    )


def masses(values: Iterable[int]) -> list[str]:
    return [str(value) for value in values]
