"""A node with the limits that people find, its people, and a log in which nothing of a hostile client is our fault."""

import asyncio
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from msgspec import Struct

from storage.embedded.valkey import start_valkey
from tests.conftest import Databases
from tests.crowd import new_signing_key, sign_up
from tests.faults.hostile.behaviours import ENVIRONMENT
from tests.faults.hostile.refusal import People, as_person
from tests.faults.noun import TABLE
from tests.nodes import QUIET, Node, Person, free_port

_PROGRAM = (sys.executable, "-m", "tests.faults.node")
_PEOPLE = 150


class Ground(Struct, frozen=True):
    """Where behaviours are tried."""

    node: Node
    redis_url: str
    people: list[Person]

    def fresh(self) -> tuple[People, Person]:
        """Return people whom nothing was done with: who is hostile and whom it is done to, and a neighbour."""
        eve, ada, neighbour = (self.people.pop() for _ in range(3))
        return People(eve, ada), neighbour


@pytest.fixture(scope="session")
def ground(databases: Databases, servers_folder: Path) -> Iterator[Ground]:
    """The node, with the suite's own noun beside the product's."""
    folder = servers_folder / "hostile"
    folder.mkdir()
    dsn, key = databases.create(), new_signing_key()
    valkey = start_valkey(servers_folder / "hostile-valkey")
    settings = {
        **ENVIRONMENT,
        # A search that becomes ready meanwhile opens its index, and takes the loop's time.
        **QUIET,
        "DATABASE_URL": dsn,
        "REDIS_URL": valkey.url,
        "CORNERMAN_SIGNING_KEY": key,
        "CORNERMAN_DATA_DIR": str(folder),
    }
    loop = asyncio.new_event_loop()
    people = loop.run_until_complete(_people(dsn, key))
    loop.close()
    node = Node(free_port(), settings, folder / "node.log", program=_PROGRAM)
    try:
        node.wait_ready()
        # The neighbour is measured from here: what this process has imported is not to be gone through meanwhile.
        gc.collect()
        gc.freeze()
        yield Ground(node, valkey.url, people)
    finally:
        node.process.kill()
        node.stop()
        valkey.stop()
        databases.drop(dsn)


async def _people(dsn: str, key: str) -> list[Person]:
    link = await asyncpg.connect(dsn)
    try:
        await link.execute(TABLE)
        return [as_person(signed) for signed in await sign_up(link, key, _PEOPLE)]
    finally:
        await link.close()
