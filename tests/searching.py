"""Search over the library that comes along, made once for all tests of a run: it takes two seconds."""

from functools import cache
from pathlib import Path

from retrieval.encoder import Encoder, Encoding
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


class SeeingSearch(ShippedSearch):
    """One that also encodes, with this encoder; its files are below a folder."""

    def __init__(self, database: Database, encoder: Encoder, data_dir: Path) -> None:
        super().__init__(database)
        self._manner = Manner(encoder="given", data_dir=data_dir, at_start=False)
        self._encoding = Encoding(lambda: encoder)

    @property
    def encoding(self) -> Encoding:
        """There from the start."""
        return self._encoding

    async def aclose(self) -> None:
        """Let its threads end too."""
        self._encoding.close()
        await super().aclose()
