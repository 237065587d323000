"""What people have written becomes entries with the facts that it is written with, and is gone with them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from storage import past
from storage.past import ChangedEntry
from storage.postgres import Link

MONDAY = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
ADA, BOB = UUID(int=1), UUID(int=2)
LEGS, KNEE, HIP = UUID(int=10), UUID(int=20), UUID(int=21)
_SESSION = """
INSERT INTO workout_sessions (
    user_id, session_id, name, status, started_at, last_at, time_zone, origin_kind, origin_of, note, blocks, marks, previous
) VALUES ($1, $2, $3, 'running', $4, $4, 'UTC', 'own', '', $5, '[]', '[]', '{}')
"""
_SET = """
INSERT INTO workout_sets (user_id, session_id, set_id, exercise_id, kind, at, changed_at, deleted, note, records)
VALUES ($1, $2, $3, 'Barbell_Squat', 'working', $4, $4, false, $5, '{}')
"""


@pytest.fixture
async def link(database_url: str) -> AsyncIterator[Link]:
    connection = await asyncpg.connect(database_url)
    await connection.executemany(
        "INSERT INTO users (id, email, password_hash, name) VALUES ($1, $2, '', 'A person')",
        [(ADA, "ada@example.org"), (BOB, "bob@example.org")],
    )
    yield connection
    await connection.close()


@pytest.fixture
async def trained(link: Link) -> Link:
    """Ada has done legs, and said something of one of two sets."""
    await link.execute(_SESSION, ADA, LEGS, "Legs", MONDAY, "")
    await link.execute(_SET, ADA, LEGS, KNEE, MONDAY, "left knee clicked")
    await link.execute(_SET, ADA, LEGS, HIP, MONDAY, "")
    return link


async def changed(link: Link, user: UUID = ADA, after: tuple[int, int] = (0, 0)) -> list[ChangedEntry]:
    return await past.changed(link, user, after, limit=100)


async def said(link: Link, user: UUID = ADA) -> dict[str, str]:
    """What a person's things say now, by the things."""
    ids = [one.entry_id for one in await changed(link, user)]
    found = await past.told(link, user, ids)
    return {f"{one.source} {one.source_id}": one.text for one in found.values()}


WORKOUT, SET = f"workout {LEGS}", f"set {LEGS}/{KNEE}"


async def test_names_and_notes_are_entries_and_what_says_nothing_is_none(trained: Link) -> None:
    assert await said(trained) == {WORKOUT: "Legs", SET: "left knee clicked"}
    assert await said(trained, BOB) == {}


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (
            "UPDATE workout_sets SET note = 'right knee' WHERE note <> ''",
            {WORKOUT: "Legs", SET: "right knee"},
        ),
        ("UPDATE workout_sets SET note = ' ' WHERE note <> ''", {WORKOUT: "Legs"}),
        ("UPDATE workout_sets SET deleted = true WHERE note <> ''", {WORKOUT: "Legs"}),
        ("DELETE FROM workout_sets", {WORKOUT: "Legs"}),
        ("UPDATE workout_sessions SET note = 'hard'", {WORKOUT: "Legs\nhard", SET: "left knee clicked"}),
        ("UPDATE workout_sessions SET status = 'discarded'", {}),
        ("DELETE FROM workout_sets; DELETE FROM workout_sessions", {}),
        (
            "UPDATE workout_sessions SET status = 'finished', marks = '[1]'",
            {WORKOUT: "Legs", SET: "left knee clicked"},
        ),
    ],
)
async def test_entries_follow_what_they_are_of(trained: Link, change: str, left: dict[str, str]) -> None:
    await trained.execute(change)
    assert await said(trained) == left


async def test_a_note_that_comes_late_to_what_was_thrown_away_is_no_entry(trained: Link) -> None:
    await trained.execute("UPDATE workout_sessions SET status = 'discarded'")
    await trained.execute("UPDATE workout_sets SET note = 'late' WHERE note <> ''")
    assert await said(trained) == {}


async def test_of_what_is_deleted_neither_text_nor_vector_is_kept(trained: Link) -> None:
    claimed = await past.claim(trained, "m", limit=10, seconds=60)
    await past.encoded(trained, claimed, [b"\1\2\3\4"] * len(claimed), "m")
    await trained.execute("UPDATE workout_sets SET note = 'right knee' WHERE note <> ''")
    rows = await trained.fetch(
        "SELECT text, vector, deleted_at FROM past_entries WHERE source = 'set' ORDER BY entry_id"
    )
    assert [(row["text"], row["vector"], row["deleted_at"] is None) for row in rows] == [
        ("", None, False),
        ("right knee", None, True),
    ]


