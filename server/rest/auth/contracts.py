"""What the operations of accounts take, give and promise."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from channels.errors import Code
from channels.topics import user_topic
from channels.wire.account import AccountSignOutData, PersonName, Role, Tier, TimeZoneName
from channels.wire.connection import DeviceName
from channels.wire.envelope import Detail, Moment, Nothing, Offset, UserId
from server.accounts.keys import KeySet, PublicKey
from server.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from server.accounts.signing_in import Pair
from server.rest.contract import EXAMPLE_META, EXAMPLE_NOW, Contract, Exchange, refused
from server.rest.envelope import Success

UNNAMED: Final = "unnamed"
"""The device of an app that names none; two such apps of one person are told apart by their sign-ins alone."""

_EmailText = Annotated[str, Meta(min_length=3, max_length=254, examples=["ada@example.org"])]
_RefreshText = Annotated[str, Meta(min_length=1, max_length=512)]
_Hidden: Final = {"format": "password"}


class RegisterBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A person who wants an account, and the device to sign in."""

    email: _EmailText
    password: Annotated[
        str,
        Meta(
            min_length=MIN_LENGTH,
            max_length=MAX_LENGTH,
            description="Hard to guess, also for who knows the email and the name.",
            extra_json_schema=_Hidden,
        ),
    ]
    name: PersonName
    time_zone: TimeZoneName = "UTC"
    device: DeviceName = UNNAMED


class LoginBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who signs in, and on which device."""

    email: _EmailText
    password: Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH, extra_json_schema=_Hidden)]
    device: DeviceName = UNNAMED


class RefreshBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The newest refresh token of a sign-in, and the device that has it."""

    refresh_token: _RefreshText
    device: DeviceName = UNNAMED


class Standing(Struct, frozen=True, kw_only=True):
    """Whose access token this is, and what they may do."""

    user_id: UserId
    family_id: Annotated[UUID, Meta(description="The sign-in: the token's `sid`.")]
    role: Role
    tier: Tier
    expires_at: Moment


class PairAnswer(Success[Pair], frozen=True, kw_only=True):
    """The tokens of a signed-in device."""


class SignedOutAnswer(Success[Nothing], frozen=True, kw_only=True):
    """The sign-in has ended."""


class StandingAnswer(Success[Standing], frozen=True, kw_only=True):
    """The access token is good."""


EXAMPLE_EMAIL: Final = "ada@example.org"
EXAMPLE_PASSWORD: Final = "gravel-otter-41-lantern"  # noqa: S105 - an example
EXAMPLE_REFRESH_TOKEN: Final = "v1.AZnzoSxEfRCKO18ubZwLEQ"  # noqa: S105 - an example
_USER: Final = UserId(UUID("0199f3a1-2c44-7d10-8a3b-5f2e6d9c0b11"))
_PAIR: Final = Pair(
    access_token="eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIwMTk5ZjNhMSJ9.c2lnbmF0dXJl",  # noqa: S106 - an example
    refresh_token="v1.AZnzoSxEfRCKO18ubZwLEg",  # noqa: S106 - an example
    expires_in=900,
)
_GIVEN: Final = PairAnswer(data=_PAIR, meta=EXAMPLE_META)

REGISTER: Final = Contract(
    signed_in=False,
    codes=(Code.EMAIL_EXISTS,),
    exchanges=(
        Exchange(
            name="registered",
            summary="A new account",
            body=RegisterBody(
                email="grace@example.org",
                password=EXAMPLE_PASSWORD,
                name="Grace",
                time_zone="Europe/Berlin",
                device="phone-1",
            ),
            answer=_GIVEN,
        ),
        Exchange(
            name="email_exists",
            summary="An email that has an account",
            body=RegisterBody(email=EXAMPLE_EMAIL, password=EXAMPLE_PASSWORD, name="Ada"),
            answer=refused(Code.EMAIL_EXISTS),
        ),
        Exchange(
            name="weak_password",
            summary="A password that is easy to guess",
            body=RegisterBody(email="joan@example.org", password="joan1234", name="Joan"),  # noqa: S106 - an example
            answer=refused(
                Code.VALIDATION,
                Detail(
                    field="password",
                    message="is too easy to guess; take a few words that do not belong together",
                ),
            ),
        ),
    ),
)
LOGIN: Final = Contract(
    signed_in=False,
    codes=(Code.INVALID_CREDENTIALS, Code.SUSPENDED),
    exchanges=(
        Exchange(
            name="signed_in",
            summary="Somebody who has an account",
            body=LoginBody(email=EXAMPLE_EMAIL, password=EXAMPLE_PASSWORD, device="phone-1"),
            answer=_GIVEN,
        ),
        Exchange(
            name="wrong_password",
            summary="A wrong password, or an unknown email",
            body=LoginBody(email="nobody@example.org", password=EXAMPLE_PASSWORD),
            answer=refused(Code.INVALID_CREDENTIALS),
        ),
    ),
)
REFRESH: Final = Contract(
    signed_in=False,
    codes=(
        Code.TOKEN_INVALID,
        Code.TOKEN_EXPIRED,
        Code.SIGNED_OUT,
        Code.SUSPENDED,
        Code.USER_NOT_FOUND,
    ),
    exchanges=(
        Exchange(
            name="renewed",
            summary="The newest token of a sign-in",
            body=RefreshBody(refresh_token=EXAMPLE_REFRESH_TOKEN, device="phone-1"),
            answer=_GIVEN,
        ),
        Exchange(
            name="not_ours",
            summary="A token that this server did not give",
            body=RefreshBody(refresh_token="v1.made-up"),  # noqa: S106 - an example
            answer=refused(Code.TOKEN_INVALID),
        ),
    ),
)
LOGOUT: Final = Contract(
    keyed=True,
    exchanges=(
        Exchange(
            name="everywhere",
            summary="Every device",
            body=AccountSignOutData(everywhere=True),
            answer=SignedOutAnswer(
                data=Nothing(),
                meta=replace(EXAMPLE_META, positions={user_topic(_USER): Offset(43)}),
            ),
        ),
    ),
)
VALIDATE: Final = Contract(
    exchanges=(
        Exchange(
            name="good",
            summary="A good token",
            answer=StandingAnswer(
                data=Standing(
                    user_id=_USER,
                    family_id=UUID("0199f3a1-2c46-7a02-9f31-8b7c6d5e4f30"),
                    role=Role.FREE,
                    tier=Tier.FREE,
                    expires_at=EXAMPLE_NOW + timedelta(minutes=14),
                ),
                meta=EXAMPLE_META,
            ),
        ),
    )
)
KEYS: Final = Contract(
    answer=KeySet,
    signed_in=False,
    limited=False,
    exchanges=(
        Exchange(
            name="keys",
            summary="The key set",
            answer=KeySet((PublicKey(kid="dGhlIGtleSdzIHRodW1icHJpbnQ", n="xjlCRBqkQG7Z", e="AQAB"),)),
        ),
    ),
)
