"""How requests are read: bodies and queries strictly, into frozen structs, so that a misspelt field is an error.

The framework's own conversion is lenient (`"null"` becomes None, unknown and repeated parameters pass), which suits
forms and not an API.
"""

from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import InternalServerException
from litestar.handlers.base import BaseRouteHandler

from channels.errors import Code, Refusal, Refused, invalid
from server.rest.contract import contract_of
from server.rest.failures import explained, undecodable
from server.rest.visit import visit_of

_MAX_PARAMETERS: Final = 20
_JSON: Final = "application/json"

Connection = ASGIConnection[Any, Any, Any, Any]


class StrictRequest(Request[Any, Any, Any]):
    """A request whose body is decoded straight into the type that its handler wants."""

    async def body(self) -> bytes:
        """Return the whole body. Raises Refused when the client goes away before its end."""
        try:
            return await super().body()
        except InternalServerException:
            raise Refused(invalid("body", "ended before it was whole")) from None

    async def json(self) -> Any:
        """Return the body as the handler's `data`. Raises Refused."""
        media_type, _ = self.content_type
        if media_type.lower() != _JSON:
            raise Refused(Refusal(code=Code.UNSUPPORTED_MEDIA))
        field = self.route_handler.parsed_data_field
        wanted = Any if field is None else field.annotation
        body = await self.body()
        try:
            return msgspec.json.decode(body, type=wanted)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused(undecodable(error, wanted)) from None


async def checked_query(connection: Connection, handler: BaseRouteHandler) -> None:
    """Read the query as the struct that the operation's contract names. A guard; raises Refused."""
    contract = contract_of(handler)
    if contract is None:
        return
    try:
        asked = msgspec.convert(_single(connection), contract.query, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(explained(str(error), contract.query, whole="query")) from None
    visit_of(connection.scope).asked = asked


def _single(connection: Connection) -> dict[str, str]:
    """Return the query's parameters; each may stand once."""
    try:
        pairs = parse_qsl(
            connection.scope["query_string"].decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
        )
    except ValueError as error:
        raise Refused(invalid("query", str(error))) from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise Refused(invalid(name, "stands twice"))
        found[name] = value
    return found
