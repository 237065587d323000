"""What people have written, as entries that are found by words and by meaning: read by person, encoded by any node.

A person's entries change under `past_heads`, so that who has read up to a version has all of it: to ask what came after
is one index-only look when nothing did.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from storage.postgres import Link

_CHANGED: Final = """
SELECT user_id, entry_id, at, text, version, model, deleted_at IS NOT NULL AS deleted FROM past_entries
WHERE user_id = $1 AND (version, entry_id) > ($2, $3) ORDER BY version, entry_id LIMIT $4
"""
_VECTORS: Final = """
SELECT entry_id, vector FROM past_entries
WHERE user_id = $1 AND entry_id = ANY ($2) AND model = $3 AND deleted_at IS NULL
"""
_TOLD: Final = """
SELECT entry_id, source, source_id, at, text FROM past_entries
WHERE user_id = $1 AND entry_id = ANY ($2) AND deleted_at IS NULL
"""
# First what has no vector, then what has one of another model.
_CLAIM: Final = """
UPDATE past_entries SET claimed_until = clock_timestamp() + $3 * interval '1 s'
WHERE (user_id, entry_id) IN (
    SELECT user_id, entry_id FROM past_entries
    WHERE {wanted} AND claimed_until < clock_timestamp() AND deleted_at IS NULL
    ORDER BY model, claimed_until LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING user_id, entry_id, text
"""
_NEW: Final = _CLAIM.format(wanted="model = '' AND model <> $1")
_OTHERS: Final = _CLAIM.format(wanted="(model > $1 OR (model > '' AND model < $1))")
_ENCODED: Final = "SELECT past_encoded($1, $2, $3, $4)"
_DELETED: Final = """
SELECT f.user_id, e.entry_id, e.version FROM unnest($1::uuid[], $2::bigint[]) AS f (user_id, version)
JOIN past_entries e ON e.user_id = f.user_id AND e.version > f.version AND e.deleted_at IS NOT NULL
"""


class ChangedEntry(Struct, frozen=True, kw_only=True):
    """What has become of an entry; `model` made its vector, and is empty where there is none."""

    user_id: UUID
    entry_id: int
    at: datetime
    text: str
    version: int
    model: str
    deleted: bool


class ToldEntry(Struct, frozen=True, kw_only=True):
    """What an entry says, and which thing of a person's says it."""

    entry_id: int
    source: str
    source_id: str
    at: datetime
    text: str


class ClaimedEntry(Struct, frozen=True, kw_only=True):
    """An entry that is ours to encode."""

    user_id: UUID
    entry_id: int
    text: str


class DeletedEntry(Struct, frozen=True, kw_only=True):
    """An entry that says nothing any more."""

    user_id: UUID
    entry_id: int
    version: int


async def changed(link: Link, user_id: UUID, after: tuple[int, int], *, limit: int) -> list[ChangedEntry]:
    """Return what changed of a person's entries after a version and the last entry that was read of it, in that order."""
    return [ChangedEntry(**row) for row in await link.fetch(_CHANGED, user_id, *after, limit)]


async def vectors(link: Link, user_id: UUID, entry_ids: Sequence[int], model: str) -> dict[int, bytes]:
    """Return a person's vectors by this model, by entry."""
    return {row["entry_id"]: row["vector"] for row in await link.fetch(_VECTORS, user_id, entry_ids, model)}


async def told(link: Link, user_id: UUID, entry_ids: Sequence[int]) -> dict[int, ToldEntry]:
    """Return what a person's entries say; what is deleted or somebody else's says nothing."""
    return {row["entry_id"]: ToldEntry(**row) for row in await link.fetch(_TOLD, user_id, entry_ids)}


async def claim(link: Link, model: str, *, limit: int, seconds: float) -> list[ClaimedEntry]:
    """Return entries that have no vector by this model, so many at most: nobody else gets them for some seconds."""
    found = await link.fetch(_NEW, model, limit, seconds)
    return [ClaimedEntry(**row) for row in found or await link.fetch(_OTHERS, model, limit, seconds)]


async def encoded(link: Link, claimed: Sequence[ClaimedEntry], found: Sequence[bytes], model: str) -> None:
    """Keep the vectors of claimed entries; what was deleted meanwhile stays so."""
    users, entries = [one.user_id for one in claimed], [one.entry_id for one in claimed]
    await link.execute(_ENCODED, users, entries, list(found), model)


async def deleted(link: Link, since: Sequence[tuple[UUID, int]]) -> list[DeletedEntry]:
    """Return what was deleted of people's entries after a version, for each of these people."""
    found = await link.fetch(_DELETED, [user for user, _ in since], [version for _, version in since])
    return [DeletedEntry(**row) for row in found]
