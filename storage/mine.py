"""Queries of commands about what is a person's own: their exercises, what they think of any, their profile."""

from collections.abc import Sequence
from typing import Final, TypeAlias
from uuid import UUID

import msgspec
from asyncpg import Record

from storage.commands import Claim, Claimed, read_claim
from storage.library_records import ExerciseMarkRecord, Mine, OwnExerciseRecord, TrainingProfileRecord
from storage.postgres import Link
from storage.records import Append

_LOAD: Final = """
SELECT c.*, m.own, m.kept, m.mark, m.marked, m.known, m.profile
FROM claim_command($1, $2, $3, $4, $5, $6, $7) c
LEFT JOIN LATERAL load_mine(c.claimed_user, $8) m ON true
"""
_SAVE_OWN: Final = """
WITH saved AS (
    INSERT INTO own_exercises (
        user_id, exercise_id, name, aliases, category, equipment, primary_muscles, secondary_muscles, level, force,
        mechanic, instructions, updated_at, deleted_at
    ) VALUES ($13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
    ON CONFLICT (user_id, exercise_id) DO UPDATE SET
        name = excluded.name, aliases = excluded.aliases, category = excluded.category,
        equipment = excluded.equipment, primary_muscles = excluded.primary_muscles,
        secondary_muscles = excluded.secondary_muscles, level = excluded.level, force = excluded.force,
        mechanic = excluded.mechanic, instructions = excluded.instructions, updated_at = excluded.updated_at,
        deleted_at = excluded.deleted_at
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_SAVE_MARK: Final = """
WITH saved AS (
    INSERT INTO exercise_marks (user_id, exercise_id, favourite, disliked, note, updated_at)
    VALUES ($13, $14, $15, $16, $17, $18)
    ON CONFLICT (user_id, exercise_id) DO UPDATE SET
        favourite = excluded.favourite, disliked = excluded.disliked, note = excluded.note,
        updated_at = excluded.updated_at
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_SAVE_PROFILE: Final = """
WITH saved AS (
    INSERT INTO training_profiles (user_id, equipment, limits, level, updated_at) VALUES ($13, $14, $15, $16, $17)
    ON CONFLICT (user_id) DO UPDATE SET
        equipment = excluded.equipment, limits = excluded.limits, level = excluded.level,
        updated_at = excluded.updated_at
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_PROFILES: Final = "SELECT * FROM training_profiles WHERE user_id = ANY ($1)"

Save: TypeAlias = OwnExerciseRecord | ExerciseMarkRecord | TrainingProfileRecord

_STATEMENTS: Final[dict[type[Save], str]] = {
    OwnExerciseRecord: _SAVE_OWN,
    ExerciseMarkRecord: _SAVE_MARK,
    TrainingProfileRecord: _SAVE_PROFILE,
}
_own = msgspec.json.Decoder(OwnExerciseRecord)
_mark = msgspec.json.Decoder(ExerciseMarkRecord)
_profile = msgspec.json.Decoder(TrainingProfileRecord)


async def load(link: Link, claim: Claim, exercise_id: str | None = None) -> tuple[Claimed, Mine]:
    """Claim a command about a person's own; return with it all that its decision needs of an exercise and the profile."""
    row = await link.fetchrow(_LOAD, *claim.arguments(), exercise_id)
    if row is None:
        raise LookupError("claim_command returned no row")
    return read_claim(row), _loaded(row)


async def save(link: Link, saves: tuple[Save, ...], append: Append) -> list[int]:
    """Save what a command changed, and commit. Returns the events' offsets."""
    (saved,) = saves
    offsets: list[int] = await link.fetchval(
        _STATEMENTS[type(saved)], *append.arguments(), *msgspec.structs.astuple(saved)
    )
    return offsets


async def profiles_of(link: Link, user_ids: Sequence[UUID]) -> dict[UUID, TrainingProfileRecord]:
    """Return the profiles of many people, by person; who told none is left out."""
    rows = await link.fetch(_PROFILES, user_ids)
    return {row["user_id"]: msgspec.convert(dict(row), TrainingProfileRecord) for row in rows}


def _loaded(row: Record) -> Mine:
    return Mine(
        own=None if row["own"] is None else _own.decode(row["own"]),
        kept=row["kept"] or 0,
        mark=None if row["mark"] is None else _mark.decode(row["mark"]),
        marked=row["marked"] or 0,
        known=bool(row["known"]),
        profile=None if row["profile"] is None else _profile.decode(row["profile"]),
    )
