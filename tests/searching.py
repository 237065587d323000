"""Search over the library that comes along, made once for all tests of a run: it takes two seconds."""

from functools import cache
from pathlib import Path

from server.search.engine import Engine, engine_of
from server.search.node import Manner, NodeSearch
from server.search.shelf import shelved, shipped
from server.telemetry import Measures
from storage.postgres import Database

NOWHERE = Manner(encoder="none", data_dir=Path("nowhere"), at_start=False)


@cache
def shipped_engine() -> Engine:
    """What answers questions about the library that comes along."""
    return engine_of(shelved((), [shipped()]))


class ShippedSearch(NodeSearch):
    """A node's search by words, ready with the first question."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, NOWHERE, Measures())

    async def _ready(self) -> Engine:
        self._engine = shipped_engine()
        return await super()._ready()
