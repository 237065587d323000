import base64
import hashlib

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from server.accounts.keys import KeysError, read_keys

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


def private_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(PEM, PKCS8, serialization.NoEncryption()).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(PEM, SPKI).decode()


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def test_the_first_key_signs_and_all_verify() -> None:
    old, new = rsa_key(), rsa_key()
    keys = read_keys(private_pem(new) + public_pem(old))
    assert keys.signing.private_numbers() == new.private_numbers()
    assert len(keys.public) == 2
    assert keys.signing_id == next(iter(keys.public))


def test_text_before_a_key_is_skipped() -> None:
    assert read_keys("made-for-development\n" + private_pem(rsa_key())).public


def test_a_key_given_twice_counts_once() -> None:
    key = rsa_key()
    assert len(read_keys(private_pem(key) + public_pem(key)).public) == 1


def test_the_key_set_shows_public_members_only_under_their_thumbprint() -> None:
    key = rsa_key()
    (shown,) = msgspec.json.decode(msgspec.json.encode(read_keys(private_pem(key)).key_set()))["keys"]
    assert set(shown) == {"kid", "n", "e", "kty", "use", "alg"}
    # RFC 7638, section 3.1
    canonical = f'{{"e":"{shown["e"]}","kty":"RSA","n":"{shown["n"]}"}}'
    digest = hashlib.sha256(canonical.encode()).digest()
    assert shown["kid"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    modulus = base64.urlsafe_b64decode(shown["n"] + "==")
    assert int.from_bytes(modulus, "big") == key.public_key().public_numbers().n


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        ("no key", "not PEM"),
        (public_pem(rsa_key()), "must be a private one"),
        (private_pem(rsa_key(1024)), "1024 bits"),
        (private_pem(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "cannot be read"),
    ],
    ids=["none", "public", "short", "of another kind", "garbled"],
)
def test_what_cannot_sign_is_refused_with_its_reason(pem: str, words: str) -> None:
    with pytest.raises(KeysError, match=words):
        read_keys(pem)
