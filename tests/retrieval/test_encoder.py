import asyncio
import itertools
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from retrieval.encoder import (
    NICENESS,
    Closed,
    Encoder,
    Encoding,
    NoModel,
    NotEncoded,
    TooManyWaiting,
    Vectors,
)
from tests.retrieval.conftest import Letters
from tests.waiting import eventually


class Gate:
    """An encoder that waits until it is let go, and remembers what it was asked."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked: list[list[str]] = []

    fingerprint = "gate"

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        assert self.open.wait(10)
        if "bad" in texts:
            raise ValueError("bad")
        return np.array([[len(text), 1] for text in texts], np.float32)

    def lengths(self, texts: Sequence[str]) -> list[int]:
        return list(map(len, texts))


@contextmanager
def encoding_of(encoder: Encoder, **bounds: int) -> Iterator[Encoding]:
    encoding = Encoding(lambda: encoder, **bounds)  # type: ignore[arg-type]  # all bounds are numbers
    yield encoding
    encoding.close()


async def asked(encoding: Encoding, *texts: str) -> list[asyncio.Task[Vectors]]:
    tasks = [asyncio.create_task(encoding.encode(text)) for text in texts]
    await asyncio.sleep(0)
    return tasks


async def test_what_waits_is_one_batch_and_each_text_in_it_once() -> None:
    gate = Gate()
    batches: list[int] = []
    encoding = Encoding(lambda: gate, batched=batches.append)
    await encoding.start()
    tasks = await asked(encoding, "first", "a", "bb", "a", "ccc")
    assert encoding.waiting == 5
    gate.open.set()
    found = await asyncio.gather(*tasks)
    assert [row[0] for row in found] == [5, 1, 2, 1, 3]
    assert gate.asked == [["first"], ["a", "bb", "ccc"]]
    assert (batches, encoding.waiting) == ([1, 3], 0)
    encoding.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
async def test_its_thread_stands_back_behind_the_event_loop() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    with encoding_of(Letters()) as encoding:
        assert await encoding.run(niceness) == niceness() + NICENESS


async def test_a_batch_is_bounded() -> None:
    gate = Gate()
    with encoding_of(gate, batch=2) as encoding:
        await encoding.start()
        tasks = await asked(encoding, "first", "a", "b", "c")
        gate.open.set()
        await asyncio.gather(*tasks)
    assert gate.asked == [["first"], ["a", "b"], ["c"]]


async def test_a_repeated_question_is_answered_from_memory_until_others_took_its_place() -> None:
    gate = Gate()
    gate.open.set()
    with encoding_of(gate, cached=2) as encoding:
        await encoding.start()
        for text in ("a", "b", "a", "c", "a", "b"):
            found = await encoding.encode(text)
        assert gate.asked == [["a"], ["b"], ["c"], ["b"]]
        assert not found.flags.writeable


async def test_asked_again_while_it_is_encoded_it_is_encoded_once() -> None:
    gate = Gate()
    with encoding_of(gate) as encoding:
        await encoding.start()
        tasks = await asked(encoding, "a", "a")
        gate.open.set()
        await asyncio.gather(*tasks)
        assert gate.asked == [["a"]]


async def test_a_full_queue_refuses_and_takes_again_when_there_is_room() -> None:
    gate = Gate()
    with encoding_of(gate, waiting=2) as encoding:
        await encoding.start()
        tasks = await asked(encoding, "a", "b")
        with pytest.raises(TooManyWaiting):
            await encoding.encode("c")
        gate.open.set()
        await asyncio.gather(*tasks)
        assert (await encoding.encode("c"))[0] == 1


async def test_who_gives_up_is_forgotten_and_makes_room() -> None:
    gate = Gate()
    with encoding_of(gate, waiting=3) as encoding:
        await encoding.start()
        first, given_up, other = await asked(encoding, "first", "gone", "other")
        given_up.cancel()
        await asyncio.wait([given_up])
        (late,) = await asked(encoding, "late")
        first.cancel()
        gate.open.set()
        await asyncio.gather(other, late)
        assert gate.asked == [["first"], ["other", "late"]]


async def test_a_batch_that_fails_fails_who_waited_for_it_and_no_one_else() -> None:
    gate = Gate()
    with encoding_of(gate) as encoding:
        await encoding.start()
        first, bad, beside = await asked(encoding, "first", "bad", "beside")
        gate.open.set()
        assert (await first)[0] == 5
        for one in (bad, beside):
            with pytest.raises(NotEncoded):
                await one
        assert (await encoding.encode("beside"))[0] == 6


async def test_questions_overtake_longer_work_whose_rows_keep_their_order() -> None:
    gate = Gate()
    texts = [str(number) * (1 + number % 7) for number in range(40)]
    with encoding_of(gate) as encoding:
        working = asyncio.create_task(encoding.encode_all(texts))
        await eventually(lambda: len(gate.asked) == 1)
        (question,) = await asked(encoding, "question")
        gate.open.set()
        assert (await question)[0] == 8
        assert [int(row[0]) for row in await working] == [len(text) for text in texts]
    assert gate.asked[1] == ["question"]
    assert [len(texts) for texts in gate.asked] == [16, 1, 16, 8]


async def test_of_many_texts_those_of_one_length_go_together_and_each_goes_once() -> None:
    gate = Gate()
    gate.open.set()
    texts = [letter * length for length in (3, 1, 2) for letter in "abcdefghijklmnop"]
    with encoding_of(gate) as encoding:
        rows = await encoding.encode_all([*texts, *texts])
    assert [row[0] for row in rows] == [len(text) for text in (*texts, *texts)]
    assert [sorted(set(map(len, asked))) for asked in gate.asked] == [[1], [2], [3]]


async def test_longer_work_is_done_under_a_stream_of_questions() -> None:
    async with asyncio.timeout(10):
        with encoding_of(Letters(), batch=1) as encoding:
            await encoding.start()
            numbers = itertools.count()

            async def ask() -> None:
                while True:
                    await encoding.encode(f"question {next(numbers)}")

            people = [asyncio.create_task(ask()) for _ in range(3)]
            assert len(await encoding.encode_all([str(number) for number in range(40)])) == 40
            for one in people:
                one.cancel()


async def test_work_that_was_given_up_is_not_done() -> None:
    gate = Gate()
    with encoding_of(gate) as encoding:
        await encoding.start()
        (first,) = await asked(encoding, "first")
        done: list[str] = []
        work = asyncio.create_task(encoding.run(lambda: done.append("done")))
        await asyncio.sleep(0)
        work.cancel()
        gate.open.set()
        await first
        await encoding.run(lambda: None)
        assert done == []


async def test_the_encoder_is_loaded_once_and_questions_wait_for_it() -> None:
    gate = Gate()
    gate.open.set()
    loaded: list[Gate] = []

    def load() -> Gate:
        loaded.append(gate)
        return gate

    encoding = Encoding(load)
    (question,) = await asked(encoding, "early")
    assert {id(one) for one in await asyncio.gather(encoding.start(), encoding.start())} == {id(gate)}
    assert (await question)[0] == 5
    assert len(loaded) == 1
    encoding.close()


async def test_what_cannot_be_loaded_is_said_and_tried_again() -> None:
    tries: list[int] = []

    def load() -> Encoder:
        tries.append(1)
        raise NoModel("none")

    encoding = Encoding(load)
    for _ in range(2):
        with pytest.raises(NoModel):
            await encoding.start()
    assert len(tries) == 2
    encoding.close()


async def test_after_the_end_nothing_is_encoded_and_who_waited_is_told() -> None:
    gate = Gate()
    with encoding_of(gate) as encoding:
        await encoding.start()
        first, waiting = await asked(encoding, "first", "waiting")
        work = asyncio.create_task(encoding.run(lambda: None))
        await eventually(lambda: gate.asked == [["first"]])
        encoding.close()
        gate.open.set()
        assert (await first)[0] == 5
        for one in (waiting, work, encoding.encode("new"), encoding.run(lambda: None)):
            with pytest.raises(Closed):
                await one
        assert gate.asked == [["first"]]


async def test_no_texts_are_no_rows(letters: Encoder) -> None:
    with encoding_of(letters) as encoding:
        assert len(await encoding.encode_all([])) == 0
