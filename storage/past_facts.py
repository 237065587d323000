"""What a person has done, exactly: workouts, sets and fasts by time, exercise, amount and order."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct

from storage.postgres import Link


class Bound(Struct, frozen=True, kw_only=True):
    """From `least` to `most` of a measure; `over` and `under` do not reach them. Masses without a unit are as they were entered."""

    measure: str
    least: Decimal | None = None
    most: Decimal | None = None
    over: bool = False
    under: bool = False
    unit: str | None = None


class Wanted(Struct, frozen=True, kw_only=True):
    """What is asked for. `exercises` are ids, of which a workout has at least `share` of its sets, or is called like one of `names`."""

    since: datetime | None = None
    until: datetime | None = None
    exercises: Sequence[str] | None = None
    share: float = 0.0
    names: Sequence[str] = ()
    bounds: Sequence[Bound] = ()
    order: str = "last"
    protocol: str | None = None
    limit: int = 10


class DoneSet(Struct, frozen=True, kw_only=True):
    """One set, in the amounts that were entered."""

    exercise_id: str
    name: str
    mass: Decimal | None = None
    mass_unit: str | None = None
    reps: int | None = None
    seconds: int | None = None
    distance: Decimal | None = None
    distance_unit: str | None = None


class DoneWorkout(Struct, frozen=True, kw_only=True):
    """A workout with its sets, or those of them that were asked for; `set_id` where it was a single set."""

    session_id: UUID
    set_id: UUID | None
    name: str
    at: datetime
    seconds: int
    sets: tuple[DoneSet, ...]


class DoneFast(Struct, frozen=True, kw_only=True):
    """A fast, which may still run."""

    session_id: UUID
    protocol_id: str
    at: datetime
    seconds: int
    status: str
    outcome: str | None


_SET_AS_JSON: Final = """json_build_object(
    'exercise_id', s.exercise_id, 'name', exercise_name(s.exercise_id), 'mass', s.mass::text, 'mass_unit', s.mass_unit,
    'reps', s.reps, 'seconds', s.seconds, 'distance', s.distance::text, 'distance_unit', s.distance_unit
)"""
_LASTED: Final = "extract(epoch FROM coalesce(w.ended_at, w.last_at) - w.started_at)"
_WORKOUTS: Final = """
WITH fitting AS (
    SELECT w.*, {lasted}::integer AS lasted, count(*) OVER () AS total, row_number() OVER (ORDER BY {order}) AS place
    FROM workout_sessions w
    WHERE w.user_id = $1 AND w.status <> 'discarded' {conditions}
    ORDER BY place LIMIT $2
)
SELECT w.session_id, NULL::uuid AS set_id, w.name, w.started_at AS at, w.lasted AS seconds, w.total, coalesce((
    SELECT json_agg({as_json} ORDER BY s.at, s.set_id) FROM workout_sets s
    WHERE s.user_id = $1 AND s.session_id = w.session_id AND NOT s.deleted
), '[]') AS sets
FROM fitting w ORDER BY w.place
"""
_VOLUME: Final = """(
    SELECT coalesce(sum(x.volume_kg), 0) FROM workout_exercises x
    WHERE x.user_id = w.user_id AND x.session_id = w.session_id
)"""
_FITTING_SETS: Final = """
WITH fitting AS (
    SELECT s.*, w.name AS workout, w.started_at, {lasted}::integer AS lasted
    FROM workout_sets s JOIN workout_sessions w USING (user_id, session_id)
    WHERE s.user_id = $1 AND NOT s.deleted AND s.kind <> 'warm_up' AND w.status <> 'discarded' {conditions}
)
"""
_BY_WORKOUT: Final = (
    _FITTING_SETS
    + """
SELECT s.session_id, NULL::uuid AS set_id, min(s.workout) AS name, min(s.started_at) AS at, min(s.lasted) AS seconds,
    count(*) OVER () AS total, json_agg({as_json} ORDER BY s.at, s.set_id) AS sets
