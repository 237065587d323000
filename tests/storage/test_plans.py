"""Hot statements find what they want by an index, also those inside the functions of the schema.

They run as they are, on a database that is large enough for it to matter; the server says how it ran each of them.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from msgspec.structs import replace

from storage import mine, own_exercises, routines
from storage.commands import Claim, claim, prune_keys
from storage.fasting import FastFilter, by_id, current, history, load, save
from storage.library_records import ExerciseMarkRecord, OwnExerciseRecord, TrainingProfileRecord
from storage.log import heads, inserted_within, read
from storage.people import save_sign_out, save_time
from storage.postgres import Link
from storage.records import Append, FastRecord, RoutineRecord, SignOutRecord, TimerRecord
from storage.snapshots import user_snapshots
from storage.timers import due_timers, postpone
from tests.channels.fasting.facts import ADA
from tests.conftest import Databases

# Filling its database takes seconds: one worker does it.
pytestmark = pytest.mark.xdist_group("plans")

PEOPLE = 4000

_FILL = f"""
INSERT INTO users (id, email, password_hash, name)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n || '@example.org', '', 'Ada'
FROM generate_series(1, {PEOPLE}) n;
INSERT INTO families (user_id, family_id, device, expires_at) SELECT id, id, 'phone', now() FROM users;
INSERT INTO command_keys (user_id, key, type, hash, reply)
SELECT id, gen_random_uuid(), 'fasting:start', '', '' FROM users, generate_series(1, 5);
INSERT INTO topic_heads (topic, head, last_at) SELECT 'user:' || id, 10, '2026-01-01' FROM users;
INSERT INTO events (topic, "offset", week, bucket, inserted_at, body)
SELECT 'user:' || id, n, date_trunc('week', now() AT TIME ZONE 'UTC')::date, bucket_of('user:' || id),
    now() - n * interval '1 minute', '{{}}'
