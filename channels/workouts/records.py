"""Personal records of a workout, against all that the person did in others.

What was done and what stood before are both brought down to feats: values that compare with others of the same kind, at
the same mass or distance. A feat is a record when it beats what stood: the first time of anything is none, and to equal
is none. Compared are kg and metres, exactly, so that units make no difference.

A set without a mass, or with one of 0 (as tools export body-weight sets), has repetitions to compare, and no heaviest.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from channels.wire.workout import Record, RecordKind
from channels.workouts.lived import Lived
from channels.workouts.sets import counts, volume_of
from channels.workouts.strength import one_rep_maximum
from storage.records import BestsRecord, SetRecord


class _Place(Struct, frozen=True):
    """What a value compares with: one record at most stands at each place of an exercise."""

    kind: RecordKind
    kg: Decimal | None = None
    metres: Decimal | None = None


class _Feat(Struct, frozen=True):
    """A value, and the set that reached it; none did where it is of a whole workout, or of others."""

    place: _Place
    value: Decimal
    by: SetRecord | None = None


def records_of(lived: Lived, bests: Sequence[BestsRecord]) -> tuple[Record, ...]:
    """Return the records that a workout holds, of the exercises whose bests are given, in the order of their sets.

    There is one at most of each kind, mass and distance, made by the earliest of the best sets. Volume is looked at when
    the workout is over.
    """
    stood = {one.exercise_id: one for one in bests}
    done: dict[str, list[SetRecord]] = {}
    for one in filter(counts, lived.sets):
        done.setdefault(one.exercise_id, []).append(one)
    return tuple(
        record
        for exercise_id, sets in done.items()
        if exercise_id in stood
        for record in _of_exercise(lived, sets, stood[exercise_id])
    )


def gained(before: Sequence[Record], after: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records that are new."""
    return tuple(new for new in after if not any(_same(old, new) for old in before))


def lost(before: Sequence[Record], after: Sequence[Record]) -> tuple[Record, ...]:
    """Return the records that are none any more: their sets were edited or deleted, or an earlier one equals them.

    One that another set has beaten since was a record in its time, and is not lost.
    """
    return tuple(old for old in before if not any(_same(old, new) or _replaced(old, new) for new in after))


def _same(old: Record, new: Record) -> bool:
    return _compare(old, new) and (old.set_id, old.value) == (new.set_id, new.value)


def _replaced(old: Record, new: Record) -> bool:
    return _compare(old, new) and old.set_id != new.set_id and _beats(new.kind, new.value, old.value)


def _compare(one: Record, other: Record) -> bool:
    return (one.exercise_id, one.kind, one.at_kg, one.at_metres) == (
        other.exercise_id,
        other.kind,
        other.at_kg,
        other.at_metres,
    )


def _of_exercise(lived: Lived, sets: Sequence[SetRecord], best: BestsRecord) -> Iterator[Record]:
    stood = _best(_stood(best))
    for place, feat in _best(_done(lived, sets)).items():
        before = stood.get(place)
        if before is not None and _beats(place.kind, feat.value, before.value):
            yield _record(lived, best.exercise_id, feat, before.value)


def _record(lived: Lived, exercise_id: str, feat: _Feat, before: Decimal) -> Record:
    ended_at = lived.record.ended_at or lived.record.last_at
    return Record(
        exercise_id=exercise_id,
        kind=feat.place.kind,
        value=feat.value,
        at_kg=feat.place.kg,
        at_metres=feat.place.metres,
        session_id=lived.record.session_id,
        set_id=None if feat.by is None else feat.by.set_id,
        at=ended_at if feat.by is None else feat.by.at,
        before=before,
    )


def _best(feats: Iterable[_Feat]) -> dict[_Place, _Feat]:
    """Return the best feat of each place; of equal ones the first."""
    best: dict[_Place, _Feat] = {}
    for feat in feats:
        if feat.place not in best or _beats(feat.place.kind, feat.value, best[feat.place].value):
            best[feat.place] = feat
    return best


def _beats(kind: RecordKind, value: Decimal, other: Decimal) -> bool:
    return value < other if kind is RecordKind.FASTEST else value > other


def _done(lived: Lived, sets: Sequence[SetRecord]) -> Iterator[_Feat]:
    for one in sets:
        yield from _lifted(one.mass_kg, one.reps, one)
        yield from _covered(one.seconds, one.metres, one)
    if lived.over:
        yield _Feat(_Place(RecordKind.VOLUME), sum(map(volume_of, sets), Decimal(0)))


def _stood(best: BestsRecord) -> Iterator[_Feat]:
    for kg, reps in best.efforts:
        yield from _lifted(kg, reps)
    if best.volume_kg is not None:
        yield _Feat(_Place(RecordKind.VOLUME), best.volume_kg)
    yield from _covered(best.seconds, None)
    yield from _covered(None, best.metres)
    for metres, seconds in best.paces:
        yield from _covered(seconds, metres)


def _lifted(kg: Decimal | None, reps: int | None, by: SetRecord | None = None) -> Iterator[_Feat]:
    if reps is None:
        return
    yield _Feat(_Place(RecordKind.REPS, kg=kg or None), Decimal(reps), by)
    if not kg:
        return
    yield _Feat(_Place(RecordKind.HEAVIEST), kg, by)
    maximum = one_rep_maximum(kg, reps)
    if maximum is not None:
        yield _Feat(_Place(RecordKind.E1RM), maximum.epley_kg, by)


def _covered(seconds: int | None, metres: Decimal | None, by: SetRecord | None = None) -> Iterator[_Feat]:
    if seconds is not None:
        yield _Feat(_Place(RecordKind.LONGEST), Decimal(seconds), by)
    if metres is not None:
        yield _Feat(_Place(RecordKind.FARTHEST), metres, by)
    if seconds and metres:
        yield _Feat(_Place(RecordKind.FASTEST, metres=metres), Decimal(seconds), by)
