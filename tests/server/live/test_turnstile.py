"""What comes in thousands takes a share of each turn of the loop, and others are served in between."""

import asyncio
from functools import partial

from server.live.turnstile import Turnstile


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_all_go_the_newest_first() -> None:
    went: list[int] = []
    turnstile = Turnstile(3)
    for number in range(10):
        turnstile.enter(partial(went.append, number))
    assert (went, len(turnstile)) == ([], 10)
    await _turns(10)
    assert (went, len(turnstile)) == ([9, 8, 7, 6, 5, 4, 3, 2, 1, 0], 0)


async def test_no_more_go_in_one_turn_than_may() -> None:
    went: list[int] = []
    turnstile = Turnstile(3)
    for number in range(8):
        turnstile.enter(partial(went.append, number))
    counts = []
    while len(went) < 8:
        before = len(went)
        await asyncio.sleep(0)
        counts.append(len(went) - before)
    assert max(counts) == 3


async def test_who_enters_from_within_goes_as_well() -> None:
    went: list[str] = []
    turnstile = Turnstile(1)

    def first() -> None:
        went.append("first")
        turnstile.enter(lambda: went.append("second"))

    turnstile.enter(first)
    await _turns(6)
    assert went == ["first", "second"]
    turnstile.enter(lambda: went.append("third"))
    await _turns(3)
    assert went == ["first", "second", "third"]


async def test_what_one_raises_is_not_the_others() -> None:
    went: list[str] = []
    problems: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context["exception"]))
    turnstile = Turnstile(2)
    fault = ValueError("mine")

    def fail() -> None:
        raise fault

    turnstile.enter(fail)
    turnstile.enter(lambda: went.append("second"))
    turnstile.enter(lambda: went.append("third"))
    await _turns(6)
    assert (went, problems) == (["third", "second"], [fault])
