"""What the search has to leave behind."""

from pathlib import Path

import numpy as np

from retrieval.encoder import Encoder
from retrieval.evaluation.baselines import Dense, Words, fused
from tests.retrieval.conftest import library_of

NAMES = ("Hammer Curl", "Preacher Curl", "Deadlift", "Zottman Curl")
EXERCISES = library_of(*NAMES).exercises
ALL = np.ones(len(NAMES), np.bool_)


def test_words_find_what_shares_one_and_nothing_else() -> None:
    words = Words(EXERCISES)
    assert words.places("preacher curls", ALL).tolist() == [1, 0, 3]
    assert words.places("snow", ALL).tolist() == []


def test_what_is_not_allowed_is_not_found(letters: Encoder, tmp_path: Path) -> None:
    allowed = np.array([True, False, True, True])
    assert Words(EXERCISES).places("curl", allowed).tolist() == [0, 3]
    vector = letters.encode(["Preacher Curl"])[0]
    found = Dense(EXERCISES, letters, tmp_path / "dense").places(vector, allowed)
    assert sorted(found.tolist()) == [0, 2, 3]


def test_dense_orders_all_by_nearness(letters: Encoder, tmp_path: Path) -> None:
    dense = Dense(EXERCISES, letters, tmp_path / "dense")
    for place, name in enumerate(NAMES):
        text = f"{name}. dumbbell strength  . biceps. "
        assert dense.places(letters.encode([text])[0], ALL).tolist()[0] == place


def test_fusion_prefers_what_both_find() -> None:
    assert fused(4, [np.array([0, 1]), np.array([2, 1])]).tolist() == [1, 0, 2]
    assert fused(4, [np.array([3, 0]), np.array([3])]).tolist() == [3, 0]
