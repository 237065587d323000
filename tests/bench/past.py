"""How long finding takes in a hundred thousand entries of one person's past, the encoding of the question apart.

What people write is made up of pairs of sentences: the vectors of a few hundred sentences by the real model, two of them mixed for each
entry. Recall is held against a look at every one.
"""

import itertools
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np

from retrieval.encoder import Vectors
from retrieval.minilm import SentenceEncoder, folder_of
from retrieval.past.files import group, open_past, write_past
from retrieval.past.shelf import Entry, Shelf
from retrieval.past.spans import EVER, Span
from tests.bench.figures import Figure, percentile
from tests.bench.machine import Meter
from tests.bench.stand import Stand
from tests.nodes import Node

_ADA: Final = UUID(int=1)
_BEGAN: Final = datetime(2016, 1, 1, tzinfo=UTC)
_PARTS: Final = (
    "left knee",
    "right shoulder",
    "lower back",
    "elbow",
    "hip",
    "grip",
    "sleep",
    "breathing",
    "bar path",
    "warm-up",
)
_FELT: Final = (
    "felt great",
    "ached",
    "was stiff",
    "hurt a little",
    "was fine again",
    "gave out",
    "clicked",
    "kept me back",
)
_WHEN: Final = (
    "on the last set",
    "going down",
    "after the run",
    "all morning",
    "since yesterday",
    "with the heavy plates",
)
_QUESTIONS: Final = (
    "how did my knee feel",
    "when did my back hurt",
    "bad nights",
    "shoulder trouble while pressing",
    "grip gave out",
    "was I out of breath",
    "stiff hips in the morning",
    "which sets felt easy",
)
_RECALLED: Final = 10
_EQUALLY: Final = 1e-6


async def measure(_stand: Stand, _node: Node, _meter: Meter, *, entries: int, times: int) -> list[Figure]:
    """Search among so many entries, so many times for each question."""
    encoder = SentenceEncoder(folder_of())
    texts, rows = _written(encoder, entries)
    questions = encoder.encode(_QUESTIONS)
    shelf = _shelf(texts, rows)
    part = f"past, {entries:,} entries"
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        write_past(Path(folder), group(_ADA, encoder.fingerprint, 1, *shelf.rows()))
        grouping = time.monotonic() - began
        shelf.take_grouped(open_past(Path(folder), _ADA, encoder.fingerprint))
        figures = [
            Figure(part, "grouping and writing", "s", grouping),
            Figure(part, "recall@10", "", _recall(shelf, rows, questions)),
        ]
        month = Span(since=_BEGAN + timedelta(days=700), until=_BEGAN + timedelta(days=731))
        for name, span in (("search", EVER), ("search in a month", month)):
            taken = _taken(shelf, questions, span, times)
            figures += [
                Figure(part, f"{name}, p50", "ms", percentile(taken, 0.5)),
                Figure(part, f"{name}, p99", "ms", percentile(taken, 0.99)),
            ]
    return figures


def _shelf(texts: Sequence[str], rows: Vectors) -> Shelf:
    """One entry every fifty minutes, for ten years."""
    shelf = Shelf(_ADA)
    shelf.take(
        Entry(
            user_id=_ADA,
            entry_id=number,
            at=_BEGAN + timedelta(minutes=50 * number),
            text=text,
            deleted=False,
        )
        for number, text in enumerate(texts)
    )
    shelf.take_vectors({number: row.tobytes() for number, row in enumerate(rows)})
    return shelf


def _written(encoder: SentenceEncoder, entries: int) -> tuple[list[str], Vectors]:
    sentences = [" ".join(words) for words in itertools.product(_PARTS, _FELT, _WHEN)]
    vectors = encoder.encode(sentences)
    chance = random.Random(1)
    pairs = [chance.sample(range(len(sentences)), 2) for _ in range(entries)]
    noise = np.random.default_rng(1).standard_normal((entries, vectors.shape[1])).astype(np.float32)
    rows = vectors[[one for one, _ in pairs]] + 0.6 * vectors[[other for _, other in pairs]] + 0.01 * noise
    return (
        [f"{sentences[one]}, {sentences[other]}" for one, other in pairs],
        np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32),
    )


def _recall(shelf: Shelf, rows: Vectors, questions: Vectors) -> float:
    """Return how many of the nearest are found. Of equally near ones, which there are among made up ones, any will do."""
    shares = []
    for question in questions:
        least = np.sort(rows @ question)[-_RECALLED]
        found = shelf.nearest(question, _RECALLED)
        shares.append(np.mean(rows[found] @ question >= least - _EQUALLY))
    return float(np.mean(shares))


def _taken(shelf: Shelf, questions: Vectors, span: Span, times: int) -> list[float]:
    """Milliseconds of each search, after one of each."""
    found = []
    for number in range(times + 1):
        for text, vector in zip(_QUESTIONS, questions, strict=True):
            began = time.perf_counter()
            shelf.search(text, vector, span=span)
            if number:
                found.append((time.perf_counter() - began) * 1000)
    return found
