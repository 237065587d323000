"""Queries about bodies."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from asyncpg import Record

from storage.commands import Claim, Claimed, read_claim
from storage.postgres import Link
from storage.records import Append, BodyRecord, KnownBody, MassRecord

_LOAD: Final = """
SELECT c.*, b.birth_year, b.sex, b.resting_heart_rate, b.maximum_heart_rate, b.mass, b.mass_unit, b.at AS weighed_at
FROM claim_command($1, $2, $3, $4, $5, $6, $7) c
LEFT JOIN LATERAL load_body(c.claimed_user) b ON true
"""
_SAVE: Final = """
WITH saved AS (
    INSERT INTO bodies (user_id, birth_year, sex, resting_heart_rate, maximum_heart_rate)
    VALUES ($1, $13, $14, $15, $16)
    ON CONFLICT (user_id) DO UPDATE
    SET birth_year = excluded.birth_year, sex = excluded.sex, resting_heart_rate = excluded.resting_heart_rate,
        maximum_heart_rate = excluded.maximum_heart_rate, updated_at = now()
), weighed AS (
    INSERT INTO body_masses (user_id, at, mass, mass_unit)
    SELECT $1, $17::timestamptz, $18::numeric, $19::text WHERE $17::timestamptz IS NOT NULL
    ON CONFLICT (user_id, at) DO UPDATE SET mass = excluded.mass, mass_unit = excluded.mass_unit
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_MANY: Final = """
SELECT b.user_id, b.birth_year, b.sex, b.resting_heart_rate, b.maximum_heart_rate,
    m.mass, m.mass_unit, m.at AS weighed_at
FROM bodies b
LEFT JOIN LATERAL (
    SELECT w.mass, w.mass_unit, w.at FROM body_masses w WHERE w.user_id = b.user_id ORDER BY w.at DESC LIMIT 1
) m ON true
WHERE b.user_id = ANY ($1)
"""


async def load(link: Link, claim: Claim) -> tuple[Claimed, KnownBody]:
    """Claim a command about a body; return with it what is known."""
    row = await link.fetchrow(_LOAD, *claim.arguments())
    if row is None:
        raise LookupError("claim_command returned no row")
    return read_claim(row), _known(row)


async def save(link: Link, saves: tuple[BodyRecord | MassRecord, ...], append: Append) -> list[int]:
    """Save a body, with a weighing if there was one, and commit. Returns the events' offsets."""
    body = next(one for one in saves if isinstance(one, BodyRecord))
    weighed = next((one for one in saves if isinstance(one, MassRecord)), None)
    values = (body.birth_year, body.sex, body.resting_heart_rate, body.maximum_heart_rate)
    weighing = (None, None, None) if weighed is None else (weighed.at, weighed.mass, weighed.mass_unit)
    offsets: list[int] = await link.fetchval(_SAVE, *append.arguments(), *values, *weighing)
    return offsets


async def bodies_of(link: Link, user_ids: Sequence[UUID]) -> dict[UUID, KnownBody]:
    """Return what is known of the bodies of many people, by person; of whom nothing was told is left out."""
    return {row["user_id"]: _known(row) for row in await link.fetch(_MANY, user_ids)}


def _known(row: Record) -> KnownBody:
    weighed = row["weighed_at"]
    return KnownBody(
        body=BodyRecord(**{name: row[name] for name in BodyRecord.__struct_fields__}),
        weighed=None
        if weighed is None
        else MassRecord(mass=row["mass"], mass_unit=row["mass_unit"], at=weighed),
    )
