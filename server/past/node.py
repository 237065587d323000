"""A node's search over the past: begun by the first question, and by what is there to be encoded or to be written anew.

Nothing of what it works with is imported before: that takes a quarter of a second.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from server.past.answers import AskedPast, FoundPast
from server.search.node import NodeSearch
from server.telemetry import Measures
from storage.postgres import Database

if TYPE_CHECKING:
    from server.past.finding import Finder

_FILES: Final = "past"
_SUFFIX: Final = ".past"


class Pace(Struct, frozen=True, kw_only=True):
    """How often a node looks for what has to be encoded, and for what has to be written anew."""

    encode_seconds: float = 1.0
    settle_seconds: float = 15.0


class NodePast:
    """See the module. `tail` is how many vectors of a person's are kept out of files; None is the usual."""

    def __init__(
        self,
        database: Database,
        search: NodeSearch,
        measures: Measures,
        *,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        tail: int | None = None,
    ) -> None:
        self._database = database
        self._search = search
        self._measures = measures
        self._pace = pace
        self._tail = tail
        self._finder: Finder | None = None
        self._making = asyncio.Lock()

    async def search(self, asked: AskedPast) -> FoundPast:
        """Answer a question. Raises Unavailable, and Refused while search is not there or too much waits."""
        return await (await self._found()).search(asked)

    async def encode(self) -> None:
        """Encode what people write, for as long as the node runs. Raises Unavailable and EncoderError."""
        while self._search.has_encoder:
            if self._search.encoding is None:
                await asyncio.sleep(self._pace.encode_seconds)
            elif not await (await self._found()).encoded.some():
                if self._finder is not None and self._finder.encoded.missing:
                    return
                await asyncio.sleep(self._pace.encode_seconds)

    async def settle(self) -> None:
        """Keep the files right, for as long as the node runs. Raises Unavailable and OSError."""
        folder = self._search.data_dir / "search" / _FILES
        while True:
            if self._finder is not None or await asyncio.to_thread(lambda: any(folder.glob(f"*{_SUFFIX}"))):
                await (await self._found()).shelves.settle()
            await asyncio.sleep(self._pace.settle_seconds)

    async def aclose(self) -> None:
        """Let the threads end."""
        if self._finder is not None:
            self._finder.close()

    async def _found(self) -> "Finder":
        async with self._making:
            if self._finder is None:
                self._finder = await asyncio.to_thread(self._made)
        return self._finder

    def _made(self) -> "Finder":
        from server.past.finding import Finder  # noqa: PLC0415 - a quarter of a second

        return Finder(self._database, self._search, self._measures, tail=self._tail)
