"""One person's entries, in memory, to be searched by words and by meaning.

It is made for one person and takes nothing of anybody else's. It keeps no text: what words an entry has, when it was, and its
vector. Vectors that came lately are compared one by one; when these have become many, `grouped` takes them over, as a file
that is mapped into memory, of which a question is compared with the groups nearest to it. Used by one thread at a time.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from retrieval.encoder import Vectors
from retrieval.past.asking import QUIET
from retrieval.past.files import Grouped
from retrieval.past.spans import EVER, Span
from retrieval.words import stems_of

TAIL: Final = 4096
"""So many vectors are compared one by one: half a millisecond."""
PROBED: Final = 10
"""So many groups are looked into, of those nearest to a question."""
_BEST: Final = 50
"""So many are found by meaning, and so many by words, before both are weighed."""
_MOST_SAID: Final = 8192
"""Of entries with a word that is in very many, the last so many are looked at for it."""
_LATER: Final = 1e-9
_FEW: Final = 2000
"""When a time has no more entries than that, each is compared."""
_OF_WORDS: Final = 0.4
"""What saying all of a question's words is worth, beside a cosine."""
_NEAR: Final = 0.3
"""What has no word of a question must be as near as that."""
_NOWHERE: Final = -1
_ENTRY_BYTES: Final = 120
_WORD_BYTES: Final = 6


class Entry(Struct, frozen=True, kw_only=True):
    """What has become of an entry of a person's."""

    user_id: UUID
    entry_id: int
    at: datetime
    text: str
    deleted: bool


class Near(Struct, frozen=True, kw_only=True):
    """An entry that answers a question: its words that the question has too, and its cosine, if that is known."""

    entry_id: int
    score: float
    said: tuple[str, ...]
    cosine: float | None


