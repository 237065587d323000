"""The person themself over REST."""

from typing import Final
from uuid import UUID

from litestar import Controller, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct
from msgspec.structs import replace

from channels.errors import Code
from channels.persontime import REAL
from channels.topics import user_topic
from channels.wire.account import (
    AccountUpdate,
    AccountUpdateData,
    Person,
    PersonReply,
    Role,
    Tier,
)
from channels.wire.envelope import Detail, Offset, UserId
from server.rest.call import NUMBER, Call
from server.rest.contract import EXAMPLE_META, Contract, Exchange, promises, refused
from server.rest.envelope import Success


class Me(Struct, frozen=True, kw_only=True):
    """The person who asks."""

    person: Person
    email: str


class MeAnswer(Success[Me], frozen=True, kw_only=True):
    """The person who asks."""


class PersonAnswer(Success[PersonReply], frozen=True, kw_only=True):
    """The person after the command."""


EXAMPLE_PERSON: Final = Person(
    user_id=UserId(UUID("0199f3a1-2c44-7d10-8a3b-5f2e6d9c0b11")),
    name="Ada",
    time_zone="Europe/Berlin",
    role=Role.FREE,
    tier=Tier.FREE,
    time=REAL,
)
_MOVED: Final = replace(EXAMPLE_PERSON, time_zone="America/Lima")
_CAUSED: Final = replace(EXAMPLE_META, positions={user_topic(EXAMPLE_PERSON.user_id): Offset(7)})
_SHOW: Final = Contract(
    exchanges=(
        Exchange(
            name="me",
            summary="Whose token this is",
            answer=MeAnswer(data=Me(person=EXAMPLE_PERSON, email="ada@example.org"), meta=EXAMPLE_META),
        ),
    )
)
_UPDATE: Final = Contract(
    keyed=True,
    exchanges=(
        Exchange(
            name="moved",
            summary="Another time zone; the name stays",
            body=AccountUpdateData(time_zone="America/Lima"),
            answer=PersonAnswer(data=PersonReply(person=_MOVED), meta=_CAUSED),
        ),
        Exchange(
            name="no_such_zone",
            summary="A time zone that does not exist",
            body=AccountUpdateData(time_zone="Mars/Olympus"),
            answer=refused(
                Code.VALIDATION,
                Detail(
                    field="time_zone",
                    message="must be a name of the IANA time zone database, as Europe/Berlin",
                ),
            ),
        ),
    ),
)


class PersonController(Controller):
    """The person who asks."""

    path = "/users"
    tags = ("Person",)

    @get("/me", operation_id="showMe", summary="Show the person", opt=promises(_SHOW))
    async def show(self, call: NamedDependency[Call]) -> MeAnswer:
        """Role and tier are as they are now, whatever they were when the token was made."""
        identity = call.identity
        person = Person(
            user_id=identity.user_id,
            name=identity.name,
            time_zone=identity.time_zone,
            role=identity.role,
            tier=identity.tier,
            time=identity.time,
        )
        return MeAnswer(data=Me(person=person, email=identity.email), meta=call.meta())

    @patch("/me", operation_id="updateMe", summary="Change name or time zone", opt=promises(_UPDATE))
    async def update(self, data: JSONBody[AccountUpdateData], call: NamedDependency[Call]) -> PersonAnswer:
        """The command `account:update`: what is left out stays. Every device of the person gets `account:updated`."""
        command = AccountUpdate(id=NUMBER, key=call.key(), data=data)
        reply, meta = await call.run(command, PersonReply)
        return PersonAnswer(data=reply, meta=meta)
