"""Which connections a person has: the newest of a device wins, and there is a limit for each person.

Redis counts for all nodes; while it is away each node counts for itself, so the limit loosens but does not open.
"""

import asyncio
from typing import Final
from uuid import UUID

import structlog

from channels.closing import CloseCode
from channels.wire.envelope import Topic, UserId
from server.live.hub import Hub
from server.live.roll import Roll
from server.live.socket import LiveSocket
from server.supervisor import Supervisor, SupervisorError
from storage.redis.connection import AWAY
from storage.redis.presence import PRESENT_SECONDS, Arrival, Departure, Devices

_log = structlog.get_logger(__name__)

_CHUNK: Final = 500


class Presence:
    """The connections of this node by person and device."""

    def __init__(self, devices: Devices, hub: Hub, supervisor: Supervisor, *, limit: int) -> None:
        self.limit = limit
        self._devices = devices
        self._roll = Roll(devices, lambda: hub.epoch, supervisor, limit=limit)
        self._here: dict[UserId, dict[str, LiveSocket]] = {}

    async def arrive(self, user_id: UserId, socket: LiveSocket) -> bool:
        """Count a connection in and close the device's older one; False when the person has too many."""
        here = self._here.setdefault(user_id, {})
        older = here.get(socket.device)
        if older is None and len(here) >= self.limit:
            return False
        here[socket.device] = socket
        if older is not None and older is not socket:
            older.leave(CloseCode.REPLACED, "a newer connection of this device")
        number = await self._roll.arrive(Arrival(f"user:{user_id}", socket.device, str(socket.id)))
        if number is None:
            return True
        if number == 0:
            self._take_out(user_id, socket)
            return False
        if number < socket.arrival:
            socket.leave(CloseCode.REPLACED, "a newer connection of this device")
        socket.arrival = max(number, socket.arrival)
        return True

    def leave(self, socket: LiveSocket) -> None:
        """Count a connection out, unless a newer one of its device is in its place."""
        user_id = socket.user_id
        if user_id is None or not self._take_out(user_id, socket) or socket.closed_as == CloseCode.REPLACED:
            return
        try:
            self._roll.leave(Departure(f"user:{user_id}", socket.device, str(socket.id)))
        except SupervisorError as error:
            # When very many leave at once; it counts until it is stale.
            _log.warning("presence_not_withdrawn", reason=type(error).__name__)

    def announced(self, topic: Topic, message: bytes) -> None:
        """Learn that a connection arrived on some node: close this node's older one of the same device."""
        number, connection, device = message.decode().split(" ", 2)
        user_id = UserId(UUID(topic.partition(":")[2]))
        socket = self._here.get(user_id, {}).get(device)
        if socket is None or str(socket.id) == connection:
            return
        if socket.arrival and int(number) > socket.arrival:
            socket.leave(CloseCode.REPLACED, "a newer connection of this device")
        else:
            # Its own number is still on the way; whichever is greater wins then.
            socket.arrival = max(socket.arrival, int(number))

    async def run(self) -> None:
        """Let this node's devices count on, for as long as it runs."""
        while True:
            await asyncio.sleep(PRESENT_SECONDS / 3)
            await self.renew()

    async def renew(self) -> None:
        """Let this node's devices count for another while, also those that Redis lost."""
        present = [(f"user:{user}", device) for user, here in self._here.items() for device in here]
        try:
            async with asyncio.timeout(PRESENT_SECONDS / 3):
                for start in range(0, len(present), _CHUNK):
                    await self._devices.stay(present[start : start + _CHUNK])
        except AWAY as error:
            _log.warning("presence_not_renewed", reason=type(error).__name__)

    def _take_out(self, user_id: UserId, socket: LiveSocket) -> bool:
        here = self._here.get(user_id, {})
        if here.get(socket.device) is not socket:
            return False
        del here[socket.device]
        if not here:
            del self._here[user_id]
        return True
