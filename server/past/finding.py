"""Answers questions about the past.

A question is read; what is exact in it is asked of the tables that have it; what was written is found by its words, and by its
meaning as soon as the encoder is there.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from retrieval.encoder import EncoderError, Vectors
from retrieval.past.asking import QUIET
from retrieval.past.deeds import Deed, Deeds
from retrieval.past.reading import Fact, Order, Reading, read
from retrieval.words import stem, stems_of
from server.accounts.threads import Threads
from server.past.answers import AskedPast, FoundMoment, FoundPast
from server.past.encoding import Encoded
from server.past.moments import of_fast, of_note, of_workout, wanted_of, why_of
from server.past.shelves import Question, Shelves
from server.search.answers import SearchState
from server.search.engine import Engine, engine_of, folder_for_files
from server.search.node import NodeSearch
from server.search.shelf import shelved, shipped
from server.telemetry import Measures
from storage import past, past_facts
from storage.postgres import Database, linked

_MOST_WAITING: Final = 256
_OWN: Final = "own:"
_AS_GOOD: Final = 0.7
"""When the last of what was written is asked for, it must be so good beside the best."""
_OF_WRITING: Final = frozenset(
    stem(one)
    for one in ("note", "notes", "wrote", "written", "write", "said", "say", "mention", "comment", "noted")
)


class Finder:
    """See the module."""

    def __init__(
        self, database: Database, search: NodeSearch, measures: Measures, *, tail: int | None = None
    ) -> None:
        def folder() -> Path:
            return folder_for_files(search.data_dir) / "past"

        self.encoded = Encoded(database, search)
        self.shelves = (
            Shelves(database, folder, measures)
            if tail is None
            else Shelves(database, folder, measures, tail=tail)
        )
        self._database = database
        self._search = search
        self._threads = Threads("histories to ask", threads=1, waiting=_MOST_WAITING, measures=measures)
        self._deeds: tuple[Engine, Deeds] | None = None
        self._making = asyncio.Lock()

    async def search(self, asked: AskedPast) -> FoundPast:
        """Answer a question. Raises Unavailable, and Refused while search is not there or too much waits."""
        deeds = await self._read_by()
        reading = await self._threads.run(lambda: read(asked.question, asked.now, asked.zone, deeds.read))
        reading = await self._with_own(asked.user_id, reading)
        exact = [fact for fact in reading.facts if fact is not Fact.NOTES]
        results, total = await self._facts(asked, reading, exact)
        state = self._state()
        if Fact.NOTES in reading.facts and len(results) < asked.limit:
            notes, state = await self._notes(asked, reading)
            known = {(one.source, one.id) for one in results}
            results += [one for one in notes if (one.source, one.id) not in known]
        return FoundPast(
            results=tuple(results[: asked.limit]),
            read_as=reading.text,
            total=total if exact and len(exact) == len(reading.facts) else None,
            state=state,
        )

    def close(self) -> None:
        """Let the threads end."""
        self.shelves.close()
        self._threads.close()

    async def _read_by(self) -> Deeds:
        engine = await self._search.engine()
        async with self._making:
            if self._deeds is None or self._deeds[0] is not engine:
                self._deeds = engine, await asyncio.to_thread(lambda: Deeds(_known(engine).search))
            return self._deeds[1]

    async def _with_own(self, user_id: UUID, reading: Reading) -> Reading:
        """Return a reading with the exercises of a person's own that the question names."""
        deed = reading.deed
        if reading.facts == (Fact.FASTS,) or deed.muscles or not (deed.rest or deed.exercises):
            return reading
        async with linked(self._database) as link:
            own = await past_facts.own_exercises(link, user_id)
        asked = frozenset(stems_of(reading.about))
        said = {stems for words in deed.said if (stems := frozenset(stems_of(words)))}
        names = {one: frozenset(stems_of(one.removeprefix(_OWN))) for one in own}
        if deed.exercises is not None:
            also = frozenset(one for one, name in names.items() if any(words <= name for words in said))
            return replace(reading, deed=replace(deed, exercises=deed.exercises | also))
        named = frozenset(one for one, name in names.items() if name and name <= asked)
        if not named:
            return reading
        rest = tuple(one for one in deed.rest if not any(one in names[own] for own in named))
        found = Deed(exercises=named, said=tuple(sorted(one.removeprefix(_OWN) for one in named)), rest=rest)
        return replace(reading, deed=found, facts=(Fact.SETS, *((Fact.NOTES,) if rest else ())))

    async def _facts(
        self, asked: AskedPast, reading: Reading, facts: Sequence[Fact]
    ) -> tuple[list[FoundMoment], int]:
        wanted = wanted_of(reading, asked.limit)
        why = why_of(reading)
        found: list[FoundMoment] = []
        total = 0
        for fact in facts:
            async with linked(self._database) as link:
                if fact is Fact.FASTS:
                    fasts, many = await past_facts.fasts(link, asked.user_id, wanted, asked.now)
                    found += [of_fast(one, why) for one in fasts]
                else:
                    ask = past_facts.sets if fact is Fact.SETS else past_facts.workouts
                    workouts, many = await ask(link, asked.user_id, wanted)
                    found += [of_workout(one, why) for one in workouts]
            total += many
        if len(facts) > 1:
            found.sort(key=lambda one: one.at, reverse=reading.order is not Order.FIRST)
        return found[: wanted.limit], total

    async def _notes(self, asked: AskedPast, reading: Reading) -> tuple[list[FoundMoment], SearchState]:
        """Return what was written of what is asked for; the last of it, where nothing in particular is."""
        about = reading.about if set(stems_of(reading.about)) - QUIET - _OF_WRITING else ""
        vector = await self._vector(about) if about else None
        question = Question(
            text=about,
            span=reading.span,
            limit=asked.limit,
            model="" if vector is None else self.encoded.model,
            vector=vector,
            first=reading.order is Order.FIRST,
        )
        near = await self.shelves.search(asked.user_id, question)
        async with linked(self._database) as link:
            told = await past.told(link, asked.user_id, [one.entry_id for one in near])
        found = [(one, told[one.entry_id]) for one in near if one.entry_id in told]
        if reading.order in {Order.LAST, Order.FIRST} and found:
            least = _AS_GOOD * found[0][0].score
            found = [pair for pair in found if pair[0].score >= least]
            found.sort(key=lambda pair: pair[1].at, reverse=reading.order is Order.LAST)
        state = self._state()
        if about and vector is None and state is SearchState.READY:
            state = SearchState.LEXICAL
        return [of_note(one, entry, about) for one, entry in found], state

    async def _vector(self, text: str) -> Vectors | None:
        if not self.encoded.model:
            return None
        try:
            return await self.encoded.vector(text)
        except EncoderError:
            return None

    def _state(self) -> SearchState:
        if self.encoded.missing:
            return SearchState.LEXICAL
        return SearchState.READY if self.encoded.model else SearchState.WARMING


def _known(engine: Engine) -> Engine:
    """Return what knows all exercises that can be trained: those that come along, whatever libraries search uses."""
    library = shipped()
    if {one.exercise_id for one in library.exercises} <= engine.shelf.owners.keys():
        return engine
    return engine_of(shelved((), [library]))
