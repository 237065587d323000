"""While PostgreSQL does not answer, everybody is told so in time."""

import asyncio
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.nodes import Device, fleet_of, register
from tests.proxy import proxy_to, target_of

ANSWER_SECONDS = 2.0


async def test_commands_that_wait_behind_one_another_are_all_answered_within_two_seconds(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    async with proxy_to(target_of(database_url)) as door:
        with fleet_of(tmp_path, door.before(database_url), redis_url) as fleet:
            node = await asyncio.to_thread(fleet.start)
            device, _ = await Device.open(node, await register(node))
            door.black_hole = True
            began = time.monotonic()
            keys = [str(uuid4()) for _ in range(5)]
            sent = [await device.send("account:update", {"name": f"Ada {n}"}, key=keys[n]) for n in range(5)]
            replies = [await device.reply_to(number) for number in sent]
            assert time.monotonic() - began <= ANSWER_SECONDS
            assert all(reply["error"]["temporary"] for reply in replies)
            door.black_hole = False
            again = [await _insist(device, {"name": f"Ada {n}"}, keys[n]) for n in range(5)]
            assert [reply["data"]["person"]["name"] for reply in again] == [f"Ada {n}" for n in range(5)]


async def _insist(device: Device, data: dict[str, Any], key: str) -> dict[str, Any]:
    """Send a command again under its key for as long as the database is thought to be away, a moment only."""
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            reply = await device.command("account:update", data, key=key)
            if not reply.get("error", {}).get("temporary"):
                return reply
