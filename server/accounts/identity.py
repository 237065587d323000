"""Who sends a request or opens a socket, as the database knows them now: a token only says who they claim to be."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from channels.errors import Code, Refusal, Refused
from channels.wire.account import PersonTime, Role, Tier
from channels.wire.envelope import UserId
from server.accounts.tokens import Claims
from storage import families
from storage.postgres import Link
from storage.records import PersonRecord, StandingRecord


class Identity(Struct, frozen=True, kw_only=True):
    """A signed-in person; role and tier are read at use, so that a change acts at once."""

    user_id: UserId
    family_id: UUID
    name: str
    email: str
    time_zone: str
    role: Role
    tier: Tier
    time: PersonTime


async def identify(link: Link, claims: Claims) -> Identity:
    """Return whom a verified token belongs to, with one query.

    Raises Refused: USER_NOT_FOUND, SUSPENDED, or SIGNED_OUT when the sign-in was revoked or never was.
    """
    pair = (claims.user_id, claims.family_id)
    found = (await standings(link, [pair]))[pair]
    if isinstance(found, Refusal):
        raise Refused(found)
    return found


async def standings(
    link: Link, signed_in: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Identity | Refusal]:
    """Return for each (person, family) who it is, or why they are not let in; one query for all."""
    records = await families.standings(link, signed_in)
    return {(record.user_id, record.family_id): _judged(record) for record in records}


def _judged(standing: StandingRecord) -> Identity | Refusal:
    if standing.person is None:
        return Refusal(code=Code.USER_NOT_FOUND)
    if standing.suspended:
        return Refusal(code=Code.SUSPENDED)
    if not standing.signed_in:
        return Refusal(code=Code.SIGNED_OUT)
    return _identity(standing.person, standing.family_id)


def _identity(person: PersonRecord, family_id: UUID) -> Identity:
    tier = Tier(person.tier)
    role = Role(person.role)
    return Identity(
        user_id=UserId(person.user_id),
        family_id=family_id,
        name=person.name,
        email=person.email,
        time_zone=person.time_zone,
        role=Role.PREMIUM if role is Role.FREE and tier is not Tier.FREE else role,
        tier=tier,
        time=PersonTime(real_at=person.time_real_at, person_at=person.time_person_at, rate=person.time_rate),
    )
