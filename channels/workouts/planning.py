"""What may be planned: in a routine, and in a workout that starts with blocks of its own."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from channels.errors import Refusal, invalid
from channels.wire.routine import Block, IntervalsBlock, MassLoad, PlannedSet, SetsBlock
from channels.workouts.plan import exercises_of
from channels.workouts.quantity import checked_length, checked_mass
from channels.workouts.sets import unknown
from channels.workouts.timeline import intervals_of
from storage.records import ExerciseRecord

MOST_PLAN_BYTES: Final = 24 * 1024
"""So that a workout's snapshot, sets and all, stays under 64 KiB."""
MOST_INTERVALS: Final = 200
MOST_TIMELINE_BYTES: Final = 16 * 1024
"""A block's timeline goes whole with every event about the clocks."""


def checked_plan(blocks: Sequence[Block], exercises: Sequence[ExerciseRecord]) -> Refusal | None:
    """Refuse a plan that is too long, that names what is no exercise, or a mass or distance that cannot be."""
    if len(msgspec.json.encode(blocks)) > MOST_PLAN_BYTES:
        return invalid("blocks", f"is longer than {MOST_PLAN_BYTES} bytes")
    problems = (unknown(exercise_id, exercises, "blocks") for exercise_id in exercises_of(blocks))
    found = next((problem for problem in problems if problem is not None), None)
    return found or next(_problems(blocks), None)


def _problems(blocks: Sequence[Block]) -> Iterator[Refusal]:
    for number, block in enumerate(blocks):
        if isinstance(block, SetsBlock):
            yield from _of_sets(block, f"blocks.{number}")
        elif _too_long(block):
            most = f"{MOST_INTERVALS} intervals, or {MOST_TIMELINE_BYTES} bytes of them"
            yield invalid(f"blocks.{number}.rounds", f"come to more than {most}")


def _of_sets(block: SetsBlock, field: str) -> Iterator[Refusal]:
    for place, exercise in enumerate(block.exercises):
        for turn, one in enumerate(exercise.sets):
            problem = _of_set(one, f"{field}.exercises.{place}.sets.{turn}")
            if problem is not None:
                yield problem


def _of_set(one: PlannedSet, field: str) -> Refusal | None:
    if one.most_reps is not None and (one.reps is None or one.most_reps < one.reps):
        return invalid(f"{field}.most_reps", "must not be less than `reps`, which begin the range")
    if isinstance(one.load, MassLoad):
        problem = checked_mass(one.load.mass, f"{field}.load.mass")
        if problem is not None:
            return problem
    return None if one.distance is None else checked_length(one.distance, f"{field}.distance")


def _too_long(block: IntervalsBlock) -> bool:
    if block.rounds * sum(1 + bool(station.rest_seconds) for station in block.stations) > MOST_INTERVALS:
        return True
    return len(msgspec.json.encode(intervals_of(block))) > MOST_TIMELINE_BYTES
