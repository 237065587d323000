"""What years of training come to, found by looking at every set, one after another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from channels.wire.quantity import MassUnit
from channels.wire.workout import Record, RecordKind, TrainingLoad
from channels.wire.workout_events import FinishedWorkout
from channels.workouts.plan import name_of
from channels.workouts.sets import counts
from channels.workouts.strength import brzycki, epley
from server.rest.workouts.answers import ExerciseRecords
from storage.records import SetRecord, WorkoutRecord
from tests.years import History

Place = tuple[RecordKind, Decimal | None, Decimal | None]
_MOST_REPETITIONS: Final = 12


def reached(history: History) -> list[ExerciseRecords]:
    """The best of each kind of every exercise."""
    best: dict[str, dict[Place, Record]] = defaultdict(dict)
    for row, sets in history.workouts:
        for one in filter(counts, sets):
            places = best[one.exercise_id]
            for place, value in _feats(one):
                _offer(places, place, _record(place, value, row, one))
        if row.status == "finished":
            for exercise_id, volume in _volumes(sets):
                place = (RecordKind.VOLUME, None, None)
                record = _record(place, volume, row, exercise_id)
                _offer(best[exercise_id], place, replace(record, mass_unit=_unit(sets, exercise_id)))
    return [
        ExerciseRecords(
            exercise_id=exercise_id,
            name=name_of(exercise_id, history.exercises),
            records=tuple(sorted(places.values(), key=_order)),
        )
        for exercise_id, places in sorted(best.items())
    ]


def _feats(one: SetRecord) -> Iterator[tuple[Place, Decimal]]:
    if one.reps is not None:
        yield (RecordKind.REPS, one.mass_kg or None, None), Decimal(one.reps)
        if one.mass_kg:
            yield (RecordKind.HEAVIEST, None, None), one.mass_kg
            if one.reps <= _MOST_REPETITIONS:
                yield (RecordKind.E1RM, None, None), epley(one.mass_kg, one.reps)
    if one.seconds is not None:
        yield (RecordKind.LONGEST, None, None), Decimal(one.seconds)
    if one.metres:
        yield (RecordKind.FARTHEST, None, None), one.metres
        if one.seconds is not None:
            yield (RecordKind.FASTEST, None, one.metres), Decimal(one.seconds)


def _volumes(sets: Iterable[SetRecord]) -> Iterator[tuple[str, Decimal]]:
    volumes: dict[str, Decimal] = defaultdict(Decimal)
    for one in filter(counts, sets):
        volumes[one.exercise_id] += (one.mass_kg or 0) * (one.reps or 0)
    return ((exercise_id, volume) for exercise_id, volume in volumes.items() if volume)


def _unit(sets: Iterable[SetRecord], exercise_id: str) -> MassUnit:
    its = [one for one in filter(counts, sets) if one.exercise_id == exercise_id and one.mass_kg and one.reps]
    pounds = sum(one.mass_unit == "lb" for one in its)
    return MassUnit.LB if pounds > len(its) - pounds else MassUnit.KG


def _record(place: Place, value: Decimal, row: WorkoutRecord, of: SetRecord | str) -> Record:
    """A set's record, or one that the whole workout has with an exercise."""
    kind, at_kg, at_metres = place
    record = Record(
        exercise_id=of if isinstance(of, str) else of.exercise_id,
        kind=kind,
        value=value,
        at_kg=at_kg,
        at_metres=at_metres,
        session_id=row.session_id,
        at=row.ended_at or row.last_at,
    )
    if isinstance(of, str):
        return record
    unit = None if of.mass_unit is None else MassUnit(of.mass_unit)
    return replace(record, set_id=of.set_id, at=of.at, mass_unit=unit)


def _offer(places: dict[Place, Record], place: Place, record: Record) -> None:
    if place not in places or _rank(record) < _rank(places[place]):
        places[place] = record


def _rank(record: Record) -> Any:
    """The better first, of equals the earlier."""
    value = record.value if record.kind is RecordKind.FASTEST else -record.value
    return value, record.at, record.set_id or record.session_id


def _order(record: Record) -> Any:
    """Kind by kind; what is at no mass last."""
    kg, metres = record.at_kg, record.at_metres
    return list(RecordKind).index(record.kind), kg is None, kg or 0, metres is None, metres or 0


def weeks_of(history: History, zone: ZoneInfo, since: date, until: date) -> list[dict[str, Any]]:
    """Sums by week of the workouts that began on the days from `since` to `until`."""
    weeks: dict[date, dict[str, Any]] = {}
    for row, sets in history.finished():
        day = row.started_at.astimezone(zone).date()
        if not since <= day <= until:
            continue
        week = weeks.setdefault(day - timedelta(days=day.weekday()), _empty())
        done = msgspec.json.decode(row.finished or "", type=FinishedWorkout)
        week["workouts"] += 1
        week["days"].add(day)
        week["planned_sets"] += done.planned_sets
        week["planned_done"] += done.planned_done
        if isinstance(done.summary.load, TrainingLoad):
            week["load"][done.summary.load.method] += done.summary.load.value
        for one in filter(counts, sets):
            volume = (one.mass_kg or Decimal(0)) * (one.reps or 0)
            week["sets"] += 1
            week["volume_kg"] += volume
            for muscle, share in _shares(history, one.exercise_id).items():
                week["muscles"][muscle] += share
                week["muscle_kg"][muscle] += share * volume
    return [{"week": monday, **sums} for monday, sums in sorted(weeks.items())]


def strength_of(history: History, zone: ZoneInfo) -> dict[tuple[str, date], tuple[Decimal, Decimal]]:
    """The best estimates of each exercise and week, by Epley and by Brzycki."""
    best: dict[tuple[str, date], tuple[Decimal, Decimal]] = {}
    for row, sets in history.finished():
        day = row.started_at.astimezone(zone).date()
        for one in filter(counts, sets):
            if one.mass_kg and one.reps and one.reps <= _MOST_REPETITIONS:
                place = one.exercise_id, day - timedelta(days=day.weekday())
                stood = best.get(place, (Decimal(0), Decimal(0)))
                best[place] = (
                    max(stood[0], epley(one.mass_kg, one.reps)),
                    max(stood[1], brzycki(one.mass_kg, one.reps)),
                )
    return best


def _empty() -> dict[str, Any]:
    return {
        "workouts": 0,
        "days": set(),
        "sets": 0,
        "volume_kg": Decimal(0),
        "planned_sets": 0,
        "planned_done": 0,
        "load": defaultdict(Decimal),
        "muscles": defaultdict(Decimal),
        "muscle_kg": defaultdict(Decimal),
    }


def _shares(history: History, exercise_id: str) -> dict[str, Decimal]:
    for exercise in history.exercises:
        if exercise.exercise_id == exercise_id:
            halves = dict.fromkeys(exercise.secondary_muscles, Decimal("0.5"))
            return halves | dict.fromkeys(exercise.primary_muscles, Decimal(1))
    return {}
