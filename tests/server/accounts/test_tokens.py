import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Code, Refused
from server.accounts.keys import read_keys
from server.accounts.tokens import TokenExpired, Tokens

NOW = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
USER = UUID("01930000-0000-7000-8000-000000000001")
FAMILY = UUID("01930000-0000-7000-8000-000000000002")


def private_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


OURS, THEIRS = private_pem(), private_pem()
KEYS = read_keys(OURS)
TOKENS = Tokens(KEYS, issuer="house", audience="apps", seconds=900)
GOOD = TOKENS.issue(USER, FAMILY, NOW, "one")


def payload(**changed: Any) -> dict[str, Any]:
    issued = int(NOW.timestamp())
    claims = {
        "sub": str(USER),
        "sid": str(FAMILY),
        "iss": "house",
        "aud": "apps",
        "iat": issued,
        "exp": issued + 900,
        "jti": "one",
        **changed,
    }
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: dict[str, Any], **header: Any) -> str:
    return jwt.encode(claims, OURS, "RS256", {"kid": KEYS.signing_id, **header})


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def refusal_of(token: str, now: datetime = NOW) -> Code:
    with pytest.raises(Refused) as caught:
        TOKENS.verify(token, now)
    return caught.value.refusal.code


def test_a_token_says_who_it_was_issued_to_and_until_when() -> None:
    claims = TOKENS.verify(GOOD, NOW)
    assert (claims.user_id, claims.family_id, claims.jti) == (USER, FAMILY, "one")
    assert claims.expires_at == NOW.replace(microsecond=0) + timedelta(seconds=900)


def test_a_token_carries_exactly_its_claims_and_no_email() -> None:
    claims = jwt.decode(GOOD, options={"verify_signature": False})
    assert set(claims) == {"sub", "sid", "iss", "aud", "iat", "exp", "jti"}
    assert jwt.get_unverified_header(GOOD) == {"alg": "RS256", "typ": "JWT", "kid": KEYS.signing_id}


def test_the_same_arguments_give_the_same_token() -> None:
    assert TOKENS.issue(USER, FAMILY, NOW, "one") == GOOD
    assert TOKENS.issue(USER, FAMILY, NOW, "two") != GOOD


def test_a_token_that_has_ended_says_so_with_its_claims() -> None:
    ends = NOW.replace(microsecond=0) + timedelta(seconds=900)
    TOKENS.verify(GOOD, ends - timedelta(microseconds=1))
    with pytest.raises(TokenExpired) as caught:
        TOKENS.verify(GOOD, ends)
    assert caught.value.refusal.code is Code.TOKEN_EXPIRED
    assert caught.value.claims.expires_at == ends


def test_a_token_of_a_further_key_is_taken() -> None:
    rotated = Tokens(read_keys(THEIRS + OURS), issuer="house", audience="apps", seconds=900)
    assert rotated.verify(GOOD, NOW).user_id == USER


def test_a_token_signed_by_another_key_is_refused() -> None:
    assert refusal_of(jwt.encode(payload(), THEIRS, "RS256", {"kid": KEYS.signing_id})) is Code.TOKEN_INVALID


def test_a_token_without_signature_is_refused() -> None:
    body = GOOD.rsplit(".", 1)[0]
    assert refusal_of(f"{body}.") is Code.TOKEN_INVALID
    for name in ("none", "None", "NONE", ""):
        header = part({"alg": name, "typ": "JWT", "kid": KEYS.signing_id})
        assert refusal_of(f"{header}.{part(payload())}.") is Code.TOKEN_INVALID


@pytest.mark.parametrize("form", ["pem", "der", "modulus"])
def test_a_token_with_the_public_key_as_shared_secret_is_refused(form: str) -> None:
    public = KEYS.signing.public_key()
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    secret = {
        "pem": public.public_bytes(serialization.Encoding.PEM, spki),
        "der": public.public_bytes(serialization.Encoding.DER, spki),
        "modulus": KEYS.key_set().keys[0].n.encode(),
    }[form]
    body = part({"alg": "HS256", "typ": "JWT", "kid": KEYS.signing_id}) + "." + part(payload())
    signature = base64.urlsafe_b64encode(hmac.new(secret, body.encode(), hashlib.sha256).digest())
    assert refusal_of(f"{body}.{signature.rstrip(b'=').decode()}") is Code.TOKEN_INVALID


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_another_algorithm_of_the_same_key_is_refused(algorithm: str) -> None:
    assert refusal_of(jwt.encode(payload(), OURS, algorithm, {"kid": KEYS.signing_id})) is Code.TOKEN_INVALID


def test_an_edited_payload_is_refused() -> None:
    header, _, signature = GOOD.split(".")
    assert refusal_of(f"{header}.{part(payload(sub=str(FAMILY)))}.{signature}") is Code.TOKEN_INVALID


@pytest.mark.parametrize("kid", [None, "", "another", "../../signing.pem", 7, ["x"], {}])
def test_an_unknown_key_id_is_refused(kid: Any) -> None:
    _, body, signature = GOOD.split(".")
    header = part({"alg": "RS256", "typ": "JWT", **({} if kid is None else {"kid": kid})})
    assert refusal_of(f"{header}.{body}.{signature}") is Code.TOKEN_INVALID


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"alg": ["RS256"]},
        {"alg": None},
        {"alg": {}},
    ],
)
def test_a_header_that_asks_for_anything_else_is_refused(header: dict[str, Any]) -> None:
    head = part({"alg": "RS256", "kid": KEYS.signing_id, **header})
    _, body, signature = GOOD.split(".")
    assert refusal_of(f"{head}.{body}.{signature}") is Code.TOKEN_INVALID


@pytest.mark.parametrize("missing", ["sub", "sid", "iss", "aud", "iat", "exp", "jti"])
def test_a_token_that_lacks_a_claim_is_refused(missing: str) -> None:
    assert refusal_of(signed(payload(**{missing: None}))) is Code.TOKEN_INVALID


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "another"},
        {"aud": "another"},
        {"aud": ["apps", "another"]},
        {"sub": "nobody"},
        {"sid": 7},
        {"exp": True},
        {"exp": "tomorrow"},
        {"exp": 1e300},
        {"exp": 2**60},
        {"exp": -(2**60)},
        {"iat": int(NOW.timestamp()) + 3600},
        {"jti": 7},
    ],
)
def test_a_claim_that_is_not_ours_is_refused(changed: dict[str, Any]) -> None:
    assert refusal_of(signed(payload(**changed))) is Code.TOKEN_INVALID


def test_a_token_issued_a_moment_ahead_of_this_node_is_taken() -> None:
    assert TOKENS.verify(GOOD, NOW - timedelta(seconds=30)).user_id == USER


def test_an_oversized_token_is_refused_unread() -> None:
    assert refusal_of(GOOD + "A" * 4096) is Code.TOKEN_INVALID


@given(st.text(max_size=200) | st.lists(st.text(max_size=60), max_size=4).map(".".join))
def test_any_text_is_refused_and_nothing_else(text: str) -> None:
    assert refusal_of(text) is Code.TOKEN_INVALID


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_signed_bytes_are_refused_and_nothing_else(content: bytes, further: bytes) -> None:
    encoded = base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    header = base64.urlsafe_b64encode(further).rstrip(b"=").decode()
    header_of_ours = {"kid": KEYS.signing_id}
    assert (
        refusal_of(jwt.api_jws.encode(content, KEYS.signing, "RS256", header_of_ours)) is Code.TOKEN_INVALID
    )
    assert refusal_of(f"{header}.{encoded}.{encoded}") is Code.TOKEN_INVALID
