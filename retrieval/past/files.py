"""The vectors of one person's entries, in a file that is mapped into memory: nothing but ids and vectors.

Rows are grouped around centres, so that a question is compared with those around the nearest centres alone:

    centres, float32 | rows, float32 | ids, int64

The file (see `retrieval.sealed`) has them in this order; one of somebody else is no file.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from retrieval.encoder import NotInstalled, Vectors
from retrieval.sealed import BrokenFile, Form

Ids: TypeAlias = NDArray[np.int64]

SUFFIX: Final = ".past"
_ROWS_A_CENTRE: Final = 300
_TAUGHT_BY: Final = 40
"""So many rows for each centre are enough to find it."""
_ROUNDS: Final = 6


class _Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    user_id: UUID
    model: str
    version: int
    dimensions: int
    sizes: tuple[int, ...]
    """How many rows are around each centre."""


_FORM: Final = Form(b"CMPAST01", _Header)


class Headers(Struct, frozen=True, kw_only=True):
    """What files say of themselves, by the person that each is of; and what is wrong with those that are gone now."""

    good: dict[UUID, _Header]
    broken: tuple[str, ...]


class Grouped(Struct, frozen=True, kw_only=True):
    """Vectors around centres. `ends` says where the rows of each centre end.

    `version` is that of the person's entries up to which nothing deleted is in it.
    """

    user_id: UUID
    model: str
    version: int
    centres: Vectors
    ends: Ids
    rows: Vectors
    ids: Ids

    def has(self, ids: Collection[int]) -> bool:
        """Say whether one of these entries is among them."""
        return bool(np.isin(self.ids, np.fromiter(ids, np.int64, len(ids))).any())

    def without(self, gone: Collection[int], version: int) -> "Grouped":
        """Return all but these entries, around the same centres."""
        kept = ~np.isin(self.ids, np.fromiter(gone, np.int64, len(gone)))
        starts = np.concatenate(([0], self.ends[:-1]))
        sizes = [int(np.count_nonzero(kept[start:end])) for start, end in zip(starts, self.ends, strict=True)]
        return Grouped(
            user_id=self.user_id,
            model=self.model,
            version=version,
            centres=np.array(self.centres),
            ends=np.cumsum(sizes, dtype=np.int64),
            rows=self.rows[kept],
            ids=self.ids[kept],
        )


def group(user_id: UUID, model: str, version: int, ids: Ids, rows: Vectors) -> Grouped:
    """Group a person's vectors, at least one: a few seconds for a hundred thousand. Raises NotInstalled where FAISS is not."""
    try:
        import faiss  # noqa: PLC0415, TID251 - a tenth of a second, and this is its adapter for groups
    except ImportError as error:
        raise NotInstalled(f"{error.name} is not installed") from error
    # More threads would take the cores that the event loop needs.
    faiss.omp_set_num_threads(1)
    count = max(1, len(rows) // _ROWS_A_CENTRE)
    step = max(1, len(rows) // (count * _TAUGHT_BY))
    width = rows.shape[1]
    means = faiss.Kmeans(width, count, niter=_ROUNDS, spherical=True, seed=1, min_points_per_centroid=1)
    means.train(np.ascontiguousarray(rows[::step]))
    centres = np.asarray(means.centroids, np.float32)
    _, nearest = faiss.knn(rows, centres, 1, metric=faiss.METRIC_INNER_PRODUCT)
    order = np.argsort(nearest[:, 0], kind="stable")
    return Grouped(
        user_id=user_id,
        model=model,
        version=version,
        centres=centres,
        ends=np.cumsum(np.bincount(nearest[:, 0], minlength=count), dtype=np.int64),
        rows=rows[order],
        ids=ids[order],
    )


def path_of(folder: Path, user_id: UUID) -> Path:
    """Return where a person's file is."""
    return folder / f"{user_id}{SUFFIX}"


def write_past(folder: Path, grouped: Grouped) -> None:
    """Put a person's vectors in the place of an earlier file. Raises OSError."""
    sizes = np.diff(grouped.ends, prepend=0)
    header = _Header(
        user_id=grouped.user_id,
        model=grouped.model,
        version=grouped.version,
        dimensions=grouped.rows.shape[1],
        sizes=tuple(int(one) for one in sizes),
    )
    numbers = [
        np.asarray(grouped.centres, "<f4").tobytes(),
        np.asarray(grouped.rows, "<f4").tobytes(),
        np.asarray(grouped.ids, "<i8").tobytes(),
    ]
    _FORM.write(path_of(folder, grouped.user_id), header, numbers)


def open_past(folder: Path, user_id: UUID, model: str) -> Grouped:
    """Return a person's vectors by a model, where they lie in the file. Raises NoFile and BrokenFile."""
    path = path_of(folder, user_id)
    opened = _FORM.open(path)
    header = opened.header
    if (header.user_id, header.model) != (user_id, model):
        raise BrokenFile(f"{path} is of {header.user_id}, by {header.model}")
    count, width, groups = sum(header.sizes), header.dimensions, len(header.sizes)
    size = (groups + count) * width * np.dtype("<f4").itemsize + count * np.dtype("<i8").itemsize
    if opened.size != size:
        raise BrokenFile(f"{path} has another size than it says")
    floats = np.frombuffer(opened.mapped, "<f4", (groups + count) * width, opened.first).reshape(-1, width)
    return Grouped(
        user_id=user_id,
        model=model,
        version=header.version,
        centres=np.array(floats[:groups]),
        ends=np.cumsum(header.sizes, dtype=np.int64),
        rows=floats[groups:],
        ids=np.frombuffer(opened.mapped, "<i8", count, opened.first + floats.nbytes),
    )


def headers(folder: Path) -> Headers:
    """Return what the files of a folder say of themselves. What is broken at its very beginning is taken away."""
    good: dict[UUID, _Header] = {}
    broken: list[str] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            header = _first_of(path)
        except BrokenFile as error:
            path.unlink(missing_ok=True)
            broken.append(f"{path}: {error}")
        else:
            good[header.user_id] = header
    return Headers(good=good, broken=tuple(broken))


def _first_of(path: Path) -> _Header:
    header = _FORM.glance(path)
    if path.stem != str(header.user_id):
        raise BrokenFile(f"it is of {header.user_id}")
    return header
