"""People as signing in and registering need them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from storage.postgres import Link
from storage.records import CredentialsRecord

# Who comes second with an address gets no row; which of two came first, the unique index decides.
_CREATE: Final = """
INSERT INTO users (id, email, password_hash, name, time_zone) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (lower(email)) DO NOTHING
RETURNING id
"""
_BY_EMAIL: Final = """
SELECT id, password_hash, suspended_at FROM users WHERE lower(email) = lower($1) AND deleted_at IS NULL
"""
_BY_ID: Final = "SELECT id, password_hash, suspended_at FROM users WHERE id = $1 AND deleted_at IS NULL"
_REHASH: Final = """
UPDATE users SET password_hash = $3, updated_at = now() WHERE id = $1 AND password_hash = $2
"""

_SHOW: Final = """
SELECT u.id, u.email, u.name, u.time_zone, u.role, u.tier, u.created_at, u.suspended_at,
    (SELECT count(*) FROM families f WHERE f.user_id = u.id AND f.revoked_at IS NULL AND f.expires_at > now())
        AS sign_ins,
    (SELECT max(f.rotated_at) FROM families f WHERE f.user_id = u.id) AS seen_at
FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL
"""


class ShownUser(Struct, frozen=True, kw_only=True):
    """A person as administrators see them; `seen_at` is when a token of theirs was last issued."""

    user_id: UUID
    email: str
    name: str
    time_zone: str
    role: str
    tier: str
    created_at: datetime
    suspended_at: datetime | None
    sign_ins: int
    seen_at: datetime | None


class NewUser(Struct, frozen=True, kw_only=True):
    """The row of a person who registers."""

    user_id: UUID
    email: str
    password_hash: str
    name: str
    time_zone: str


async def create(link: Link, user: NewUser) -> bool:
    """Insert a person; False when the address, however its letters are cased, is taken."""
    made = await link.fetchval(
        _CREATE, user.user_id, user.email, user.password_hash, user.name, user.time_zone
    )
    return made is not None


async def by_email(link: Link, email: str) -> CredentialsRecord | None:
    """Return the credentials of the person with an address, however its letters are cased."""
    return _read(await link.fetchrow(_BY_EMAIL, email))


async def by_id(link: Link, user_id: UUID) -> CredentialsRecord | None:
    """Return a person's credentials."""
    return _read(await link.fetchrow(_BY_ID, user_id))


async def rehash(link: Link, user_id: UUID, old_hash: str, new_hash: str) -> None:
    """Replace a password's hash, unless the password was changed meanwhile."""
    await link.execute(_REHASH, user_id, old_hash, new_hash)


async def show(link: Link, user_id: UUID) -> ShownUser | None:
    """Return a person as administrators see them."""
    row = await link.fetchrow(_SHOW, user_id)
    if row is None:
        return None
    return ShownUser(user_id=row["id"], **{name: row[name] for name in ShownUser.__struct_fields__[1:]})


def _read(row: Record | None) -> CredentialsRecord | None:
    if row is None:
        return None
    return CredentialsRecord(
        user_id=row["id"], password_hash=row["password_hash"], suspended_at=row["suspended_at"]
    )
