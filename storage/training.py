"""Queries about years of training: a workout whole, the finished ones, the bests of each exercise, sums by week."""

from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from storage.fasting import EVER
from storage.postgres import Link
from storage.records import SetRecord, WorkoutRecord

_WHOLE: Final = "SELECT workout, sets, body_kg FROM whole_workout($1, $2)"
_HISTORY: Final = """
SELECT w.started_at, w.session_id, w.finished FROM workout_sessions w
WHERE w.user_id = $1 AND w.status = 'finished' AND w.started_at >= $2 AND w.started_at < $3
    AND (w.started_at, w.session_id) < ($4, $5)
    AND ($6::text IS NULL OR w.session_id IN (
        SELECT s.session_id FROM counted_sets s WHERE s.user_id = $1 AND s.exercise_id = $6
    ))
    AND ($7::text IS NULL OR w.session_id IN (
        SELECT s.session_id FROM counted_sets s WHERE s.user_id = $1 AND s.exercise_id = ANY (ARRAY(
            SELECT e.exercise_id FROM exercises e WHERE $7 = ANY (e.primary_muscles || e.secondary_muscles)
        ))
    ))
ORDER BY w.started_at DESC, w.session_id DESC LIMIT $8
"""
# From one exercise to the next by the index: it is not read whole to find ten of them.
_BESTS: Final = """
WITH RECURSIVE found (exercise_id, place) AS (
    SELECT CASE WHEN $2::text IS NULL
        THEN (SELECT min(s.exercise_id) FROM counted_sets s WHERE s.user_id = $1 AND s.exercise_id > $3)
        ELSE (
            SELECT min(s.exercise_id) FROM counted_sets s
            WHERE s.user_id = $1 AND s.exercise_id = $2 AND s.exercise_id > $3
        )
    END, 1
    UNION ALL
    SELECT (
        SELECT min(s.exercise_id) FROM counted_sets s WHERE s.user_id = $1 AND s.exercise_id > f.exercise_id
    ), f.place + 1
    FROM found f WHERE $2 IS NULL AND f.exercise_id IS NOT NULL AND f.place <= $4
), page AS MATERIALIZED (
    SELECT exercise_id, to_json(exercise_id) AS id, to_json(exercise_name(exercise_id)) AS name
    FROM found WHERE exercise_id IS NOT NULL AND place <= $4
)
SELECT p.exercise_id, concat('{"exercise_id":', p.id, ',"name":', p.name, ',"records":[', concat_ws(',', (
    SELECT shown_feat(p.id, 'heaviest', b.mass_kg, NULL, NULL, b.session_id, b.set_id, b.at, b.mass_unit) FROM (
        SELECT s.mass_kg, s.session_id, s.set_id, s.at, s.mass_unit FROM counted_sets s
        WHERE s.user_id = $1 AND s.exercise_id = p.exercise_id AND s.mass_kg > 0 AND s.reps IS NOT NULL
        ORDER BY s.mass_kg DESC, s.at, s.set_id LIMIT 1
    ) b
), (
    SELECT string_agg(
        shown_feat(p.id, 'reps', b.reps, b.kg, NULL, b.session_id, b.set_id, b.at, b.mass_unit), ',' ORDER BY b.kg
    )
    FROM (
        SELECT DISTINCT ON (m.kg) m.* FROM (
            SELECT DISTINCT ON (s.mass_kg) nullif(s.mass_kg, 0) AS kg, s.reps, s.session_id, s.set_id, s.at, s.mass_unit
            FROM counted_sets s WHERE s.user_id = $1 AND s.exercise_id = p.exercise_id AND s.reps IS NOT NULL
            ORDER BY s.mass_kg, s.reps DESC, s.at, s.set_id
        ) m
        ORDER BY m.kg, m.reps DESC, m.at, m.set_id
    ) b
), (
    SELECT shown_feat(p.id, 'e1rm', b.epley_kg, NULL, NULL, b.session_id, b.set_id, b.at, b.mass_unit) FROM (
        SELECT s.epley_kg, s.session_id, s.set_id, s.at, s.mass_unit FROM counted_sets s
        WHERE s.user_id = $1 AND s.exercise_id = p.exercise_id AND s.epley_kg IS NOT NULL
        ORDER BY s.epley_kg DESC, s.at, s.set_id LIMIT 1
    ) b
), (
    SELECT shown_feat(p.id, 'volume', b.volume_kg, NULL, NULL, b.session_id, NULL, b.ended_at, b.mass_unit) FROM (
        SELECT x.volume_kg, x.session_id, w.ended_at, x.mass_unit
        FROM workout_exercises x JOIN workout_sessions w USING (user_id, session_id)
        WHERE x.user_id = $1 AND x.exercise_id = p.exercise_id AND x.volume_kg > 0 AND w.status = 'finished'
        ORDER BY x.volume_kg DESC, w.ended_at, x.session_id LIMIT 1
    ) b
), (
    SELECT shown_feat(p.id, 'longest', b.seconds, NULL, NULL, b.session_id, b.set_id, b.at, b.mass_unit) FROM (
        SELECT s.seconds, s.session_id, s.set_id, s.at, s.mass_unit FROM counted_sets s
        WHERE s.user_id = $1 AND s.exercise_id = p.exercise_id AND s.seconds = t.longest
        ORDER BY s.at, s.set_id LIMIT 1
    ) b
    WHERE t.longest IS NOT NULL
), (
    SELECT shown_feat(p.id, 'farthest', b.metres, NULL, NULL, b.session_id, b.set_id, b.at, b.mass_unit) FROM (
        SELECT s.metres, s.session_id, s.set_id, s.at, s.mass_unit FROM counted_sets s
        WHERE s.user_id = $1 AND s.exercise_id = p.exercise_id AND s.metres = t.farthest
        ORDER BY s.at, s.set_id LIMIT 1
    ) b
    WHERE t.farthest > 0
), (
    SELECT string_agg(
        shown_feat(p.id, 'fastest', b.seconds, NULL, b.metres, b.session_id, b.set_id, b.at, b.mass_unit), ','
        ORDER BY b.metres
    )
    FROM (
        SELECT DISTINCT ON (s.metres) s.metres, s.seconds, s.session_id, s.set_id, s.at, s.mass_unit FROM counted_sets s
        WHERE s.user_id = $1 AND s.exercise_id = p.exercise_id AND s.metres > 0 AND s.seconds IS NOT NULL
        ORDER BY s.metres, s.seconds, s.at, s.set_id
    ) b
    WHERE t.farthest > 0
)), ']}') AS feats, EXISTS (SELECT FROM found f WHERE f.exercise_id IS NOT NULL AND f.place > $4) AS more
FROM page p CROSS JOIN LATERAL (
    SELECT max(s.seconds) AS longest, max(s.metres) AS farthest FROM counted_sets s
    WHERE s.user_id = $1 AND s.exercise_id = p.exercise_id
) t
ORDER BY p.exercise_id
"""
_SUMS: Final = """
WITH chosen AS MATERIALIZED (
    SELECT w.session_id, date_trunc('week', w.started_at AT TIME ZONE $4)::date AS week,
        (w.started_at AT TIME ZONE $4)::date AS day, w.planned_sets, w.planned_done, w.load_method, w.load_value
    FROM workout_sessions w
    WHERE w.user_id = $1 AND w.status = 'finished' AND w.started_at >= $2 AND w.started_at < $3
), done AS MATERIALIZED (
    SELECT c.week, x.exercise_id, sum(x.sets)::integer AS sets, sum(x.volume_kg) AS volume_kg,
        max(x.epley_kg) AS epley_kg, max(x.brzycki_kg) AS brzycki_kg
    FROM chosen c JOIN workout_exercises x ON x.user_id = $1 AND x.session_id = c.session_id
    GROUP BY c.week, x.exercise_id
), halves AS MATERIALIZED (
    SELECT e.exercise_id, m.muscle, max(m.halves) AS halves
    FROM exercises e CROSS JOIN LATERAL (
        SELECT unnest(e.primary_muscles) AS muscle, 2 AS halves
        UNION ALL SELECT unnest(e.secondary_muscles), 1
    ) m
    WHERE e.exercise_id = ANY (ARRAY(SELECT DISTINCT exercise_id FROM done))
    GROUP BY e.exercise_id, m.muscle
), parts AS MATERIALIZED (  -- by itself, so that its rows are hashed, and not sorted first
    SELECT d.week, h.muscle, sum(d.sets * h.halves) AS halves, sum(d.volume_kg * h.halves) AS half_kg
    FROM done d JOIN halves h USING (exercise_id) GROUP BY d.week, h.muscle
), muscles AS (
    SELECT week, string_agg(
        '{"muscle":' || to_json(muscle)::text || ',"sets":"' || trim_scale(halves * 0.5) || '","volume_kg":"'
            || trim_scale(half_kg * 0.5) || '"}', ',' ORDER BY muscle
    ) AS muscles
    FROM parts GROUP BY week
), loads AS (
    SELECT week, json_agg(json_build_object('method', method, 'value', trim_scale(value)::text) ORDER BY method) AS load
    FROM (
        SELECT week, load_method AS method, sum(load_value) AS value FROM chosen
        WHERE load_method IS NOT NULL GROUP BY week, load_method
    ) l
    GROUP BY week
), totals AS (
    SELECT week, sum(sets) AS sets, sum(volume_kg) AS volume_kg FROM done GROUP BY week
), weeks AS (
    SELECT week, count(*) AS workouts, count(DISTINCT day) AS days, sum(planned_sets) AS planned_sets,
        sum(planned_done) AS planned_done
    FROM chosen GROUP BY week
), strength AS (
    SELECT exercise_id, string_agg(
        '{"week":' || to_json(week)::text || ',"best":{"epley_kg":"' || epley_kg || '","brzycki_kg":"'
            || brzycki_kg || '"}}', ',' ORDER BY week
    ) AS points
    FROM done WHERE epley_kg IS NOT NULL AND ($5::text IS NULL OR exercise_id = $5) GROUP BY exercise_id
)
SELECT
    (
        SELECT string_agg(concat(
            '{"week":', to_json(w.week), ',"workouts":', w.workouts, ',"days":', w.days, ',"sets":', coalesce(t.sets, 0),
            ',"volume_kg":"', trim_scale(coalesce(t.volume_kg, 0)), '","planned_sets":', w.planned_sets,
            ',"planned_done":', w.planned_done, ',"load":', coalesce(l.load, '[]'), ',"muscles":[', m.muscles, ']}'
        ), ',' ORDER BY w.week)
        FROM weeks w LEFT JOIN totals t USING (week) LEFT JOIN loads l USING (week) LEFT JOIN muscles m USING (week)
    ) AS weeks,
    (
        SELECT string_agg(concat(
            '{"exercise_id":', to_json(s.exercise_id), ',"name":', to_json(exercise_name(s.exercise_id)), ',"points":[',
            s.points, ']}'
        ), ',' ORDER BY s.exercise_id)
        FROM strength s
    ) AS strength
"""

