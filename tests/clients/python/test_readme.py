"""The examples of the client's README run as they stand, but for the address and the email."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.nodes import Standing
from tests.waiting import eventually

README = Path("clients/python/README.md").read_text(encoding="utf-8")
# All that there are.
TIMER, REGISTERING, TRAINING = re.findall(r"^```\w*\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def main_of(source: str, address: str, email: str, printed: list[str]) -> Callable[[], Awaitable[None]]:
    """Return an example's `main`, its prints caught."""
    source = source.replace("http://localhost:8000", address).replace("sam@example.org", email)
    names: dict[str, Any] = {"print": lambda *words: printed.append(" ".join(map(str, words)))}
    exec(source.replace("asyncio.run(main())", ""), names)
    main: Callable[[], Awaitable[None]] = names["main"]
    return main


async def test_somebody_registers_sees_their_timer_and_trains(standing: Standing) -> None:
    node = standing.start()
    email = f"{secrets.token_hex(8)}@example.org"
    printed: list[str] = []
    await main_of(REGISTERING, node.url, email, printed)()
    assert printed.pop() == "signed in; keep this in a safe place: v1. …"
    showing = asyncio.ensure_future(main_of(TIMER, node.url, email, printed)())
    await eventually(lambda: len(printed) >= 2 or showing.done(), 20)
    assert re.fullmatch(r"\d\d:\d\d:\d\d ±0\.\d{3} s: 57\d{3} s left", printed[1])
    showing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await showing
    await main_of(TRAINING, node.url, email, printed)()
    assert re.match(r"logged [0-9a-f-]{36} of Workout\(", printed[-1])
