"""Accounts over REST, on real stores. The application is called without a socket, so that tests choose addresses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import msgspec
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from channels.connection import Allowance
from channels.wire.account import AccountSignedOut
from channels.wire.codec import read_event
from server.app import Doors, create_app
from server.nouns import kinds
from server.past.node import NodePast
from server.rest.auth import contracts
from server.rest.auth.controller import auth_routes
from server.rest.contract import Exchange
from server.rest.limiting import Limiter
from server.rest.parts import Parts
from server.rest.workouts.importing import Imports
from server.telemetry import Measures
from tests.searching import ShippedSearch
from tests.server.accounts.node import NOW, PASSWORD, Node, node_on

AUTH = "/api/v1/auth"
ANNA = {"email": "anna@example.com", "password": PASSWORD, "name": "Anna", "device": "phone"}
PLENTY = Allowance(per_second=100_000, burst=100_000)
Json = dict[str, Any]


class Site:
    """One node's REST side, its time, and people who call it from anywhere."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.now = NOW
        search = ShippedSearch(node.accounts.database)
        self._app: Any = create_app(
            Parts(
                database=node.accounts.database,
                executor=node.accounts.executor,
                kinds=kinds(),
                tokens=node.accounts.tokens,
                limiter=Limiter(limits=node.accounts.limits, requests=PLENTY, commands=PLENTY, files=PLENTY),
                imports=Imports(Measures()),
                search=search,
                past=NodePast(node.accounts.database, search, Measures()),
                now=self._now,
                registry=CollectorRegistry(),
                redis_answers=_yes,
                draining=lambda: False,
            ),
            Doors(hosts=(), origins=(), metrics_token=None, inner=lambda _: False),
            live=None,
            controllers=(auth_routes(node.accounts),),
            documents=Path("docs"),
        )

    async def post(
        self, path: str, body: Any = None, *, token: str | None = None, address: str = "192.0.2.1"
    ) -> httpx.Response:
        """Post JSON."""
        return await self.request("POST", f"{AUTH}/{path}", body, token=token, address=address)

    async def request(
        self, method: str, path: str, body: Any, *, token: str | None = None, address: str = "192.0.2.1"
    ) -> httpx.Response:
        """Send a request."""
        transport = httpx.ASGITransport(app=self._app, client=(address, 1234))
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://node", headers=headers) as client:
            return await client.request(method, path, json=body)

    async def register(self, **changed: str) -> Json:
        """Register Anna or somebody like her; gives the pair."""
        answer = await self.post("register", {**ANNA, **changed})
        assert answer.status_code == 201, answer.text
        pair: Json = answer.json()["data"]
        return pair

    def _now(self) -> datetime:
        return self.now


async def _yes() -> bool:
    return True


@pytest_asyncio.fixture(loop_scope="module")
async def site(database_url: str, redis_url: str) -> AsyncIterator[Site]:
    async with node_on(database_url, redis_url, failed_logins=3) as node:
        yield Site(node)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("path", "changed", "message"),
    [
        ("register", {"password": "short"}, "must have 8 to 128 characters"),
        ("register", {"password": "long " * 30}, "must have 8 to 128 characters"),
        ("register", {"email": "a"}, "must have 3 to 254 characters"),
        ("register", {"name": ""}, "must have 1 to 100 characters"),
        ("register", {"device": "d" * 65}, "must have 1 to 64 characters"),
        ("login", {"password": ""}, "must have 1 to 128 characters"),
    ],
)
async def test_what_is_too_short_or_too_long_is_told_in_a_persons_words(
    site: Site, path: str, changed: Json, message: str
) -> None:
    body = ANNA if path == "register" else {name: ANNA[name] for name in ("email", "password")}
    answer = await site.post(path, {**body, **changed})
    assert code_of(answer) == (400, "VAL_001")
    assert answer.json()["error"]["details"] == [{"field": next(iter(changed)), "message": message}]


