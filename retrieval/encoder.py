"""Texts become vectors, off the event loop.

An encoder is slow and belongs to one thread: `Encoding` owns that thread. Whatever waits when the thread becomes free goes
to it as one batch, the same text only once; questions overtake the pieces of longer work, such as the building of an index,
all but one.
All book-keeping happens on the loop, so that nothing is locked; the thread sees a piece of work and gives back its result.

EncoderError
├── NotInstalled     the packages are not there: search goes by words alone
├── NoModel          there is no such model on this machine; nothing is ever fetched
├── NotEncoded       the encoder failed with these texts
├── TooManyWaiting   the queue is full: come again
└── Closed           nothing is encoded any more
"""

import asyncio
import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future as ThreadFuture
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Final, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
Result = TypeVar("Result")

NICENESS: Final = 10
"""How far the thread stands back behind the event loop, where both cores are busy: with it the ticks beside fifty searches
were 20 ms late at the 99th percentile, without it 32."""
PIECE: Final = 16
"""So many texts of longer work go to the thread at once: a question waits for no more than these."""


class EncoderError(Exception):
    """Something cannot be encoded."""


class NotInstalled(EncoderError):  # noqa: N818 - it names the state
    """The packages are not there."""


class NoModel(EncoderError):  # noqa: N818 - it names the state
    """There is no such model on this machine."""


class NotEncoded(EncoderError):  # noqa: N818 - it names the state
    """The encoder failed with these texts."""


class TooManyWaiting(EncoderError):  # noqa: N818 - it names the state
    """The queue is full."""


class Closed(EncoderError):  # noqa: N818 - it names the state
    """Nothing is encoded any more."""


class Encoder(Protocol):
    """Makes vectors of texts: one row of length one each. Used by one thread."""

    @property
    def fingerprint(self) -> str:
        """Two encoders that give the same vectors may have the same one; others never have."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each text."""

    def lengths(self, texts: Sequence[str]) -> Sequence[int]:
        """Return how long it takes each text for: a batch takes as long as its longest text for each of its texts."""


