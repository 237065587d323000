"""`GET /live`: Litestar routes and accepts, then the socket is handed to the node and the handler returns."""

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final

import structlog
from litestar import WebSocket
from litestar.handlers import WebsocketRouteHandler
from litestar.types import Guard

from channels.closing import CloseCode
from channels.wire.codec import Subprotocol
from server.live import asgi
from server.live.handover import hand_over
from server.live.node import Node
from server.live.transport import Receiver, Transport

_log = structlog.get_logger(__name__)

_BEARER: Final = "bearer "
_POLICY: Final = 1008


class _Route(WebsocketRouteHandler):
    """A route without the application's guards: those look at requests, and a socket is looked at in its `connect`.

    For each guard the framework would copy the route, which takes as long as everything else that it does here.
    """

    def resolve_guards(self) -> list[Guard]:
        """Return none."""
        return []


def live_route(node: Node, allowed_origins: Collection[str]) -> WebsocketRouteHandler:
    """Return the route of the live socket; without allowed origins every origin may connect."""

    @_Route("/live", name="live", exclude_from_auth=True)
    async def live(socket: WebSocket) -> None:  # type: ignore[type-arg]  # user, auth and state are not used here
        try:
            await _serve(socket, node, allowed_origins)
        except Exception:  # noqa: BLE001 - whatever it was, the client comes back
            # The framework would close with 4500, which tells a client never to come back.
            _log.exception("live_socket_failed")
            with suppress(Exception):
                await socket.close(CloseCode.INTERNAL)

    return live


async def _serve(
    socket: "WebSocket",  # type: ignore[type-arg]  # as above
    node: Node,
    allowed_origins: Collection[str],
) -> None:
    origin = _header(socket, b"origin")
    if allowed_origins and origin is not None and origin not in allowed_origins:
        await socket.close(_POLICY, "this origin is not allowed")
        return
    if node.draining:
        await socket.accept()
        await socket.close(CloseCode.DRAINING, "2")
        return
    subprotocol, offered = _choose(socket.scope["subprotocols"])
    await socket.accept(subprotocols=subprotocol if offered else None)
    make_receiver = _opener(node, subprotocol, _bearer(_header(socket, b"authorization")))
    if hand_over(socket.scope, make_receiver):
        # The framework's socket knows itself through these; without them the handshake is freed when we return.
        del socket.receive, socket.send
    else:
        client = socket.scope["client"]
        peer = client[0] if client else ""
        await asgi.run(socket.receive, socket.send, make_receiver, peer=peer)


def _opener(node: Node, subprotocol: Subprotocol, token: str | None) -> Callable[[Transport], Receiver]:
    def open_socket(transport: Transport) -> Receiver:
        return node.open(transport, subprotocol, token)

    return open_socket


def _choose(offered: list[str]) -> tuple[Subprotocol, bool]:
    """Return the first offered subprotocol that is ours; JSON, unsaid, when there is none."""
    for name in offered:
        if name in set(Subprotocol):
            return Subprotocol(name), True
    return Subprotocol.JSON, False


def _header(
    socket: "WebSocket",  # type: ignore[type-arg]  # as above
    name: bytes,
) -> str | None:
    """Return a header. Of the many who come back at once none needs the framework's mapping of all of them."""
    return next((value.decode("latin-1") for key, value in socket.scope["headers"] if key == name), None)


def _bearer(header: str | None) -> str | None:
    if header is None or header[: len(_BEARER)].lower() != _BEARER:
        return None
    return header[len(_BEARER) :].strip() or None