class Shelf:
    """See the module. `user_id` is whose entries these are."""

    def __init__(self, user_id: UUID) -> None:
        self.user_id = user_id
        self.grouped: Grouped | None = None
        self._places: dict[int, int] = {}
        self._ids = np.zeros(64, np.int64)
        self._at = np.zeros(64, np.float64)
        self._alive = np.zeros(64, np.bool_)
        self._vectored = np.zeros(64, np.bool_)
        self._row_of = np.full(64, _NOWHERE, np.int64)
        self._marks = np.zeros(64, np.float64)
        self._size = 0
        self._words: dict[str, array[int]] = {}
        self._said = 0
        self._tail = np.zeros((0, 0), np.float32)
        self._tail_of = np.zeros(0, np.int64)
        self._tail_size = 0
        self._group_of = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def tail(self) -> int:
        """How many vectors are compared one by one."""
        return self._tail_size

    @property
    def held_bytes(self) -> int:
        """How much memory it takes, about; what is mapped is the system's to keep."""
        return self._tail.nbytes + self._size * _ENTRY_BYTES + self._said * _WORD_BYTES

    def take(self, entries: Iterable[Entry]) -> None:
        """Take what has become of entries. Raises ValueError for somebody else's."""
        for one in entries:
            if one.user_id != self.user_id:
                raise ValueError(f"an entry of {one.user_id} on the shelf of {self.user_id}")
            place = self._places.get(one.entry_id)
            if one.deleted and place is not None:
                self._alive[place] = False
                del self._places[one.entry_id]
            elif not one.deleted and place is None:
                self._add(one)
            elif place is not None:
                self._at[place] = one.at.timestamp()

    def take_vectors(self, found: Mapping[int, bytes]) -> None:
        """Take the vectors of entries; of those that are gone they are nothing."""
        rows = {
            self._places[one]: np.frombuffer(row, "<f4") for one, row in found.items() if one in self._places
        }
        rows = {place: row for place, row in rows.items() if not self._vectored[place]}
        if not rows:
            return
        self._grow_tail(len(rows), len(next(iter(rows.values()))))
        for place, row in rows.items():
            self._tail[self._tail_size] = row
            self._tail_of[self._tail_size] = place
            self._vectored[place] = True
            self._tail_size += 1

    def take_grouped(self, grouped: Grouped) -> None:
        """Let groups take over the vectors that they have. Raises ValueError for somebody else's."""
        if grouped.user_id != self.user_id:
            raise ValueError(f"vectors of {grouped.user_id} on the shelf of {self.user_id}")
        places = (self._places.get(int(one), _NOWHERE) for one in grouped.ids)
        self.grouped = grouped
        self._group_of = np.fromiter(places, np.int64, len(grouped.ids))
        there = np.flatnonzero(self._group_of >= 0)
        self._row_of[:] = _NOWHERE
        self._row_of[self._group_of[there]] = there
        tail_of = self._tail_of[: self._tail_size]
        kept = (self._row_of[tail_of] == _NOWHERE) & self._alive[tail_of]
        self._tail = self._tail[: self._tail_size][kept]
        self._tail_of = tail_of[kept]
        self._tail_size = len(self._tail_of)
        self._vectored[:] = False
        self._vectored[self._tail_of] = True
        self._vectored[self._group_of[there]] = True

    def missing(self) -> list[int]:
        """Return the entries that have no vector here."""
        lacking = self._alive[: self._size] & ~self._vectored[: self._size]
        return [int(one) for one in self._ids[: self._size][lacking]]

    def rows(self) -> tuple[NDArray[np.int64], Vectors]:
        """Return all vectors of entries that are there, by their ids."""
        tail_of = self._tail_of[: self._tail_size]
        kept = self._alive[tail_of]
        ids, rows = [self._ids[tail_of[kept]]], [self._tail[: self._tail_size][kept]]
        if self.grouped is not None:
            there = (self._group_of >= 0) & self._alive[self._group_of]
            ids.append(self._ids[self._group_of[there]])
            rows.append(self.grouped.rows[there])
        return np.concatenate(ids), np.concatenate([one for one in rows if len(one)] or rows)

    def search(
        self,
        text: str,
        vector: Vectors | None = None,
        *,
        span: Span = EVER,
        limit: int = 10,
        probed: int = PROBED,
    ) -> list[Near]:
        """Return the entries that answer best, the best first: by the words that they share, and by how near they are."""
        allowed = self._allowed(span)
        asked = list(dict.fromkeys(one for one in stems_of(text) if one not in QUIET))
        by_words = self._by_words(asked, allowed)
        cosines = {} if vector is None else self._by_meaning(vector, allowed, tuple(by_words), probed)
        total = sum(self._rarity(one) for one in asked) or 1.0
        found = []
        for place in {*by_words, *cosines}:
            words = _OF_WORDS * by_words.get(place, 0.0) / total
            cosine = cosines.get(place)
            if words or (cosine is not None and cosine >= _NEAR):
                found.append((words + (cosine if cosine is not None else words), place, cosine))
        found.sort(key=lambda one: (-one[0], -self._at[one[1]]))
        return [
            Near(entry_id=int(self._ids[place]), score=score, said=self._shared(asked, place), cosine=cosine)
            for score, place, cosine in found[:limit]
        ]

    def in_time(self, span: Span, limit: int, *, first: bool = False) -> list[Near]:
        """Return the last entries of a time, or its first."""
        alive = self._allowed(span)
        places = np.flatnonzero(self._alive[: self._size] if alive is None else alive)
        order = places[np.argsort(self._at[places], kind="stable")]
        chosen = order[:limit] if first else order[::-1][:limit]
        return [Near(entry_id=int(self._ids[one]), score=0.0, said=(), cosine=None) for one in chosen]

    def nearest(self, vector: Vectors, limit: int, *, probed: int = PROBED) -> list[int]:
        """Return the entries nearest in meaning, the nearest first."""
        cosines = self._by_meaning(vector, None, (), probed)
        return [int(self._ids[place]) for place in sorted(cosines, key=lambda one: -cosines[one])[:limit]]

    def _add(self, one: Entry) -> None:
        if self._size == len(self._ids):
            more = len(self._ids)
            self._ids = np.concatenate((self._ids, np.zeros(more, np.int64)))
            self._at = np.concatenate((self._at, np.zeros(more, np.float64)))
            self._alive = np.concatenate((self._alive, np.zeros(more, np.bool_)))
            self._vectored = np.concatenate((self._vectored, np.zeros(more, np.bool_)))
            self._row_of = np.concatenate((self._row_of, np.full(more, _NOWHERE, np.int64)))
            self._marks = np.zeros(2 * more, np.float64)
        place = self._size
        self._ids[place], self._at[place], self._alive[place] = one.entry_id, one.at.timestamp(), True
        self._places[one.entry_id] = place
        self._size += 1
        for word in set(stems_of(one.text)):
            self._words.setdefault(word, array("i")).append(place)
            self._said += 1

    def _grow_tail(self, more: int, width: int) -> None:
        needed = self._tail_size + more
        if needed <= len(self._tail):
            return
        rows = np.zeros((max(needed, 2 * self._tail_size), width), np.float32)
        of = np.zeros(len(rows), np.int64)
        rows[: self._tail_size] = self._tail[: self._tail_size] if self._tail_size else 0
        of[: self._tail_size] = self._tail_of[: self._tail_size]
        self._tail, self._tail_of = rows, of

    def _allowed(self, span: Span) -> NDArray[np.bool_] | None:
        """Return which entries lie in a time; None where that says nothing."""
        if span.since is None and span.until is None:
            return None
        since = -math.inf if span.since is None else span.since.timestamp()
        until = math.inf if span.until is None else span.until.timestamp()
        at = self._at[: self._size]
        return (at >= since) & (at < until) & self._alive[: self._size]

    def _rarity(self, word: str) -> float:
        there = len(self._words.get(word, ()))
        return math.log(1 + (self._size + 1) / (there + 0.5))

    def _by_words(self, asked: Sequence[str], allowed: NDArray[np.bool_] | None) -> dict[int, float]:
        """Return the entries that share most words with a question, and what these are worth."""
        said = [
            np.frombuffer(self._words[word], np.int32)[-_MOST_SAID:] for word in asked if word in self._words
        ]
        alive = self._alive if allowed is None else allowed
        for word, places in zip((one for one in asked if one in self._words), said, strict=True):
            self._marks[places] += self._rarity(word)
        together = np.concatenate(said) if said else np.zeros(0, np.int32)
        together = together[alive[together]]
        if len(together) > _BEST * len(said):
            # Of equally good ones the latest; what has several words is there as often.
            worth = self._marks[together] + together * _LATER
            together = together[np.argpartition(worth, -_BEST * len(said))[-_BEST * len(said) :]]
        best = np.unique(together)
        scores = dict(zip(best.tolist(), self._marks[best].tolist(), strict=True))
        for places in said:
            self._marks[places] = 0
        return scores

    def _shared(self, asked: Sequence[str], place: int) -> tuple[str, ...]:
        return tuple(one for one in asked if one in self._words and _has(self._words[one], place))

    def _by_meaning(
        self, vector: Vectors, allowed: NDArray[np.bool_] | None, also: Collection[int], probed: int
    ) -> dict[int, float]:
        """Return the entries nearest to a vector, and those besides, with their cosines, as far as they are known."""
        alive = self._alive[: self._size] if allowed is None else allowed
        where = self._tail_of[: self._tail_size]
        near = self._tail[: self._tail_size] @ vector if self._tail_size else np.zeros(0, np.float32)
        if self.grouped is not None:
            of_groups, cosines = self._around(self.grouped, vector, allowed, also, probed)
            where, near = np.concatenate((where, of_groups)), np.concatenate((near, cosines))
        there = (where >= 0) & alive[where]
        where, near = where[there], near[there]
        if len(where) > _BEST:
            kept = np.argpartition(near, len(near) - _BEST)[-_BEST:]
            if also:
                wished = np.isin(where, np.fromiter(also, np.int64, len(also)))
                kept = np.union1d(kept, np.flatnonzero(wished))
            where, near = where[kept], near[kept]
        return dict(zip(where.tolist(), near.tolist(), strict=True))

    def _around(
        self,
        grouped: Grouped,
        vector: Vectors,
        allowed: NDArray[np.bool_] | None,
        also: Collection[int],
        probed: int,
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Return the entries of the groups nearest to a vector, and their cosines; all of a time that has few."""
        if allowed is not None and np.count_nonzero(allowed) <= _FEW:
            return self._compared(grouped, np.flatnonzero(allowed), vector)
        to_centres = grouped.centres @ vector
        chosen = np.argsort(to_centres)[-probed:]
        stretches = [(int(grouped.ends[one - 1]) if one else 0, int(grouped.ends[one])) for one in chosen]
        where = [self._group_of[start:end] for start, end in stretches]
        near = [grouped.rows[start:end] @ vector for start, end in stretches]
        besides, cosines = self._compared(grouped, np.fromiter(also, np.int64, len(also)), vector)
        return np.concatenate((*where, besides)), np.concatenate((*near, cosines))

    def _compared(
        self, grouped: Grouped, places: NDArray[np.int64], vector: Vectors
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Return those of some entries whose vectors are in groups, and their cosines."""
        rows = self._row_of[places]
        there = rows >= 0
        return places[there], grouped.rows[rows[there]] @ vector


def _has(places: "array[int]", place: int) -> bool:
    """Say whether an entry is among those, which are in order, that have a word."""
    at = bisect_left(places, place)
    return at < len(places) and places[at] == place
