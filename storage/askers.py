"""What finding exercises needs to know of who asks."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from storage.library_records import AskerRecord, WorkedRecord
from storage.postgres import Link

MOST_RECORDED: Final = 500
"""Of so many exercises, those that were done last, it is told that they were done."""
WORKED_HOURS: Final = 72
"""So far back goes what was done lately."""

# What was done is looked for from one exercise to the next by the index: years of sets are not read for it. That a row
# was written anew shows in `xmin`, also when what is said in it comes late and is older than another row.
_ASKER: Final = """
WITH RECURSIVE found (exercise_id) AS (
    SELECT (
        SELECT s.exercise_id FROM workout_sets s WHERE s.user_id = $1 AND NOT s.deleted
        ORDER BY s.exercise_id LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT s.exercise_id FROM workout_sets s
        WHERE s.user_id = $1 AND NOT s.deleted AND s.exercise_id > f.exercise_id
        ORDER BY s.exercise_id LIMIT 1
    )
    FROM found f WHERE f.exercise_id IS NOT NULL
), done AS (
    SELECT f.exercise_id, l.at FROM found f CROSS JOIN LATERAL (
        SELECT s.at FROM workout_sets s JOIN workout_sessions w USING (user_id, session_id)
        WHERE s.user_id = $1 AND s.exercise_id = f.exercise_id AND NOT s.deleted AND s.kind <> 'warm_up'
            AND w.status = 'finished'
        ORDER BY s.at DESC LIMIT 1
    ) l
    ORDER BY l.at DESC, f.exercise_id LIMIT $3
), lately AS (
    SELECT s.exercise_id, count(*) AS sets, max(s.at) AS last_at
    FROM workout_sets s JOIN workout_sessions w USING (user_id, session_id)
    WHERE s.user_id = $1 AND NOT s.deleted AND s.kind <> 'warm_up' AND w.status <> 'discarded'
        AND s.at > $2::timestamptz - make_interval(hours => $4) AND s.at <= $2
    GROUP BY s.exercise_id
)
SELECT p.equipment, coalesce(p.limits, '{}') AS limits, p.level, m.favourites, m.disliked,
    ARRAY(SELECT d.exercise_id FROM done d ORDER BY d.at DESC, d.exercise_id) AS recorded,
    (SELECT json_agg(l ORDER BY l.exercise_id) FROM lately l) AS worked,
    (
        SELECT coalesce(sum(hashtextextended(o.exercise_id, o.xmin::text::bigint))::text, '') FROM own_exercises o
        WHERE o.user_id = $1 AND o.deleted_at IS NULL
    ) AS own_fingerprint
FROM (
    SELECT coalesce(array_agg(k.exercise_id) FILTER (WHERE k.favourite), '{}') AS favourites,
        coalesce(array_agg(k.exercise_id) FILTER (WHERE k.disliked), '{}') AS disliked
    FROM (
        SELECT * FROM exercise_marks e WHERE e.user_id = $1 AND (e.favourite OR e.disliked) ORDER BY e.exercise_id
    ) k
) m LEFT JOIN training_profiles p ON p.user_id = $1
"""

_worked = msgspec.json.Decoder(tuple[WorkedRecord, ...])


async def asker(link: Link, user_id: UUID, now: datetime) -> AskerRecord:
    """Return what counts of a person who looks for exercises; `now` is their own time."""
    row = await link.fetchrow(_ASKER, user_id, now, MOST_RECORDED, WORKED_HOURS)
    if row is None:
        raise LookupError("an asker is one row, whatever is known")
    return msgspec.convert(dict(row) | {"worked": _worked.decode(row["worked"] or "[]")}, AskerRecord)
