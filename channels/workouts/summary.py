"""What a finished workout came to."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from channels.wire.workout import (
    ExerciseSummary,
    MuscleSummary,
    OneRepMaximum,
    Record,
    WorkoutSummary,
)
from channels.wire.workout_events import FinishedWorkout
from channels.workouts.energy import energy_of
from channels.workouts.heart import heart_summary, training_load
from channels.workouts.lived import Lived, origin_of
from channels.workouts.moving import moving_time
from channels.workouts.plan import missed, name_of, places
from channels.workouts.sets import counts, mass_unit_of, volume_of
from channels.workouts.strength import one_rep_maximum
from storage.records import ExerciseRecord, SetRecord, Workouts

_PRIMARY: Final = Decimal(1)
_SECONDARY: Final = Decimal("0.5")


def finished_workout(lived: Lived, state: Workouts, records: Sequence[Record]) -> FinishedWorkout:
    """Return a workout as one that is over, with all that can be derived from it."""
    record = lived.record
    planned = len(list(places(lived)))
    return FinishedWorkout(
        session_id=record.session_id,
        name=record.name,
        origin=origin_of(record),
        routine_id=record.routine_id,
        started_at=record.started_at,
        ended_at=record.ended_at or record.last_at,
        time_zone=record.time_zone,
        rpe=None if record.rpe is None else float(record.rpe),
        note=record.note,
        planned_sets=planned,
        planned_done=planned - len(missed(lived)),
        summary=summary_of(lived, state),
        records=tuple(records),
    )


def summary_of(lived: Lived, state: Workouts) -> WorkoutSummary:
    """Return the sums of a workout. Warm-up sets count for none of them, but take their share of time and energy."""
    time = moving_time(lived)
    sets = [one for one in lived.sets if counts(one)]
    year = lived.record.started_at.year
    return WorkoutSummary(
        moving_seconds=time.seconds,
        paused_seconds=time.paused_seconds,
        sets=len(sets),
        reps=sum(one.reps or 0 for one in sets),
        volume_kg=_volume(sets),
        exercises=tuple(_exercises(sets, state.exercises)),
        muscles=tuple(_muscles(sets, state.exercises)),
        energy=energy_of(lived, state.exercises),
        load=training_load(state.pulses, time.seconds, state.body, year, lived.record.rpe),
        heart=heart_summary(state.pulses, time.seconds, state.body, year),
        mass_unit=mass_unit_of(sets),
    )


def _exercises(sets: Iterable[SetRecord], exercises: Sequence[ExerciseRecord]) -> list[ExerciseSummary]:
    """Return what each exercise came to, in the order of their first sets."""
    done: dict[str, list[SetRecord]] = {}
    for one in sets:
        done.setdefault(one.exercise_id, []).append(one)
    return [
        ExerciseSummary(
            exercise_id=exercise_id,
            name=name_of(exercise_id, exercises),
            sets=len(its),
            reps=sum(one.reps or 0 for one in its),
            volume_kg=_volume(its),
            seconds=sum(one.seconds or 0 for one in its),
            metres=sum((one.metres or Decimal(0) for one in its), Decimal(0)),
            one_rep_maximum=_one_rep_maximum(its),
            mass_unit=mass_unit_of(its),
        )
        for exercise_id, its in done.items()
    ]


def _one_rep_maximum(sets: Iterable[SetRecord]) -> OneRepMaximum | None:
    """Return the best estimate by each formula, which may be of two sets."""
    estimates = [one_rep_maximum(one.mass_kg or Decimal(0), one.reps or 0) for one in sets]
    known = [estimate for estimate in estimates if estimate is not None]
    if not known:
        return None
    return OneRepMaximum(
        epley_kg=max(estimate.epley_kg for estimate in known),
        brzycki_kg=max(estimate.brzycki_kg for estimate in known),
    )


def _muscles(sets: Iterable[SetRecord], exercises: Sequence[ExerciseRecord]) -> list[MuscleSummary]:
    """Return what each muscle got, in the order of their first sets. Nobody knows the muscles of exercises of one's own."""
    shares = {one.exercise_id: _shares(one) for one in exercises}
    got: dict[str, tuple[Decimal, Decimal]] = {}
    for one in sets:
        for muscle, share in shares.get(one.exercise_id, {}).items():
            count, volume = got.get(muscle, (Decimal(0), Decimal(0)))
            got[muscle] = count + share, volume + share * volume_of(one)
    return [
        MuscleSummary(muscle=muscle, sets=count, volume_kg=volume) for muscle, (count, volume) in got.items()
    ]


def _shares(exercise: ExerciseRecord) -> dict[str, Decimal]:
    """Return what of a set each muscle gets; one that is named as both is a primary one."""
    primary = dict.fromkeys(exercise.primary_muscles, _PRIMARY)
    return primary | dict.fromkeys((m for m in exercise.secondary_muscles if m not in primary), _SECONDARY)


def _volume(sets: Iterable[SetRecord]) -> Decimal:
    return sum(map(volume_of, sets), Decimal(0))
