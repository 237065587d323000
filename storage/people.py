"""What commands about people save. Registering and signing in are elsewhere."""

from typing import Final

from storage.postgres import Link
from storage.records import Append, PersonRecord, SignOutRecord, SuspensionRecord

_SAVE_NAME: Final = """
WITH saved AS (
    UPDATE users SET name = $13, time_zone = $14, updated_at = now() WHERE id = $1
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_SAVE_TIME: Final = """
WITH saved AS (
    UPDATE users SET time_real_at = $13, time_person_at = $14, time_rate = $15, updated_at = now() WHERE id = $1
), moved AS (
    UPDATE timers SET due = $13::timestamptz + (at - $14::timestamptz) / $15::double precision WHERE owner = $1
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_SUSPEND: Final = """
WITH saved AS (
    UPDATE users SET suspended_at = now(), updated_at = now() WHERE id = $1
), revoked AS (
    UPDATE families SET revoked_at = now(), revoked_reason = 'suspended' WHERE user_id = $1 AND revoked_at IS NULL
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_SIGN_OUT: Final = """
WITH revoked AS (
    UPDATE families SET revoked_at = now(), revoked_reason = $14
    WHERE user_id = $1 AND revoked_at IS NULL AND ($13::uuid IS NULL OR family_id = $13)
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def save_name(link: Link, saves: tuple[PersonRecord, ...], append: Append) -> list[int]:
    """Save a person's name and time zone, and commit. Returns the events' offsets."""
    (person,) = saves
    return await _commit(link, _SAVE_NAME, append, person.name, person.time_zone)


async def save_time(link: Link, saves: tuple[PersonRecord, ...], append: Append) -> list[int]:
    """Save how a person's time runs, move their timers to it, and commit; the command itself sets no timer.

    Returns the events' offsets.
    """
    (person,) = saves
    return await _commit(
        link, _SAVE_TIME, append, person.time_real_at, person.time_person_at, person.time_rate
    )


async def save_suspension(link: Link, _saves: tuple[SuspensionRecord, ...], append: Append) -> list[int]:
    """Suspend a person, revoke their families, and commit. Returns the events' offsets."""
    return await _commit(link, _SUSPEND, append)


async def save_sign_out(link: Link, saves: tuple[SignOutRecord, ...], append: Append) -> list[int]:
    """Revoke a family or all of them, and commit. Returns the events' offsets."""
    (sign_out,) = saves
    return await _commit(link, _SIGN_OUT, append, sign_out.family_id, sign_out.reason)


async def _commit(link: Link, statement: str, append: Append, *values: object) -> list[int]:
    offsets: list[int] = await link.fetchval(statement, *append.arguments(), *values)
    return offsets
