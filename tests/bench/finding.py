"""How long finding an exercise takes in a library of a thousand, by words and by meaning; then on nodes, fifty at once.

The library is the one that comes along, and variations of its exercises. The questions are those by which the search was
tuned: in one wording while things grow warm, in the other while time is taken, so that none was asked before.
"""

import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

from msgspec.structs import replace

from retrieval.encoder import Encoding
from retrieval.evaluation.questions import Half, judged
from retrieval.importers.reading import SHIPPED, Licensed, read
from retrieval.library import Library
from retrieval.minilm import folder_of
from retrieval.ranking import Filters
from retrieval.search import Search
from retrieval.warm import Meaning
from server.libraries import take
from server.search.engine import ONNX, PACKAGED, encoder_of, folder_for_files
from server.search.shelf import shelf_of, used
from storage.postgres import close_database, linked, open_database
from tests.bench.figures import Figure, percentile, slower
from tests.bench.machine import Meter
from tests.bench.searching import beside_ticks
from tests.bench.stand import Stand
from tests.nodes import Node

_FIRST: Final = "OHP"
_LIMIT: Final = 10
_PACKAGES: Final = {PACKAGED: ("torch", "sentence_transformers"), ONNX: ("onnxruntime",)}
"""Encoders, and the packages that each needs, the one first by whose name it is known."""

Question = tuple[str, Filters]


async def measure(
    stand: Stand, node: Node, meter: Meter, *, exercises: int, sockets: int, searches: int, seconds: float
) -> list[Figure]:
    """Measure what takes how long here; then the node, which has no encoder, and others that have one each."""
    library = await _library(stand, exercises)
    warming, questions = _questions()
    began = time.perf_counter()
    search = Search(library)
    made = time.perf_counter()
    search.search(_FIRST, Filters(), _LIMIT)
    first = time.perf_counter()
    part = f"finding, {len(library.exercises):,} exercises"
    figures = [
        Figure(part, "making a search", "s", made - began),
        Figure(part, "the first question", "ms", (first - made) * 1000),
    ]
    for query, filters in warming:
        search.search(query, filters, _LIMIT)
    for encoder in _encoders():
        figures += await _by_meaning(stand, encoder, search, questions)
    texts = [query for query, _ in questions]
    figures += await beside_ticks(
        stand, node, meter, texts, name="words alone", sockets=sockets, searches=searches, seconds=seconds
    )
    for encoder in _encoders():
        with stand.node(CORNERMAN_ENCODER=encoder, CORNERMAN_SEARCH_AT_START="true") as (other, its_meter):
            figures += await beside_ticks(
                stand,
                other,
                its_meter,
                texts,
                name=_PACKAGES[encoder][0],
                sockets=sockets,
                searches=searches,
                seconds=seconds,
            )
    return figures


async def _by_meaning(
    stand: Stand, encoder: str, search: Search, questions: Sequence[Question]
) -> list[Figure]:
    """Build an index, then ask each question for the first time and once more."""
    folder = folder_for_files(stand.data_dir)
    encoding = Encoding(encoder_of(encoder, folder))
    meaning = Meaning(encoding, folder)
    began = time.perf_counter()
    await encoding.start()
    loaded = time.perf_counter()
    await meaning.warm(search.library)
    built = time.perf_counter()
    times: dict[str, list[float]] = {"encoding": [], "ranking": [], "new": [], "cached": []}
    for query, filters in questions:
        start = time.perf_counter()
        await encoding.encode(query)
        encoded = time.perf_counter()
        search.search(query, filters, _LIMIT, await meaning.cosines(search.library, query))
        ranked = time.perf_counter()
        search.search(query, filters, _LIMIT, await meaning.cosines(search.library, query))
        again = time.perf_counter()
        for name, seconds in (
            ("encoding", encoded - start),
            ("ranking", ranked - encoded),
            ("new", ranked - start),
            ("cached", again - ranked),
        ):
            times[name].append(seconds * 1000)
    encoding.close()
    bare = _bare([query for query, _ in questions]) if encoder == PACKAGED else None
    part = f"finding by {_PACKAGES[encoder][0]}"
    return [
        Figure(part, "loading the encoder", "s", loaded - began),
        Figure(part, "building the index", "s", built - loaded),
        *_spread(part, "encoding a question", times["encoding"], bare),
        *_spread(part, "ranking it", times["ranking"]),
        *_spread(part, "a question, whole", times["new"]),
        *_spread(part, "asked again", times["cached"]),
    ]


def _spread(part: str, name: str, ours: list[float], bare: list[float] | None = None) -> Iterator[Figure]:
    for share in (0.5, 0.99):
        named = f"{name}, p{share * 100:.0f}"
        value = percentile(ours, share)
        yield (
            Figure(part, named, "ms", value)
            if bare is None
            else slower(part, named, "ms", value, percentile(bare, share))
        )


def _bare(texts: Sequence[str]) -> list[float]:
    """Return the milliseconds that sentence-transformers takes for each text when it is asked as its pages say."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds, which other parts need not wait

    model = SentenceTransformer(str(folder_of()), device="cpu", local_files_only=True)
    encode: Callable[[str], object] = model.encode
    encode(_FIRST)
    taken: list[float] = []
    for text in texts:
        began = time.perf_counter()
        encode(text)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _encoders() -> list[str]:
    """Return the encoders whose packages are installed."""
    return [one for one, needed in _PACKAGES.items() if all(map(importlib.util.find_spec, needed))]


def _questions() -> tuple[list[Question], list[Question]]:
    """Return the questions to warm up with, and those to measure by, none of which is among the first."""
    tuning = [asked for asked, _ in judged([Half.TUNING])]
    warming = {asked.paraphrase: asked.filters for asked in tuning}
    questions = {asked.query: asked.filters for asked in tuning if asked.query not in warming}
    return list(warming.items()), list(questions.items())


async def _library(stand: Stand, exercises: int) -> Library:
    """Put a library of so many exercises into the database; nodes search in it from then on."""
    shipped = read(SHIPPED.read_bytes())
    more = islice(map(_slowly, shipped.taken), exercises - len(shipped.taken))
    database = await open_database(stand.database_url, size=2)
    try:
        await take(database, "a-thousand", replace(shipped, taken=(*shipped.taken, *more)))
        async with linked(database) as link:
            mark = await used(link)
        return (await shelf_of(database, mark)).library
    finally:
        await close_database(database)


def _slowly(one: Licensed) -> Licensed:
    exercise = one.exercise
    told = ("Take twice as long for each repetition.", *exercise.instructions)
    return Licensed(
        replace(
            exercise,
            exercise_id=f"{exercise.exercise_id}_Slowly",
            name=f"Slow-Tempo {exercise.name}",
            instructions=told,
        ),
        one.licence,
    )