_workout = msgspec.json.Decoder(WorkoutRecord)
_sets = msgspec.json.Decoder(tuple[SetRecord, ...])


class WholeRecord(Struct, frozen=True, kw_only=True):
    """A workout with its sets, and what the person weighed at its end, as far as is known."""

    workout: WorkoutRecord
    sets: tuple[SetRecord, ...]
    body_kg: Decimal | None


class WorkoutFilter(Struct, frozen=True, kw_only=True):
    """Which finished workouts: begun in [since, until), with a set of an exercise, with one for a muscle; warm-up sets aside.

    The newest come first; `after` is the (started_at, session_id) of the last one that was seen.
    """

    since: datetime = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
    until: datetime = EVER
    exercise: str | None = None
    muscle: str | None = None
    after: tuple[datetime, UUID] = (EVER, UUID(int=2**128 - 1))


class FinishedRecord(Struct, frozen=True, kw_only=True):
    """A finished workout, as its JSON was written when it was finished or last corrected."""

    started_at: datetime
    session_id: UUID
    finished: str


class FeatsRecord(Struct, frozen=True, kw_only=True):
    """The best of all kinds that somebody has reached with an exercise, warm-up sets aside, as the JSON that clients get."""

    exercise_id: str
    feats: str


class SumsRecord(Struct, frozen=True, kw_only=True):
    """Sums by week and one-repetition maxima by exercise, both as the JSON that clients get."""

    weeks: str
    strength: str