async def test_registering_answers_201_and_logging_in_and_refreshing_200_with_a_pair(site: Site) -> None:
    pair = await site.register()
    login = await site.post("login", {"email": "anna@example.com", "password": PASSWORD})
    refresh = await site.post("refresh", {"refresh_token": pair["refresh_token"], "device": "phone"})
    for answer in (login, refresh):
        assert answer.status_code == 200
        assert answer.json()["success"] is True
        assert answer.headers["cache-control"] == "no-store"
    for given in (pair, login.json()["data"], refresh.json()["data"]):
        assert set(given) == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert (given["token_type"], given["expires_in"]) == ("Bearer", 899)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_validating_says_whose_token_it_is(site: Site, method: str) -> None:
    pair = await site.register()
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    answer = await site.request(method, f"{AUTH}/validate", None, token=pair["access_token"])
    assert answer.status_code == 200
    assert answer.json()["data"] == {
        "user_id": claims["sub"],
        "family_id": claims["sid"],
        "role": "free",
        "tier": "free",
        "expires_at": "2026-11-21T12:15:00Z",
    }


async def test_a_token_is_good_with_the_published_key(site: Site) -> None:
    pair = await site.register()
    shown = await site.request("GET", "/.well-known/jwks.json", None)
    assert shown.headers["cache-control"] == "public, max-age=300"
    (key,) = jwt.PyJWKSet.from_dict(shown.json()).keys
    assert key.key_id == jwt.get_unverified_header(pair["access_token"])["kid"]
    options: Any = {"verify_exp": False, "verify_iat": False}
    jwt.decode(pair["access_token"], key, ["RS256"], options, audience="apps", issuer="house")


async def test_an_expired_missing_or_forged_token_is_refused(site: Site) -> None:
    pair = await site.register()
    assert code_of(await site.post("validate")) == (401, "AUTH_005")
    assert code_of(await site.post("validate", token=pair["access_token"] + "A")) == (401, "AUTH_005")
    assert code_of(await site.post("validate", token=pair["refresh_token"])) == (401, "AUTH_005")
    site.now += timedelta(minutes=15)
    assert code_of(await site.post("validate", token=pair["access_token"])) == (401, "AUTH_002")


@pytest.mark.parametrize("body", [None, {}, {"everywhere": False}])
async def test_logging_out_ends_this_devices_sign_in(site: Site, body: Json | None) -> None:
    phone = await site.register()
    laptop = (await site.post("login", {"email": ANNA["email"], "password": PASSWORD})).json()["data"]
    answer = await site.post("logout", body, token=phone["access_token"])
    assert answer.status_code == 200, answer.text
    assert list(answer.json()["meta"]["positions"].values()) == [1]
    event = read_event(site.node.published[-1].body)
    assert isinstance(event, AccountSignedOut)
    claims = jwt.decode(phone["access_token"], options={"verify_signature": False})
    assert str(event.data.family_id) == claims["sid"]
    assert code_of(await site.post("validate", token=phone["access_token"])) == (401, "AUTH_006")
    assert code_of(await site.post("refresh", {"refresh_token": phone["refresh_token"]})) == (401, "AUTH_006")
    assert (await site.post("validate", token=laptop["access_token"])).status_code == 200


async def test_logging_out_everywhere_ends_every_sign_in(site: Site) -> None:
    phone = await site.register()
    laptop = (await site.post("login", {"email": ANNA["email"], "password": PASSWORD})).json()["data"]
    await site.post("logout", {"everywhere": True}, token=phone["access_token"])
    for pair in (phone, laptop):
        assert code_of(await site.post("validate", token=pair["access_token"])) == (401, "AUTH_006")


async def test_failed_logins_are_limited_with_the_time_to_wait(site: Site) -> None:
    await site.register()
    wrong = {"email": ANNA["email"], "password": "not-the-password-77"}
    answers = await asyncio.gather(*(site.post("login", wrong, address=f"192.0.2.{n}") for n in range(5)))
    assert sorted(code_of(answer) for answer in answers) == [(401, "AUTH_001")] * 3 + [(429, "RATE_001")] * 2
    limited = next(answer for answer in answers if answer.status_code == 429)
    assert 3590 < int(limited.headers["retry-after"]) <= 3600


