"""An encoder for tests without the real model."""

from collections.abc import Sequence

import numpy as np
import pytest

from retrieval.encoder import Vectors
from retrieval.library import Exercise, Library


class Letters:
    """An encoder that counts letters, and remembers what it was asked."""

    def __init__(self, fingerprint: str = "letters") -> None:
        self.fingerprint = fingerprint
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        rows = np.array(
            [[1.0, *(text.lower().count(chr(97 + one)) for one in range(26))] for text in texts], np.float32
        )
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return list(map(len, texts))


@pytest.fixture
def letters() -> Letters:
    return Letters()


def exercise_of(name: str, **told: str) -> Exercise:
    return Exercise(
        exercise_id=name,
        name=name,
        category="strength",
        equipment=("dumbbell",),
        primary_muscles=("biceps",),
        secondary_muscles=(),
        instructions=(told["begins"],) if "begins" in told else (),
    )


def library_of(*names: str) -> Library:
    return Library(name="ours", licence="CC0-1.0", exercises=tuple(exercise_of(name) for name in names))
