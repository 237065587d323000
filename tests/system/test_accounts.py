"""Accounts on two nodes, as processes."""

import asyncio
from typing import Any

import httpx

from tests.nodes import PASSWORD, Device, Fleet, Node, Person, Standing, register
from tests.visitor import visitor

AUTH = "/api/v1/auth"


async def test_five_failed_logins_an_hour_are_five_whichever_node_takes_them(fleet: Fleet) -> None:
    nodes = [fleet.start(CORNERMAN_LOGIN_TRIES_PER_HOUR="5") for _ in range(2)]
    ada = await register(nodes[0])
    wrong = {"email": ada.email, "password": "not-the-password-77"}

    answers = await asyncio.gather(*(post(node, "login", wrong) for node in nodes for _ in range(5)))

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [401] * 5 + [429] * 5
    right = await post(nodes[1], "login", {"email": ada.email, "password": PASSWORD})
    assert (right.status_code, right.json()["error"]["code"]) == (429, "RATE_001")


async def test_one_refresh_token_on_both_nodes_at_once_gives_one_pair(standing: Standing) -> None:
    nodes = [standing.start(), standing.start()]
    ada = await register(nodes[0])

    answers = await asyncio.gather(*(refresh(node, ada) for node in nodes for _ in range(4)))

    pairs = {(pair["access_token"], pair["refresh_token"]) for pair in map(data_of, answers)}
    assert len(pairs) == 1
    assert (ada.access_token, ada.refresh_token) not in pairs


async def test_reusing_a_refresh_token_closes_the_sign_ins_sockets_on_every_node(standing: Standing) -> None:
    one, two = standing.start(), standing.start()
    ada = await register(one)
    login = {"email": ada.email, "password": PASSWORD, "device": "laptop"}
    laptop_pair = data_of(await post(one, "login", login))
    phone, _ = await Device.open(two, ada)
    laptop, _ = await Device.open(
        two, Person(ada.email, ada.user_id, laptop_pair["access_token"], ""), "laptop"
    )
    newer = data_of(await refresh(one, ada))

    stolen = await refresh(one, ada, device="thief")

    assert (stolen.status_code, stolen.json()["error"]["code"]) == (401, "AUTH_006")
    async with asyncio.timeout(2):
        assert await phone.closed() == 4500
    assert "error" not in await laptop.command("ping")
    answer = await get(two, "validate", newer["access_token"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AUTH_006")


async def test_a_token_of_one_node_is_good_on_the_other(standing: Standing) -> None:
    one, two = standing.start(), standing.start()
    ada = await register(one)
    answer = await get(two, "validate", ada.access_token)
    assert data_of(answer)["user_id"] == ada.user_id


async def refresh(node: Node, person: Person, device: str = "phone-1") -> httpx.Response:
    """Present a person's refresh token."""
    return await post(node, "refresh", {"refresh_token": person.refresh_token, "device": device})


async def post(node: Node, path: str, body: dict[str, str]) -> httpx.Response:
    """Post to the accounts of a node."""
    async with visitor(node.url, timeout=10) as http:
        return await http.post(f"{AUTH}/{path}", json=body)


async def get(node: Node, path: str, token: str) -> httpx.Response:
    """Read from the accounts of a node."""
    async with visitor(node.url, timeout=10) as http:
        return await http.get(f"{AUTH}/{path}", headers={"Authorization": f"Bearer {token}"})


def data_of(answer: httpx.Response) -> dict[str, Any]:
    """The data of a good answer."""
    assert answer.is_success, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data
