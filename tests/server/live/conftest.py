"""The loops that the live tests run on, and a server for each test.

A test module that says `LOOPS = ("uvloop", "asyncio")` runs on both; others on uvloop, as the product does.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
import uvloop

from tests.server.live.site import Site, serving

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "uvloop": uvloop.new_event_loop,
    "asyncio": asyncio.new_event_loop,
}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Choose the loops of a test by its module."""
    module = item.getparent(pytest.Module)
    names = getattr(module.obj, "LOOPS", ("uvloop",)) if module else ("uvloop",)
    return {name: LOOPS[name] for name in names}


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[[Site], Awaitable[Site]]]:
    """Serve sites until the end of the test."""
    async with AsyncExitStack() as stack:

        async def start(site: Site) -> Site:
            await stack.enter_async_context(serving(site))
            stack.callback(site.abandon)  # no goodbyes at the end of each test
            return site

        yield start
