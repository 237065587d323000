import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.encoder import Vectors
from retrieval.index import Index, Made, StaleIndex, open_index, texts_of, write_index
from retrieval.sealed import BrokenFile, NoFile
from tests.retrieval.conftest import exercise_of

MADE = Made(model="m", library="l")
COUNTS = (2, 1, 3)


def rows_of(seed: int, count: int = sum(COUNTS)) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def test_an_exercise_is_as_near_as_its_nearest_text() -> None:
    rows = rows_of(1)
    near = Index(rows, COUNTS).cosines(rows[4])
    every = rows @ rows[4]
    assert near == pytest.approx([every[:2].max(), every[2], 1.0], abs=1e-6)
    assert near.dtype == np.float32


def test_a_library_of_nothing_is_near_to_nothing() -> None:
    assert len(Index(np.zeros((0, 8), np.float32), ()).cosines(np.ones(8, np.float32))) == 0


@pytest.mark.parametrize("counts", [COUNTS, ()])
def test_what_is_written_is_what_is_opened(tmp_path: Path, counts: tuple[int, ...]) -> None:
    rows = rows_of(1, sum(counts))
    path = tmp_path / "new" / "an.index"
    write_index(path, MADE, rows, counts)
    question = rows_of(2)[0]
    assert (open_index(path, MADE).cosines(question) == Index(rows, counts).cosines(question)).all()
    assert [one.name for one in path.parent.iterdir()] == ["an.index"]


def test_without_a_file_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(NoFile):
        open_index(tmp_path / "an.index", MADE)


@pytest.mark.parametrize(
    "other",
    [
        Made(model="other", library="l"),
        Made(model="m", library="other"),
        Made(model="m", library="l", texts=0),
    ],
)
def test_an_index_of_something_else_is_stale(tmp_path: Path, other: Made) -> None:
    write_index(tmp_path / "an.index", other, rows_of(1), COUNTS)
    with pytest.raises(StaleIndex):
        open_index(tmp_path / "an.index", MADE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.data())
def test_whatever_bytes_change_it_is_broken(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "an.index"
    write_index(path, MADE, rows_of(1), COUNTS)
    kept = path.read_bytes()
    at = data.draw(st.integers(0, len(kept)))
    cut = data.draw(st.integers(at, len(kept)))
    changed = kept[:at] + data.draw(st.binary(max_size=64)) + kept[cut:]
    path.write_bytes(changed)
    if changed == kept:
        open_index(path, MADE)
        return
    with pytest.raises(BrokenFile):
        open_index(path, MADE)


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_with_a_right_hash_over_anything_is_broken_too(tmp_path: Path, content: bytes) -> None:
    import hashlib  # noqa: PLC0415 - of this test alone

    for head in (b"", b"CMINDEX1"):
        whole = head + content
        (tmp_path / "an.index").write_bytes(whole + hashlib.sha256(whole).digest())
        with pytest.raises(BrokenFile):
            open_index(tmp_path / "an.index", MADE)


def test_readers_keep_what_they_have_while_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "an.index"
    both = [rows_of(1), rows_of(2)]
    question = rows_of(3)[0]
    right = [Index(rows, COUNTS).cosines(question) for rows in both]
    write_index(path, MADE, both[0], COUNTS)
    first = open_index(path, MADE)
    ended = threading.Event()
    wrong: list[Vectors] = []
    opened: list[Index] = []

    def read() -> None:
        while not ended.is_set():
            index = open_index(path, MADE)
            opened.append(index)
            found = index.cosines(question)
            if not any((found == one).all() for one in right):
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(40):
        write_index(path, MADE, both[number % 2], COUNTS)
    ended.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert opened
    assert (first.cosines(question) == right[0]).all()


def test_a_write_that_fails_leaves_the_earlier_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "an.index"
    write_index(path, MADE, rows_of(1), COUNTS)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_index(path, MADE, rows_of(2), COUNTS)
    assert [one.name for one in tmp_path.iterdir()] == ["an.index"]
    open_index(path, MADE)


def test_an_exercise_says_its_name_what_it_is_for_and_how_it_begins() -> None:
    assert texts_of(exercise_of("Curl", begins="Stand tall. " * 40)) == (
        "Curl",
        "Curl: strength with dumbbell for biceps",
        ("Stand tall. " * 40)[:80].strip(),
    )
