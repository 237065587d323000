import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from retrieval.encoder import Encoder, Encoding, NotInstalled
from retrieval.warm import Built, Happened, Meaning, State, Warmth
from tests.retrieval.conftest import Letters, library_of

OURS = library_of("Hammer Curl", "Squat", "Plank")


class House:
    """Search by meaning with an encoder of the test, started as often as it likes in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.built: list[Built] = []
        self.encodings: list[Encoding] = []

    def start(self, encoder: Encoder) -> Meaning:
        self.encodings.append(Encoding(lambda: encoder))
        return Meaning(self.encodings[-1], self.folder, self.built.append)

    @property
    def file(self) -> Path:
        (file,) = self.folder.iterdir()
        return file


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "index")
    yield house
    for encoding in house.encodings:
        encoding.close()


@pytest.mark.parametrize(
    ("before", "happened", "after"),
    [
        (State.COLD, Happened.BEGAN, State.WARMING),
        (State.COLD, Happened.MADE, State.COLD),
        (State.WARMING, Happened.MADE, State.READY),
        (State.WARMING, Happened.FAILED, State.COLD),
        (State.WARMING, Happened.MISSING, State.UNAVAILABLE),
        (State.WARMING, Happened.BEGAN, State.WARMING),
        (State.READY, Happened.BEGAN, State.WARMING),
        (State.READY, Happened.FAILED, State.READY),
        (State.UNAVAILABLE, Happened.BEGAN, State.WARMING),
    ],
)
def test_the_states_follow_the_table(before: State, happened: Happened, after: State) -> None:
    assert Warmth(state=before).after(happened).state is after


async def test_while_it_warms_nobody_knows_and_then_they_do(house: House) -> None:
    meaning = house.start(Letters())
    assert meaning.warmth(OURS) == Warmth(state=State.COLD)
    warming = asyncio.create_task(meaning.warm(OURS))
    await asyncio.sleep(0)
    assert meaning.warmth(OURS).state is State.WARMING
    assert await meaning.cosines(OURS, "curl") is None
    await warming
    assert meaning.warmth(OURS).state is State.READY
    found = await meaning.cosines(OURS, "Squat")
    assert found is not None
    assert found.argmax() == 1
    assert found[1] == pytest.approx(1, abs=1e-6)


async def test_what_was_built_is_opened_at_the_next_start(house: House) -> None:
    await house.start(Letters()).warm(OURS)
    again = Letters()
    meaning = house.start(again)
    await meaning.warm(OURS)
    assert again.asked == []
    assert len(house.built) == 1
    assert house.built[0].rows == 6
    assert await meaning.cosines(OURS, "plank") is not None


async def test_another_model_or_another_library_builds_it_anew(house: House) -> None:
    await house.start(Letters()).warm(OURS)
    await house.start(Letters("other")).warm(OURS)
    meaning = house.start(Letters("other"))
    await meaning.warm(library_of("Plank", "Dip"))
    assert [one.broken for one in house.built] == [False] * 3


@pytest.mark.parametrize("at", [0, 10, 100, 300, -1])
async def test_a_broken_file_is_built_anew_and_that_is_told(house: House, at: int) -> None:
    await house.start(Letters()).warm(OURS)
    kept = bytearray(house.file.read_bytes())
    kept[at] ^= 1
    house.file.write_bytes(kept)
    meaning = house.start(Letters())
    await meaning.warm(OURS)
    assert meaning.warmth(OURS).state is State.READY
    assert [one.broken for one in house.built] == [False, True]
    await house.start(Letters()).warm(OURS)
    assert len(house.built) == 2


async def test_a_disk_that_takes_nothing_costs_only_the_file(house: House) -> None:
    house.folder.write_text("this is no folder")
    meaning = house.start(Letters())
    await meaning.warm(OURS)
    assert await meaning.cosines(OURS, "plank") is not None
    assert house.built[0].unsaved


async def test_what_could_not_be_written_is_not_encoded_again_while_it_is_held(house: House) -> None:
    house.folder.write_text("this is no folder")
    meaning = house.start(Letters())
    await meaning.warm(OURS)
    again = replace(OURS)
    assert await meaning.cosines(again, "plank") is None
    await meaning.warm(again)
    assert await meaning.cosines(again, "plank") is not None
    assert len(house.built) == 1


async def test_without_the_packages_it_is_unavailable_and_says_why(tmp_path: Path) -> None:
    def load() -> Encoder:
        raise NotInstalled("torch is not installed")

    encoding = Encoding(load)
    meaning = Meaning(encoding, tmp_path)
    await meaning.warm(OURS)
    assert meaning.warmth(OURS) == Warmth(state=State.UNAVAILABLE, reason="torch is not installed")
    assert await meaning.cosines(OURS, "plank") is None
    encoding.close()


async def test_what_fails_is_cold_again_and_raised(tmp_path: Path) -> None:
    def load() -> Encoder:
        raise MemoryError("none left")

    encoding = Encoding(load)
    meaning = Meaning(encoding, tmp_path)
    with pytest.raises(MemoryError):
        await meaning.warm(OURS)
    assert meaning.warmth(OURS) == Warmth(state=State.COLD, reason="MemoryError: none left")
    encoding.close()


async def test_the_new_library_takes_the_place_of_the_old_one_under_load(house: House) -> None:
    meaning = house.start(Letters())
    await meaning.warm(OURS)
    newer = library_of("Squat", "Dip")
    swapping = asyncio.create_task(meaning.warm(newer))
    seen: set[tuple[int, int]] = set()
    number = 0
    while not swapping.done() or number < 50:
        number += 1
        old, new = await asyncio.gather(*(meaning.cosines(one, f"squat {number}") for one in (OURS, newer)))
        seen.add((-1 if old is None else len(old), -1 if new is None else len(new)))
    assert seen <= {(3, -1), (-1, 2), (3, 2), (-1, -1)}
    assert {(3, -1), (-1, 2)} <= seen


async def test_a_library_that_was_forgotten_is_cold(house: House) -> None:
    meaning = house.start(Letters())
    await meaning.warm(OURS)
    meaning.forget(OURS.name)
    assert meaning.warmth(OURS).state is State.COLD
    assert await meaning.cosines(OURS, "plank") is None


async def test_after_the_end_nobody_knows(house: House) -> None:
    meaning = house.start(Letters())
    await meaning.warm(OURS)
    house.encodings[0].close()
    assert await meaning.cosines(OURS, "new") is None


async def test_that_a_library_is_ready_does_not_say_that_what_takes_its_place_is(house: House) -> None:
    meaning = house.start(Letters())
    await meaning.warm(OURS)
    changed = library_of("Hammer Curl", "Lunge")
    assert meaning.warmth(changed).state is State.COLD
    await meaning.warm(changed)
    assert meaning.warmth(changed).state is State.READY
