"""What is known of one request while it runs: its id, who sent it, what it asks."""

import re
from typing import Any, Final

from litestar.types import Scope
from msgspec import Struct

from server.accounts.identity import Identity
from server.clock import new_id

REQUEST_ID_HEADER: Final = b"x-request-id"
_SANE: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_STATE: Final = "visit"


class Visit:
    """One request.

    `identity` is set once its token was found good, `asked` is its query once that was read, `repeated` says that its
    command was known and got its first answer again.
    """

    __slots__ = ("asked", "identity", "repeated", "request_id")

    request_id: str
    identity: Identity | None
    asked: Struct | None
    repeated: bool

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.identity = None
        self.asked = None
        self.repeated = False


def visit_of(scope: Scope) -> Visit:
    """Return the visit that a request is, made on the first call; a sane `X-Request-Id` of the client's is kept."""
    state: dict[str, Any] = scope.setdefault("state", {})
    if _STATE not in state:
        state[_STATE] = Visit(_given(scope) or str(new_id()))
    visit: Visit = state[_STATE]
    return visit


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == REQUEST_ID_HEADER and _SANE.fullmatch(value):
            return value.decode()
    return None
