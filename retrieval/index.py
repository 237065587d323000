"""The vectors of a library's exercises, in a file that is mapped into memory.

An exercise says what it is in several texts: its name, a sentence of what it is done with and for, and how it begins. All
their vectors stand below each other, so that a question is compared with every one of them at once; an
exercise is as near as its nearest text. A thousand exercises are three thousand rows, 4.6 MB.

The file (see `retrieval.sealed`) has the rows as they are in memory, and FAISS compares a question with them where they lie.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct

from retrieval.encoder import NotInstalled, Vectors
from retrieval.library import Exercise, Library
from retrieval.sealed import BrokenFile, Form, SealedFileError

TEXTS: Final = 1
"""Changes when `texts_of` gives other texts."""
_FLOAT_BYTES: Final = 4
_NEAREST: Final = 1024
"""So many rows are ranked; what is farther away decides nothing any more."""
_LONGEST: Final = 80
"""So many characters of the instructions say what is done; the rest says how."""


class StaleIndex(SealedFileError):  # noqa: N818 - it names the state
    """It was made by another model, of another library or of other texts."""


class Made(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an index was made of: an index of anything else is no use."""

    model: str
    library: str
    texts: int = TEXTS


class _Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    made: Made
    counts: tuple[int, ...]
    """How many rows each exercise has, in the library's order."""
    dimensions: int


_FORM: Final = Form(b"CMINDEX1", _Header)


class Index:
    """The vectors of a library's exercises. `counts` says how many of the rows belong to each, at least one.

    Raises NotInstalled where FAISS is not.
    """

    def __init__(self, rows: Vectors, counts: Sequence[int]) -> None:
        try:
            import faiss  # noqa: PLC0415, TID251 - a tenth of a second, and this is its adapter
        except ImportError as error:
            raise NotInstalled(f"{error.name} is not installed") from error
        self._faiss = faiss
        self._rows = rows
        self._owners = np.repeat(np.arange(len(counts)), counts)
        self._exercises = len(counts)

    def cosines(self, question: Vectors) -> Vectors:
        """Return how near each exercise is to a vector of length one, in the library's order.

        Those that have no text among the nearest are as near as the last of these.
        """
        if not self._exercises:
            return np.zeros(0, np.float32)
        # More threads would wait for each other on cores that have other work: hundreds of milliseconds, where the work
        # takes a twentieth of one. OpenMP keeps this for each thread that asks, so it is said wherever one does.
        self._faiss.omp_set_num_threads(1)
        inner = self._faiss.METRIC_INNER_PRODUCT
        count = min(_NEAREST, len(self._rows))
        # Every distance, as `pairwise_distances` gives them, would take a third; but it asks BLAS, whose threads spin.
        near, places = self._faiss.knn(question[np.newaxis], self._rows, count, metric=inner)
        found = np.full(self._exercises, near[0, -1], np.float32)
        np.maximum.at(found, self._owners[places[0]], near[0])
        return found


def texts_of(one: Exercise) -> tuple[str, ...]:
    """Return what an exercise says of itself: its name, what it is done with and for, how it begins."""
    used = ", ".join(one.equipment) or "no equipment"
    trained = ", ".join(dict.fromkeys((*one.primary_muscles, *one.secondary_muscles)))
    said = (
        f"{one.name}: {one.category} with {used} for {trained}"
        if trained
        else f"{one.name}: {one.category} with {used}"
    )
    begins = " ".join(one.instructions)[:_LONGEST].strip()
    return tuple(dict.fromkeys(text for text in (one.name, *one.aliases, said, begins) if text))


def write_index(path: Path, made: Made, rows: Vectors, counts: Sequence[int]) -> None:
    """Put an index of these rows in the place of an earlier one. Raises OSError."""
    header = _Header(made=made, counts=tuple(counts), dimensions=rows.shape[1])
    _FORM.write(path, header, [np.asarray(rows, "<f4").tobytes()])


def open_index(path: Path, made: Made) -> Index:
    """Return the index in a file that was made of just this. Raises NoFile, StaleIndex and BrokenFile."""
    opened = _FORM.open(path)
    header = opened.header
    if header.made != made:
        raise StaleIndex(f"{path} is of {header.made}")
    shape = (sum(header.counts), header.dimensions)
    if opened.size != shape[0] * shape[1] * _FLOAT_BYTES or min(header.counts, default=1) < 1:
        raise BrokenFile(f"{path} has another size than it says")
    rows = np.frombuffer(opened.mapped, "<f4", shape[0] * shape[1], opened.first).reshape(shape)
    return Index(rows, header.counts)


def made_of(model: str, library: Library) -> Made:
    """Return what an index of a library is made of."""
    return Made(model=model, library=library.fingerprint)
