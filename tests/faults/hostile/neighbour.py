"""Somebody on the same node, with two devices, who goes on as if nothing were: their commands act, their events come."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any

from tests.nodes import Device, Node, Person

_QUICK = 50
_QUICK_SECONDS = 0.015
_STEADY_SECONDS = 0.12
"""Quick for as long as the burst of one connection lasts, then as often as it may lastingly."""


class Neighbour:
    """Made by `neighbour`. `seconds` are from a command to both: its reply, and its event on the other device."""

    def __init__(self, phone: Device, tablet: Device, offset: int) -> None:
        self.seconds: list[float] = []
        self._phone = phone
        self._tablet = tablet
        self._offset = offset
        self._steps = cycle(("fasting:start", "fasting:end"))
        self._sent = 0

    async def go_on(self, times: int) -> list[float]:
        """Send so many commands, one after another, and return how long each took."""
        return [await self._step() for _ in range(times)]

    async def go_on_until(self, enough: asyncio.Event) -> None:
        """Send commands until it is enough; what each took is kept in `seconds`."""
        while not enough.is_set():
            self.seconds.append(await self._step())
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    enough.wait(), _QUICK_SECONDS if self._sent < _QUICK else _STEADY_SECONDS
                )

    async def _step(self) -> float:
        """Send one command; its reply and its event come, the event as the next one on both devices."""
        type_ = next(self._steps)
        data: dict[str, Any] = {"protocol_id": "16:8"} if type_ == "fasting:start" else {}
        self._sent += 1
        self._offset += 1
        began = time.monotonic()
        reply = await self._phone.command(type_, data)
        event = await self._tablet.next_event()
        seconds = time.monotonic() - began
        assert "data" in reply, reply
        assert event["offset"] == self._offset, "an event was lost or came twice"
        assert (await self._phone.next_event())["offset"] == self._offset
        return seconds


@asynccontextmanager
async def neighbour(node: Node, person: Person) -> AsyncIterator[Neighbour]:
    """A neighbour with a phone and a tablet, whom nobody disturbs until the end."""
    phone, _ = await Device.open(node, person, "phone")
    tablet, welcome = await Device.open(node, person, "tablet")
    try:
        yield Neighbour(phone, tablet, welcome["topics"][person.topic]["offset"])
        assert phone.socket.close_code is tablet.socket.close_code is None
    finally:
        await phone.socket.close()
        await tablet.socket.close()
