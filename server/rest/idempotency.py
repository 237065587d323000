"""`Idempotency-Key`: the command key of a REST write, so that a retry gets the first answer and acts once."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request

from channels.errors import Refused, invalid

HEADER: Final = "Idempotency-Key"


def command_key(request: Request[Any, Any, Any]) -> UUID | None:
    """Return the key that a request gives its command. Raises Refused when it is no UUID."""
    text = request.headers.get(HEADER)
    if text is None:
        return None
    try:
        return msgspec.convert(text, UUID)
    except msgspec.ValidationError:
        raise Refused(invalid(HEADER, "is not a UUID")) from None