async def whole(link: Link, user_id: UUID, session_id: UUID | None = None) -> WholeRecord | None:
    """Return a person's workout, the running one when none is named; None when there is none or it was thrown away."""
    row = await link.fetchrow(_WHOLE, user_id, session_id)
    if row is None:
        return None
    sets = _sets.decode(row["sets"] or "[]")
    return WholeRecord(workout=_workout.decode(row["workout"]), sets=sets, body_kg=row["body_kg"])


async def history(link: Link, user_id: UUID, wanted: WorkoutFilter, *, limit: int) -> list[FinishedRecord]:
    """Return a person's finished workouts, the newest first, `limit` at most."""
    rows = await link.fetch(
        _HISTORY, user_id, wanted.since, wanted.until, *wanted.after, wanted.exercise, wanted.muscle, limit
    )
    return [FinishedRecord(**dict(row)) for row in rows]


async def feats(
    link: Link, user_id: UUID, *, exercise: str | None = None, after: str = "", limit: int
) -> tuple[list[FeatsRecord], bool]:
    """Return what a person has reached, `limit` exercises after the one named, and whether there are more.

    Of equal sets the earliest counts. What was reached is looked for in the sets themselves: nothing that was edited,
    deleted or thrown away is in it.
    """
    rows = await link.fetch(_BESTS, user_id, exercise, after, limit)
    found = [FeatsRecord(exercise_id=row["exercise_id"], feats=row["feats"]) for row in rows]
    return found, bool(rows and rows[0]["more"])


async def sums(
    link: Link,
    user_id: UUID,
    since: datetime,
    until: datetime,
    *,
    time_zone: str,
    exercise: str | None = None,
) -> SumsRecord:
    """Return what a person's finished workouts came to that began in [since, until), by the weeks of a time zone.

    With `exercise` the one-repetition maxima are of that one alone.
    """
    row = await link.fetchrow(_SUMS, user_id, since, until, time_zone, exercise)
    if row is None:
        raise LookupError("sums are one row, whatever there is")
    return SumsRecord(weeks=f"[{row['weeks'] or ''}]", strength=f"[{row['strength'] or ''}]")
