"""Who sends a request: its bearer token, checked, and the person it belongs to as the database knows them now."""

from collections.abc import Awaitable, Callable

from litestar.handlers.base import BaseRouteHandler

from channels.errors import Code, Refusal, Refused
from server.accounts.identity import identify
from server.accounts.tokens import Tokens
from server.rest.contract import contract_of
from server.rest.failures import Now
from server.rest.reading import Connection
from server.rest.visit import visit_of
from storage.postgres import Database, linked

_SCHEME = "bearer"

Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


def signed_in(tokens: Tokens, database: Database, now: Now) -> Guard:
    """Return the guard of operations that need a person: it keeps who they are in the visit.

    It raises Refused for a token that is missing, forged, of another server or ended, for a person who is unknown or
    suspended, and for a sign-in that was revoked.
    """

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        contract = contract_of(handler)
        if contract is None or not contract.signed_in:
            return
        claims = tokens.verify(bearer_token(connection), now())
        async with linked(database) as link:
            visit_of(connection.scope).identity = await identify(link, claims)

    return guard


def bearer_token(connection: Connection) -> str:
    """Return the token of the `Authorization` header. Raises Refused when there is none."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != _SCHEME or not token:
        raise Refused(Refusal(code=Code.TOKEN_INVALID))
    return token.strip()
