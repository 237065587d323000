"""Sign-ins over REST, against a server that answers by script."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from cornerman_client import account as module
from cornerman_client.account import Account, FixedToken, Login
from cornerman_client.errors import SignInRefused, Unreachable

LOGIN = Login("ada@example.org", "a long walk before breakfast 7")


class Rest:
    """An HTTP server whose next answers are `answers`: (status, body)."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[str] = []
        self.url = ""

    def pair(self, number: int, expires_in: float = 900) -> None:
        data = {
            "access_token": f"access {number}",
            "refresh_token": f"refresh {number}",
            "expires_in": expires_in,
        }
        self.answers.append((200, json.dumps({"success": True, "data": data, "meta": {}}).encode()))

    def refuse(self, status: int, code: str) -> None:
        error = {"code": code, "message": "No.", "details": [{"field": "email", "message": "Mend it."}]}
        self.answers.append((status, json.dumps({"success": False, "error": error}).encode()))

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(
            next(line for line in head.lower().split("\r\n") if line.startswith("content-length")).split()[1]
        )
        body = json.loads(await reader.readexactly(length))
        self.asked.append((head.split()[1].removeprefix("/api/v1/auth/"), body))
        self.headers.append(head)
        status, answer = self.answers.pop(0)
        if status:
            writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(answer)}\r\n".encode())
            writer.write(b"connection: close\r\n\r\n")
        writer.write(answer)
        writer.close()


@pytest_asyncio.fixture
async def rest() -> AsyncIterator[Rest]:
    rest = Rest()
    async with await asyncio.start_server(rest.attend, "127.0.0.1", 0) as server:
        rest.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield rest


async def test_a_login_is_used_once_and_then_refreshed(rest: Rest) -> None:
    account = Account(rest.url, device="phone-1", login=LOGIN)
    rest.pair(1)
    assert await account.access_token(renew=False) == "access 1"
    assert await account.access_token(renew=False) == "access 1"
    rest.pair(2)
    assert await account.access_token(renew=True) == "access 2"
    assert account.refresh_token == "refresh 2"
    assert rest.asked == [
        ("login", {"email": LOGIN.email, "password": LOGIN.password, "device": "phone-1"}),
        ("refresh", {"refresh_token": "refresh 1", "device": "phone-1"}),
    ]


async def test_a_token_that_ends_soon_is_renewed_before_it_is_used(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(rest.url, device="phone-1", refresh_token="refresh 0")
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    rest.pair(1, expires_in=100)
    await account.access_token(renew=False)
    now += 89
    assert await account.access_token(renew=False) == "access 1"
    now += 2
    rest.pair(2)
    assert await account.access_token(renew=False) == "access 2"


async def test_a_lost_answer_is_asked_for_again_with_the_same_token(rest: Rest) -> None:
    account = Account(rest.url, device="phone-1", refresh_token="refresh 0")
    rest.answers = [
        (0, b""),
        (503, b'{"success":false,"error":{"code":"INT_002","message":"Away."}}'),
        (200, b"<html>"),
    ]
    for _ in range(3):
        with pytest.raises(Unreachable):
            await account.access_token(renew=True)
    rest.pair(1)
    assert await account.access_token(renew=True) == "access 1"
    assert {body["refresh_token"] for _, body in rest.asked} == {"refresh 0"}


async def test_a_refresh_token_that_has_ended_is_followed_by_the_login(rest: Rest) -> None:
    account = Account(rest.url, device="phone-1", login=LOGIN, refresh_token="old")
    rest.refuse(401, "AUTH_002")
    rest.pair(1)
    assert await account.access_token(renew=True) == "access 1"
    assert [path for path, _ in rest.asked] == ["refresh", "login"]


@pytest.mark.parametrize(("code", "login"), [("AUTH_006", LOGIN), ("AUTH_002", None)])
async def test_a_sign_in_that_was_ended_is_not_begun_again(
    rest: Rest, code: str, login: Login | None
) -> None:
    account = Account(rest.url, device="phone-1", login=login, refresh_token="old")
    rest.refuse(401, code)
    with pytest.raises(SignInRefused) as refused:
        await account.access_token(renew=True)
    assert (refused.value.code, refused.value.details[0].field) == (code, "email")
    assert [path for path, _ in rest.asked] == ["refresh"]


async def test_after_signing_out_nobody_is_signed_in(rest: Rest) -> None:
    account = Account(rest.url, device="phone-1")
    rest.pair(1)
    await account.log_in(LOGIN)
    rest.answers.append((200, b'{"success":true,"data":{}}'))
    await account.sign_out()
    assert rest.asked[-1] == ("logout", {"everywhere": False})
    assert "Authorization: Bearer access 1" in rest.headers[-1]
    assert account.refresh_token is None
    with pytest.raises(SignInRefused, match="nobody is signed in"):
        await account.access_token(renew=False)


async def test_registering_signs_in(rest: Rest) -> None:
    account = Account(rest.url, device="phone-1")
    rest.pair(1)
    await account.register(LOGIN, name="Ada")
    assert await account.access_token(renew=False) == "access 1"
    assert rest.asked[0][1]["time_zone"] == "UTC"


async def test_a_fixed_token_cannot_be_renewed() -> None:
    token = FixedToken("mine")
    assert await token.access_token(renew=False) == "mine"
    with pytest.raises(SignInRefused):
        await token.access_token(renew=True)
