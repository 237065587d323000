"""What is read of years of training is found by indexes, among the workouts of many people."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from storage.askers import asker
from storage.postgres import Link
from storage.training import WorkoutFilter, feats, history, sums, whole
from tests.conftest import Databases
from tests.storage.test_plans import SOMEONE, Statement, _nodes, plans_of

# Filling its database takes seconds: one worker does it.
pytestmark = pytest.mark.xdist_group("training_plans")

_FILL = """
SET session_replication_role = replica;  -- what triggers would do is filled in below
INSERT INTO users (id, email, password_hash, name)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n || '@example.org', '', 'Ada'
FROM generate_series(1, 400) n;
INSERT INTO workout_sessions (
    user_id, session_id, name, status, started_at, ended_at, last_at, time_zone, origin_kind, origin_of, note, blocks,
    marks, previous, finished
)
SELECT id, gen_random_uuid(), 'Legs', CASE n WHEN 1 THEN 'running' ELSE 'finished' END, now() - n * interval '1 day', now(),
    now(), 'UTC', 'own', '', '', '[]', '[]', '{}', '{}'
FROM users, generate_series(1, 5) n;
INSERT INTO workout_sets (
    user_id, session_id, set_id, exercise_id, kind, at, changed_at, deleted, mass, mass_unit, reps, note, records
)
SELECT user_id, session_id, gen_random_uuid(), 'Barbell_Squat', 'working', started_at, started_at, false, 100, 'kg', n, '', '{}'
FROM workout_sessions, generate_series(1, 8) n;
INSERT INTO workout_exercises (user_id, session_id, exercise_id, sets, volume_kg)
SELECT user_id, session_id, exercise_id, count(*), sum(mass_kg * reps) FROM workout_sets GROUP BY 1, 2, 3;
INSERT INTO body_masses (user_id, at, mass, mass_unit)
SELECT id, now() - n * interval '1 day', 80, 'kg' FROM users, generate_series(1, 10) n;
"""
MANY = {"workout_sessions", "workout_sets", "workout_exercises", "workout_samples", "body_masses"}
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)
STATEMENTS: dict[str, Statement] = {
    "who asks": lambda link: asker(link, SOMEONE, datetime.now(UTC)),
    "running workout": lambda link: whole(link, SOMEONE),
    "one workout": lambda link: whole(link, SOMEONE, uuid4()),
    "history": lambda link: history(link, SOMEONE, WorkoutFilter(), limit=20),
    "history of an exercise": lambda link: history(
        link, SOMEONE, WorkoutFilter(exercise="Barbell_Squat"), limit=20
    ),
    "history of a muscle": lambda link: history(link, SOMEONE, WorkoutFilter(muscle="glutes"), limit=20),
    "records": lambda link: feats(link, SOMEONE, limit=10),
    "records of an exercise": lambda link: feats(link, SOMEONE, exercise="Barbell_Squat", limit=10),
    "sums by week": lambda link: sums(link, SOMEONE, BEGIN, END, time_zone="Europe/Berlin"),
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
    yield connection
    await connection.close()


@pytest.mark.parametrize("name", STATEMENTS)
async def test_nobody_reads_the_workouts_of_all(link: Link, name: str) -> None:
    plans = await plans_of(link, STATEMENTS[name])
    read = [node for plan in plans for node in _nodes(plan) if node.get("Relation Name") in MANY]
    assert read, "the server told no plan"
    assert "Seq Scan" not in {node["Node Type"] for node in read}


@pytest.mark.long  # who holds an old snapshot beside it keeps pages from being known as visible to all
@pytest.mark.parametrize("name", ["records", "records of an exercise"])
async def test_records_are_read_from_the_index_alone(link: Link, name: str) -> None:
    plans = await plans_of(link, STATEMENTS[name])
    read = [node for plan in plans for node in _nodes(plan) if node.get("Relation Name") == "workout_sets"]
    assert {node["Node Type"] for node in read} == {"Index Only Scan"}
