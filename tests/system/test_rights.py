"""Nobody reaches what is not theirs over the socket, and a forged or ended token opens nothing."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from websockets.asyncio.client import connect

from tests.nodes import Device, Person, Standing, register

Forge = Callable[[Standing, dict[str, Any]], str]


def _claims(person: Person, **changed: object) -> dict[str, Any]:
    real = jwt.decode(person.access_token, options={"verify_signature": False})
    return {**real, **changed}


def _unsigned(_standing: Standing, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", "none")


def _with_another_key(standing: Standing, claims: dict[str, Any]) -> str:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, other, "RS256", {"kid": standing.key_id})


def _hs256_with_the_public_key(standing: Standing, claims: dict[str, Any]) -> str:
    public = standing.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = {"alg": "HS256", "typ": "JWT", "kid": standing.key_id}
    parts = [_base64(json.dumps(part).encode()) for part in (head, claims)]
    digest = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        ".".join(parts).encode(), public
    )
    return ".".join([*parts, _base64(digest)])


def _for_another_audience(standing: Standing, claims: dict[str, Any]) -> str:
    return jwt.encode({**claims, "aud": "elsewhere"}, standing.key, "RS256", {"kid": standing.key_id})


def _of_somebody_unknown(standing: Standing, claims: dict[str, Any]) -> str:
    return jwt.encode({**claims, "sub": str(uuid4())}, standing.key, "RS256", {"kid": standing.key_id})


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "forge",
    [_unsigned, _with_another_key, _hs256_with_the_public_key, _for_another_audience, _of_somebody_unknown],
)
async def test_a_forged_token_opens_no_socket(standing: Standing, forge: Forge) -> None:
    node = standing.start()
    ada = await register(node)

    device, reply = await _try(node.live_url, forge(standing, _claims(ada)))

    assert reply["error"]["code"] in {"AUTH_005", "USER_001"}
    assert await device.closed() == 4500


async def test_an_ended_token_says_come_back_with_a_newer_one(standing: Standing) -> None:
    node = standing.start()
    ada = await register(node)
    past = datetime.now(UTC) - timedelta(hours=1)
    claims = _claims(ada, iat=int(past.timestamp()), exp=int(past.timestamp()) + 900)

    device, reply = await _try(
        node.live_url, jwt.encode(claims, standing.key, "RS256", {"kid": standing.key_id})
    )

    assert reply["error"]["code"] == "AUTH_002"
    assert await device.closed() == 4005


async def test_one_person_cannot_follow_another(standing: Standing) -> None:
    node = standing.start()
    ada, eve = await register(node), await register(node, "Eve")
    phone, _ = await Device.open(node, ada)
    await phone.command("fasting:start", {"protocol_id": "16:8"})
    spy, _ = await Device.open(node, eve)

    followed = await spy.command("subscribe", {"topic": ada.topic})
    nobody = await spy.command("subscribe", {"topic": f"user:{uuid4()}"})

    assert followed["error"]["code"] == nobody["error"]["code"] == "RES_001"
    assert followed["error"] == nobody["error"], "the answer does not tell who exists"


async def test_one_person_cannot_end_the_fast_of_another(standing: Standing) -> None:
    node = standing.start()
    ada, eve = await register(node), await register(node, "Eve")
    phone, _ = await Device.open(node, ada)
    started = await phone.command("fasting:start", {"protocol_id": "16:8"})
    spy, _ = await Device.open(node, eve)

    ended = await spy.command("fasting:end", {"session_id": started["data"]["session"]["session_id"]})

    assert ended["error"]["code"] == "FAST_003"


async def test_another_persons_token_does_not_refresh_a_socket(standing: Standing) -> None:
    node = standing.start()
    ada, eve = await register(node), await register(node, "Eve")
    phone, _ = await Device.open(node, ada)

    reply = await phone.command("auth", {"token": eve.access_token})

    assert reply["error"]["code"] == "VAL_001"
    assert reply["error"]["details"][0]["field"] == "token"


async def test_commands_of_timers_and_administrators_are_none_for_a_person(standing: Standing) -> None:
    node = standing.start()
    ada = await register(node)
    phone, _ = await Device.open(node, ada)

    complete = await phone.command("fasting:complete", {"session_id": str(uuid4())})
    suspend = await phone.command("account:suspend")
    sandbox = await phone.command("sandbox:rate", {"rate": 100})

    assert {reply["error"]["code"] for reply in (complete, suspend, sandbox)} == {"VAL_004"}


async def _try(url: str, token: str) -> tuple[Device, dict[str, Any]]:
    device = Device(await connect(url))
    number = await device.send("connect", {"token": token, "device": "phone"})
    return device, await device.reply_to(number)