class Encoding:
    """Encodes for whoever asks, in a thread of its own that `load` is called in.

    `waiting` texts may wait, one more raises TooManyWaiting; `batch` go to the encoder at once; `cached` vectors are
    kept, the ones that were used last. `batched` is told how many texts each batch had.
    """

    def __init__(
        self,
        load: Callable[[], Encoder],
        *,
        waiting: int = 256,
        batch: int = 32,
        cached: int = 2048,
        batched: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._load = load
        self._most_waiting = waiting
        self._batch = batch
        self._most_cached = cached
        self._batched = batched
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder", initializer=_step_back)
        self._encoder: Encoder | None = None
        self._asked: OrderedDict[str, list[asyncio.Future[Vectors]]] = OrderedDict()
        self._work: deque[tuple[Callable[[], object], asyncio.Future[object]]] = deque()
        self._cached: OrderedDict[str, Vectors] = OrderedDict()
        self._in_hand = 0
        self._busy = False
        self._asked_last = False
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many questions wait, those that are being encoded included."""
        return self._in_hand

    async def start(self) -> Encoder:
        """Load the encoder, unless it is. Raises what `load` raises, and Closed."""
        return self._encoder if self._encoder is not None else await self.run(self._loaded)

    async def encode(self, text: str) -> Vectors:
        """Return the vector of a question; it may not be written to. The encoder must have started.

        Raises TooManyWaiting, NotEncoded and Closed.
        """
        if (known := self._cached.get(text)) is not None:
            self._cached.move_to_end(text)
            return known
        if self._closed:
            raise Closed
        if self._in_hand >= self._most_waiting:
            raise TooManyWaiting(f"{self._in_hand} questions wait")
        answer: asyncio.Future[Vectors] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(text, []).append(answer)
        self._in_hand += 1
        try:
            self._next()
            return await answer
        finally:
            self._in_hand -= 1

    async def encode_all(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each of many texts, in pieces that questions overtake. Raises NotEncoded and Closed."""
        encoder = await self.start()
        once = list(dict.fromkeys(texts))
        lengths = await self.run(lambda: encoder.lengths(once))
        order = [text for _, text in sorted(zip(lengths, once, strict=True))]
        rows: list[Vectors] = []
        for first in range(0, len(order), PIECE):
            piece = order[first : first + PIECE]
            rows.append(await self.run(lambda piece=piece: _encoded(encoder, piece)))  # type: ignore[misc]  # mypy infers no lambda with a default
        vectors = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
        places = {text: place for place, text in enumerate(order)}
        found: Vectors = vectors[[places[text] for text in texts]]
        return found

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do a piece of work in the thread, after a batch of the questions that wait. Raises what it raises, and Closed."""
        if self._closed:
            raise Closed
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._work.append((work, done))
        self._next()
        return await done  # type: ignore[return-value]  # what this very work gave

    def close(self) -> None:
        """End: who waits gets Closed, the thread ends with what it has in hand. To close twice does nothing."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)
        for answers in self._asked.values():
            _fail(answers, Closed())
        _fail([done for _, done in self._work], Closed())
        self._asked.clear()
        self._work.clear()

    def _loaded(self) -> Encoder:
        """Return the encoder; in the thread, so that it is loaded once whoever asks."""
        if self._encoder is None:
            self._encoder = self._load()
        return self._encoder

    def _next(self) -> None:
        """Give the thread what waits, if it is free: a batch of questions, else a piece of work.

        After questions a piece that waits has its turn: under a stream of questions it would never be done else.
        """
        if self._busy or self._closed:
            return
        if self._asked_last and self._give_work():
            self._asked_last = False
        else:
            self._asked_last = self._give_questions()
            if not self._asked_last:
                self._give_work()

    def _give_questions(self) -> bool:
        """Give the thread a batch of questions, if there are any; say so."""
        encoder = self._encoder
        batch = self._take() if encoder is not None else {}
        if encoder is None or not batch:
            return False
        texts = list(batch)
        self._batched(len(texts))
        self._give(lambda: _encoded(encoder, texts), lambda given: self._answer(batch, given))
        return True

    def _give_work(self) -> bool:
        """Give the thread a piece of work, if somebody waits for one; say so."""
        while self._work:
            work, done = self._work.popleft()
            if not done.done():
                self._give(work, partial(_settle, done))
                return True
        return False

    def _take(self) -> dict[str, list[asyncio.Future[Vectors]]]:
        """Take the questions of the next batch; those that everybody gave up are forgotten.

        What was asked again while it was being encoded is answered here.
        """
        taken: dict[str, list[asyncio.Future[Vectors]]] = {}
        while self._asked and len(taken) < self._batch:
            text, answers = self._asked.popitem(last=False)
            if (known := self._cached.get(text)) is not None:
                _succeed(answers, known)
            elif not all(answer.done() for answer in answers):
                taken[text] = answers
        return taken

    def _give(self, work: Callable[[], Result], then: Callable[[ThreadFuture[Result]], None]) -> None:
        self._busy = True
        loop = asyncio.get_running_loop()

        def back(given: ThreadFuture[Result]) -> None:
            # A loop that has closed meanwhile has nobody waiting.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(arrived, given)

        def arrived(given: ThreadFuture[Result]) -> None:
            self._busy = False
            then(given)
            self._next()

        self._thread.submit(work).add_done_callback(back)

    def _answer(self, batch: dict[str, list[asyncio.Future[Vectors]]], given: ThreadFuture[Vectors]) -> None:
        error = Closed() if given.cancelled() else given.exception()
        for row, (text, answers) in enumerate(batch.items()):
            if error is not None:
                _fail(answers, error)
                continue
            vector = given.result()[row].copy()
            vector.setflags(write=False)
            self._keep(text, vector)
            _succeed(answers, vector)

    def _keep(self, text: str, vector: Vectors) -> None:
        self._cached[text] = vector
        self._cached.move_to_end(text)
        while len(self._cached) > self._most_cached:
            self._cached.popitem(last=False)


def _step_back() -> None:
    """Let other threads go before this one, where a thread has a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(
            os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
        )


def _encoded(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    try:
        return encoder.encode(texts)
    except EncoderError:
        raise
    except Exception as error:
        raise NotEncoded(f"{type(error).__name__}: {error}") from error


def _settle(done: asyncio.Future[object], given: ThreadFuture[object]) -> None:
    error = Closed() if given.cancelled() else given.exception()
    if done.done():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(given.result())


def _fail(waiting: Sequence[asyncio.Future[Result]], error: BaseException) -> None:
    for one in waiting:
        if not one.done():
            one.set_exception(error)


def _succeed(waiting: Sequence[asyncio.Future[Vectors]], vector: Vectors) -> None:
    for one in waiting:
        if not one.done():
            one.set_result(vector)
