"""What years of training come to, found by looking at every set, one after another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from channels.wire.workout import RecordKind, TrainingLoad
from channels.wire.workout_events import FinishedWorkout
from channels.workouts.plan import name_of
from channels.workouts.sets import counts
from channels.workouts.strength import brzycki, epley
from storage.records import SetRecord, WorkoutRecord
from storage.training import FeatRecord, FeatsRecord
from tests.years import History

Place = tuple[RecordKind, Decimal | None, Decimal | None]
_MOST_REPETITIONS: Final = 12


def reached(history: History) -> list[FeatsRecord]:
    """The best of each kind of every exercise."""
    best: dict[str, dict[Place, FeatRecord]] = defaultdict(dict)
    for row, sets in history.workouts:
        for one in filter(counts, sets):
            places = best[one.exercise_id]
            for place, value in _feats(one):
                _offer(places, place, _feat(place, value, row, one))
        if row.status == "finished":
            for exercise_id, volume in _volumes(sets):
                place = (RecordKind.VOLUME, None, None)
                _offer(best[exercise_id], place, _feat(place, volume, row, None))
    return [
        FeatsRecord(
            exercise_id=exercise_id,
            name=name_of(exercise_id, history.exercises),
            feats=tuple(sorted(places.values(), key=_order)),
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


def _feat(place: Place, value: Decimal, row: WorkoutRecord, one: SetRecord | None) -> FeatRecord:
    kind, at_kg, at_metres = place
    return FeatRecord(
        kind=kind,
        value=value,
        at_kg=at_kg,
        at_metres=at_metres,
        session_id=row.session_id,
        set_id=None if one is None else one.set_id,
        at=(row.ended_at or row.last_at) if one is None else one.at,
    )


def _offer(places: dict[Place, FeatRecord], place: Place, feat: FeatRecord) -> None:
    if place not in places or _rank(feat) < _rank(places[place]):
        places[place] = feat


def _rank(feat: FeatRecord) -> Any:
    """The better first, of equals the earlier."""
    value = feat.value if feat.kind is RecordKind.FASTEST else -feat.value
    return value, feat.at, feat.set_id or feat.session_id


def _order(feat: FeatRecord) -> Any:
    """In the order in which the database gives them: what is at no mass last."""
    return feat.kind, feat.at_kg is None, feat.at_kg or 0, feat.at_metres is None, feat.at_metres or 0


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
