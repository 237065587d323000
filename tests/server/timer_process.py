"""A timer worker as a process of its own: `python -m tests.server.timer_process DSN`. Prints `ready`, runs until ended."""

import asyncio
import sys

from server.timers import TimerWorker
from tests.server.house import opened


async def main(dsn: str) -> None:
    async with opened(dsn) as house:
        worker = TimerWorker(house.database, house.executor)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await worker.run()


asyncio.run(main(sys.argv[1]))
