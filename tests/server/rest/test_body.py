import httpx

from channels.errors import Code
from tests.server.rest.answers import code_of, data_of, fields_of, meta_of
from tests.server.rest.node import Person

BODY = "/api/v1/body"
TOLD = {"birth_year": 1990, "sex": "female", "resting_heart_rate": 58, "maximum_heart_rate": 188}
MASS = {"value": "142.20", "unit": "lb"}


async def test_nothing_is_known_of_a_body_until_it_is_told(client: httpx.AsyncClient) -> None:
    assert data_of(await client.get(BODY)) == {"body": {}}


async def test_what_is_told_is_shown_as_it_was_entered_and_told_to_every_device(
    client: httpx.AsyncClient, ada: Person
) -> None:
    response = await client.put(BODY, json={**TOLD, "mass": MASS})
    body = data_of(response)["body"]
    assert body.items() >= TOLD.items()
    assert body["weighing"]["mass"] == MASS
    assert meta_of(response)["positions"] == {ada.topic: 1}
    assert data_of(await client.get(BODY)) == {"body": body}
    [event] = data_of(await client.get("/api/v1/events"))
    assert (event["type"], event["data"]["body"]) == ("body:updated", body)


async def test_what_is_left_out_is_forgotten_save_the_last_weighing(client: httpx.AsyncClient) -> None:
    before = data_of(await client.put(BODY, json={**TOLD, "mass": MASS}))["body"]
    after = data_of(await client.put(BODY, json={"birth_year": 1991}))["body"]
    assert after == {"birth_year": 1991, "weighing": before["weighing"]}
    assert data_of(await client.get(BODY))["body"] == after


async def test_what_was_known_already_is_told_to_nobody(client: httpx.AsyncClient) -> None:
    await client.put(BODY, json=TOLD)
    assert "positions" not in meta_of(await client.put(BODY, json=TOLD))


async def test_what_no_body_is_like_is_refused(client: httpx.AsyncClient) -> None:
    for told, field in (
        ({"birth_year": 1880}, "birth_year"),
        ({"birth_year": 2025}, "birth_year"),
        ({"sex": "other"}, "sex"),
        ({"resting_heart_rate": 24}, "resting_heart_rate"),
        ({"maximum_heart_rate": 251}, "maximum_heart_rate"),
        ({"resting_heart_rate": 60, "maximum_heart_rate": 60}, "maximum_heart_rate"),
        ({"mass": {"value": "19.9", "unit": "kg"}}, "mass.value"),
        ({"mass": {"value": "70", "unit": "st"}}, "mass.unit"),
        ({"height": 180}, "height"),
    ):
        response = await client.put(BODY, json=told)
        assert code_of(response) is Code.VALIDATION, told
        assert fields_of(response) == [field]
    assert data_of(await client.get(BODY)) == {"body": {}}
