import asyncio
import threading

from server.accounts.threads import Threads
from server.telemetry import Measures


async def test_the_loop_goes_on_while_threads_work() -> None:
    threads = Threads("work", threads=1, waiting=0, measures=Measures())
    told = threading.Event()
    working = asyncio.ensure_future(threads.run(lambda: told.wait(5)))
    await asyncio.sleep(0)
    told.set()
    assert await working
    threads.close()


async def test_who_gives_up_makes_room() -> None:
    threads = Threads("work", threads=1, waiting=1, measures=Measures())
    told = threading.Event()
    working = asyncio.ensure_future(threads.run(lambda: told.wait(5)))
    waiting = asyncio.ensure_future(threads.run(lambda: True))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    further = asyncio.ensure_future(threads.run(lambda: True))
    await asyncio.sleep(0)
    told.set()
    assert await working
    assert await further
    threads.close()