async def test_what_changed_is_told_once_in_order_and_nothing_twice(trained: Link) -> None:
    first = await changed(trained)
    last = (first[-1].version, first[-1].entry_id)
    assert [one.version for one in first] == [1, 2]
    assert await changed(trained, after=last) == []
    await trained.execute("UPDATE workout_sets SET changed_at = now()")
    assert await changed(trained, after=last) == []
    await trained.execute("UPDATE workout_sets SET note = 'right knee' WHERE note <> ''")
    gone, new = sorted(await changed(trained, after=last), key=lambda one: one.entry_id)
    assert (gone.entry_id, gone.deleted, new.text) == (first[1].entry_id, True, "right knee")


async def test_a_version_that_is_seen_has_none_before_it_that_is_not(link: Link, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    keep = "SELECT past_keep($1, 'chat', $2, $3, $2)"
    begun = link.transaction()
    await begun.start()
    await link.execute(keep, ADA, "one", MONDAY)
    await other.execute("SET lock_timeout = '20ms'")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await other.execute(keep, ADA, "two", MONDAY)
    await other.execute(keep, BOB, "two", MONDAY)
    await begun.commit()
    await other.close()


async def test_whatever_a_module_keeps_is_found_and_forgotten(link: Link) -> None:
    await link.execute("SELECT past_keep($1, 'chat', 'c1', $2, ' Slept badly ')", ADA, MONDAY)
    await link.execute("SELECT past_keep($1, 'chat', 'c1', $2, 'Slept badly')", ADA, MONDAY)
    assert [one.text for one in await changed(link)] == ["Slept badly"]
    await link.execute(
        "SELECT past_keep($1, 'chat', 'c1', $2, 'Slept badly')", ADA, MONDAY + timedelta(days=1)
    )
    assert await said(link) == {"chat c1": "Slept badly"}
    await link.execute("SELECT past_forget($1, 'chat', 'c1')", ADA)
    await link.execute("SELECT past_forget($1, 'chat', 'nothing')", ADA)
    assert await said(link) == {}


async def test_two_who_encode_share_the_work_and_a_vector_is_never_of_an_older_text(
    trained: Link, database_url: str
) -> None:
    other = await asyncpg.connect(database_url)
    async with trained.transaction():
        (mine,) = await past.claim(trained, "m", limit=1, seconds=60)
        (its,) = await past.claim(other, "m", limit=5, seconds=60)
    assert {mine.text, its.text} == {"Legs", "left knee clicked"}
    assert await past.claim(other, "m", limit=5, seconds=60) == []
    await trained.execute("UPDATE workout_sets SET note = 'right knee' WHERE note <> ''")
    await past.encoded(trained, [mine, its], [b"\0" * 4, b"\1" * 4], "m")
    ids = [one.entry_id for one in await changed(trained)]
    vectors = await past.vectors(trained, ADA, ids, "m")
    legs = next(one for one in (mine, its) if one.text == "Legs")
    assert set(vectors) == {legs.entry_id}
    assert await past.vectors(trained, BOB, ids, "m") == {}
    await other.close()


async def test_what_was_claimed_and_not_encoded_comes_again(trained: Link) -> None:
    claimed = await past.claim(trained, "m", limit=10, seconds=0)
    assert {one.text for one in claimed} == {"Legs", "left knee clicked"}
    assert len(await past.claim(trained, "m", limit=10, seconds=60)) == 2
    assert await past.claim(trained, "m", limit=10, seconds=60) == []


async def test_what_another_model_has_made_is_made_anew_but_not_at_once(trained: Link) -> None:
    claimed = await past.claim(trained, "old", limit=10, seconds=60)
    await past.encoded(trained, claimed, [b"\0" * 4] * 2, "old")
    assert await past.claim(trained, "new", limit=10, seconds=60) == []
    await trained.execute("UPDATE past_entries SET claimed_until = '-infinity'")
    assert await past.claim(trained, "old", limit=10, seconds=60) == []
    assert len(await past.claim(trained, "new", limit=10, seconds=60)) == 2


async def test_what_was_deleted_after_a_version_is_told_of_those_who_are_asked_for(trained: Link) -> None:
    (*_, note) = await changed(trained)
    assert await past.deleted(trained, [(ADA, 0), (BOB, 0)]) == []
    await trained.execute("DELETE FROM workout_sets")
    (gone,) = await past.deleted(trained, [(ADA, note.version), (BOB, 0)])
    assert (gone.user_id, gone.entry_id) == (ADA, note.entry_id)
    assert await past.deleted(trained, [(ADA, gone.version)]) == []
