"""People by the thousand: put into the database as they stand, with tokens that are made here and checked by nodes."""

from datetime import timedelta
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Struct

from server.accounts.keys import read_keys
from server.accounts.tokens import Tokens
from server.clock import FleetClock
from storage.postgres import Link

_ADD_PEOPLE = """
INSERT INTO users (id, email, password_hash, name)
SELECT id, id::text || '@example.org', 'none', 'Ada' FROM unnest($1::uuid[]) id
"""
_ADD_FAMILIES = """
INSERT INTO families (user_id, family_id, device, expires_at)
SELECT id, id, 'phone-1', now() + interval '7 days' FROM unnest($1::uuid[]) id
"""


class Signed(Struct, frozen=True):
    """A person with one sign-in (whose family has their id) and its token."""

    user_id: UUID
    token: str

    @property
    def topic(self) -> str:
        """Their own topic."""
        return f"user:{self.user_id}"


def new_signing_key() -> str:
    """Return a private key, as nodes take it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


async def sign_up(link: Link, signing_key: str, count: int) -> list[Signed]:
    """Put people into the database and sign them in."""
    tokens = Tokens(read_keys(signing_key), issuer="cornerman", audience="cornerman", seconds=3600)
    issued_at = FleetClock().now() - timedelta(seconds=1)
    ids = [uuid4() for _ in range(count)]
    await link.execute(_ADD_PEOPLE, ids)
    await link.execute(_ADD_FAMILIES, ids)
    return [Signed(user_id, tokens.issue(user_id, user_id, issued_at, "crowd")) for user_id in ids]
