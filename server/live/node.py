"""The live side of one node: its sockets, from the first byte to the drain."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import structlog

from channels.closing import CloseCode
from channels.connection import Allowance
from channels.wire.codec import Subprotocol
from channels.wire.connection import Goodbye, GoodbyeData
from server.clock import monotonic, new_id
from server.live.socket import LiveSocket
from server.live.transport import Transport
from server.supervisor import Supervisor, SupervisorError

if TYPE_CHECKING:
    from server.live.desk import Desk

_log = structlog.get_logger(__name__)

_POLL_SECONDS: Final = 0.02


class Node:
    """Opens, flushes and closes the sockets of one process.

    `desk` is set by the wiring before the first socket. `too_slow` is told of the queue that overflowed when a socket
    is closed for it, `closed` of every close code; a client comes back within `spread_seconds` after a drain.
    """

    desk: "Desk"

    def __init__(
        self,
        supervisor: Supervisor,
        *,
        allowance: Allowance,
        spread_seconds: int,
        too_slow: Callable[[str], None],
        closed: Callable[[int], None],
    ) -> None:
        self.sockets: set[LiveSocket] = set()
        self.draining = False
        self.allowance = allowance
        self.too_slow = too_slow
        self._closed = closed
        self._supervisor = supervisor
        self._spread_seconds = spread_seconds
        self._dirty: list[LiveSocket] = []

    @property
    def most_bytes_waiting(self) -> int:
        """The most bytes that wait for one socket; a sum would count what many wait for many times."""
        return max((socket.bytes_waiting for socket in self.sockets), default=0)

    def open(self, transport: Transport, subprotocol: Subprotocol, header_token: str | None) -> LiveSocket:
        """Return the receiver of a socket that was just accepted."""
        socket = LiveSocket(
            transport,
            subprotocol,
            self.desk,
            self.schedule,
            identity=new_id(),
            header_token=header_token,
            allowance=self.allowance,
        )
        self.sockets.add(socket)
        return socket

    def work(self, socket: LiveSocket) -> None:
        """Let a socket run the commands that wait; close it when no more can run."""
        try:
            self._supervisor.spawn("run a socket's commands", socket.work())
        except SupervisorError as error:
            _log.warning("socket_not_served", reason=type(error).__name__)
            socket.leave(CloseCode.INTERNAL, "the node is too busy")

    def forget(self, socket: LiveSocket) -> None:
        """Let go of a socket that is gone."""
        self.sockets.discard(socket)
        if socket.closed_as is not None:
            self._closed(socket.closed_as)

    def schedule(self, socket: LiveSocket) -> None:
        """Flush a socket at the end of this turn of the loop."""
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self._flush)
        self._dirty.append(socket)

    async def drain(self, seconds: float) -> None:
        """Say goodbye, let the commands that came finish (for so many seconds at most), close with 4001."""
        self.draining = True
        for socket in list(self.sockets):
            if not socket.closing:
                socket.notify(Goodbye(data=GoodbyeData(spread_seconds=self._spread_seconds)))
                socket.stop_reading()
        until = monotonic() + seconds
        # Looking again every 20 ms, once in a node's life, is simpler than telling from each command and write.
        while monotonic() < until and any(socket.busy for socket in self.sockets):  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        left = sum(socket.busy for socket in self.sockets)
        if left:
            _log.warning("drained_with_commands_running", count=left)
        for socket in list(self.sockets):
            socket.leave(CloseCode.DRAINING, str(self._spread_seconds))
        while monotonic() < until and self.sockets:  # noqa: ASYNC110 - as above
            await asyncio.sleep(_POLL_SECONDS)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for socket in dirty:
            try:
                socket.flush()
            except Exception:  # noqa: BLE001 - one socket's trouble is not the others'
                _log.exception("socket_not_flushed", connection=str(socket.id))
                socket.transport.abort()
