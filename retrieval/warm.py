"""Search by meaning becomes ready while the server already answers: until then it goes by words.

Loading the encoder takes seconds, the index of a new library some more: both happen in the encoder's thread, begun by
whoever owns tasks. `Warmth` is what is said of it, a table; `Meaning` does what the table tells of.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from msgspec import Struct

from retrieval.encoder import Closed, Encoding, NoModel, NotInstalled, Vectors
from retrieval.index import (
    Index,
    Made,
    StaleIndex,
    made_of,
    open_index,
    texts_of,
    write_index,
)
from retrieval.library import Library
from retrieval.sealed import NoFile, SealedFileError


class State(StrEnum):
    """How far search by meaning has come."""

    COLD = "cold"
    WARMING = "warming"
    READY = "ready"
    UNAVAILABLE = "unavailable"


class Happened(StrEnum):
    """What changes it."""

    BEGAN = "began"
    MADE = "made"
    FAILED = "failed"
    MISSING = "missing"


_TABLE: Final[Mapping[tuple[State, Happened], State]] = {
    (State.COLD, Happened.BEGAN): State.WARMING,
    (State.UNAVAILABLE, Happened.BEGAN): State.WARMING,
    (State.READY, Happened.BEGAN): State.WARMING,
    (State.WARMING, Happened.MADE): State.READY,
    (State.WARMING, Happened.FAILED): State.COLD,
    (State.WARMING, Happened.MISSING): State.UNAVAILABLE,
}


class Warmth(Struct, frozen=True, kw_only=True):
    """A state, and why it is not a better one."""

    state: State = State.COLD
    reason: str = ""

    def after(self, happened: Happened, reason: str = "") -> "Warmth":
        """Return what follows; what the table does not have changes nothing."""
        following = _TABLE.get((self.state, happened))
        return self if following is None else Warmth(state=following, reason=reason)


class Built(Struct, frozen=True, kw_only=True):
    """An index was made anew: of which library, how many rows, and what was wrong with the file that was there.

    `unsaved` is why the new one could not be written: it is then made again at the next start.
    """

    library: str
    rows: int
    because: str
    broken: bool
    unsaved: str = ""


class _Held(Struct, frozen=True):
    library: Library
    made: Made
    index: Index


class Meaning:
    """How near the exercises of libraries are to a question. Index files are kept in `folder`.

    `built` is told of each index that had to be made.
    """

    def __init__(
        self, encoding: Encoding, folder: Path, built: Callable[[Built], None] = lambda _: None
    ) -> None:
        self._encoding = encoding
        self._folder = folder
        self._built = built
        self._held: dict[str, _Held] = {}
        self._warmth: dict[str, Warmth] = {}

    def warmth(self, library: Library) -> Warmth:
        """Return how far search by meaning in this library has come."""
        held = self._held.get(library.name)
        if held is not None and held.library is library:
            return Warmth(state=State.READY)
        known = self._warmth.get(library.name, Warmth())
        # What is ready under this name is the library as it was before.
        return Warmth() if known.state is State.READY else known

    async def warm(self, library: Library) -> None:
        """Load the encoder and the library's index, made anew where it must be; then it takes the earlier one's place.

        Without packages or model that is said by `warmth`, and no failure. Whatever else fails is raised, to be tried again.
        """
        self._note(library, Happened.BEGAN)
        try:
            encoder = await self._encoding.start()
            made = await self._encoding.run(lambda: made_of(encoder.fingerprint, library))
            index = await self._index(made, library)
        except (NotInstalled, NoModel) as error:
            self._note(library, Happened.MISSING, str(error))
        except BaseException as error:
            self._note(library, Happened.FAILED, f"{type(error).__name__}: {error}")
            raise
        else:
            self._held[library.name] = _Held(library, made, index)
            self._note(library, Happened.MADE)

    async def cosines(self, library: Library, text: str) -> Vectors | None:
        """Return how near each exercise of a library is, or None as long as nobody knows.

        Raises TooManyWaiting and NotEncoded: the caller then goes by words as well.
        """
        held = self._held.get(library.name)
        if held is None or held.library is not library:
            return None
        try:
            return held.index.cosines(await self._encoding.encode(text))
        except Closed:
            return None

    def forget(self, name: str) -> None:
        """Let go of a library that is not used any more."""
        self._held.pop(name, None)
        self._warmth.pop(name, None)

    def _note(self, library: Library, happened: Happened, reason: str = "") -> None:
        self._warmth[library.name] = self._warmth.get(library.name, Warmth()).after(happened, reason)

    async def _index(self, made: Made, library: Library) -> Index:
        held = self._held.get(library.name)
        if held is not None and held.made == made:
            # Also where the disk took no file: to encode it all again would take as long as the first time.
            return held.index
        path = self._folder / f"{_file_name(library.name)}.index"
        try:
            return await self._encoding.run(lambda: open_index(path, made))
        except SealedFileError as error:
            because, broken = str(error), not isinstance(error, NoFile | StaleIndex)
        texts = [texts_of(one) for one in library.exercises]
        rows = await self._encoding.encode_all([text for of_one in texts for text in of_one])
        counts = [len(of_one) for of_one in texts]
        unsaved = await self._encoding.run(lambda: _written(path, made, rows, counts))
        self._built(
            Built(library=library.name, rows=len(rows), because=because, broken=broken, unsaved=unsaved)
        )
        return Index(rows, counts) if unsaved else await self._encoding.run(lambda: open_index(path, made))


def _written(path: Path, made: Made, rows: Vectors, counts: Sequence[int]) -> str:
    """Write an index; return why it could not be."""
    try:
        write_index(path, made, rows, counts)
    except OSError as error:
        return str(error)
    return ""


def _file_name(name: str) -> str:
    """Return what a library's file is called, whatever people call the library."""
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "-_") else "-" for one in name)
    return f"{plain[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
