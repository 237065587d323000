"""Registering, signing in, and going on with a sign-in. Who signs out gives the command `account:sign_out`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

import structlog
from email_validator import EmailNotValidError, validate_email
from msgspec import Struct

from channels.account import TIME_ZONES
from channels.errors import Code, Refusal, Refused, invalid
from channels.signin import Presented, present, rotated
from channels.wire.account import AccountRevoke, AccountRevokeData
from channels.wire.envelope import UserId
from server.accounts.passwords import MAX_LENGTH, MIN_LENGTH, Passwords
from server.accounts.refreshing import Presentation, RefreshTokens
from server.accounts.tokens import Tokens
from server.clock import new_id
from server.execution import Actor, Giver
from server.executor import Executor
from storage import families, users
from storage.postgres import Database, Unavailable, linked
from storage.records import CredentialsRecord, FamilyRecord
from storage.redis.limits import Limits

_log = structlog.get_logger(__name__)

HOUR_SECONDS: Final = 3600.0
_REVOCATIONS: Final = UUID("2f1cfb0e-6a1d-4b0c-9a55-3f0b7c6f1d42")


class Accounts(Struct, frozen=True, kw_only=True):
    """What it takes to sign people in.

    `failed_logins` is per hour, per network and per account; `registrations` is per hour and network.
    """

    database: Database
    executor: Executor
    passwords: Passwords
    tokens: Tokens
    refresh_tokens: RefreshTokens
    limits: Limits
    refresh_seconds: int
    failed_logins: int
    registrations: int


class Registration(Struct, frozen=True, kw_only=True):
    """A person who wants an account, and the device to sign in, if one is."""

    email: str
    password: str
    name: str
    time_zone: str
    device: str = ""


class Pair(Struct, frozen=True, kw_only=True):
    """An access token, the refresh token that continues it, and how long the access token lives from now."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name


async def register(accounts: Accounts, wanted: Registration, network: str, now: datetime) -> Pair:
    """Make an account and sign its device in.

    Raises Refused: VALIDATION, EMAIL_EXISTS, RATE_LIMITED, and UNAVAILABLE when too many passwords wait.
    """
    email = _acceptable(wanted)
    wait = await accounts.limits.attempt(
        "register", network, accounts.registrations, HOUR_SECONDS, str(new_id())
    )
    _allow(wait)
    user = await _new_user(accounts.passwords, wanted, email)
    family = _new_family(accounts, user.user_id, wanted.device, now)
    async with linked(accounts.database) as link, link.transaction():
        if not await users.create(link, user):
            raise Refused(Refusal(code=Code.EMAIL_EXISTS))
        await families.open_family(link, family)
    return _pair(accounts, family, now)


async def enrol(database: Database, passwords: Passwords, wanted: Registration) -> UserId:
    """Make an account as an administrator does: without a limit, and no device is signed in.

    Raises Refused: VALIDATION, EMAIL_EXISTS.
    """
    user = await _new_user(passwords, wanted, _acceptable(wanted))
    async with linked(database) as link:
        if not await users.create(link, user):
            raise Refused(Refusal(code=Code.EMAIL_EXISTS))
    return UserId(user.user_id)


async def login(
    accounts: Accounts, email: str, password: str, *, device: str, network: str, now: datetime
) -> Pair:
    """Sign a device in.

    Raises Refused: INVALID_CREDENTIALS, SUSPENDED, RATE_LIMITED, and UNAVAILABLE when too many passwords wait. An
    unknown email takes as long as a wrong password.
    """
    async with _counted(accounts, "login by network", network):
        user = await _user(accounts, email)
        async with _counted(accounts, "login by account", _account(user, email)):
            if not await accounts.passwords.matches(password, user.password_hash if user else None):
                raise Refused(Refusal(code=Code.INVALID_CREDENTIALS))
    if user is None:
        raise LookupError("nobody's password matched")
    if user.suspended_at is not None:
        raise Refused(Refusal(code=Code.SUSPENDED))
    family = _new_family(accounts, user.user_id, device, now)
    rehashed = None
    if accounts.passwords.outdated(user.password_hash):
        rehashed = await accounts.passwords.hashed(password)
    async with linked(accounts.database) as link, link.transaction():
        await families.open_family(link, family)
        if rehashed is not None:
            await users.rehash(link, user.user_id, user.password_hash, rehashed)
    return _pair(accounts, family, now)


