"""How long finding takes in a hundred thousand entries of one person's past, the encoding of the question apart.

What people write is made up of pairs of sentences: the vectors of a few hundred sentences by the real model, two of them mixed for each
entry. Recall is held against a look at every one.
"""

import itertools
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np

from retrieval.encoder import Vectors
from retrieval.minilm import SentenceEncoder, folder_of
from retrieval.past.files import group, open_past, write_past
from retrieval.past.shelf import Entry, Shelf
from retrieval.past.spans import Span
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


async def measure(_stand: Stand, _node: Node, _meter: Meter, *, entries: int, times: int) -> list[Figure]:
    """Search among so many entries, so many times for each question."""
    encoder = SentenceEncoder(folder_of())
    texts, rows = _written(encoder, entries)
    questions = encoder.encode(_QUESTIONS)
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
    exact = [_nearest(rows, one) for one in questions]
    part = f"past, {entries:,} entries"
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        write_past(Path(folder), group(_ADA, encoder.fingerprint, 1, *shelf.rows()))
        grouping = time.monotonic() - began
        shelf.take_grouped(open_past(Path(folder), _ADA, encoder.fingerprint))
        found = [shelf.nearest(one, _RECALLED) for one in questions]
        # Of equally near ones, which there are among made up ones, any will do.
        recall = np.mean(
            [
                np.mean(rows[near] @ one >= least - 1e-6)
                for near, one, least in zip(found, questions, exact, strict=True)
            ]
        )
        month = Span(since=_BEGAN + timedelta(days=700), until=_BEGAN + timedelta(days=731))
        taken = [
            _taken(
                times,
                [
                    lambda one=one, vector=vector, span=span: shelf.search(one, vector, span=span)
                    for one, vector in zip(_QUESTIONS, questions, strict=True)
                ],
            )  # type: ignore[misc]  # mypy infers no lambda with a default
            for span in (Span(), month)
        ]
    figures = [
        Figure(part, "grouping and writing", "s", grouping),
        Figure(part, "recall@10", "", float(recall)),
    ]
    for name, milliseconds in zip(("search", "search in a month"), taken, strict=True):
        figures += [
            Figure(part, f"{name}, p50", "ms", percentile(milliseconds, 0.5)),
            Figure(part, f"{name}, p99", "ms", percentile(milliseconds, 0.99)),
        ]
    return figures


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


def _nearest(rows: Vectors, question: Vectors) -> float:
    """How near the last is of those that are to be found."""
    return float(np.sort(rows @ question)[-_RECALLED])


def _taken(times: int, searches: Sequence[Callable[[], object]]) -> list[float]:
    """Milliseconds of each search, after one of each."""
    found = []
    for number in range(times + 1):
        for search in searches:
            began = time.perf_counter()
            search()
            if number:
                found.append((time.perf_counter() - began) * 1000)
    return found
