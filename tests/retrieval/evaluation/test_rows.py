"""Vectors of many texts, made once."""

from pathlib import Path

import pytest

from retrieval.evaluation.rows import index_of
from tests.retrieval.conftest import Letters

TEXTS = [("curl", "arm curl"), ("row",), ("curl", "hammer")]


def test_an_exercise_is_as_near_as_its_nearest_text(letters: Letters, tmp_path: Path) -> None:
    index = index_of(TEXTS, letters, tmp_path / "rows")
    near = index.cosines(letters.encode(["hammer"])[0])
    assert near.argmax() == 2
    assert near[2] == pytest.approx(1)


def test_each_text_is_encoded_once_and_kept(letters: Letters, tmp_path: Path) -> None:
    index_of(TEXTS, letters, tmp_path / "rows")
    assert letters.asked == [["row", "curl", "hammer", "arm curl"]]
    index_of(TEXTS, letters, tmp_path / "rows")
    assert len(letters.asked) == 1


def test_other_texts_and_another_encoder_are_encoded_anew(letters: Letters, tmp_path: Path) -> None:
    index_of(TEXTS, letters, tmp_path / "rows")
    index_of(TEXTS[:2], letters, tmp_path / "rows")
    assert len(letters.asked) == 2
    other = Letters("others")
    index_of(TEXTS[:2], other, tmp_path / "rows")
    assert len(other.asked) == 1
