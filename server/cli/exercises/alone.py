"""Search without a server: in this process, for one command."""

import asyncio
from contextlib import closing
from typing import Final

from server.cli.databases import borrowed_database, opened, postgres_folder
from server.cli.faults import Failed
from server.libraries import FIRST
from server.search.answers import NO_ENCODER, Asked, FoundExercises, SearchState
from server.search.engine import Engine, Nearness, Senses, engine_of
from server.search.shelf import NOTHING, Shelf, fetch, shelf_of, shelved, shipped, used
from server.settings import Settings
from storage.libraries import listed
from storage.postgres import linked

_AT_ONCE: Final = "with --wait the encoder, which takes seconds to load, reads the question as well."
_CHOSEN: Final = "CORNERMAN_ENCODER is none."


def shelf_for(settings: Settings, name: str | None) -> Shelf:
    """Return the library of this name, or without one those that search uses; where there is no house, the shipped one.

    Raises Failed when there is no such library.
    """
    if name in {None, FIRST} and settings.database_url is None and not postgres_folder(settings).exists():
        return shelved(NOTHING, [shipped()])
    with borrowed_database(settings) as database_url:
        return asyncio.run(_shelf_in(database_url, name))


async def search_alone(
    settings: Settings, shelf: Shelf, asked: Asked, *, wait: bool
) -> tuple[FoundExercises, str]:
    """Return what answers a question, and why it was not read by its meaning. Raises UnknownValueError."""
    engine = engine_of(shelf)
    filters = engine.filters(asked.filters)
    if not wait:
        return engine.answer(asked, filters, Nearness(cosines=None, state=SearchState.LEXICAL)), _AT_ONCE
    with closing(Meant(settings, engine)) as meant:
        reason = await meant.warm()
        return await meant.search(asked), reason


class Meant:
    """Answers questions by their meaning as well, once it is warm; without the encoder by their words."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._engine = engine
        self._senses = (
            None
            if settings.encoder == NO_ENCODER
            else Senses(settings.encoder, settings.data_dir, waiting=1, built=lambda _: None)
        )

    async def warm(self) -> str:
        """Load the encoder and the index; return what is missing for them, nothing when they are there."""
        if self._senses is None:
            return _CHOSEN
        await self._senses.warm(self._engine.shelf.library)
        missing = self._senses.missing(self._engine.shelf.library)
        return f"{missing}. `cornerman doctor` says what to do." if missing else ""

    async def search(self, asked: Asked) -> FoundExercises:
        """Answer a question. Raises UnknownValueError."""
        filters = self._engine.filters(asked.filters)
        if self._senses is None:
            near = Nearness(cosines=None, state=SearchState.LEXICAL)
        else:
            near = await self._senses.near(self._engine.shelf.library, asked.query)
        return self._engine.answer(asked, filters, near)

    def close(self) -> None:
        """Let the encoder's thread end."""
        if self._senses is not None:
            self._senses.close()


async def _shelf_in(database_url: str, name: str | None) -> Shelf:
    async with opened(database_url, long_reads=True) as database:
        if name is None:
            async with linked(database) as link:
                mark = await used(link)
            return await shelf_of(database, mark)
        if found := await fetch(database, [name]):
            return shelved(((name, found[0].fingerprint),), found)
        if name == FIRST:
            return shelved(NOTHING, [shipped()])
        async with linked(database) as link:
            known = [one.name for one in await listed(link)]
        raise Failed(f"There is no library {name}. There is {', '.join(known) or FIRST}.")
