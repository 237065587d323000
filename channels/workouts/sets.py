"""What may be said of a set, and which of two things that were said of it counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

from channels.errors import Code, Refusal, invalid
from channels.wire.envelope import Detail
from channels.wire.quantity import Length, LengthUnit, Mass, MassUnit
from channels.wire.routine import SetKind
from channels.wire.workout import DoneSet, Planned, Side, WorkoutSet
from channels.workouts.quantity import checked_length, checked_mass, kg, metres
from storage.records import ExerciseRecord, SetRecord

OWN: Final = "own:"
"""What the id of an exercise begins with that is not of the library: its name follows."""


def checked(done: DoneSet, exercises: Sequence[ExerciseRecord], field: str = "done") -> Refusal | None:
    """Refuse what says nothing, what cannot be, and what no exercise is for."""
    if done.reps is None and done.seconds is None and done.distance is None:
        return invalid(f"{field}.reps", "say repetitions, seconds or a distance")
    problem = unknown(done.exercise_id, exercises, f"{field}.exercise_id")
    if problem is None and done.mass is not None:
        problem = checked_mass(done.mass, f"{field}.mass")
    if problem is None and done.distance is not None:
        problem = checked_length(done.distance, f"{field}.distance")
    return problem


def unknown(exercise_id: str, exercises: Sequence[ExerciseRecord], field: str) -> Refusal | None:
    """Refuse an exercise that is neither of the library nor named as one's own."""
    own = exercise_id.startswith(OWN) and exercise_id.removeprefix(OWN).strip()
    if own or any(one.exercise_id == exercise_id for one in exercises):
        return None
    detail = Detail(field=field, message="is no exercise of the library", value=exercise_id)
    return Refusal(code=Code.UNKNOWN_EXERCISE, details=(detail,))


def said(set_id: UUID, done: DoneSet, at: datetime) -> SetRecord:
    """Return a set as it was said at a moment."""
    planned = done.planned
    return SetRecord(
        set_id=set_id,
        exercise_id=done.exercise_id,
        kind=done.kind,
        at=at,
        changed_at=at,
        mass=None if done.mass is None else done.mass.value,
        mass_unit=None if done.mass is None else done.mass.unit,
        mass_kg=None if done.mass is None else kg(done.mass),
        reps=done.reps,
        seconds=done.seconds,
        distance=None if done.distance is None else done.distance.value,
        distance_unit=None if done.distance is None else done.distance.unit,
        metres=None if done.distance is None else metres(done.distance),
        rpe=None if done.rpe is None else Decimal(str(done.rpe)),
        side=done.side,
        block=None if planned is None else planned.block,
        block_exercise=None if planned is None else planned.exercise,
        block_set=None if planned is None else planned.set,
        note=done.note,
    )


def taken_back(set_id: UUID, at: datetime, known: SetRecord | None) -> SetRecord:
    """Return a set as deleted at a moment; what was not known yet is remembered as deleted before it came."""
    if known is None:
        return SetRecord(
            set_id=set_id, exercise_id=OWN, kind=SetKind.WORKING, at=at, changed_at=at, deleted=True
        )
    return msgspec.structs.replace(known, at=min(known.at, at), changed_at=at, deleted=True)


def latest(known: SetRecord | None, new: SetRecord) -> SetRecord:
    """Return what counts of a set after something new was said of it, in whatever order the two came.

    What was said last counts; of two things that were said at once, to delete it, else the greater. It was done when
    it was first spoken of.
    """
    if known is None:
        return new
    winner = max(known, new, key=_weight)
    return msgspec.structs.replace(winner, at=min(known.at, new.at), records=known.records)


def _weight(one: SetRecord) -> tuple[datetime, bool, bytes]:
    return one.changed_at, one.deleted, msgspec.json.encode(done_of(one))


def counts(one: SetRecord) -> bool:
    """Say whether a set counts for records and sums: warm-up sets and those that were taken back do not."""
    return not one.deleted and one.kind != SetKind.WARM_UP


def volume_of(one: SetRecord) -> Decimal:
    """Return kg times repetitions, exactly; 0 where either was not said."""
    return (one.mass_kg or Decimal(0)) * (one.reps or 0)


def mass_unit_of(sets: Iterable[SetRecord]) -> MassUnit | None:
    """Return what most of the masses were entered in that add to the volume of sets, kg where neither is of more."""
    units = Counter(one.mass_unit for one in sets if one.mass_unit is not None and volume_of(one))
    return MassUnit(max(units, key=lambda unit: (units[unit], unit == MassUnit.KG))) if units else None


def done_of(one: SetRecord) -> DoneSet:
    """Return what was done in a set, as it was entered."""
    mass = distance = planned = None
    if one.mass is not None and one.mass_unit is not None:
        mass = Mass(value=one.mass, unit=MassUnit(one.mass_unit))
    if one.distance is not None and one.distance_unit is not None:
        distance = Length(value=one.distance, unit=LengthUnit(one.distance_unit))
    if one.block is not None:
        planned = Planned(block=one.block, exercise=one.block_exercise, set=one.block_set)
    return DoneSet(
        exercise_id=one.exercise_id,
        kind=SetKind(one.kind),
        mass=mass,
        reps=one.reps,
        seconds=one.seconds,
        distance=distance,
        rpe=None if one.rpe is None else float(one.rpe),
        side=None if one.side is None else Side(one.side),
        planned=planned,
        note=one.note,
    )


def shown_set(one: SetRecord) -> WorkoutSet:
    """Return a set as it is shown to clients."""
    return WorkoutSet(set_id=one.set_id, at=one.at, changed_at=one.changed_at, done=done_of(one))
