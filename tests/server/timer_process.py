"""A timer worker as a process of its own: `python -m tests.server.timer_process DSN HOLD`.

Prints `ready`, runs until ended. It holds each transaction for HOLD seconds, so that whoever stops it finds it at work.
"""

import asyncio
import sys
import time
from typing import Any

from channels.fasting import session
from channels.wire.fasting import FastingComplete
from server.timers import TimerWorker
from tests.server.house import instead, opened


async def main(dsn: str, hold_seconds: float) -> None:
    def decide(*arguments: Any) -> Any:
        time.sleep(hold_seconds)
        return session.complete(*arguments)

    async with opened(dsn, [instead(FastingComplete, decide=decide)]) as house:
        worker = TimerWorker(house.database, house.executor)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await worker.run()


asyncio.run(main(sys.argv[1], float(sys.argv[2])))
