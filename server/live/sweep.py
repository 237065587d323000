"""Once a second over all sockets: late greetings, ended tokens, pings, missing pongs.

One sweep for all costs less than timers for each, and idle sockets hold no timer. After a stall of the loop, input
that waits is read before anything is judged.
"""

import asyncio
from collections.abc import Iterable
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
            if monotonic() - before > SWEEP_SECONDS + _STALL_SECONDS:
                # We were not running: whatever the clients sent meanwhile is still to be read.
                await asyncio.sleep(_STALL_SECONDS)
            self.sweep(monotonic())

    def sweep(self, now: float) -> None:
        """Judge every socket at monotonic `now`."""
        fleet_now = self._clock.now()
        for socket in list(self._sockets):
            if socket.closing:
                continue
            if not socket.greeted:
                if now - socket.opened_at > CONNECT_SECONDS:
                    socket.leave(CloseCode.NO_CONNECT, "no connect came")
            elif expired(socket, fleet_now):
                socket.leave(CloseCode.TOKEN_EXPIRED, "the token has ended")
            else:
                self._ping(socket, now)

    def _ping(self, socket: LiveSocket, now: float) -> None:
        if socket.paused:
            # It is we who do not read: what it answered may be on the way.
            return
        if socket.pinged_at > socket.seen_at:
            if now - socket.pinged_at > PONG_SECONDS:
                socket.leave(CloseCode.NO_PONG, "no answer to a ping")
        elif now - max(socket.pinged_at, socket.opened_at) > PING_SECONDS:
            # Also one that is heard often: the heads tell it when something of its topics was lost.
            socket.pinged_at = now
            time = socket.feeds[0].snapshot.person.time if socket.feeds else REAL
            heads = {feed.topic: Offset(feed.cursor or 0) for feed in socket.feeds}
            data = PingNoticeData(now=person_moment(time, self._clock.now()), heads=heads)
            socket.notify(PingNotice(data=data))
