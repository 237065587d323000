"""A program that starts both embedded servers below a folder, tells where they are, and waits to be ended.

It prints a line of JSON when they run, `draining` for each SIGINT that reaches it, and stops them when its input
ends. Everything else that may happen to it happens without its doing.
"""

import asyncio
import json
import signal
import sys
from pathlib import Path

from storage.embedded.postgres import start_postgres
from storage.embedded.valkey import start_valkey

postgres = start_postgres(Path(sys.argv[1]) / "postgres")
valkey = start_valkey(Path(sys.argv[1]) / "valkey")


async def until_the_input_ends() -> None:
    # By the loop: a handler of Python's own for a signal that comes just before a read runs only after that read.
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: print("draining", flush=True))
    print(
        json.dumps({"dsn": postgres.dsn, "url": valkey.url, "pids": [postgres.pid, valkey.pid]}), flush=True
    )
    await asyncio.to_thread(sys.stdin.read)


asyncio.run(until_the_input_ends())
valkey.stop()
postgres.stop()
