"""Who is let in: only a token of ours that stands, of a person who is there."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from channels.errors import Code
from server.accounts.keys import Keys
from server.accounts.tokens import Tokens
from server.clock import new_id
from tests.server.rest.answers import code_of, data_of
from tests.server.rest.node import Person, RestNode

ME = "/api/v1/users/me"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims(person: Person, node: RestNode, **changed: Any) -> dict[str, Any]:
    now = node.stores.clock.now()
    return {
        "sub": str(person.user_id),
        "sid": str(person.family_id),
        "iss": "cornerman",
        "aud": "cornerman",
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=5)).timestamp()),
        "jti": "1",
    } | changed


async def test_a_good_token_is_let_in(client: httpx.AsyncClient, ada: Person) -> None:
    assert data_of(await client.get(ME))["person"]["user_id"] == str(ada.user_id)


async def test_the_scheme_may_be_written_as_people_like(anybody: httpx.AsyncClient, ada: Person) -> None:
    assert data_of(await anybody.get(ME, headers={"Authorization": f"bearer  {ada.token}"}))


async def test_without_a_token_nobody_is(anybody: httpx.AsyncClient) -> None:
    for header in (None, "", "Bearer", "Basic YTpi", "Bearer x.y.z"):
        response = await anybody.get(ME, headers={} if header is None else {"Authorization": header})
        assert code_of(response) is Code.TOKEN_INVALID, header
        assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_forged_token_is_refused(
    anybody: httpx.AsyncClient, node: RestNode, ada: Person, keys: Keys
) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = keys.signing.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    kid = {"kid": keys.signing_id}
    good = claims(ada, node)
    forged = {
        "another key": jwt.encode(good, stranger, "RS256", kid),
        "another issuer": jwt.encode(claims(ada, node, iss="else"), keys.signing, "RS256", kid),
        "another audience": jwt.encode(claims(ada, node, aud="else"), keys.signing, "RS256", kid),
        "no subject": jwt.encode(claims(ada, node, sub="ada"), keys.signing, "RS256", kid),
        "no signature": _unsigned({"alg": "none", **kid}, good),
        "the public key as a secret": _hmac_signed(good, public, keys.signing_id),
        "unknown key id": jwt.encode(good, keys.signing, "RS256", {"kid": "else"}),
    }
    for fault, token in forged.items():
        assert code_of(await anybody.get(ME, headers=bearer(token))) is Code.TOKEN_INVALID, fault


async def test_an_ended_token_is_told_so(anybody: httpx.AsyncClient, node: RestNode, ada: Person) -> None:
    then = node.stores.clock.now() - timedelta(hours=1)
    token = node.tokens.issue(ada.user_id, ada.family_id, then, "1")
    response = await anybody.get(ME, headers=bearer(token))
    assert code_of(response) is Code.TOKEN_EXPIRED
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_a_token_of_a_revoked_sign_in_is_refused(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    await node.execute("UPDATE families SET revoked_at = now() WHERE family_id = $1", ada.family_id)
    assert code_of(await client.get(ME)) is Code.SIGNED_OUT


async def test_a_token_of_somebody_elses_sign_in_is_refused(
    anybody: httpx.AsyncClient, node: RestNode, ada: Person, tokens: Tokens
) -> None:
    bob = await node.person("Bob")
    mixed = tokens.issue(bob.user_id, ada.family_id, node.stores.clock.now(), "1")
    assert code_of(await anybody.get(ME, headers=bearer(mixed))) is Code.SIGNED_OUT


async def test_a_suspended_person_is_refused(client: httpx.AsyncClient, node: RestNode, ada: Person) -> None:
    await node.execute("UPDATE users SET suspended_at = now() WHERE id = $1", ada.user_id)
    assert code_of(await client.get(ME)) is Code.SUSPENDED


async def test_a_person_who_is_gone_is_refused(
    anybody: httpx.AsyncClient, client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    await node.execute("UPDATE users SET deleted_at = now() WHERE id = $1", ada.user_id)
    assert code_of(await client.get(ME)) is Code.USER_NOT_FOUND
    nobody = node.tokens.issue(new_id(), new_id(), node.stores.clock.now(), "1")
    assert code_of(await anybody.get(ME, headers=bearer(nobody))) is Code.USER_NOT_FOUND


def _unsigned(header: dict[str, Any], payload: dict[str, Any]) -> str:
    return f"{_part(header)}.{_part(payload)}."


def _hmac_signed(payload: dict[str, Any], secret: bytes, kid: str) -> str:

    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{_part(payload)}"
    digest = hmac.digest(secret, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
