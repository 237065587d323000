import httpx

from channels.errors import Code
from tests.server.rest.answers import code_of, data_of, fields_of, meta_of
from tests.server.rest.node import Person, RestNode

ME = "/api/v1/users/me"


async def test_a_person_sees_who_they_are(client: httpx.AsyncClient, ada: Person) -> None:
    shown = data_of(await client.get(ME))
    assert shown["email"] == ada.email
    assert (
        shown["person"].items()
        >= {
            "user_id": str(ada.user_id),
            "name": "Ada",
            "time_zone": "Europe/Berlin",
            "role": "free",
            "tier": "free",
        }.items()
    )


async def test_role_and_tier_are_as_they_are_now(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    await node.execute("UPDATE users SET tier = 'pro' WHERE id = $1", ada.user_id)
    shown = data_of(await client.get(ME))["person"]
    assert (shown["role"], shown["tier"]) == ("premium", "pro")


async def test_what_is_changed_is_told_to_every_device(client: httpx.AsyncClient, ada: Person) -> None:
    response = await client.patch(ME, json={"name": "Ada L.", "time_zone": "America/Lima"})
    changed = data_of(response)["person"]
    assert (changed["name"], changed["time_zone"]) == ("Ada L.", "America/Lima")
    assert meta_of(response)["positions"] == {ada.topic: 1}
    assert data_of(await client.get(ME))["person"] == changed
    [event] = data_of(await client.get("/api/v1/events"))
    assert event["data"]["person"] == changed


async def test_what_is_left_out_stays(client: httpx.AsyncClient) -> None:
    assert data_of(await client.patch(ME, json={"name": "Grace"}))["person"]["time_zone"] == "Europe/Berlin"
    assert data_of(await client.patch(ME, json={"time_zone": "UTC"}))["person"]["name"] == "Grace"
    unchanged = await client.patch(ME, json={})
    assert data_of(unchanged)["person"]["name"] == "Grace"
    assert "positions" not in meta_of(unchanged)


async def test_a_name_is_what_was_written(client: httpx.AsyncClient) -> None:
    for name in ("null", "true", "Zoë 🥊", "O'Neill; DROP TABLE users"):
        assert data_of(await client.patch(ME, json={"name": name}))["person"]["name"] == name


async def test_what_cannot_be_is_refused(client: httpx.AsyncClient) -> None:
    for change, field in (
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": 7}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"role": "admin"}, "role"),
        ({"tier": "elite"}, "tier"),
    ):
        response = await client.patch(ME, json=change)
        assert code_of(response) is Code.VALIDATION, change
        assert fields_of(response) == [field]
    assert data_of(await client.get(ME))["person"]["name"] == "Ada"
