"""A device as a process of its own: signs in, follows the fast, and says what its clock shows and which ticks come.

Arguments: URL, access token, device, seconds. Prints JSON lines: `{"at", "shows", "bound", "elapsed"}` twenty times a
second and `{"tick", "elapsed"}` for each tick; `at` is the machine's monotonic clock, which no process can shift.
"""

import asyncio
import json
import sys
import time

from cornerman_client.client import Client
from cornerman_client.types import FastingTick

SAMPLE_SECONDS = 0.05


async def main(url: str, token: str, device: str, seconds: float) -> None:
    """Report for so many seconds, beginning when the fast is known."""
    async with Client(url, credentials=token, device=device) as client:
        following = asyncio.create_task(follow(client))
        await client.until_online()
        say({"wall": time.time() - time.monotonic()})
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.sleep(SAMPLE_SECONDS)
            if client.fast is not None:
                now = client.now()
                elapsed = (now - client.fast.started_at).total_seconds()
                bound = client.clock_error
                say({"at": time.monotonic(), "shows": now.timestamp(), "bound": bound, "elapsed": elapsed})
        say({"wall": time.time() - time.monotonic()})
        following.cancel()


async def follow(client: Client) -> None:
    """Report ticks."""
    async for message in client.events():
        if isinstance(message, FastingTick):
            say({"tick": message.version, "elapsed": message.data.elapsed_seconds})


def say(line: dict[str, float]) -> None:
    """Print a line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])))
