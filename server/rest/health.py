"""Whether this node lives, and whether it may be given requests."""

import asyncio
from enum import StrEnum
from typing import Final

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import Struct

from channels.errors import Code, Refusal, Refused
from channels.wire.envelope import Detail
from server.rest.call import Call
from server.rest.contract import EXAMPLE_META, Contract, Exchange, promises
from server.rest.envelope import Failure, Success
from server.rest.parts import Parts
from storage.migrate import MigrationError, pending_on
from storage.postgres import Database, Unavailable, linked

REDIS_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 2


class Health(StrEnum):
    """How a part is."""

    UP = "up"
    AWAY = "away"


class Live(Struct, frozen=True, kw_only=True):
    """The process answers."""

    node: Health


class Ready(Struct, frozen=True, kw_only=True):
    """The node takes requests. Without Redis it does so too: events then reach other nodes a little later."""

    node: Health
    postgresql: Health
    migrations: Health
    redis: Health


class LiveAnswer(Success[Live], frozen=True, kw_only=True):
    """The process answers."""


class ReadyAnswer(Success[Ready], frozen=True, kw_only=True):
    """The node takes requests."""


async def readiness(parts: Parts) -> Ready:
    """Return how the node's parts are. Raises Refused when it should get no requests."""
    if parts.draining():
        raise Refused(_GOING_DOWN)
    await _check_database(parts.database)
    redis = await _redis_health(parts)
    return Ready(node=Health.UP, postgresql=Health.UP, migrations=Health.UP, redis=redis)


async def _check_database(database: Database) -> None:
    try:
        async with linked(database) as link:
            missing = await pending_on(link)
    except Unavailable:
        raise Refused(_away("postgresql", "does not answer")) from None
    except MigrationError as error:
        raise Refused(_away("migrations", str(error))) from None
    if missing:
        raise Refused(_away("migrations", f"wait to be applied: {', '.join(missing)}"))


async def _redis_health(parts: Parts) -> Health:
    try:
        async with asyncio.timeout(REDIS_SECONDS):
            return Health.UP if await parts.redis_answers() else Health.AWAY
    except TimeoutError:
        return Health.AWAY


def _away(part: str, problem: str) -> Refusal:
    return Refusal(
        code=Code.UNAVAILABLE,
        details=(Detail(field=part, message=problem),),
        retry_after_seconds=_RETRY_SECONDS,
    )


_GOING_DOWN: Final = _away("node", "is going down")
_LIVE: Final = Contract(
    signed_in=False,
    limited=False,
    exchanges=(
        Exchange(
            name="live",
            summary="The process answers",
            answer=LiveAnswer(data=Live(node=Health.UP), meta=EXAMPLE_META),
        ),
    ),
)
_READY: Final = Contract(
    signed_in=False,
    limited=False,
    exchanges=(
        Exchange(
            name="ready",
            summary="All parts are up",
            answer=ReadyAnswer(
                data=Ready(node=Health.UP, postgresql=Health.UP, migrations=Health.UP, redis=Health.UP),
                meta=EXAMPLE_META,
            ),
        ),
        Exchange(
            name="draining",
            summary="The node is going down",
            answer=Failure(error=_GOING_DOWN.error(), meta=EXAMPLE_META),
        ),
    ),
)


class HealthController(Controller):
    """For load balancers and orchestrators."""

    path = "/health"
    tags = ("Health",)

    @get("/live", operation_id="showLive", summary="Is the process alive?", opt=promises(_LIVE))
    async def live(self, call: NamedDependency[Call]) -> LiveAnswer:
        """Answers as long as the process does. When it does not, restart the process."""
        return LiveAnswer(data=Live(node=Health.UP), meta=call.meta())

    @get("/ready", operation_id="showReady", summary="May requests be sent here?", opt=promises(_READY))
    async def ready(self, call: NamedDependency[Call]) -> ReadyAnswer:
        """Asks PostgreSQL, its migrations and Redis.

        503 when the node should get no new requests or sockets: it is going down, or its database is away or older
        than the program. Redis is told of and not needed.
        """
        return ReadyAnswer(data=await readiness(call.parts), meta=call.meta())
