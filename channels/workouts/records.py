"""Personal records of a workout, against all that the person did in others.

What was done and what stood before are both brought down to feats: values that compare with others of the same kind, at
the same mass or distance. A feat is a record when it beats what stood: the first time of anything is none, and to equal
is none. Compared are kg and metres, exactly, so that units make no difference.

A set without a mass, or with one of 0 (as tools export body-weight sets), has repetitions to compare, and no heaviest.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from channels.wire.quantity import MassUnit
from channels.wire.workout import Record, RecordKind
from channels.workouts.lived import Lived
from channels.workouts.sets import counts, mass_unit_of, volume_of
from channels.workouts.strength import one_rep_maximum
from storage.records import BestsRecord, SetRecord


class _Place(Struct, frozen=True):
    """What a value compares with: one record stands at each place of an exercise."""

    kind: RecordKind
    kg: Decimal | None = None
    metres: Decimal | None = None


class _Feat(Struct, frozen=True):
    """A value, and the set that reached it; none did where it is of a whole workout, or of others.

    `unit` is what the masses of a whole workout were entered in.
    """

    place: _Place
    value: Decimal
    by: SetRecord | None = None
    unit: str | None = None


def standing(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return the records that stand, of all that were reached in turn: the last one of each kind, mass and distance.

    The earliest of the best sets holds it: to equal is none.
    """
    return tuple({(one.exercise_id, _place(one)): one for one in records}.values())


def reached(lived: Lived, bests: Sequence[BestsRecord]) -> tuple[Record, ...]:
    """Return all that were records of a workout when their sets were done, also those that a later set has beaten.

    Looked at are the exercises whose bests are given, in the order of their sets; volume once the workout is over.
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
    """Return the records that are new, of those that a workout held and holds."""
    known = set(map(_identity, before))
    return tuple(one for one in after if _identity(one) not in known)


def lost(before: Sequence[Record], after: Sequence[Record]) -> tuple[Record, ...]:
    """Return what is no record any more, of all that were reached: what made it was edited, deleted, or forestalled.

    So what was told and not withdrawn was always a record in its time, in whatever order sets come and change.
    """
    return gained(after, before)


def _place(one: Record) -> _Place:
    return _Place(one.kind, one.at_kg, one.at_metres)


def _identity(one: Record) -> tuple[str, _Place, Decimal, UUID | None]:
    return one.exercise_id, _place(one), one.value, one.set_id


def _of_exercise(lived: Lived, sets: Sequence[SetRecord], best: BestsRecord) -> Iterator[Record]:
    stood: dict[_Place, Decimal] = {}
    for feat in _stood(best):
        if feat.place not in stood or _beats(feat, stood[feat.place]):
            stood[feat.place] = feat.value
    standing = dict(stood)
    for feat in _done(lived, sets):
        if feat.place in standing and _beats(feat, standing[feat.place]):
            standing[feat.place] = feat.value
            yield _record(lived, best.exercise_id, feat, stood[feat.place])


def _beats(feat: _Feat, value: Decimal) -> bool:
    return feat.value < value if feat.place.kind is RecordKind.FASTEST else feat.value > value


def _record(lived: Lived, exercise_id: str, feat: _Feat, before: Decimal) -> Record:
    ended_at = lived.record.ended_at or lived.record.last_at
    unit = feat.unit if feat.by is None else feat.by.mass_unit
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
        mass_unit=None if unit is None else MassUnit(unit),
    )


def _done(lived: Lived, sets: Sequence[SetRecord]) -> Iterator[_Feat]:
    for one in sets:
        yield from _lifted(one.mass_kg, one.reps, one)
        yield from _covered(one.seconds, one.metres, one)
    if lived.over:
        volume = sum(map(volume_of, sets), Decimal(0))
        yield _Feat(_Place(RecordKind.VOLUME), volume, unit=mass_unit_of(sets))


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