async def refresh(accounts: Accounts, token: str, device: str, now: datetime) -> Pair:
    """Go on with a sign-in: the next pair, or for a device that repeats its last token, the same one again.

    Any other token that was used before ends the sign-in. Raises Refused: TOKEN_INVALID, TOKEN_EXPIRED, SIGNED_OUT,
    SUSPENDED, USER_NOT_FOUND, UNAVAILABLE.
    """
    shown = accounts.refresh_tokens.read(token)
    async with linked(accounts.database) as link, link.transaction():
        user = await users.by_id(link, shown.user_id)
        if user is None:
            raise Refused(Refusal(code=Code.USER_NOT_FOUND))
        if user.suspended_at is not None:
            raise Refused(Refusal(code=Code.SUSPENDED))
        family = await families.locked(link, shown.user_id, shown.family_id)
        if family is None:
            raise Refused(Refusal(code=Code.SIGNED_OUT))
        presented = present(family, shown.generation, device, now)
        if presented is Presented.ROTATE:
            lifetime = timedelta(seconds=accounts.refresh_seconds)
            family = rotated(family, shown.generation, device, now, lifetime)
            await families.rotate(link, family)
    match presented:
        case Presented.ROTATE | Presented.REPEAT:
            return _pair(accounts, family, now)
        case Presented.EXPIRED:
            raise Refused(Refusal(code=Code.TOKEN_EXPIRED))
        case Presented.REVOKED:
            raise Refused(Refusal(code=Code.SIGNED_OUT))
        case Presented.REUSED:
            raise await _revoked(accounts, shown)


def deliverable(email: str) -> str:
    """Return an address in its normal form. Raises Refused for what is no address; nothing is looked up."""
    try:
        return validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Refused(invalid("email", f"is no email address: {error}")) from None


def _acceptable(wanted: Registration) -> str:
    """Return the email in its normal form. Raises Refused for what no account can be made of."""
    email = deliverable(wanted.email)
    if wanted.time_zone not in TIME_ZONES:
        raise Refused(invalid("time_zone", "must be a name of the IANA time zone database, as Europe/Berlin"))
    if not wanted.name.strip():
        raise Refused(invalid("name", "must have a character that can be seen"))
    return email


async def _new_user(passwords: Passwords, wanted: Registration, email: str) -> users.NewUser:
    if not MIN_LENGTH <= len(wanted.password) <= MAX_LENGTH:
        raise Refused(invalid("password", f"must have {MIN_LENGTH} to {MAX_LENGTH} characters"))
    if not await passwords.is_strong(wanted.password, (email, wanted.name)):
        raise Refused(
            invalid("password", "is too easy to guess; take a few words that do not belong together")
        )
    return users.NewUser(
        user_id=new_id(),
        email=email,
        password_hash=await passwords.hashed(wanted.password),
        name=wanted.name,
        time_zone=wanted.time_zone,
    )


async def _user(accounts: Accounts, email: str) -> CredentialsRecord | None:
    try:
        normal = deliverable(email)
    except Refused:
        return None
    async with linked(accounts.database) as link:
        return await users.by_email(link, normal)


def _account(user: CredentialsRecord | None, email: str) -> str:
    """Return what an account's failures are counted by; an address that nobody has counts like any other."""
    return email.casefold() if user is None else str(user.user_id)


@asynccontextmanager
async def _counted(accounts: Accounts, name: str, key: str) -> AsyncIterator[None]:
    """Count an attempt before it is made, so that many at once cannot pass, and forget it unless it failed.

    A client that hangs up has failed.
    """
    mark = str(new_id())
    _allow(await accounts.limits.attempt(name, key, accounts.failed_logins, HOUR_SECONDS, mark))
    try:
        yield
    except Refused as error:
        if error.refusal.code is not Code.INVALID_CREDENTIALS:
            await accounts.limits.forgive(name, key, mark)
        raise
    except Unavailable:
        await accounts.limits.forgive(name, key, mark)
        raise
    await accounts.limits.forgive(name, key, mark)


def _allow(wait: float) -> None:
    if wait > 0:
        raise Refused(Refusal(code=Code.RATE_LIMITED, retry_after_seconds=int(wait) + 1))


async def _revoked(accounts: Accounts, shown: Presentation) -> Refused:
    """End a sign-in on all nodes. It is told as signed out only when it is; otherwise the next reuse ends it."""
    _log.warning("refresh_token_reused", user=str(shown.user_id), family=str(shown.family_id))
    command = AccountRevoke(
        id=1,
        key=uuid5(_REVOCATIONS, str(shown.family_id)),
        data=AccountRevokeData(family_id=shown.family_id),
    )
    actor = Actor(user_id=UserId(shown.user_id), giver=Giver.SERVER)
    outcome = await accounts.executor.execute(actor, command)
    return Refused(outcome.refusal or Refusal(code=Code.SIGNED_OUT))


def _new_family(accounts: Accounts, user_id: UUID, device: str, now: datetime) -> FamilyRecord:
    return FamilyRecord(
        user_id=user_id,
        family_id=new_id(),
        device=device,
        generation=0,
        rotated_at=now,
        expires_at=now + timedelta(seconds=accounts.refresh_seconds),
        revoked_at=None,
    )


def _pair(accounts: Accounts, family: FamilyRecord, now: datetime) -> Pair:
    """Return the pair of a family's running generation, which is the same however often it is made."""
    issued_at = family.rotated_at.replace(microsecond=0)
    jti = str(uuid5(family.family_id, str(family.generation)))
    lives = issued_at + timedelta(seconds=accounts.tokens.seconds) - now
    return Pair(
        access_token=accounts.tokens.issue(family.user_id, family.family_id, issued_at, jti),
        refresh_token=accounts.refresh_tokens.write(family),
        expires_in=max(0, int(lives.total_seconds())),
    )
