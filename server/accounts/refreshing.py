"""Refresh tokens as text: whose, of which sign-in and generation, under a keyed hash.

They derive from the family's row and the server's secret, so that nothing secret is stored, the same one can be given
again, and one that we did not make is refused without a query.
"""

import binascii
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from uuid import UUID

from msgspec import Struct

from channels.errors import Code, Refusal, Refused
from storage.records import FamilyRecord

_VERSION: Final = "v1."
_FIELDS: Final = struct.Struct(">16s16sQ")
_MAC_BYTES: Final = 32
_LENGTH: Final = len(_VERSION) + (_FIELDS.size + _MAC_BYTES) // 3 * 4
"""The bytes divide by three, so that there is no padding and only one way to write them."""


class Presentation(Struct, frozen=True, kw_only=True):
    """What a refresh token of ours says."""

    user_id: UUID
    family_id: UUID
    generation: int


class RefreshTokens:
    """Writes and reads refresh tokens under `secret`."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, family: FamilyRecord) -> str:
        """Return the token of a family's running generation."""
        fields = _FIELDS.pack(family.user_id.bytes, family.family_id.bytes, family.generation)
        return _VERSION + urlsafe_b64encode(fields + self._mac(fields)).decode()

    def read(self, token: str) -> Presentation:
        """Return what a token says. Raises Refused for one that is not ours."""
        if len(token) != _LENGTH or not token.startswith(_VERSION) or not token.isascii():
            raise _refused()
        try:
            content = urlsafe_b64decode(token.removeprefix(_VERSION))
        except binascii.Error:
            raise _refused() from None
        fields, mac = content[: _FIELDS.size], content[_FIELDS.size :]
        if not hmac.compare_digest(mac, self._mac(fields)):
            raise _refused()
        user_id, family_id, generation = _FIELDS.unpack(fields)
        return Presentation(
            user_id=UUID(bytes=user_id), family_id=UUID(bytes=family_id), generation=generation
        )

    def _mac(self, fields: bytes) -> bytes:
        return hmac.digest(self._secret, _VERSION.encode() + fields, "sha256")


def _refused() -> Refused:
    return Refused(Refusal(code=Code.TOKEN_INVALID))