FROM users, generate_series(1, 10) n;
INSERT INTO timers (owner, cause, bucket, due, at, command, payload, version)
SELECT id, 'fasting', bucket_of(id::text), now() + random() * interval '16 hours', now(), 'fasting:complete', '', 1
FROM users;
INSERT INTO fasting_sessions (user_id, session_id, protocol_id, started_at, target_end_at, actual_end_at, status)
SELECT id, gen_random_uuid(), '16:8', now() - n * interval '1 day', now(), now(), CASE n WHEN 1 THEN 'active' ELSE 'ended' END
FROM users, generate_series(1, 5) n;
INSERT INTO routines (
    user_id, routine_id, name, note, blocks, origin_kind, origin_of, link, created_at, updated_at
)
SELECT id, gen_random_uuid(), 'Legs', '', '[]', 'own', '', CASE n WHEN 1 THEN id::text END, now(), now() - n * interval '1 day'
FROM users, generate_series(1, 5) n;
INSERT INTO own_exercises (
    user_id, exercise_id, name, aliases, category, equipment, primary_muscles, secondary_muscles, instructions, updated_at
)
SELECT id, 'own:' || n, n, '{{}}', '', '{{}}', '{{}}', '{{}}', '{{}}', now() FROM users, generate_series(1, 3) n;
INSERT INTO exercise_marks (user_id, exercise_id, favourite, disliked, note, updated_at)
SELECT user_id, exercise_id, true, false, '', updated_at FROM own_exercises;
INSERT INTO training_profiles (user_id, limits, updated_at) SELECT id, '{{}}', now() FROM users;
"""
_EXPLAIN = """
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_format = 'json';
SET auto_explain.log_level = 'notice';
"""
# The first plans of a statement know its arguments; after five the server may go over to one that does not.
TIMES = 8
SOMEONE = UUID("00000000-0000-7000-8000-000000000042")
TOPIC = f"user:{SOMEONE}"


FAST = FastRecord(
    user_id=SOMEONE,
    session_id=UUID(int=1),
    protocol_id="16:8",
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    target_end_at=datetime(2026, 1, 1, 16, tzinfo=UTC),
    target_reached_at=None,
    actual_end_at=None,
    status="ended",
    outcome="early",
)
TIMER = TimerRecord(
    owner=SOMEONE, cause="fasting", command="fasting:complete", payload=b"", version=1, wait_seconds=0
)

ROUTINE = RoutineRecord(
    user_id=SOMEONE,
    routine_id=UUID(int=1),
    name="Legs",
    note="",
    blocks="[]",
    origin_kind="own",
    origin_of="",
    link=None,
    created_at=FAST.started_at,
    updated_at=FAST.started_at,
    deleted_at=None,
)
OWN_EXERCISE = OwnExerciseRecord(
    user_id=SOMEONE,
    exercise_id="own:1",
    name="1",
    aliases=(),
    category="",
    equipment=(),
    primary_muscles=(),
    secondary_muscles=(),
    level=None,
    force=None,
    mechanic=None,
    instructions=(),
    updated_at=FAST.started_at,
    deleted_at=None,
)
MARK = ExerciseMarkRecord(
    user_id=SOMEONE,
    exercise_id="own:1",
    favourite=True,
    disliked=False,
    note="",
    updated_at=FAST.started_at,
)
PROFILE = TrainingProfileRecord(
    user_id=SOMEONE, equipment=None, limits=(), level=None, updated_at=FAST.started_at
)
ROUTINES_WANTED = routines.Wanted(routine_id=uuid4(), link=str(SOMEONE), exercises=("Barbell_Squat",))


def claiming() -> Claim:
    return Claim(user_id=SOMEONE, family_id=SOMEONE, key=uuid4(), type="fasting:start", hash=b"")


def timing() -> Claim:
    return Claim(user_id=SOMEONE, family_id=None, key=uuid4(), type="", hash=b"", cause="fasting", version=1)


def appending() -> Append:
    now = FAST.started_at
    return Append(
        user_id=SOMEONE,
        key=uuid4(),
        reply=b"{}",
        at=now,
        cleared=("fasting",),
        timers=(("fasting", now, now, "fasting:complete", b"{}"),),
        events=((TOPIC, b"{}"),),
    )


Statement = Callable[[Link], Coroutine[Any, Any, object]]
STATEMENTS: dict[str, Statement] = {
    "claim": lambda link: claim(link, claiming()),
    "claim with fasts": lambda link: load(link, claiming(), uuid4()),
    "claim by a timer": lambda link: load(link, timing(), uuid4()),
    "save and commit": lambda link: save(link, (FAST,), appending()),
    "heads": lambda link: heads(link, [TOPIC, "user:nobody"]),
    "range of events": lambda link: read(link, TOPIC, 3, 9, limit=300),
    "tail": lambda link: inserted_within(link, 4.0),
    "timers due": lambda link: due_timers(link, within_seconds=0.2, commands=["fasting:complete"], limit=64),
    "putting a timer off": lambda link: postpone(link, TIMER, seconds=10),
    "snapshots": lambda link: user_snapshots(link, [SOMEONE, uuid4()]),
    "one fast": lambda link: by_id(link, SOMEONE, uuid4()),
    "running fast": lambda link: current(link, SOMEONE),
    "fasting history": lambda link: history(link, SOMEONE, FastFilter(), limit=20),
    "claim with routines": lambda link: routines.load(link, claiming(), ROUTINES_WANTED),
    "saving a routine": lambda link: routines.save(link, (ROUTINE,), appending()),
    "one routine": lambda link: routines.by_id(link, SOMEONE, uuid4()),
    "a shared routine": lambda link: routines.by_link(link, str(SOMEONE)),
    "routines": lambda link: routines.kept(link, SOMEONE, limit=20),
    "claim with what is one's own": lambda link: mine.load(link, claiming(), "own:1"),
    "saving an own exercise": lambda link: mine.save(link, (OWN_EXERCISE,), appending()),
    "marking an exercise": lambda link: mine.save(link, (MARK,), appending()),
    "saving a profile": lambda link: mine.save(link, (PROFILE,), appending()),
    "own exercises": lambda link: own_exercises.kept(link, SOMEONE),
    "what is thought of exercises": lambda link: own_exercises.marks(link, SOMEONE),
    "moving a person's time": lambda link: save_time(
        link, (ADA,), replace(appending(), cleared=(), timers=())
    ),
    "signing out": lambda link: save_sign_out(
        link, (SignOutRecord(user_id=SOMEONE, family_id=None, reason="signed_out"),), appending()
    ),
    "pruning keys": lambda link: prune_keys(link, days=45, batch=1000),
}


@pytest.fixture(scope="module")
def filled(databases: Databases) -> Iterator[str]:
    dsn = databases.create()
    asyncio.run(_fill(dsn))
    yield dsn
    databases.drop(dsn)


async def _fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(_FILL)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


@pytest.fixture
async def link(filled: str) -> AsyncIterator[Link]:
    connection = await asyncpg.connect(filled, server_settings={"jit": "off"})
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


@pytest.mark.parametrize("name", STATEMENTS)
async def test_no_hot_statement_reads_a_whole_table(link: Link, name: str) -> None:
    plans = await plans_of(link, STATEMENTS[name])
    assert plans, "the server told no plan"
    assert "Seq Scan" not in await scans_of(link, plans)


async def test_the_tail_reads_the_index_alone(link: Link) -> None:
    plans = await plans_of(link, STATEMENTS["tail"])
    assert await scans_of(link, plans) == {"Index Only Scan"}


@pytest.mark.parametrize(
    ("name", "bound"), [("tail", "inserted_at"), ("timers due", "due"), ("range of events", "offset")]
)
async def test_the_index_is_read_from_where_it_matters(link: Link, name: str, bound: str) -> None:
    plans = await plans_of(link, STATEMENTS[name])
    conditions = [node["Index Cond"] for plan in plans for node in _nodes(plan) if "Index Cond" in node]
    assert conditions
    assert [condition for condition in conditions if bound not in condition] == []


async def plans_of(link: Link, statement: Statement) -> list[dict[str, Any]]:
    """How the server ran a statement and those inside it, each time."""
    # The first time the driver asks how the parameters are written; that is its own affair.
    await statement(link)
    plans: list[dict[str, Any]] = []
    link.add_log_listener(lambda _link, message: plans.extend(_plans(message)))
    await link.execute(_EXPLAIN)
    for _ in range(TIMES):
        await statement(link)
    return plans


async def scans_of(link: Link, plans: list[dict[str, Any]]) -> set[str]:
    """In which ways tables were read; weeks without events do not count."""
    full = {row["relname"] for row in await link.fetch("SELECT relname FROM pg_class WHERE reltuples > 0")}
    nodes = [node for plan in plans for node in _nodes(plan)]
    return {node["Node Type"] for node in nodes if node.get("Relation Name") in full}


def _plans(message: asyncpg.PostgresLogMessage) -> Iterator[dict[str, Any]]:
    found = re.search(r"plan:\n(\{.*)", message.message or "", re.DOTALL)
    if found is not None:
        yield json.loads(found[1])["Plan"]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)
