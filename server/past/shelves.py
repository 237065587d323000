"""The entries of those who asked last, in memory and in files: a cache of what the database has.

Whoever searches first takes what has changed since this node looked last, over one round trip where nothing has: so a note is found,
and a deleted one is not, on every node at once. One person's entries are asked for by that person alone, and put on a shelf that
takes nobody else's.

Vectors of people who have very many lie in files below `folder`. A task of the node groups and writes them, and writes them
anew without what was deleted.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import structlog
from msgspec import Struct

from retrieval.encoder import Vectors
from retrieval.past.files import Grouped, group, headers, open_past, path_of, write_past
from retrieval.past.shelf import TAIL, Entry, Near, Shelf
from retrieval.past.spans import Span
from retrieval.sealed import BrokenFile, NoFile
from server.accounts.threads import Threads
from server.telemetry import Measures
from storage import past
from storage.past import ChangedEntry
from storage.postgres import Database, linked

_log = structlog.get_logger(__name__)
Result = TypeVar("Result")

MOST_BYTES: Final = 256 * 1024 * 1024
"""So much memory all shelves may take; those that were asked last stay."""
_PAGE: Final = 1_000
_MOST_WAITING: Final = 256


class Question(Struct, frozen=True, kw_only=True):
    """What is looked for in entries: words, and their vector by a model, where there is one.

    Without words it is the last entries of a time, or its `first`.
    """

    text: str
    span: Span
    limit: int
    model: str = ""
    vector: Vectors | None = None
    first: bool = False


class _Held:
    """A shelf, how far it has been read, and the entries whose vectors it lacks, by what made these."""

    def __init__(self, user_id: UUID) -> None:
        self.shelf = Shelf(user_id)
        self.after = (0, 0)
        self.lacking: dict[int, str] = {}
        self.model = ""
        self.changing = asyncio.Lock()


class Shelves:
    """See the module. More than `tail` vectors of a person's are grouped in a file."""

    def __init__(
        self,
        database: Database,
        folder: Callable[[], Path],
        measures: Measures,
        *,
        most_bytes: int = MOST_BYTES,
        tail: int = TAIL,
    ) -> None:
        self._database = database
        self._folder_of = folder
        self._folder: Path | None = None
        self._most_bytes = most_bytes
        self._tail = tail
        self._held: OrderedDict[UUID, _Held] = OrderedDict()
        self._checked: dict[UUID, int] = {}
        self._threads = Threads("histories to search", threads=1, waiting=_MOST_WAITING, measures=measures)
        self._builders = Threads("histories to write", threads=1, waiting=_MOST_WAITING, measures=measures)

    async def search(self, user_id: UUID, asked: Question) -> list[Near]:
        """Return what of a person's entries, as they are now, answers best. Raises Unavailable, and Refused when too much waits."""
        held = self._held.setdefault(user_id, _Held(user_id))
        self._held.move_to_end(user_id)
        async with held.changing:
            await self._renew(held, asked.model)
        found = await self._threads.run(lambda: _searched(held.shelf, asked))
        self._forget_some()
        return found

    async def settle(self) -> None:
        """Write the files that are due: of those who have many new vectors, and without what was deleted. Raises Unavailable."""
        folder = await self._opened()
        for held in list(self._held.values()):
            if held.shelf.tail > self._tail:
                await self._group(folder, held)
        await self._sweep(folder)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.close()
        self._builders.close()

    async def _opened(self) -> Path:
        if self._folder is None:
            self._folder = await asyncio.to_thread(self._folder_of)
        return self._folder

    async def _renew(self, held: _Held, model: str) -> None:
        """Take what has changed, and the vectors that there are by a model."""
        await self._read(held)
        if model and held.model != model:
            await self._open_file(held, model)
            held.model = model
        if not model or not held.lacking:
            return
        there = set(await self._threads.run(held.shelf.missing))
        wanted = [one for one, by in held.lacking.items() if by == model and one in there]
        for start in range(0, len(wanted), _PAGE):
            async with linked(self._database) as link:
                found = await past.vectors(link, held.shelf.user_id, wanted[start : start + _PAGE], model)
            await self._threads.run(lambda found=found: held.shelf.take_vectors(found))  # type: ignore[misc]  # mypy infers no lambda with a default
        held.lacking.clear()

    async def _read(self, held: _Held) -> None:
        page: list[ChangedEntry] | None = None
        while page is None or len(page) == _PAGE:
            async with linked(self._database) as link:
                page = await past.changed(link, held.shelf.user_id, held.after, limit=_PAGE)
            if page:
                await self._threads.run(lambda page=page: _take(held, page))  # type: ignore[misc]  # mypy infers no lambda with a default
                held.after = (page[-1].version, page[-1].entry_id)

    async def _open_file(self, held: _Held, model: str) -> None:
        """Take the vectors of a person's file, if there is a good one; a bad one is made anew when it is due."""
        folder, user_id = await self._opened(), held.shelf.user_id
        try:
            grouped = await self._builders.run(lambda: open_past(folder, user_id, model))
        except NoFile:
            return
        except BrokenFile as error:
            _log.warning("past_file_broken", reason=str(error))
            await self._builders.run(lambda: path_of(folder, user_id).unlink(missing_ok=True))
            return
        await self._threads.run(lambda: held.shelf.take_grouped(grouped))

    async def _group(self, folder: Path, held: _Held) -> None:
        """Let a file take over all vectors of a shelf."""
        async with held.changing:
            version, model = held.after[0], held.model
            ids, rows = await self._threads.run(held.shelf.rows)
        user_id = held.shelf.user_id
        grouped = await self._builders.run(lambda: group(user_id, model, version, ids, rows))
        await self._replace(folder, grouped)
        _log.info("past_file_written", rows=len(ids))

    async def _sweep(self, folder: Path) -> None:
        """Write the files anew that have vectors of what was deleted."""
        found = await self._builders.run(lambda: headers(folder))
        for broken in found.broken:
            _log.warning("past_file_broken", reason=broken)
        since = {user: max(one.version, self._checked.get(user, 0)) for user, one in found.good.items()}
        if not since:
            return
        async with linked(self._database) as link:
            gone = await past.deleted(link, list(since.items()))
        for user_id in {one.user_id for one in gone}:
            ids = {one.entry_id for one in gone if one.user_id == user_id}
            version = max(one.version for one in gone if one.user_id == user_id)
            model = found.good[user_id].model
            grouped = await self._builders.run(
                lambda user_id=user_id, model=model: open_past(folder, user_id, model)  # type: ignore[misc]  # as above
            )
            if await self._builders.run(lambda grouped=grouped, ids=ids: grouped.has(ids)):  # type: ignore[misc]  # as above
                left = await self._builders.run(
                    lambda grouped=grouped, ids=ids, version=version: grouped.without(ids, version)  # type: ignore[misc]  # as above
                )
                await self._replace(folder, left)
            self._checked[user_id] = version

    async def _replace(self, folder: Path, grouped: Grouped) -> None:
        """Write a file, and let the shelf go on with it."""
        user_id, model = grouped.user_id, grouped.model
        await self._builders.run(lambda: write_past(folder, grouped))
        opened = await self._builders.run(lambda: open_past(folder, user_id, model))
        held = self._held.get(user_id)
        if held is not None and held.model == model:
            await self._threads.run(lambda: held.shelf.take_grouped(opened))

    def _forget_some(self) -> None:
        """Let go of those who asked longest ago, until the others fit."""
        held = sum(one.shelf.held_bytes for one in self._held.values())
        while held > self._most_bytes and len(self._held) > 1:
            _, forgotten = self._held.popitem(last=False)
            held -= forgotten.shelf.held_bytes


def _searched(shelf: Shelf, asked: Question) -> list[Near]:
    if not asked.text:
        return shelf.in_time(asked.span, asked.limit, first=asked.first)
    return shelf.search(asked.text, asked.vector, span=asked.span, limit=asked.limit)


def _take(held: _Held, page: list[ChangedEntry]) -> None:
    held.shelf.take(
        Entry(user_id=one.user_id, entry_id=one.entry_id, at=one.at, text=one.text, deleted=one.deleted)
        for one in page
    )
    for one in page:
        if one.deleted or not one.model:
            held.lacking.pop(one.entry_id, None)
        else:
            held.lacking[one.entry_id] = one.model
