"""Once a second over all sockets: late greetings, ended tokens, pings, missing pongs.

One sweep for all costs less than timers for each, and idle sockets hold no timer. After a stall of the loop nobody is
judged until it has run for a whole turn of the sweep: input that waits is read before.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from channels.closing import CloseCode
from channels.connection import CONNECT_SECONDS, PING_SECONDS, PONG_SECONDS
from channels.persontime import REAL, person_moment
from channels.wire.connection import PingNotice, PingNoticeData
from channels.wire.envelope import Offset
from server.clock import FleetClock, monotonic
from server.live.desk import expired
from server.live.socket import LiveSocket

SWEEP_SECONDS: Final = 1.0
_STALL_SECONDS: Final = 0.5
"""A turn of the sweep that takes so much longer was a stall."""

Verdict = tuple[CloseCode, str]


class Sweep:
    """Judges the sockets that `sockets` holds when it comes by."""

    def __init__(self, sockets: Iterable[LiveSocket], clock: FleetClock) -> None:
        self._sockets = sockets
        self._clock = clock

    async def run(self) -> None:
        """Sweep once a second, for as long as the node runs."""
        while True:
            before = monotonic()
            await asyncio.sleep(SWEEP_SECONDS)
            now = monotonic()
            # When we were not running, whatever the clients sent meanwhile is still to be read.
            self.sweep(now, judging=now - before < SWEEP_SECONDS + _STALL_SECONDS)

    def sweep(self, now: float, *, judging: bool = True) -> None:
        """Ping every socket whose time it is at monotonic `now`; unless not `judging`, close those that are late."""
        fleet_now = self._clock.now()
        for socket in list(self._sockets):
            if socket.closing:
                continue
            verdict = _verdict(socket, now, fleet_now) if judging else None
            if verdict is not None:
                socket.leave(*verdict)
            elif socket.greeted:
                self._ping(socket, now)

    def _ping(self, socket: LiveSocket, now: float) -> None:
        if (
            socket.paused
            or _owes_a_pong(socket)
            or now - max(socket.pinged_at, socket.opened_at) <= PING_SECONDS
        ):
            return
        # Also one that is heard often: the heads tell it when something of its topics was lost.
        socket.pinged_at = now
        time = socket.feeds[0].snapshot.person.time if socket.feeds else REAL
        heads = {feed.topic: Offset(feed.cursor or 0) for feed in socket.feeds}
        data = PingNoticeData(now=person_moment(time, self._clock.now()), heads=heads)
        socket.notify(PingNotice(data=data))


def _verdict(socket: LiveSocket, now: float, fleet_now: datetime) -> Verdict | None:
    if not socket.greeted:
        late = now - socket.opened_at > CONNECT_SECONDS
        return (CloseCode.NO_CONNECT, "no connect came") if late else None
    if expired(socket, fleet_now):
        return CloseCode.TOKEN_EXPIRED, "the token has ended"
    # While it is we who do not read, its answer may be on the way.
    if not socket.paused and _owes_a_pong(socket) and now - socket.pinged_at > PONG_SECONDS:
        return CloseCode.NO_PONG, "no answer to a ping"
    return None


def _owes_a_pong(socket: LiveSocket) -> bool:
    return socket.pinged_at > socket.seen_at
