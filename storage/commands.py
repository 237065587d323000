"""The two statements that every command shares: claim its key under the person's lock, and commit what it caused."""

from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from storage.postgres import Link
from storage.records import Append, PersonRecord

CLAIM: Final = "SELECT * FROM claim_command($1, $2, $3, $4, $5, $6, $7)"
COMMIT: Final = "SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"

_PRUNE: Final = """
DELETE FROM command_keys WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM command_keys WHERE created_at < now() - make_interval(days => $1) LIMIT $2
))
"""


class Claim(Struct, frozen=True, kw_only=True):
    """Who gives which command. `cause` and `version` are set when a timer does."""

    user_id: UUID
    family_id: UUID | None
    key: UUID
    type: str
    hash: bytes
    cause: str | None = None
    version: int | None = None

    def arguments(self) -> tuple[object, ...]:
        """Return the seven arguments of `claim_command`, in its order."""
        return (self.user_id, self.family_id, self.key, self.type, self.hash, self.cause, self.version)


class Claimed(Struct, frozen=True, kw_only=True):
    """What came of a claim: its outcome (see `claim_command`), the moment under the lock, the person.

    `last_at` is the moment of the newest event in the person's topic; `timer_at` is when the timer was due, in the
    person's time.
    """

    outcome: str
    stored_reply: bytes | None
    stored_positions: str | None
    real_now: datetime | None
    last_at: datetime | None
    timer_at: datetime | None
    person: PersonRecord | None


def read_claim(row: Record) -> Claimed:
    """Read the columns that `claim_command` returns."""
    return Claimed(
        outcome=row["claim_outcome"],
        stored_reply=row["stored_reply"],
        stored_positions=row["stored_positions"],
        real_now=row["real_now"],
        last_at=row["last_at"],
        timer_at=row["timer_at"],
        person=None if row["email"] is None else read_person(row["claimed_user"], row),
    )


def read_person(user_id: UUID, row: Record) -> PersonRecord:
    """Read the columns of a person, whose id has another name in each statement."""
    return PersonRecord(
        user_id=user_id,
        email=row["email"],
        name=row["name"],
        time_zone=row["time_zone"],
        role=row["role"],
        tier=row["tier"],
        time_real_at=row["time_real_at"],
        time_person_at=row["time_person_at"],
        time_rate=row["time_rate"],
    )


async def claim(link: Link, wanted: Claim) -> tuple[Claimed, None]:
    """Claim a command that needs no state but the person's."""
    row = await link.fetchrow(CLAIM, *wanted.arguments())
    if row is None:
        raise LookupError("claim_command returned no row")
    return read_claim(row), None


async def commit(link: Link, saves: tuple[object, ...], append: Append) -> list[int]:
    """Commit a command that saves no record. Returns its events' offsets."""
    if saves:
        raise TypeError("this command has no records to save")
    offsets: list[int] = await link.fetchval(COMMIT, *append.arguments())
    return offsets


async def prune_keys(link: Link, *, days: int, batch: int) -> int:
    """Delete up to `batch` keys older than `days`; returns how many went."""
    status = await link.execute(_PRUNE, days, batch)
    return int(status.rpartition(" ")[2])