FROM fitting s GROUP BY s.session_id ORDER BY {order}, s.session_id LIMIT $2
"""
)
_BY_AMOUNT: Final = (
    _FITTING_SETS
    + """
SELECT s.session_id, s.set_id, s.workout AS name, s.at, s.lasted AS seconds, count(*) OVER () AS total,
    json_build_array({as_json}) AS sets
FROM fitting s WHERE {there} ORDER BY {order}, s.at, s.set_id LIMIT $2
"""
)
_FASTS: Final = """
SELECT f.session_id, f.protocol_id, f.started_at AS at, f.lasted::integer AS seconds, f.status, f.outcome, count(*) OVER () AS total
FROM (
    SELECT *, extract(epoch FROM coalesce(actual_end_at, greatest($3, started_at)) - started_at) AS lasted
    FROM fasting_sessions WHERE user_id = $1
) f
WHERE true {conditions}
ORDER BY {order}, f.session_id LIMIT $2
"""
_BY_MEASURE: Final = {
    "heaviest": ("s.mass_kg > 0", "s.mass_kg DESC, s.reps DESC NULLS LAST"),
    "lightest": ("s.mass_kg > 0", "s.mass_kg, s.reps DESC NULLS LAST"),
    "longest": ("s.seconds > 0", "s.seconds DESC"),
    "shortest": ("s.seconds > 0", "s.seconds"),
    "farthest": ("s.metres > 0", "s.metres DESC"),
    "fastest": ("s.metres > 0 AND s.seconds > 0", "s.metres / s.seconds DESC"),
    "most reps": ("s.reps > 0", "s.reps DESC, s.mass_kg DESC NULLS LAST"),
}
_MEASURES: Final = {"reps": "s.reps", "seconds": "s.seconds", "metres": "s.metres", "number": "s.mass"}
_WORKOUT_ORDERS: Final = {
    "first": "w.started_at",
    "longest": f"{_LASTED} DESC, w.started_at",
    "shortest": f"{_LASTED}, w.started_at",
    "heaviest": f"{_VOLUME} DESC, w.started_at",
}
_FAST_ORDERS: Final = {
    "first": "f.started_at",
    "longest": "f.lasted DESC, f.started_at",
    "shortest": "f.lasted, f.started_at",
}

_sets: Final = msgspec.json.Decoder(tuple[DoneSet, ...])


class _Conditions:
    """Conditions and the parameters that they are about, from a number on."""

    def __init__(self, *parameters: Any) -> None:
        self.parameters = list(parameters)
        self._said: list[str] = []

    def add(self, condition: str, *values: Any) -> None:
        """Add a condition that has its parameters where `{}` are."""
        first = len(self.parameters) + 1
        self.parameters += values
        self._said.append(f"AND {condition.format(*(f'${first + place}' for place in range(len(values))))}")

    def bound(self, column: str, bound: Bound) -> None:
        """Add that a column is within a bound."""
        factor = " * 0.45359237" if bound.unit == "lb" else ""
        if bound.least is not None:
            self.add(f"{column} {'>' if bound.over else '>='} {{}}::numeric{factor}", bound.least)
        if bound.most is not None:
            self.add(f"{column} {'<' if bound.under else '<='} {{}}::numeric{factor}", bound.most)

    def __str__(self) -> str:
        return " ".join(self._said)


async def workouts(link: Link, user_id: UUID, wanted: Wanted) -> tuple[list[DoneWorkout], int]:
    """Return a person's workouts that are wanted, in order, each with all its sets; and how many there are."""
    conditions = _Conditions(user_id, wanted.limit)
    _within(conditions, "w.started_at", wanted)
    for bound in wanted.bounds:
        conditions.bound(_LASTED, bound)
    if wanted.exercises is not None:
        _trained(conditions, wanted)
    query = _WORKOUTS.format(
        lasted=_LASTED,
        as_json=_SET_AS_JSON,
        conditions=conditions,
        order=_WORKOUT_ORDERS.get(wanted.order, "w.started_at DESC"),
    )
    return _read(await link.fetch(query, *conditions.parameters))


