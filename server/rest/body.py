"""The person's body over REST."""

from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec.structs import replace

from channels.body import shown_body
from channels.errors import Code
from channels.topics import user_topic
from channels.wire.body import Body, BodyReply, BodyUpdate, BodyUpdateData, Sex, Weighing
from channels.wire.envelope import Detail, Offset
from channels.wire.quantity import Mass, MassUnit
from server.rest.call import NUMBER, Call
from server.rest.contract import EXAMPLE_META, EXAMPLE_NOW, Contract, Exchange, promises, refused
from server.rest.envelope import Success
from storage.bodies import bodies_of
from storage.postgres import linked
from storage.records import KnownBody


class BodyAnswer(Success[BodyReply], frozen=True, kw_only=True):
    """What is known of the body."""


_TOPIC: Final = user_topic(UUID("0199f3a1-2c44-7d10-8a3b-5f2e6d9c0b11"))
_CAUSED: Final = replace(EXAMPLE_META, positions={_TOPIC: Offset(9)})
_MASS: Final = Mass(value=Decimal("142.2"), unit=MassUnit.LB)
_TOLD: Final = BodyUpdateData(
    birth_year=1990, sex=Sex.FEMALE, resting_heart_rate=58, maximum_heart_rate=188, mass=_MASS
)
_KNOWN: Final = Body(
    birth_year=1990,
    sex=Sex.FEMALE,
    resting_heart_rate=58,
    maximum_heart_rate=188,
    weighing=Weighing(mass=_MASS, at=EXAMPLE_NOW + timedelta(milliseconds=12)),
)
_SHOW: Final = Contract(
    exchanges=(
        Exchange(
            name="nothing",
            summary="Nothing is known yet",
            answer=BodyAnswer(data=BodyReply(body=Body()), meta=EXAMPLE_META),
        ),
    )
)
_UPDATE: Final = Contract(
    keyed=True,
    exchanges=(
        Exchange(
            name="told",
            summary="All that may be told",
            body=_TOLD,
            answer=BodyAnswer(data=BodyReply(body=_KNOWN), meta=_CAUSED),
        ),
        Exchange(
            name="impossible",
            summary="A heart that rests faster than it can beat",
            body=BodyUpdateData(resting_heart_rate=190, maximum_heart_rate=60),
            answer=refused(
                Code.VALIDATION,
                Detail(field="maximum_heart_rate", message="must be above the resting heart rate"),
            ),
        ),
    ),
)


class BodyController(Controller):
    """What zones, training load and energy are reckoned from."""

    path = "/body"
    tags = ("Body",)

    @get("/", operation_id="showBody", summary="Show what is known of the body", opt=promises(_SHOW))
    async def show(self, call: NamedDependency[Call]) -> BodyAnswer:
        """What was never told is left out."""
        user_id = call.identity.user_id
        async with linked(call.parts.database) as link:
            known = (await bodies_of(link, [user_id])).get(user_id, KnownBody())
        return BodyAnswer(data=BodyReply(body=shown_body(known)), meta=call.meta())

    @put("/", operation_id="updateBody", summary="Say what the body is like", opt=promises(_UPDATE))
    async def update(self, data: JSONBody[BodyUpdateData], call: NamedDependency[Call]) -> BodyAnswer:
        """The command `body:update`: what is left out is not known any more, but the last weighing stays.

        Every device of the person gets `body:updated`.
        """
        command = BodyUpdate(id=NUMBER, key=call.key(), data=data)
        reply, meta = await call.run(command, BodyReply)
        return BodyAnswer(data=reply, meta=meta)
