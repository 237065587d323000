"""The front of every HTTP request, known route or not: request id, host, size, HEAD, headers, log line, measures.

It stands around the whole framework, so that also what the framework answers by itself goes through it. A socket's
handshake passes: only its host is looked at.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from channels.errors import Code, Refusal, invalid
from server.clock import monotonic
from server.rest.failures import Now, failure
from server.rest.front.measures import UNMATCHED, RequestMeasures
from server.rest.front.origins import Headers, Origins, header
from server.rest.visit import REQUEST_ID_HEADER, Visit, visit_of

_log = structlog.get_logger(__name__)

MAX_BODY_BYTES: Final = 64 * 1024
_GONE: Final = 499
"""The status in log and measures of a request whose client went away before the answer (nginx's number for it)."""
_QUIET: Final = frozenset({"/health/live", "/health/ready", "/metrics"})
"""What load balancers and monitoring ask for: often, and by the node's address instead of its name."""
_DEFAULTS: Final[Headers] = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]


class Front:
    """Stands around `app`.

    `methods` are those of each route's template; `hosts` are the names that requests may be addressed to, without
    ports; empty: any. A body may have `larger` bytes at some addresses, `MAX_BODY_BYTES` elsewhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        methods: Mapping[str, Collection[str]],
        larger: Mapping[str, int],
        hosts: Collection[str],
        origins: Origins,
        measures: RequestMeasures,
        now: Now,
    ) -> None:
        self._app = app
        self._allow = {template: _allow(taken) for template, taken in methods.items()}
        self._larger = larger
        self._hosts = frozenset(host.lower().encode() for host in hosts)
        self._origins = origins
        self._measures = measures
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == ScopeType.HTTP:
            await self._http(scope, receive, send)
        elif self._knows_host(scope):
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "unknown host"})

    async def _http(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        visit = visit_of(scope)
        inner: HTTPScope = {**scope, "method": "GET"} if method == "HEAD" else scope
        further = [*self._origins.headers(scope), (REQUEST_ID_HEADER, visit.request_id.encode())]
        answering = _Answering(send, further, lambda: self._allowed(inner), bodiless=method == "HEAD")
        began = monotonic()
        self._measures.began()
        try:
            await self._answer(inner, receive, answering.send)
        finally:
            route = _template(inner) or UNMATCHED
            seconds = monotonic() - began
            self._measures.ended(method, route, answering.status, seconds)
            _tell(visit, method, route, answering.status, seconds)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        preflight = self._origins.preflight(scope)
        if preflight is not None:
            await send({"type": "http.response.start", "status": 204, "headers": preflight})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif not self._knows_host(scope):
            await self._refuse(scope, invalid("Host", "is none of this server's names"), send)
        elif _length(scope) > self._larger.get(scope["path"], MAX_BODY_BYTES):
            await self._refuse(scope, Refusal(code=Code.TOO_LARGE), send)
        else:
            await self._app(scope, receive, send)

    async def _refuse(self, scope: HTTPScope, refusal: Refusal, send: Send) -> None:
        body = msgspec.json.encode(failure(scope, refusal, self._now()))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": refusal.entry.status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _allowed(self, scope: HTTPScope) -> bytes | None:
        return self._allow.get(_template(scope))

    def _knows_host(self, scope: Scope) -> bool:
        if not self._hosts or scope["path"] in _QUIET:
            return True
        return _without_port((header(scope, b"host") or b"").lower()) in self._hosts


class _Answering:
    """One answer on its way out: its status, and the headers that every answer has unless it has its own.

    `allowed` gives the whole `Allow` of the route: the framework's names only some of a path's methods, and never HEAD.
    """

    __slots__ = ("_allowed", "_bodiless", "_further", "_send", "status")

    def __init__(
        self, send: Send, further: Headers, allowed: Callable[[], bytes | None], *, bodiless: bool
    ) -> None:
        self.status = _GONE
        self._send = send
        self._further = further
        self._allowed = allowed
        self._bodiless = bodiless

    async def send(self, message: Message) -> None:
        """Send one message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = [(name, self._value(name, value)) for name, value in message["headers"]]
            named = {name.lower() for name, _ in given}
            defaults = [(name, value) for name, value in _DEFAULTS if name not in named]
            message["headers"] = [*given, *defaults, *self._further]
        elif message["type"] == "http.response.body" and self._bodiless:
            message["body"] = b""
        await self._send(message)

    def _value(self, name: bytes, value: bytes) -> bytes:
        if name.lower() != b"allow":
            return value
        return self._allowed() or _allow(value.decode().split(", "))


def _allow(methods: Iterable[str]) -> bytes:
    """Return methods as `Allow` lists them, HEAD beside GET, because it is answered here wherever GET is."""
    taken = {*methods, "OPTIONS"}
    return ", ".join(sorted(taken | ({"HEAD"} if "GET" in taken else set()))).encode()


def _template(scope: HTTPScope) -> str:
    """Return the template of the route that a request was matched to; nothing when it was to none."""
    return str(scope.get("path_template") or "")


def _length(scope: Scope) -> int:
    text = header(scope, b"content-length") or b"0"
    return int(text) if text.isdigit() else 0


def _without_port(host: bytes) -> bytes:
    if host.startswith(b"["):
        return host.partition(b"]")[0] + b"]"
    return host.partition(b":")[0]


def _tell(visit: Visit, method: str, route: str, status: int, seconds: float) -> None:
    """Log the request. The path and the query are left out: they may hold what is nobody's business."""
    tell = _log.debug if route in _QUIET else _log.info
    tell(
        "request",
        method=method,
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        request_id=visit.request_id,
        user=None if visit.identity is None else str(visit.identity.user_id),
    )