async def sets(link: Link, user_id: UUID, wanted: Wanted) -> tuple[list[DoneWorkout], int]:
    """Return the sets that are wanted, warm-up aside, and how many results there are.

    In the order of time those of one workout are together; in that of an amount each is by itself.
    """
    conditions = _Conditions(user_id, wanted.limit)
    _within(conditions, "s.at", wanted)
    if wanted.exercises is not None:
        conditions.add("s.exercise_id = ANY ({})", wanted.exercises)
    for bound in wanted.bounds:
        mass = "s.mass_kg" if bound.unit else "s.mass"
        conditions.bound(_MEASURES.get(bound.measure, mass), bound)
    there, order = _BY_MEASURE.get(wanted.order, ("", ""))
    query = (_BY_AMOUNT if order else _BY_WORKOUT).format(
        lasted=_LASTED,
        as_json=_SET_AS_JSON,
        conditions=conditions,
        there=there,
        order=order or ("min(s.at)" if wanted.order == "first" else "max(s.at) DESC"),
    )
    return _read(await link.fetch(query, *conditions.parameters))


async def fasts(link: Link, user_id: UUID, wanted: Wanted, now: datetime) -> tuple[list[DoneFast], int]:
    """Return the fasts that are wanted, those that reach into the time, and how many there are; a running one lasts until now."""
    conditions = _Conditions(user_id, wanted.limit, now)
    if wanted.since is not None:
        conditions.add("coalesce(f.actual_end_at, $3) > {}", wanted.since)
    if wanted.until is not None:
        conditions.add("f.started_at < {}", wanted.until)
    if wanted.protocol is not None:
        conditions.add("lower(f.protocol_id) = {}", wanted.protocol)
    for bound in wanted.bounds:
        conditions.bound("f.lasted", bound)
    query = _FASTS.format(conditions=conditions, order=_FAST_ORDERS.get(wanted.order, "f.started_at DESC"))
    rows = await link.fetch(query, *conditions.parameters)
    names = DoneFast.__struct_fields__
    return [DoneFast(**{name: row[name] for name in names}) for row in rows], _total(rows)


async def own_exercises(link: Link, user_id: UUID) -> list[str]:
    """Return the ids of what a person has trained that is of no library."""
    rows = await link.fetch(_OWN, user_id)
    return [row["exercise_id"] for row in rows]


_OWN: Final = """
SELECT DISTINCT x.exercise_id FROM workout_exercises x
WHERE x.user_id = $1 AND x.exercise_id LIKE 'own:%' ORDER BY x.exercise_id LIMIT 500
"""


def _within(conditions: _Conditions, column: str, wanted: Wanted) -> None:
    if wanted.since is not None:
        conditions.add(f"{column} >= {{}}", wanted.since)
    if wanted.until is not None:
        conditions.add(f"{column} < {{}}", wanted.until)


def _trained(conditions: _Conditions, wanted: Wanted) -> None:
    """Ask for workouts of some exercises: so many of all sets, or a name that says it."""
    conditions.add(
        """(w.name ILIKE ANY ({}) OR w.session_id IN (
            SELECT s.session_id FROM counted_sets s WHERE s.user_id = $1 GROUP BY s.session_id
            HAVING count(*) FILTER (WHERE s.exercise_id = ANY ({})) >= greatest(1, {}::float8 * count(*))
        ))""",
        wanted.names,
        wanted.exercises,
        wanted.share,
    )


def _read(rows: Sequence[Record]) -> tuple[list[DoneWorkout], int]:
    return list(_workouts(rows)), _total(rows)


def _workouts(rows: Sequence[Record]) -> Iterator[DoneWorkout]:
    for row in rows:
        yield DoneWorkout(
            session_id=row["session_id"],
            set_id=row["set_id"],
            name=row["name"],
            at=row["at"],
            seconds=row["seconds"],
            sets=_sets.decode(row["sets"]),
        )


def _total(rows: Sequence[Record]) -> int:
    return rows[0]["total"] if rows else 0
