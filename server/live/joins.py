"""Reads the topics that sockets are joining, many in one transaction.

When thousands of sockets come back at once, what gathers while one batch is read is the next batch: the pool sees a
few transactions in a row and not one for each socket.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from channels.errors import Code, Refusal
from server.live.kinds import Facts, Reader, TopicKind
from server.supervisor import Supervisor
from storage.postgres import Database, again_after_stall, linked

GATHER_SECONDS: Final = 0.01
"""How long the next batch gathers after one: who comes alone waits for nobody, a storm makes few long batches."""
_BATCH: Final = 500


def kind_of(kinds: Mapping[str, TopicKind], topic: str) -> TopicKind | None:
    """Return the kind of a topic by its prefix, or None when there is no such kind."""
    return kinds.get(topic.partition(":")[0])


class Joins:
    """Batched reads of topics. One batch is under way at a time."""

    def __init__(self, database: Database, kinds: Mapping[str, TopicKind], supervisor: Supervisor) -> None:
        self._database = database
        self._kinds = kinds
        self._supervisor = supervisor
        self._waiting: dict[Reader, asyncio.Future[Facts | Refusal]] = {}
        self._reading = False

    async def read(self, reader: Reader) -> Facts | Refusal:
        """Return the topic as it stands after this call was made. Raises Unavailable."""
        future = self._waiting.get(reader)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._waiting[reader] = future
        if not self._reading:
            self._supervisor.spawn("read joining topics", self._drain())
            self._reading = True
        return await asyncio.shield(future)

    async def _drain(self) -> None:
        try:
            # One turn of the loop, so that all that arrive in it share the first batch.
            await asyncio.sleep(0)
            while self._waiting:
                batch = dict(list(self._waiting.items())[:_BATCH])
                for reader in batch:
                    del self._waiting[reader]
                await self._answer(batch)
                await asyncio.sleep(GATHER_SECONDS)
        finally:
            self._reading = False

    async def _answer(self, batch: dict[Reader, asyncio.Future[Facts | Refusal]]) -> None:
        try:
            found = await again_after_stall(lambda: self._read(list(batch)))
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told, and decide
            for future in batch.values():
                future.set_exception(error)
                # Whoever asked may have gone; an exception that nobody fetches is no news.
                future.exception()
            return
        for reader, future in batch.items():
            future.set_result(found.get(reader, Refusal(code=Code.NOT_FOUND)))

    async def _read(self, readers: list[Reader]) -> dict[Reader, Facts | Refusal]:
        by_kind: dict[str, list[Reader]] = {}
        for reader in readers:
            by_kind.setdefault(reader.topic.partition(":")[0], []).append(reader)
        found: dict[Reader, Facts | Refusal] = {}
        async with (
            linked(self._database) as link,
            link.transaction(isolation="repeatable_read", readonly=True),
        ):
            for prefix, wanted in by_kind.items():
                found |= await self._kinds[prefix].read(link, wanted)
        return found
