"""The RSA keys of access tokens.

A node signs with one key and takes tokens of several, so that keys can be changed without signing anybody out: a new
key is first given to all nodes behind the old one, then put first, and the old one is left out when its last token has
ended.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from msgspec import Struct

_KEY_BITS: Final = 2048
"""The least modulus that RFC 7518, section 3.3, allows for RS256."""
_PEM_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)


class KeysError(Exception):
    """A key cannot be used; the sentence says why and what to do."""


class PublicKey(Struct, frozen=True, kw_only=True):
    """An RSA public key as RFC 7517 writes it."""

    kid: str
    n: str
    e: str
    kty: str = "RSA"
    use: str = "sig"
    alg: str = "RS256"


class KeySet(Struct, frozen=True):
    """The keys that tokens of this server are checked with (RFC 7517, section 5)."""

    keys: tuple[PublicKey, ...]


class Keys(Struct, frozen=True, kw_only=True):
    """The key that signs, its id, and the public keys by their ids, which are RFC 7638 thumbprints."""

    signing: RSAPrivateKey
    signing_id: str
    public: Mapping[str, RSAPublicKey]

    def key_set(self) -> KeySet:
        """Return what the JWKS address shows."""
        return KeySet(tuple(_described(key) for key in self.public.values()))


def read_keys(pem: str) -> Keys:
    """Read PEM blocks: the first is the private key that signs, further ones (private or public) only verify.

    Raises KeysError.
    """
    blocks = [match.group(0).encode() for match in _PEM_BLOCK.finditer(pem)]
    if not blocks:
        raise KeysError("The signing key is not PEM text: it begins with -----BEGIN PRIVATE KEY-----.")
    keys = [_loaded(block) for block in blocks]
    signing = keys[0]
    if not isinstance(signing, RSAPrivateKey):
        raise KeysError("The first key signs and must be a private one; public keys may only follow it.")
    public = [key.public_key() if isinstance(key, RSAPrivateKey) else key for key in keys]
    by_id = {_described(key).kid: key for key in public}
    return Keys(signing=signing, signing_id=_described(public[0]).kid, public=by_id)


def _loaded(block: bytes) -> RSAPrivateKey | RSAPublicKey:
    try:
        if b"PUBLIC KEY-----" in block.splitlines()[0]:
            key: object = serialization.load_pem_public_key(block)
        else:
            key = serialization.load_pem_private_key(block, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeysError(
            f"A signing key cannot be read ({error}): give unencrypted RSA keys as PEM."
        ) from None
    if not isinstance(key, RSAPrivateKey | RSAPublicKey):
        raise KeysError("A signing key is not an RSA key: make one with openssl genrsa 2048.")
    if key.key_size < _KEY_BITS:
        raise KeysError(f"A signing key has {key.key_size} bits: RS256 needs {_KEY_BITS} or more.")
    return key


def _described(key: RSAPublicKey) -> PublicKey:
    numbers = key.public_numbers()
    n, e = _octets(numbers.n), _octets(numbers.e)
    # RFC 7638, section 3: the required members, in the order of their names, without white space.
    thumbprint = hashlib.sha256(msgspec.json.encode({"e": e, "kty": "RSA", "n": n})).digest()
    return PublicKey(kid=_url_safe(thumbprint), n=n, e=e)


def _octets(number: int) -> str:
    return _url_safe(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _url_safe(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
