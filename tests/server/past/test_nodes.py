"""Several nodes over one history: what is written and deleted counts at once, and nobody finds what is another's."""

import asyncio
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.execution import Actor
from storage.postgres import linked
from tests.server.house import House
from tests.server.past.conftest import Opens, Past, Words, lifted, train, vector_of

pytestmark = pytest.mark.xdist_group("minilm")  # which has the vocabulary in memory

MONDAY = datetime(2026, 11, 16, 17, tzinfo=UTC)
SQUAT = "Barbell_Squat"
_KEEP = "SELECT past_keep($1, 'chat', $2, $3, $4)"


async def say(house: House, who: Actor, **said: str) -> None:
    """Let a module keep what somebody says, each under its name; nothing forgets it."""
    async with linked(house.database) as link:
        for name, text in said.items():
            await link.execute(_KEEP, who.user_id, name, MONDAY, text)


async def found(node: Past, who: Actor, question: str = "notes about knee") -> set[str]:
    return set(await node.texts(who, question))


def bytes_below(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


async def test_what_is_written_and_deleted_counts_on_every_node_at_once(
    house: House, ada: Actor, opens: Opens
) -> None:
    one, other = opens(), opens()
    await say(house, ada, first="knee good")
    for node in (one, other):
        assert await found(node, ada) == {"knee good"}
    await say(house, ada, first="knee bad", second="knee better")
    for node in (one, other):
        assert await found(node, ada) == {"knee bad", "knee better"}
    await say(house, ada, first="", second="")
    for node in (one, other):
        assert await found(node, ada) == set()


async def test_two_nodes_share_the_encoding_and_each_text_is_encoded_once(
    house: House, ada: Actor, opens: Opens
) -> None:
    texts = {f"c{number}": f"knee number {number}" for number in range(150)}
    await say(house, ada, **texts)
    one, other = Words(), Words()
    first, second = opens(one), opens(other)
    await asyncio.gather(first.encoded(), second.encoded())
    assert sorted(one.asked + other.asked) == sorted(texts.values())
    assert one.asked
    assert other.asked
    # And both find by meaning what either has encoded.
    for node in (first, second):
        (best, *_) = (await node.asked(ada, "how is knee number 77")).results
        assert best.text == "knee number 77"
        assert "near in meaning" in best.why


async def test_a_deleted_vector_is_in_no_file_and_a_restarted_node_goes_on_with_the_file(
    house: House, ada: Actor, opens: Opens, tmp_path: Path
) -> None:
    texts = {f"c{number}": f"knee number {number}" for number in range(60)}
    await say(house, ada, **texts)
    node, other = opens(Words(), tail=20), opens(Words(), folder="other", tail=20)
    await node.encoded()
    await other.encoded()
    for each in (node, other):
        assert len((await each.asked(ada, "knee number", limit=50)).results) == 50
        await each.settled()
    gone = vector_of("knee number 33").astype("<f4").tobytes()
    for folder in ("one", "other"):
        assert gone in bytes_below(tmp_path / folder)
        assert b"knee" not in bytes_below(tmp_path / folder)
    await say(house, ada, c33="")
    assert "knee number 33" not in await found(node, ada, "how was knee number 33")
    await node.settled()
    # This one has nobody's shelf in memory: it is told by the file.
    await opens(Words(), folder="other", tail=20).settled()
    for folder in ("one", "other"):
        assert gone not in bytes_below(tmp_path / folder)
    again = opens(Words(), tail=20)
    await again.encoded()
    (best, *_) = (await again.asked(ada, "how was knee number 34")).results
    assert best.text == "knee number 34"
    finder = await again.node._found()
    held = finder.shelves._held[ada.user_id]
    assert held.shelf.grouped is not None
    assert held.shelf.tail == 0


async def test_a_broken_file_is_made_anew(house: House, ada: Actor, opens: Opens, tmp_path: Path) -> None:
    texts = {f"c{number}": f"knee number {number}" for number in range(30)}
    await say(house, ada, **texts)
    node = opens(Words(), tail=20)
    await node.encoded()
    await found(node, ada)
    await node.settled()
    (file,) = tmp_path.rglob("*.past")
    whole = file.read_bytes()
    for broken in (whole[:-100], whole[:200] + b"\0" + whole[201:], b"", b"not at all"):
        file.write_bytes(broken)
        again = opens(Words(), tail=20)
        await again.encoded()
        (best, *_) = (await again.asked(ada, "how was knee number 12")).results
        assert best.text == "knee number 12"
        await again.settled()
        assert len(file.read_bytes()) == len(whole)


async def test_only_so_much_is_kept_in_memory(house: House, opens: Opens) -> None:
    people = [await house.add_person() for _ in range(5)]
    node = opens()
    shelves = (await node.node._found()).shelves
    shelves._most_bytes = 1
    for who in people:
        await say(house, who, note="knee good")
        assert await found(node, who) == {"knee good"}
    assert list(shelves._held) == [people[-1].user_id]


async def test_a_discarded_workout_is_not_found(house: House, ada: Actor, opens: Opens) -> None:
    node = opens()
    await train(house, ada, MONDAY, lifted(SQUAT, "100", note="knee fine"), name="Legs")
    assert await found(node, ada) == {"knee fine"}
    async with linked(house.database) as link:
        await link.execute("UPDATE workout_sessions SET status = 'discarded'")
    assert await found(node, ada) == set()
    assert await node.texts(ada, "last workout") == []


async def test_nobody_finds_what_is_anothers(house: House, opens: Opens) -> None:
    chance = random.Random(1)
    people = [await house.add_person() for _ in range(3)]
    said: dict[Actor, dict[str, str]] = {who: {} for who in people}
    node, other = opens(Words(), tail=3), opens(Words(), folder="other", tail=3)
    for step in range(60):
        who = chance.choice(people)
        name, text = f"c{chance.randrange(6)}", chance.choice(("", f"knee {step}", f"knee again {step}"))
        said[who][name] = text
        await say(house, who, **{name: text})
        if step % 7 == 0:
            await node.encoded()
            await chance.choice((node, other)).settled()
        if step % 3 == 0:
            for one in people:
                mine = {text for text in said[one].values() if text}
                assert await found(chance.choice((node, other)), one) == mine
