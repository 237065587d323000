"""What sensors said of workouts, one row for each second."""

from collections.abc import Sequence
from typing import Final

from storage.postgres import Link
from storage.records import SampleRecord

_KEEP: Final = """
INSERT INTO workout_samples (user_id, session_id, at, heart_rate, cadence, power)
SELECT * FROM unnest(
    $1::uuid[], $2::uuid[], $3::timestamptz[], $4::smallint[], $5::smallint[], $6::smallint[]
)
ON CONFLICT (user_id, session_id, at) DO UPDATE
SET heart_rate = coalesce(excluded.heart_rate, workout_samples.heart_rate),
    cadence = coalesce(excluded.cadence, workout_samples.cadence),
    power = coalesce(excluded.power, workout_samples.power)
"""


async def keep(link: Link, samples: Sequence[SampleRecord]) -> None:
    """Keep seconds; of one that is there already, what is said anew. To keep them again changes nothing."""
    columns = ([getattr(one, name) for one in samples] for name in SampleRecord.__struct_fields__)
    await link.execute(_KEEP, *columns)
