"""What all tests of servers in this process share."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import uvicorn.server

_HASTE = 20
"""How many times faster uvicorn looks whether it is to end, and whether all connections have: else each test waits."""


@pytest.fixture(scope="session", autouse=True)
def hasty_ends() -> Iterator[None]:
    """Let uvicorn's servers end within milliseconds; there is no setting for it."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / _HASTE)

    hasty = SimpleNamespace(**{**vars(asyncio), "sleep": sleep})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", hasty)
        yield
