"""Families: one sign-in of one device each, with the refresh tokens that follow from it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from asyncpg import Record

from storage.postgres import Link
from storage.records import FamilyRecord, PersonRecord, StandingRecord

_OPEN: Final = """
INSERT INTO families (user_id, family_id, device, generation, rotated_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_LOCK: Final = """
SELECT user_id, family_id, device, generation, rotated_at, expires_at, revoked_at
FROM families WHERE user_id = $1 AND family_id = $2
FOR NO KEY UPDATE
"""
_ROTATE: Final = """
UPDATE families SET device = $3, generation = $4, rotated_at = $5, expires_at = $6
WHERE user_id = $1 AND family_id = $2
"""
_STANDINGS: Final = """
SELECT w.user_id, w.family_id, u.id IS NOT NULL AS known, u.suspended_at IS NOT NULL AS suspended,
    f.family_id IS NOT NULL AS signed_in, u.email, u.name, u.time_zone, u.role, u.tier,
    u.time_real_at, u.time_person_at, u.time_rate
FROM unnest($1::uuid[], $2::uuid[]) AS w (user_id, family_id)
LEFT JOIN users u ON u.id = w.user_id AND u.deleted_at IS NULL
LEFT JOIN families f ON f.user_id = w.user_id AND f.family_id = w.family_id AND f.revoked_at IS NULL
"""


async def open_family(link: Link, family: FamilyRecord) -> None:
    """Insert a new sign-in."""
    await link.execute(
        _OPEN,
        family.user_id,
        family.family_id,
        family.device,
        family.generation,
        family.rotated_at,
        family.expires_at,
    )


async def locked(link: Link, user_id: UUID, family_id: UUID) -> FamilyRecord | None:
    """Return a family, locked until the transaction ends."""
    row = await link.fetchrow(_LOCK, user_id, family_id)
    if row is None:
        return None
    return FamilyRecord(
        user_id=row["user_id"],
        family_id=row["family_id"],
        device=row["device"],
        generation=row["generation"],
        rotated_at=row["rotated_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


async def rotate(link: Link, family: FamilyRecord) -> None:
    """Save a locked family's new device, generation and times."""
    await link.execute(
        _ROTATE,
        family.user_id,
        family.family_id,
        family.device,
        family.generation,
        family.rotated_at,
        family.expires_at,
    )


async def standings(link: Link, signed_in: Sequence[tuple[UUID, UUID]]) -> list[StandingRecord]:
    """Return how each (person, family) stands, in one query."""
    rows = await link.fetch(_STANDINGS, [user for user, _ in signed_in], [family for _, family in signed_in])
    return [_read_standing(row) for row in rows]


def _read_standing(row: Record) -> StandingRecord:
    person = None
    if row["known"]:
        person = PersonRecord(
            user_id=row["user_id"],
            email=row["email"],
            name=row["name"],
            time_zone=row["time_zone"],
            role=row["role"],
            tier=row["tier"],
            time_real_at=row["time_real_at"],
            time_person_at=row["time_person_at"],
            time_rate=row["time_rate"],
        )
    return StandingRecord(
        user_id=row["user_id"],
        family_id=row["family_id"],
        person=person,
        suspended=row["suspended"],
        signed_in=row["signed_in"],
    )
