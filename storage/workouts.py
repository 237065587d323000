"""Queries about workouts: what commands load and save."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

import msgspec
from asyncpg import Record

from storage.commands import Claim, Claimed, read_claim
from storage.postgres import Link
from storage.records import (
    Append,
    BestsRecord,
    BodyRecord,
    ExerciseRecord,
    PreviousRecord,
    PulseRecord,
    RoutineRecord,
    SetRecord,
    WorkoutRecord,
    Workouts,
)

Save: TypeAlias = WorkoutRecord | SetRecord

_LOAD: Final = """
SELECT c.*, w.* FROM claim_command($1, $2, $3, $4, $5, $6, $7) c
LEFT JOIN LATERAL load_workout(c.claimed_user, $8, $9, $10, $11, $12, $13, $14) w ON true
"""
_SAVE: Final = """
WITH saved AS (
    INSERT INTO workout_sessions (
        user_id, session_id, name, status, started_at, ended_at, last_at, time_zone, origin_kind, origin_of, routine_id,
        note, rpe, blocks, marks, previous, finished
    ) VALUES ($13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
    ON CONFLICT (user_id, session_id) DO UPDATE
    SET name = excluded.name, status = excluded.status, ended_at = excluded.ended_at, last_at = excluded.last_at,
        note = excluded.note, rpe = excluded.rpe, marks = excluded.marks, previous = excluded.previous,
        finished = excluded.finished, updated_at = now()
), said AS (
    INSERT INTO workout_sets (
        user_id, session_id, set_id, exercise_id, kind, at, changed_at, deleted, mass, mass_unit, reps, seconds,
        distance, distance_unit, rpe, side, block, block_exercise, block_set, note, records
    )
    SELECT $13, $14, s.set_id, s.exercise_id, s.kind, s.at, s.changed_at, s.deleted, s.mass, s.mass_unit, s.reps,
        s.seconds, s.distance, s.distance_unit, s.rpe, s.side, s.block, s.block_exercise, s.block_set, s.note, s.records
    FROM json_populate_recordset(NULL::workout_sets, $30) s
    ON CONFLICT (user_id, session_id, set_id) DO UPDATE
    SET exercise_id = excluded.exercise_id, kind = excluded.kind, at = excluded.at, changed_at = excluded.changed_at,
        deleted = excluded.deleted, mass = excluded.mass, mass_unit = excluded.mass_unit, reps = excluded.reps,
        seconds = excluded.seconds, distance = excluded.distance, distance_unit = excluded.distance_unit,
        rpe = excluded.rpe, side = excluded.side, block = excluded.block, block_exercise = excluded.block_exercise,
        block_set = excluded.block_set, note = excluded.note, records = excluded.records
)
SELECT commit_command($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_MAXIMUM: Final = """
SELECT max(epley_kg) FROM counted_sets WHERE user_id = $1 AND exercise_id = $2
"""
_COLUMNS: Final = """
SELECT user_id, session_id, name, status, started_at, ended_at, last_at, time_zone, origin_kind, origin_of, routine_id,
    note, rpe, blocks, marks, previous, finished
FROM workout_sessions
"""
_RUNNING: Final = f"{_COLUMNS} WHERE user_id = ANY ($1) AND status IN ('running', 'paused')"
_BY_ID: Final = f"{_COLUMNS} WHERE session_id = ANY ($1)"
_KNOWN: Final = "SELECT session_id FROM workout_sessions WHERE user_id = $1 AND session_id = ANY ($2)"
_SETS: Final = """
SELECT session_id, set_id, exercise_id, kind, at, changed_at, deleted, mass, mass_unit, mass_kg, reps, seconds, distance,
    distance_unit, metres, rpe, side, block, block_exercise, block_set, note, records
FROM workout_sets WHERE session_id = ANY ($1) AND user_id = ANY ($2) ORDER BY at, set_id
"""

_workout = msgspec.json.Decoder(WorkoutRecord)
_routine = msgspec.json.Decoder(RoutineRecord)
_body = msgspec.json.Decoder(BodyRecord)
_sets = msgspec.json.Decoder(tuple[SetRecord, ...])
_exercises = msgspec.json.Decoder(tuple[ExerciseRecord, ...])
_bests = msgspec.json.Decoder(tuple[BestsRecord, ...])
_previous = msgspec.json.Decoder(tuple[PreviousRecord, ...])
_pulses = msgspec.json.Decoder(tuple[PulseRecord, ...])


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which workout a command is about, and what it needs besides: see `load_workout` in the migrations."""

    session_id: UUID | None = None
    fresh: bool = False
    exercises: Sequence[str] = ()
    set_id: UUID | None = None
    routine_id: UUID | None = None
    whole: bool = False
    until: datetime | None = None


async def load(link: Link, claim: Claim, wanted: Wanted) -> tuple[Claimed, Workouts]:
    """Claim a command about a workout; return with it all that its decision needs."""
    row = await link.fetchrow(
        _LOAD,
        *claim.arguments(),
        wanted.session_id,
        wanted.fresh,
        wanted.exercises,
        wanted.set_id,
        wanted.routine_id,
        wanted.whole,
        wanted.until,
    )
    if row is None:
        raise LookupError("claim_command returned no row")
    return read_claim(row), _loaded(row)


def _loaded(row: Record) -> Workouts:
    return Workouts(
        named=None if row["named"] is None else _workout.decode(row["named"]),
        running=None if row["running"] is None else _workout.decode(row["running"]),
        taken=bool(row["taken"]),
        sets=_sets.decode(row["sets"] or "[]"),
        routine=None if row["routine"] is None else _routine.decode(row["routine"]),
        exercises=_exercises.decode(row["exercises"] or "[]"),
        bests=_bests.decode(row["bests"] or "[]"),
        previous=_previous.decode(row["previous"] or "[]"),
        pulses=_pulses.decode(row["pulses"] or "[]"),
        sampled_at=row["sampled_at"],
        body=_body.decode(row["body"] or "{}"),
    )


async def save(link: Link, saves: tuple[Save, ...], append: Append) -> list[int]:
    """Save a workout and the sets of it that changed, and commit. Returns the events' offsets."""
    workout = next(one for one in saves if isinstance(one, WorkoutRecord))
    sets = [one for one in saves if isinstance(one, SetRecord)]
    values = (getattr(workout, name) for name in WorkoutRecord.__struct_fields__)
    offsets: list[int] = await link.fetchval(
        _SAVE, *append.arguments(), *values, msgspec.json.encode(sets).decode()
    )
    return offsets


async def running(link: Link, user_ids: Sequence[UUID]) -> dict[UUID, WorkoutRecord]:
    """Return the running workouts of many people, by person."""
    return {row["user_id"]: read_workout(row) for row in await link.fetch(_RUNNING, user_ids)}


async def known(link: Link, user_id: UUID, session_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these workouts a person has or has had; one that was thrown away is known as well."""
    return {row["session_id"] for row in await link.fetch(_KNOWN, user_id, session_ids)}


async def best_maximum(link: Link, user_id: UUID, exercise_id: str) -> Decimal | None:
    """Return the best one-repetition maximum in kg, by Epley, that a person's sets of an exercise say; None without one."""
    found: Decimal | None = await link.fetchval(_MAXIMUM, user_id, exercise_id)
    return found


async def whole(
    link: Link, session_ids: Sequence[UUID]
) -> dict[UUID, tuple[WorkoutRecord, tuple[SetRecord, ...]]]:
    """Return workouts with their sets, by id, whosoever they are."""
    rows = [read_workout(row) for row in await link.fetch(_BY_ID, session_ids)]
    sets: dict[UUID, list[SetRecord]] = {row.session_id: [] for row in rows}
    for row in await link.fetch(_SETS, list(sets), [row.user_id for row in rows]):
        sets[row["session_id"]].append(read_set(row))
    return {row.session_id: (row, tuple(sets[row.session_id])) for row in rows}


def read_workout(row: Record) -> WorkoutRecord:
    """Read the columns of a workout."""
    return WorkoutRecord(**{name: row[name] for name in WorkoutRecord.__struct_fields__})


def read_set(row: Record) -> SetRecord:
    """Read the columns of a set."""
    values = {name: row[name] for name in SetRecord.__struct_fields__}
    return SetRecord(**values | {"records": tuple(values["records"])})
