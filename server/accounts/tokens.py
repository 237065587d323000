"""Access tokens: RS256 JSON Web Tokens (RFC 7519) that say who somebody is and which sign-in they come from.

The library checks the form and the signature; what the claims say is checked here, against the time that is passed in,
because the library would read a clock by itself.
"""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError
from msgspec import Struct

from channels.errors import Code, Refusal, Refused
from channels.wire.envelope import UserId
from server.accounts.keys import Keys, KeySet

ALGORITHM: Final = "RS256"
MAX_BYTES: Final = 4096
"""Longer tokens are refused unread."""
_AHEAD: Final = timedelta(seconds=60)
"""How far ahead of a node's clock another node may have issued a token, when the database moved to another host."""


class Claims(Struct, frozen=True, kw_only=True):
    """What a token of ours says."""

    user_id: UserId
    family_id: UUID
    issued_at: datetime
    expires_at: datetime
    jti: str


class TokenExpired(Refused):
    """The token is ours in every respect, but it has ended; `claims` says when."""

    def __init__(self, claims: Claims) -> None:
        super().__init__(Refusal(code=Code.TOKEN_EXPIRED))
        self.claims = claims


class _Payload(Struct, frozen=True):
    sub: UUID
    sid: UUID
    iss: str
    aud: str
    iat: int
    exp: int
    jti: str


class _Header(Struct, frozen=True):
    kid: str


_payloads: Final = msgspec.json.Decoder(_Payload)
_headers: Final = msgspec.json.Decoder(_Header)


class Tokens:
    """Issues and verifies access tokens that live for `seconds`."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str, seconds: int) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._jws = PyJWS(algorithms=[ALGORITHM])
        self.seconds = seconds

    def issue(self, user_id: UUID, family_id: UUID, issued_at: datetime, jti: str) -> str:
        """Return a token; the same arguments give the same token."""
        issued = int(issued_at.timestamp())
        payload = _Payload(
            sub=user_id,
            sid=family_id,
            iss=self._issuer,
            aud=self._audience,
            iat=issued,
            exp=issued + self.seconds,
            jti=jti,
        )
        headers = {"kid": self._keys.signing_id}
        return self._jws.encode(msgspec.json.encode(payload), self._keys.signing, ALGORITHM, headers)

    def key_set(self) -> KeySet:
        """Return the public keys that verify."""
        return self._keys.key_set()

    def verify(self, token: str, now: datetime) -> Claims:
        """Return what a token says. Raises TokenExpired for one that has ended, Refused for any other fault."""
        claims = self._claims(token)
        if claims.issued_at > now + _AHEAD:
            raise _refused()
        if claims.expires_at <= now:
            raise TokenExpired(claims)
        return claims

    def _claims(self, token: str) -> Claims:
        payload = self._signed_payload(token)
        if payload.iss != self._issuer or payload.aud != self._audience:
            raise _refused()
        try:
            issued_at = datetime.fromtimestamp(payload.iat, UTC)
            expires_at = datetime.fromtimestamp(payload.exp, UTC)
        except (ValueError, OverflowError, OSError):
            raise _refused() from None
        return Claims(
            user_id=UserId(payload.sub),
            family_id=payload.sid,
            issued_at=issued_at,
            expires_at=expires_at,
            jti=payload.jti,
        )

    def _signed_payload(self, token: str) -> _Payload:
        if len(token) > MAX_BYTES:
            raise _refused()
        try:
            key = self._keys.public.get(_kid(token))
            if key is None:
                raise _refused()
            return _payloads.decode(self._jws.decode(token, key, [ALGORITHM]))
        except (PyJWTError, msgspec.MsgspecError, ValueError):
            raise _refused() from None


def _kid(token: str) -> str:
    """Return which key a token names. Asked of the library this would take as long as the whole of its decoding."""
    header = token.partition(".")[0]
    return _headers.decode(urlsafe_b64decode(header + "=" * (-len(header) % 4))).kid


def _refused() -> Refused:
    return Refused(Refusal(code=Code.TOKEN_INVALID))
