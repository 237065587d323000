"""A node's search: made ready while the node already serves, and made anew when the libraries change.

Nothing of it is imported before it starts, and it starts after the sockets listen. Until questions can be read at all,
which takes some seconds, who asks waits; then answers go by words; and as soon as the encoder and the index are ready, by
meaning as well. When libraries change, the earlier ones answer until what is new can do as much as they could.

One task, `run`, changes what answers; questions take what is there at the moment. They are encoded in the encoder's
thread and ranked in another one.
"""

import asyncio
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from msgspec import Struct

from channels.errors import Refused, unavailable
from server.accounts.threads import Threads
from server.search.answers import NO_ENCODER, Asked, FoundExercises, Instead, SearchState, Who, Wished
from server.search.shelf import Mark, shelf_of, used
from server.telemetry import Measures
from storage import own_exercises
from storage.askers import asker
from storage.library_records import AskerRecord
from storage.postgres import Database, linked

if TYPE_CHECKING:
    from uuid import UUID

    from retrieval.encoder import Encoding
    from retrieval.library import Exercise
    from retrieval.search import Own
    from retrieval.warm import Built
    from server.search.engine import Engine, Nearness, Senses
    from server.search.shelf import Shelf

_log = structlog.get_logger(__name__)

_SWITCH_SECONDS: Final = 0.0005
_LOOK_SECONDS: Final = 5.0
_FIRST_SECONDS: Final = 10.0
"""So long who asks waits for the first engine."""
_MOST_WAITING: Final = 256
"""So many questions may wait to be encoded, and so many to be ranked."""
_MOST_OWN: Final = 256
"""Of so many people, those who asked last, their own exercises are kept ready."""


class Manner(Struct, frozen=True, kw_only=True):
    """How search is to work: with which encoder, where its files are kept, and whether it starts before anybody asks."""

    encoder: str
    data_dir: Path
    at_start: bool


