"""The parts of `retrieval` put together: what reads a question by its words, and what reads its meaning.

To import this takes a quarter of a second and to make an engine some more: that happens in a thread, when search starts.
"""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct

from retrieval.concepts import Kind, vocabulary
from retrieval.encoder import Encoder, Encoding, NotEncoded, TooManyWaiting, Vectors
from retrieval.library import Exercise, Library
from retrieval.minilm import SentenceEncoder, folder_of
from retrieval.person import NOBODY, Person
from retrieval.ranking import Filters
from retrieval.search import Hits, Own, Search
from retrieval.warm import Built, Meaning, State
from server.search.answers import (
    OWN,
    Asked,
    FoundExercise,
    FoundExercises,
    Instead,
    SearchState,
    UnknownValueError,
    Wished,
    own_words,
)
from server.search.asker import own_library, person_of, told
from server.search.shelf import Shelf
from storage.library_records import AskerRecord, OwnExerciseRecord

LIMITS: Final = tuple(sorted(vocabulary().of(Kind.LIMIT)))
"""What may hurt, or must not be."""
PACKAGED: Final = "packaged"
ONNX: Final = "onnx"


class Nearness(Struct, frozen=True, kw_only=True):
    """How near each exercise is to a question by its meaning, None if that is not known, and so how it is answered."""

    cosines: Vectors | None
    state: SearchState


class Engine(Struct, frozen=True, kw_only=True):
    """What answers questions about a shelf."""

    shelf: Shelf
    search: Search
    known: Mapping[str, Mapping[str, str]]

    def filters(self, wished: Wished) -> Filters:
        """Return the filters of a question. Raises UnknownValueError."""
        own = own_words(wished, self.known)
        return Filters(equipment=own.equipment, level=own.level, category=own.category, muscles=own.muscles)

    def person(
        self, asker: AskerRecord, now: datetime, filters: Filters, limits: Sequence[str] = ()
    ) -> Person:
        """Return who asks: what a request says of equipment counts instead of theirs. Raises UnknownValueError."""
        for limit in limits:
            if limit not in LIMITS:
                raise UnknownValueError("limits", limit, LIMITS)
        return told(person_of(asker, now), equipment=bool(filters.equipment), limits=limits)

    def own(self, kept: Sequence[OwnExerciseRecord]) -> Own:
        """Return a person's own exercises, to be found beside the others."""
        return self.search.own(own_library(kept))

    def listed(self, wished: Wished, own: Own | None) -> list[tuple[str, Exercise]]:
        """Return all exercises that filters allow, a person's own among them, in the order of their ids.

        Each with its library's name. Raises UnknownValueError for what neither the libraries nor their own say.
        """
        known = self.known if own is None else _together(self.known, _known(own.library))
        said = own_words(wished, known)
        filters = Filters(
            equipment=said.equipment, level=said.level, category=said.category, muscles=said.muscles
        )
        found = [(self.shelf.owners[one.exercise_id], one) for one in self.search.allowed(filters)]
        found += [(OWN, one) for one in own.allowed(filters)] if own is not None else []
        return sorted(found, key=lambda one: one[1].exercise_id)

    def answer(
        self, asked: Asked, filters: Filters, near: Nearness, person: Person = NOBODY, own: Own | None = None
    ) -> FoundExercises:
        """Return what answers a question best."""
        found = self.search.search(asked.query, filters, asked.limit, near.cosines, person, own)
        return self._told(found, near.state)

    def alternatives(self, instead: Instead, filters: Filters, person: Person) -> FoundExercises:
        """Return what may be done instead of an exercise of the libraries. Raises KeyError."""
        found = self.search.alternatives(instead.exercise_id, filters, instead.limit, person)
        return self._told(found, SearchState.READY)

    def _told(self, found: Hits, state: SearchState) -> FoundExercises:
        return FoundExercises(
            results=tuple(
                FoundExercise(
                    exercise_id=hit.exercise.exercise_id,
                    library=self.shelf.owners.get(hit.exercise.exercise_id, OWN),
                    name=hit.exercise.name,
                    equipment=hit.exercise.equipment,
                    muscles=hit.exercise.primary_muscles,
                    level=hit.exercise.level,
                    category=hit.exercise.category,
                    why=hit.why,
                )
                for hit in found.hits
            ),
            relaxed=found.relaxed,
            state=state,
        )


