"""Which pages of other origins may read our answers (CORS). No cookies are used, so none are allowed."""

from collections.abc import Iterable
from typing import Final

from litestar.types import Scope

_METHODS: Final = b"GET, HEAD, POST, PATCH"
_TAKEN: Final = b"Authorization, Content-Type, Idempotency-Key, X-Request-Id"
_SHOWN: Final = b"Retry-After, X-Request-Id"
_PREFLIGHT_SECONDS: Final = b"600"

Headers = list[tuple[bytes, bytes]]


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return a request's header, or None."""
    return next((value for key, value in scope["headers"] if key == name), None)


class Origins:
    """An allow-list of origins, written as browsers send them (`https://app.example`)."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(origin.rstrip("/").encode() for origin in allowed)

    def headers(self, scope: Scope) -> Headers:
        """Return what to add to an answer. A page that is not allowed is told nothing, and its browser refuses."""
        if not self._allowed:
            return []
        origin = header(scope, b"origin")
        if origin not in self._allowed:
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin or b""),
            (b"access-control-expose-headers", _SHOWN),
            (b"vary", b"Origin"),
        ]

    def preflight(self, scope: Scope) -> Headers | None:
        """Return the further headers of the answer to a preflight; None when this is none of an allowed page."""
        if scope.get("method") != "OPTIONS" or header(scope, b"access-control-request-method") is None:
            return None
        if header(scope, b"origin") not in self._allowed:
            return None
        return [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _TAKEN),
            (b"access-control-max-age", _PREFLIGHT_SECONDS),
        ]