class NodeSearch:
    """See the module. `held` is an engine that is there already; libraries are looked at every `look_seconds`."""

    def __init__(
        self,
        database: Database,
        manner: Manner,
        measures: Measures,
        *,
        held: "Engine | None" = None,
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._manner = manner
        self._look_seconds = look_seconds
        self._threads = Threads("searches to rank", threads=1, waiting=_MOST_WAITING, measures=measures)
        self._dropped = measures.queue(
            "searches to encode",
            capacity=_MOST_WAITING,
            waiting=lambda: 0 if self._senses is None else self._senses.waiting,
        )
        self._engine = held
        self._senses: Senses | None = None
        self._owns: dict[UUID, tuple[str, Own]] = {}
        self._wanted = asyncio.Event()
        self._there = asyncio.Event()

    async def run(self) -> None:
        """Make search ready and keep it so, for as long as the node runs. Raises Unavailable and OSError."""
        if not self._manner.at_start:
            await self._wanted.wait()
        while True:
            await self._renew()
            await asyncio.sleep(self._look_seconds)

    async def search(self, asked: Asked, who: Who | None = None) -> FoundExercises:
        """Answer a question, for whoever asks it.

        Raises UnknownValueError, Unavailable, and Refused while search is not there or too much waits.
        """
        engine = await self._ready()
        filters = engine.filters(asked.filters)
        if who is None:
            near = await self._near(engine, asked.query)
            return await self._threads.run(lambda: engine.answer(asked, filters, near))
        near, asker = await asyncio.gather(self._near(engine, asked.query), self._asker(who))
        own = await self._own(engine, who, asker)
        person = engine.person(asker, who.now, filters)
        return await self._threads.run(lambda: engine.answer(asked, filters, near, person, own))

    async def alternatives(self, instead: Instead, who: Who) -> FoundExercises:
        """Return what may be done instead of an exercise of the libraries.

        Raises KeyError for one that is of none, and what `search` raises.
        """
        engine = await self._ready()
        filters = engine.filters(instead.filters)
        person = engine.person(await self._asker(who), who.now, filters, instead.limits)
        return await self._threads.run(lambda: engine.alternatives(instead, filters, person))

    async def engine(self) -> "Engine":
        """Return what reads questions. Raises Refused while search is not there."""
        return await self._ready()

    @property
    def data_dir(self) -> Path:
        """Below which files are kept."""
        return self._manner.data_dir

    @property
    def has_encoder(self) -> bool:
        """Say whether there is to be one."""
        return self._manner.encoder != NO_ENCODER

    @property
    def encoding(self) -> "Encoding | None":
        """What encodes, as soon as it is there."""
        return None if self._senses is None else self._senses.encoding

    async def listed(self, wished: Wished, who: Who) -> "list[tuple[str, Exercise]]":
        """Return all exercises that filters allow, a person's own among them, each with its library's name.

        They are in the order of their ids. Raises what `search` raises.
        """
        engine = await self._ready()
        own = await self._own(engine, who, await self._asker(who))
        return await self._threads.run(lambda: engine.listed(wished, own))

    async def names(self) -> tuple[str, ...]:
        """Return the libraries that answer. Raises Refused while search is not there."""
        return tuple((await self._ready()).shelf.names)

    async def aclose(self) -> None:
        """Let the threads end."""
        if self._senses is not None:
            self._senses.close()
        self._threads.close()

    async def _ready(self) -> "Engine":
        self._wanted.set()
        if self._engine is None:
            try:
                await asyncio.wait_for(self._there.wait(), _FIRST_SECONDS)
            except TimeoutError:
                raise Refused(unavailable()) from None
        if self._engine is None:
            raise RuntimeError("search said that it is there, and is not")
        return self._engine

    async def _near(self, engine: "Engine", query: str) -> "Nearness":
        from server.search.engine import Nearness  # noqa: PLC0415 - it is there: an engine is

        if self._manner.encoder == NO_ENCODER:
            return Nearness(cosines=None, state=SearchState.LEXICAL)
        if self._senses is None:
            return Nearness(cosines=None, state=SearchState.WARMING)
        return await self._senses.near(engine.shelf.library, query)

    async def _asker(self, who: Who) -> AskerRecord:
        async with linked(self._database) as link:
            return await asker(link, who.user_id, who.now)

    async def _own(self, engine: "Engine", who: Who, asker: AskerRecord) -> "Own | None":
        """Return a person's own exercises, made to be found once for each change of them."""
        if not asker.own_fingerprint:
            return None
        known = self._owns.get(who.user_id)
        if known is None or known[0] != asker.own_fingerprint:
            async with linked(self._database) as link:
                kept = await own_exercises.kept(link, who.user_id)
            known = asker.own_fingerprint, await self._threads.run(lambda: engine.own(kept))
        self._owns.pop(who.user_id, None)
        self._owns[who.user_id] = known
        while len(self._owns) > _MOST_OWN:
            del self._owns[next(iter(self._owns))]
        return known[1]

    async def _renew(self) -> None:
        """Look at the libraries; what has changed takes the place of what was, as soon as it can do as much."""
        # What is made and imported for seconds lets the event loop in between more often than it would by itself.
        before = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        try:
            await self._look()
        finally:
            sys.setswitchinterval(before)

    async def _look(self) -> None:
        async with linked(self._database) as link:
            mark = await used(link)
        engine = self._engine
        if engine is None or engine.shelf.mark != mark:
            engine = await self._made(mark)
        if self._manner.encoder == NO_ENCODER or not self._has_meaning():
            self._hold(engine)
        try:
            await self._warm(engine)
        finally:
            self._hold(engine)

    async def _made(self, mark: Mark) -> "Engine":
        shelf = await shelf_of(self._database, mark)
        engine = await asyncio.to_thread(_engine_of, shelf)
        _log.info("search_made", libraries=shelf.library.name, exercises=len(shelf.library.exercises))
        return engine

    def _has_meaning(self) -> bool:
        """Say whether questions are read by their meaning now."""
        return (
            self._senses is not None
            and self._engine is not None
            and self._senses.is_ready(self._engine.shelf.library)
        )

    def _hold(self, engine: "Engine") -> None:
        before, self._engine = self._engine, engine
        self._there.set()
        if (
            before is not None
            and self._senses is not None
            and before.shelf.library.name != engine.shelf.library.name
        ):
            self._senses.forget(before.shelf.library)

    async def _warm(self, engine: "Engine") -> None:
        """Let questions be read by their meaning, unless they are, or cannot be on this machine."""
        if self._manner.encoder == NO_ENCODER:
            return
        if self._senses is None:
            self._senses = await asyncio.to_thread(self._opened)
        library = engine.shelf.library
        if self._senses.is_ready(library) or self._senses.missing(library):
            return
        await self._senses.warm(library)
        if reason := self._senses.missing(library):
            _log.warning("search_by_words_alone", reason=reason)
        else:
            # What an encoder brings stays: to look through all of it for garbage stops a node for a third of a second.
            gc.freeze()
            _log.info("search_ready", libraries=library.name)

    def _opened(self) -> "Senses":
        from server.search.engine import Senses  # noqa: PLC0415 - a quarter of a second

        return Senses(
            self._manner.encoder,
            self._manner.data_dir,
            waiting=_MOST_WAITING,
            built=_tell,
            dropped=self._dropped,
        )


def _engine_of(shelf: "Shelf") -> "Engine":
    from server.search.engine import engine_of  # noqa: PLC0415 - a quarter of a second

    return engine_of(shelf)


def _tell(built: "Built") -> None:
    tell = _log.warning if built.broken or built.unsaved else _log.info
    unsaved = {"unsaved": built.unsaved} if built.unsaved else {}
    tell("search_index_built", library=built.library, rows=built.rows, because=built.because, **unsaved)
