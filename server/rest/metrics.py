"""`/metrics` for Prometheus, closed to the world: by a token, or open to an inner address alone."""

import hmac
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.types import Scope
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from channels.errors import Code, Refusal, Refused
from server.rest.call import AnyRequest, Call
from server.rest.contract import Contract, Exchange, promises
from server.rest.front.origins import header
from server.rest.identity import bearer_token

_TEXT: Final = "text/plain"
_MEDIA_TYPE: Final = CONTENT_TYPE_LATEST.partition("; charset=")[0]
"""Prometheus' own; the framework adds the charset."""
_READ: Final = Contract(
    signed_in=False,
    limited=False,
    codes=(Code.TOKEN_INVALID, Code.INSUFFICIENT_ROLE),
    exchanges=(
        Exchange(
            name="metrics",
            summary="The node's metrics",
            answer="# HELP cornerman_http_requests_running Requests in hand now.\n"
            "# TYPE cornerman_http_requests_running gauge\n"
            "cornerman_http_requests_running 1.0\n",
        ),
    ),
)


class MetricsDoor:
    """Who may read the metrics: where `inner` says so anybody, elsewhere only with the token, if there is one."""

    def __init__(self, token: str | None, inner: Callable[[Scope], bool]) -> None:
        self._token = token
        self._inner = inner

    def check(self, request: AnyRequest) -> None:
        """Let a request pass. Raises Refused."""
        if self._inner(request.scope):
            return
        if self._token is None:
            raise Refused(Refusal(code=Code.INSUFFICIENT_ROLE))
        if not hmac.compare_digest(bearer_token(request).encode(), self._token.encode()):
            raise Refused(Refusal(code=Code.TOKEN_INVALID))


def from_loopback(scope: Scope) -> bool:
    """Say whether a request comes from this machine, and not through a proxy on it."""
    client = scope["client"]
    if client is None or header(scope, b"x-forwarded-for") or header(scope, b"forwarded"):
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False


class MetricsController(Controller):
    """For Prometheus."""

    path = "/metrics"
    tags = ("Health",)

    @get(
        operation_id="readMetrics",
        summary="Read the metrics",
        media_type=_TEXT,
        response_description="The node's metrics in Prometheus' text format.",
        security=[{}, {"metrics": []}],
        opt=promises(_READ),
    )
    async def read(
        self, request: Request[Any, Any, Any], call: NamedDependency[Call], door: NamedDependency[MetricsDoor]
    ) -> Response[bytes]:
        """With the server's metrics token as bearer, or from an inner address."""
        door.check(request)
        return Response(generate_latest(call.parts.registry), media_type=_MEDIA_TYPE)
