"""A person's entries: found by words and by meaning, and whoever's they are not, never."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoder import Vectors
from retrieval.past.files import group, headers, open_past, path_of, write_past
from retrieval.past.shelf import Entry, Shelf
from retrieval.past.spans import EVER, Span
from retrieval.sealed import BrokenFile, NoFile

ADA, BOB = UUID(int=1), UUID(int=2)
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def entry(number: int, text: str = "", user_id: UUID = ADA, *, deleted: bool = False) -> Entry:
    return Entry(
        user_id=user_id, entry_id=number, at=BEGAN + timedelta(days=number), text=text, deleted=deleted
    )


def rows_of(count: int, groups: int = 8, seed: int = 1) -> Vectors:
    """Vectors that lie in heaps."""
    chance = np.random.default_rng(seed)
    heaps = chance.standard_normal((groups, 32))
    rows = heaps[chance.integers(0, groups, count)] + 0.6 * chance.standard_normal((count, 32))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def given_bytes(rows: Vectors) -> dict[int, bytes]:
    return {number: row.astype("<f4").tobytes() for number, row in enumerate(rows)}


def found(shelf: Shelf, text: str, span: Span = EVER) -> list[int]:
    return [one.entry_id for one in shelf.search(text, span=span)]


def shelf_of(texts: Sequence[str]) -> Shelf:
    shelf = Shelf(ADA)
    shelf.take(entry(number, text) for number, text in enumerate(texts))
    return shelf


def test_an_entry_is_found_by_its_words_the_rarer_the_better() -> None:
    shelf = shelf_of(["squats felt good", "knee felt bad", "elbow", "felt tired", "Knees!"])
    assert found(shelf, "how did my knee feel felt")[0] == 1
    assert set(found(shelf, "knee")) == {1, 4}
    assert found(shelf, "when did i do that") == []
    assert shelf.search("knee")[0].said == ("knee",)


def test_entries_of_a_time_are_those_of_that_time() -> None:
    shelf = shelf_of(["knee"] * 10)
    span = Span(since=BEGAN + timedelta(days=3), until=BEGAN + timedelta(days=5))
    assert set(found(shelf, "knee", span=span)) == {3, 4}
    assert [one.entry_id for one in shelf.in_time(span, 5)] == [4, 3]
    assert [one.entry_id for one in shelf.in_time(Span(), 2, first=True)] == [0, 1]


def test_what_is_deleted_is_gone_and_what_is_said_twice_is_once() -> None:
    shelf = shelf_of(["knee", "knee"])
    shelf.take([entry(0, deleted=True), entry(1, "knee"), entry(7, deleted=True)])
    assert found(shelf, "knee") == [1]
    assert len(shelf) == 1


@given(st.lists(st.tuples(st.sampled_from((ADA, BOB)), st.integers(0, 5), st.booleans()), max_size=30))
def test_a_shelf_takes_nothing_of_anybody_else(said: list[tuple[UUID, int, bool]]) -> None:
    shelf = Shelf(ADA)
    mine: set[int] = set()
    for user_id, number, deleted in said:
        one = entry(number + (100 if user_id == BOB else 0), "knee", user_id, deleted=deleted)
        if user_id == BOB:
            with pytest.raises(ValueError, match="on the shelf of"):
                shelf.take([one])
            continue
        shelf.take([one])
        mine = mine - {number} if deleted else mine | {number}
    assert set(found(shelf, "knee")) == mine
    shelf.take_vectors(given_bytes(rows_of(200)))
    assert set(shelf.nearest(rows_of(1)[0], 300)) == mine


def test_groups_of_somebody_else_are_not_taken() -> None:
    grouped = group(BOB, "m", 1, np.arange(5), rows_of(5))
    with pytest.raises(ValueError, match="on the shelf of"):
        Shelf(ADA).take_grouped(grouped)


@pytest.fixture(scope="module")
def rows() -> Vectors:
    return rows_of(TestGrouped.COUNT, groups=40)


class TestGrouped:
    COUNT = 6000

    @pytest.fixture
    def shelf(self, rows: Vectors) -> Shelf:
        shelf = shelf_of(["knee" if number % 2 else "hip" for number in range(self.COUNT)])
        shelf.take_vectors(given_bytes(rows))
        return shelf

    def test_they_find_what_is_nearest(self, shelf: Shelf, tmp_path: Path) -> None:
        questions = rows_of(50, groups=40, seed=1)
        exact = [set(shelf.nearest(one, 10)) for one in questions]
        ids, kept = shelf.rows()
        write_past(tmp_path, group(ADA, "m", 1, ids, kept))
        shelf.take_grouped(open_past(tmp_path, ADA, "m"))
        assert shelf.tail == 0
        assert shelf.missing() == []
        near = [set(shelf.nearest(one, 10)) for one in questions]
        assert np.mean([len(one & other) / 10 for one, other in zip(exact, near, strict=True)]) >= 0.95

    def test_what_comes_later_is_found_beside_them_and_what_goes_is_not(
        self, shelf: Shelf, rows: Vectors
    ) -> None:
        shelf.take_grouped(group(ADA, "m", 1, *shelf.rows()))
        shelf.take([entry(99_999, "ankle"), entry(17, deleted=True)])
        shelf.take_vectors({99_999: rows[17].tobytes(), 17: rows[17].tobytes()})
        assert (shelf.tail, len(shelf)) == (1, self.COUNT)
        assert shelf.nearest(rows[17], 1) == [99_999]
        ids, _ = shelf.rows()
        assert set(ids.tolist()) == set(range(self.COUNT)) - {17} | {99_999}

    def test_a_time_with_few_entries_is_looked_through_whole(self, shelf: Shelf, rows: Vectors) -> None:
        shelf.take_grouped(group(ADA, "m", 1, *shelf.rows()))
        span = Span(since=BEGAN + timedelta(days=100), until=BEGAN + timedelta(days=200))
        hits = shelf.search("shoulder", rows[150], span=span, limit=1, probed=1)
        assert [one.entry_id for one in hits] == [150]

    def test_without_some_none_of_their_bytes_are_left(self, rows: Vectors, tmp_path: Path) -> None:
        whole = group(ADA, "m", 1, np.arange(self.COUNT), rows)
        write_past(tmp_path, whole.without({5, 6, 999_999}, 7))
        written = path_of(tmp_path, ADA).read_bytes()
        assert rows[4].tobytes() in written
        assert rows[5].tobytes() not in written
        opened = open_past(tmp_path, ADA, "m")
        assert (len(opened.ids), opened.version) == (self.COUNT - 2, 7)
        assert opened.has([4]) > opened.has([5])


def test_a_file_is_whole_and_of_whom_it_says_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(NoFile):
        open_past(tmp_path, ADA, "m")
    write_past(tmp_path, group(ADA, "m", 3, np.arange(9), rows_of(9)))
    assert headers(tmp_path).good[ADA].version == 3
    path = path_of(tmp_path, ADA)
    whole = path.read_bytes()
    with pytest.raises(BrokenFile):
        open_past(tmp_path, ADA, "other")
    for broken in (whole[:-1], b"", b"nothing of the kind" * 9, whole[:90] + b"\0\0" + whole[92:]):
        path.write_bytes(broken)
        with pytest.raises(BrokenFile):
            open_past(tmp_path, ADA, "m")
    path_of(tmp_path, BOB).write_bytes(whole)
    path.write_bytes(b"short")
    assert len(headers(tmp_path).broken) == 2
    assert list(tmp_path.iterdir()) == []
