"""The one place that turns what goes wrong in a request into the coded envelope.

Whatever is raised becomes a refusal of the catalogue; what is not foreseen becomes `INT_001` and a line in the log.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from litestar.types import Scope

from channels.errors import Code, Refusal, Refused, invalid, unavailable
from channels.wire.envelope import Detail
from server.rest.envelope import AnswerMeta, Failure
from server.rest.lengths import about_length, length_told
from server.rest.visit import visit_of
from storage.postgres import Unavailable

_log = structlog.get_logger(__name__)

RETRY_SECONDS: Final = 1
"""`Retry-After` where a refusal names no better time."""
_BODY: Final = "body"
_CODES: Final = {
    400: Code.VALIDATION,
    401: Code.TOKEN_INVALID,
    403: Code.INSUFFICIENT_ROLE,
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    413: Code.TOO_LARGE,
    415: Code.UNSUPPORTED_MEDIA,
    429: Code.RATE_LIMITED,
    503: Code.UNAVAILABLE,
}
"""The catalogue's codes for the statuses that the framework raises by itself."""

Now = Callable[[], datetime]
Answer = Response[Failure]


def exception_handler(now: Now) -> Callable[[Request[Any, Any, Any], Exception], Answer]:
    """Return the framework's handler for every exception; `now` gives the timestamp of `meta`."""

    def handle_exception(request: Request[Any, Any, Any], error: Exception) -> Answer:
        refusal = refusal_of(error)
        if refusal.code is Code.INTERNAL:
            visit = visit_of(request.scope)
            _log.exception("request_failed", request_id=visit.request_id, exc_info=error)
        allow = error.headers if isinstance(error, MethodNotAllowedException) else None
        return answer(request.scope, refusal, now(), allow)

    return handle_exception


def answer(scope: Scope, refusal: Refusal, now: datetime, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a refusal as a response: the catalogue's status, the envelope, the headers that go with the status."""
    return Response(
        content=failure(scope, refusal, now),
        status_code=refusal.entry.status,
        headers={**_headers(refusal), **(headers or {})},
        media_type="application/json",
    )


def failure(scope: Scope, refusal: Refusal, now: datetime) -> Failure:
    """Return a refusal in its envelope."""
    visit = visit_of(scope)
    meta = AnswerMeta(timestamp=now, request_id=visit.request_id, repeated=visit.repeated)
    return Failure(error=refusal.error(), meta=meta)


def refusal_of(error: Exception) -> Refusal:
    """Return the catalogue's refusal for anything that was raised."""
    match error:
        case Refused():
            return error.refusal
        case Unavailable():
            return unavailable(RETRY_SECONDS)
        case ValidationException():
            return Refusal(code=Code.VALIDATION, details=_details(error))
        case HTTPException():
            return Refusal(code=_CODES.get(error.status_code, Code.INTERNAL))
        case _:
            return Refusal(code=Code.INTERNAL)


def undecodable(error: Exception, wanted: Any) -> Refusal:
    """Return the refusal for a body that msgspec could not read as the type `wanted`.

    Readers of bodies call this: a decoding error from elsewhere is a fault of ours and not the client's.
    """
    if isinstance(error, msgspec.ValidationError):
        return explained(str(error), wanted)
    return invalid(_BODY, f"is not JSON: {error}")


def explained(problem: str, wanted: Any, *, whole: str = _BODY) -> Refusal:
    """Return the refusal for a sentence of msgspec's about the type `wanted`.

    It ends in a path; without one it is about the `whole`.
    """
    message, _, path = problem.partition(" - at `")
    field = path.rstrip("`").removeprefix("$").removeprefix(".")
    if not field and (named := _NAMED.search(message)):
        field = named.group(1)
    told = length_told(wanted, field) if about_length(message) else None
    return invalid(field or whole, told or message)


_NAMED: Final = re.compile(r"(?:unknown|missing required) field `(.+)`$")


def _details(error: ValidationException) -> tuple[Detail, ...]:
    """Return what the framework found wrong: a body that is not there, in our application."""
    found = error.extra if isinstance(error.extra, list) else []
    keys = [str(one.get("key", "")) for one in found]
    if "data" in keys:
        return (Detail(field=_BODY, message="is missing"),)
    return tuple(Detail(field=key, message=str(one["message"])) for key, one in zip(keys, found, strict=True))


def _headers(refusal: Refusal) -> dict[str, str]:
    match refusal.entry.status:
        case 401:
            return {"WWW-Authenticate": _CHALLENGES.get(refusal.code, "Bearer")}
        case 429 | 503:
            return {"Retry-After": str(refusal.retry_after_seconds or RETRY_SECONDS)}
        case _:
            return {}


_CHALLENGES: Final = dict.fromkeys((Code.TOKEN_EXPIRED, Code.SIGNED_OUT), 'Bearer error="invalid_token"')