async def test_addresses_of_one_ipv6_network_share_their_limit(site: Site) -> None:
    for n in range(3):
        body = {"email": f"u{n}@example.com", "password": PASSWORD}
        assert (await site.post("login", body, address=f"2001:db8::{n + 1}")).status_code == 401
    answer = await site.post("login", {**body, "email": "u9@example.com"}, address="2001:db8::9")
    assert code_of(answer) == (429, "RATE_001")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("register", {**ANNA, "password": "short"}, "password"),
        ("register", {**ANNA, "password": "x" * 129}, "password"),
        ("register", {**ANNA, "password": "anna1234"}, "password"),
        ("register", {**ANNA, "email": "x" * 255}, "email"),
        ("register", {**ANNA, "email": "anna@"}, "email"),
        ("register", {**ANNA, "name": ""}, "name"),
        ("register", {**ANNA, "name": "A\u0000"}, "name"),
        ("register", {**ANNA, "name": "A" * 101}, "name"),
        ("register", {**ANNA, "device": "\u0000"}, "device"),
        ("register", {**ANNA, "time_zone": "Mars/Olympus"}, "time_zone"),
        ("register", {**ANNA, "role": "admin"}, "role"),
        ("login", {"email": ANNA["email"], "password": "x" * 129}, "password"),
        ("login", {"email": ANNA["email"]}, "password"),
        ("login", {"email": ANNA["email"], "password": PASSWORD, "device": "x" * 65}, "device"),
        ("refresh", {"refresh_token": "x" * 513}, "refresh_token"),
        ("refresh", {"refresh_token": 7}, "refresh_token"),
        ("login", [], "body"),
    ],
)
async def test_what_is_out_of_bounds_is_refused_by_its_field(
    site: Site, path: str, body: Any, field: str
) -> None:
    answer = await site.post(path, body)
    assert code_of(answer) == (400, "VAL_001")
    [detail] = answer.json()["error"]["details"]
    assert field in detail["field"] or field in detail["message"]
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("path", "contract", "good"),
    [
        ("register", contracts.REGISTER, 201),
        ("login", contracts.LOGIN, 200),
        ("refresh", contracts.REFRESH, 200),
        ("logout", contracts.LOGOUT, 200),
        ("validate", contracts.VALIDATE, 200),
    ],
)
async def test_every_example_is_true(site: Site, path: str, contract: Any, good: int) -> None:
    for exchange in contract.exchanges:
        email = f"{exchange.name}@example.org" if contract.signed_in else contracts.EXAMPLE_EMAIL
        pair = await _example_pair(site, email)
        token = pair["access_token"] if contract.signed_in else None
        answer = await site.post(path, _body(exchange, pair), token=token)
        assert answer.status_code == exchange.status(good), answer.text
        assert _shape(answer.json()) == _shape(msgspec.json.decode(msgspec.json.encode(exchange.answer)))


async def _example_pair(site: Site, email: str) -> Json:
    body = {"email": email, "password": contracts.EXAMPLE_PASSWORD, "name": "Ada", "device": "phone-1"}
    answer = await site.post("register", body)
    if answer.status_code == 409:
        answer = await site.post("login", {name: body[name] for name in ("email", "password", "device")})
    pair: Json = answer.json()["data"]
    return pair


def _body(exchange: Exchange, pair: Json) -> Any:
    """Return the example's body with a real token where it shows a made-up good one."""
    text = msgspec.json.encode(exchange.body).decode()
    return msgspec.json.decode(text.replace(contracts.EXAMPLE_REFRESH_TOKEN, pair["refresh_token"]))


def _shape(answer: Any) -> Any:
    """Return an answer with what differs from server to server left out."""
    if "error" in answer:
        return answer["error"]
    return set(answer["data"]), set(answer["meta"])
