"""The rows of a file, put together into workouts.

Rows are of one workout that begin at the same moment and are called alike; they stay in the order of the file, also
where an exercise comes again later. What a row says is taken as it stands, units and all; what it does not say is not
made up: a workout of which nobody knows how long it took is as long as its timed sets.

A workout's key follows from who did it, with which tool, when by the clock on the wall, and how it is called. So a file
that is imported again adds nothing, nor does a newer one that has the same workout in it; the person's zone may change
in between.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from channels.wire.workout import DoneSet
from channels.wire.workout_commands import LoggedSet, WorkoutLogData
from channels.workouts.imports.dates import end_in_utc, in_utc
from channels.workouts.imports.report import (
    Imported,
    ImportedWorkout,
    NamedExercise,
    Reason,
    Report,
    Skipped,
)
from channels.workouts.imports.rows import Importer, Row
from channels.workouts.lived import LONGEST, MOST_SETS
from channels.workouts.matching import Names, match, own_exercise
from channels.workouts.sets import OWN
from channels.workouts.starting import OLDEST

MOST_TOLD: Final = 1000
"""How many skipped rows a report tells."""
_KEYS: Final = UUID("6f1c7f0e-5d0b-5f4e-9a51-3c1f6a2f9f0d")
_UNNAMED: Final = "Workout"
_LONGEST_NAME: Final = 100
_LONGEST_NOTE: Final = 1000
_LONGEST_SET_NOTE: Final = 500


class Exercises:
    """Which exercises a file names. What differs in case and spaces alone is one name, spelt as it is first."""

    def __init__(self, names: Names) -> None:
        """Begin with none."""
        self._names = names
        self._found: dict[str, tuple[str, str]] = {}

    def id_of(self, name: str) -> str:
        """Return the id of an exercise, of the library or of one's own; nothing for no name."""
        key = _line(name).casefold()
        if key not in self._found:
            self._found[key] = (_line(name), match(name, self._names) or own_exercise(name) or "")
        return self._found[key][1]

    def told(self, sets: Iterable[str]) -> tuple[NamedExercise, ...]:
        """Return the exercises of sets that have these names, in the order of the file."""
        counts = Counter(_line(name).casefold() for name in sets)
        return tuple(
            NamedExercise(name=name[:_LONGEST_NAME], exercise_id=exercise_id, sets=counts[key])
            for key, (name, exercise_id) in self._found.items()
            if counts[key]
        )


def gathered(
    source: str, rows: Iterable[Row | Skipped], importer: Importer, unread: tuple[str, ...] = ()
) -> Imported:
    """Return the workouts that rows are of, the oldest first: so each is held against those before it."""
    exercises = Exercises(importer.names)
    judged = [_judged(row, exercises, importer) for row in rows]
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in judged:
        if isinstance(row, Row):
            groups.setdefault((row.start.isoformat(), row.workout), []).append(row)
    skipped = [row for row in judged if isinstance(row, Skipped)]
    skipped += [one for group in groups.values() for one in _left_out(group)]
    kept = [group for group in groups.values() if _sets(group)]
    workouts = [_workout(source, group, exercises, importer) for group in kept]
    workouts.sort(key=lambda workout: workout.data.started_at)
    told = exercises.told(row.exercise for group in kept for row in _sets(group))
    report = Report(
        source=source,
        rows=len(judged),
        sets=sum(len(workout.data.sets) for workout in workouts),
        workouts=len(workouts),
        untimed=sum(_end(group, importer) is None for group in kept),
        matched=tuple(one for one in told if not one.exercise_id.startswith(OWN)),
        unmatched=tuple(one for one in told if one.exercise_id.startswith(OWN)),
        skipped=tuple(sorted(skipped, key=lambda one: one.line)[:MOST_TOLD]),
        skipped_rows=len(skipped),
        unread=unread,
    )
    return Imported(workouts=tuple(workouts), report=report)


def _judged(row: Row | Skipped, exercises: Exercises, importer: Importer) -> Row | Skipped:
    """Return a row that is of a workout, else why it is of none."""
    if isinstance(row, Skipped):
        return row
    start = in_utc(row.start, importer.zone)
    if not exercises.id_of(row.exercise):
        reason = Reason.NO_EXERCISE
    elif row.empty and not row.is_note:
        reason = Reason.EMPTY
    elif start < OLDEST:
        reason = Reason.BAD_DATE
    elif start > importer.now:
        reason = Reason.FUTURE
    else:
        return row
    return Skipped(line=row.line, reason=reason)


def _sets(group: Sequence[Row]) -> list[Row]:
    return [row for row in group if not row.is_note][:MOST_SETS]


def _left_out(group: Sequence[Row]) -> Iterator[Skipped]:
    yield from (Skipped(line=row.line, reason=Reason.NOTE) for row in group if row.is_note)
    over = [row for row in group if not row.is_note][MOST_SETS:]
    yield from (Skipped(line=row.line, reason=Reason.TOO_MANY_SETS) for row in over)


def _workout(source: str, group: Sequence[Row], exercises: Exercises, importer: Importer) -> ImportedWorkout:
    first = group[0]
    start = in_utc(first.start, importer.zone)
    identity = (str(importer.user_id), source, first.start.isoformat(), first.workout)
    key = uuid5(_KEYS, "\n".join(identity))
    data = WorkoutLogData(
        session_id=key,
        name=_line(first.workout)[:_LONGEST_NAME] or _UNNAMED,
        started_at=start,
        ended_at=min(_end(group, importer) or start + _timed(group), importer.now),
        sets=tuple(_logged(group, exercises)),
        rpe=next((row.workout_rpe for row in group if row.workout_rpe is not None), None),
        note=next((row.workout_note for row in group if row.workout_note), "")[:_LONGEST_NOTE],
        source=source,
    )
    return ImportedWorkout(key=key, known_as=first.known_as, line=first.line, data=data)


def _end(group: Sequence[Row], importer: Importer) -> datetime | None:
    """Return when a workout ended, if the file says so and it can be."""
    start = in_utc(group[0].start, importer.zone)
    ends = (end_in_utc(row.end, start, importer.zone) for row in group if row.end is not None)
    durations = (start + timedelta(seconds=row.duration) for row in group if row.duration is not None)
    end = next(ends, next(durations, None))
    return end if end is not None and start <= end <= start + LONGEST else None


def _timed(group: Sequence[Row]) -> timedelta:
    return min(timedelta(seconds=sum(row.seconds or 0 for row in _sets(group))), LONGEST)


def _logged(group: Sequence[Row], exercises: Exercises) -> Iterator[LoggedSet]:
    """Give the sets. What is noted of an exercise goes with the first of its sets."""
    notes: dict[str, str] = {}
    for row in group:
        if row.exercise_note:
            notes.setdefault(exercises.id_of(row.exercise), row.exercise_note)
    for row in _sets(group):
        exercise_id = exercises.id_of(row.exercise)
        noted = (notes.pop(exercise_id, ""), row.note)
        done = DoneSet(
            exercise_id=exercise_id,
            kind=row.kind,
            mass=row.mass,
            reps=row.reps,
            seconds=row.seconds,
            distance=row.distance,
            rpe=row.rpe,
            side=row.side,
            note="\n".join(note for note in noted if note)[:_LONGEST_SET_NOTE],
        )
        yield LoggedSet(done=done)


def _line(text: str) -> str:
    return " ".join(text.split())