class Senses:
    """What reads meaning, with the encoder of a name; files are kept below `data_dir`, `waiting` questions may wait.

    `built` is told of indexes that had to be made, `dropped` how many questions found no room.
    """

    def __init__(
        self,
        encoder: str,
        data_dir: Path,
        *,
        waiting: int,
        built: Callable[[Built], None],
        dropped: Callable[[int], None] = lambda _: None,
    ) -> None:
        folder = folder_for_files(data_dir)
        self._dropped = dropped
        self._encoding = Encoding(encoder_of(encoder, folder), waiting=waiting)
        self._meaning = Meaning(self._encoding, folder, built)

    @property
    def encoding(self) -> Encoding:
        """What encodes, for whoever else has texts."""
        return self._encoding

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        return self._encoding.waiting

    def is_ready(self, library: Library) -> bool:
        """Say whether questions about a library are read by their meaning."""
        return self._meaning.warmth(library).state is State.READY

    def missing(self, library: Library) -> str:
        """Return what is not there on this machine and would be needed; nothing where all is."""
        warmth = self._meaning.warmth(library)
        return warmth.reason if warmth.state is State.UNAVAILABLE else ""

    async def warm(self, library: Library) -> None:
        """Load the encoder and a library's index; what is missing on this machine is no failure, but said by `missing`."""
        await self._meaning.warm(library)

    def forget(self, library: Library) -> None:
        """Let go of a library under a name that is not used any more."""
        self._meaning.forget(library.name)

    async def near(self, library: Library, query: str) -> Nearness:
        """Return how near the exercises are to a question."""
        state = self._meaning.warmth(library).state
        if state is not State.READY:
            lacking = SearchState.LEXICAL if state is State.UNAVAILABLE else SearchState.WARMING
            return Nearness(cosines=None, state=lacking)
        try:
            cosines = await self._meaning.cosines(library, query)
        except TooManyWaiting:
            self._dropped(1)
            cosines = None
        except NotEncoded:
            cosines = None
        return Nearness(cosines=cosines, state=SearchState.LEXICAL if cosines is None else SearchState.READY)

    def close(self) -> None:
        """Let the encoder's thread end."""
        self._encoding.close()


def engine_of(shelf: Shelf) -> Engine:
    """Make what answers questions about a shelf: a second or two."""
    return Engine(shelf=shelf, search=Search(shelf.library), known=_known(shelf.library))


def encoder_of(name: str, folder: Path) -> Callable[[], Encoder]:
    """Return what loads the encoder of this name; what it makes for itself is kept in `folder`."""
    if name == ONNX:
        return partial(_onnx, folder)
    return partial(_sentences, None if name == PACKAGED else name)


def folder_for_files(data_dir: Path) -> Path:
    """Return where index files are kept: below the data folder, or for the moment where that may not be written."""
    folder = data_dir / "search"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        kept = False
    return folder if kept else Path(tempfile.mkdtemp(prefix="cornerman-search-"))


def _sentences(model: str | None) -> Encoder:
    return _tried(SentenceEncoder(folder_of(model)))


def _onnx(folder: Path) -> Encoder:
    from retrieval.onnx_encoder import OnnxEncoder  # noqa: PLC0415 - of an extra, which is not always there

    return _tried(OnnxEncoder(folder))


def _tried(encoder: Encoder) -> Encoder:
    """Let it read a first question now: that takes ten times as long as others."""
    encoder.encode(["squat"])
    return encoder


def _together(
    first: Mapping[str, Mapping[str, str]], second: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    return {field: {**second[field], **values} for field, values in first.items()}


def _known(library: Library) -> dict[str, dict[str, str]]:
    said: dict[str, set[str]] = {"equipment": set(), "muscles": set(), "level": set(), "category": set()}
    for one in library.exercises:
        said["equipment"].update(one.equipment)
        said["muscles"].update(one.primary_muscles, one.secondary_muscles)
        said["level"].update(() if one.level is None else (one.level,))
        said["category"].add(one.category)
    return {field: {value.casefold(): value for value in values} for field, values in said.items()}
