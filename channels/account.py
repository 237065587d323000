"""Decisions about the person: their name and time zone, their sign-ins, in a sandbox their time."""

from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from msgspec.structs import replace

from channels.decision import Decision, Moment
from channels.errors import Refusal, invalid
from channels.persontime import at_rate, person_time, real_moment
from channels.topics import user_topic
from channels.wire.account import (
    AccountRevoke,
    AccountSignedOut,
    AccountSignedOutData,
    AccountSignOut,
    AccountSuspend,
    AccountUpdate,
    AccountUpdated,
    Person,
    PersonReply,
    Role,
    SandboxRate,
    SignOutReason,
    Tier,
)
from channels.wire.envelope import Nothing, UserId
from storage.records import PersonRecord, SignOutRecord, SuspensionRecord

TIME_ZONES: Final = frozenset(available_timezones())
"""The names of the IANA database, read once."""


def update(
    person: PersonRecord, _state: None, command: AccountUpdate, moment: Moment
) -> Decision[PersonRecord] | Refusal:
    """Change what was given; what stays the same is no event."""
    data = command.data
    if data.time_zone is not None and data.time_zone not in TIME_ZONES:
        return invalid("time_zone", "must be a name of the IANA time zone database, as Europe/Berlin")
    changed = replace(person, name=data.name or person.name, time_zone=data.time_zone or person.time_zone)
    if changed == person:
        return Decision(data=PersonReply(person=shown_person(person)))
    return _changed(changed, moment)


def sandbox_rate(
    person: PersonRecord, _state: None, command: SandboxRate, moment: Moment
) -> Decision[PersonRecord] | Refusal:
    """Let the person's time run at another rate from now on; the same rate is no event."""
    if command.data.rate == person.time_rate:
        return Decision(data=PersonReply(person=shown_person(person)))
    time = person_time(person)
    time = at_rate(time, real_moment(time, moment.now), command.data.rate)
    changed = replace(person, time_real_at=time.real_at, time_person_at=time.person_at, time_rate=time.rate)
    return _changed(changed, moment)


def suspend(
    person: PersonRecord, _state: None, _command: AccountSuspend, moment: Moment
) -> Decision[SuspensionRecord] | Refusal:
    """Suspend the person and end all their sign-ins."""
    return Decision(
        data=Nothing(),
        saves=(SuspensionRecord(user_id=person.user_id),),
        events=(_signed_out(person, None, SignOutReason.SUSPENDED, moment),),
    )


def sign_out(
    person: PersonRecord, family_id: UUID | None, command: AccountSignOut, moment: Moment
) -> Decision[SignOutRecord] | Refusal:
    """End the sign-in that asks, or all of them; an administrator has none of the person's, so theirs ends all."""
    ended = None if command.data.everywhere else family_id
    reason = SignOutReason.SIGNED_OUT
    return Decision(
        data=Nothing(),
        saves=(SignOutRecord(user_id=person.user_id, family_id=ended, reason=reason),),
        events=(_signed_out(person, ended, reason, moment),),
    )


def revoke(
    person: PersonRecord, _state: None, command: AccountRevoke, moment: Moment
) -> Decision[SignOutRecord] | Refusal:
    """End a sign-in whose refresh token was used twice."""
    ended, reason = command.data.family_id, SignOutReason.TOKEN_REUSED
    return Decision(
        data=Nothing(),
        saves=(SignOutRecord(user_id=person.user_id, family_id=ended, reason=reason),),
        events=(_signed_out(person, ended, reason, moment),),
    )


def shown_person(person: PersonRecord) -> Person:
    """Return a person as their own devices see them."""
    return Person(
        user_id=UserId(person.user_id),
        name=person.name,
        time_zone=person.time_zone,
        role=Role(person.role),
        tier=Tier(person.tier),
        time=person_time(person),
    )


def _changed(person: PersonRecord, moment: Moment) -> Decision[PersonRecord]:
    reply = PersonReply(person=shown_person(person))
    event = AccountUpdated(topic=user_topic(person.user_id), at=moment.at, data=reply)
    return Decision(data=reply, saves=(person,), events=(event,))


def _signed_out(
    person: PersonRecord, family_id: UUID | None, reason: SignOutReason, moment: Moment
) -> AccountSignedOut:
    data = AccountSignedOutData(family_id=family_id, reason=reason)
    return AccountSignedOut(topic=user_topic(person.user_id), at=moment.at, data=data)
