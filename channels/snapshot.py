"""A person's topic as facts: read once, then folded forward by each event.

What ties the socket to what is stored: the snapshot at p, plus the events p…q through `apply`, is the snapshot at q.
"""

from typing import assert_never
from uuid import UUID

from msgspec.structs import replace

from channels.account import shown_person
from channels.body import shown_body
from channels.fasting.session import shown_fast
from channels.wire.account import AccountSignedOut, AccountUpdated
from channels.wire.body import BodyUpdated
from channels.wire.exercise import ExerciseDeleted, ExerciseMarked, ExerciseSaved, TrainingProfileChanged
from channels.wire.fasting import FastingCompleted, FastingEnded, FastingStarted
from channels.wire.registry import UserEvent
from channels.wire.routine import RoutineDeleted, RoutineSaved
from channels.wire.snapshot import UserSnapshot
from channels.wire.workout_events import (
    WorkoutCorrected,
    WorkoutDiscarded,
    WorkoutFinished,
    WorkoutRecord,
    WorkoutRecordWithdrawn,
    WorkoutStarted,
)
from channels.workouts.lived import brief
from channels.workouts.opinion import shown_profile
from storage.records import UserFacts


def user_snapshot(facts: UserFacts) -> UserSnapshot:
    """Return the snapshot of what was read."""
    fast = None if facts.fast is None else shown_fast(facts.fast)
    workout = None if facts.workout is None else brief(facts.workout)
    body = None if facts.body is None else shown_body(facts.body)
    training = None if facts.training is None else shown_profile(facts.training)
    return UserSnapshot(
        person=shown_person(facts.person), fast=fast, workout=workout, body=body, training=training
    )


def apply(snapshot: UserSnapshot, event: UserEvent) -> UserSnapshot:
    """Return the snapshot after the next event of the topic."""
    match event:
        case FastingStarted() | FastingCompleted():
            return replace(snapshot, fast=event.data.session)
        case FastingEnded():
            return replace(snapshot, fast=None)
        case WorkoutStarted():
            return replace(snapshot, workout=event.data.workout)
        case WorkoutFinished() | WorkoutDiscarded():
            return _without(snapshot, event.data.session_id)
        case AccountUpdated() | BodyUpdated() | TrainingProfileChanged():
            return _with_facts_of(snapshot, event)
        case (
            WorkoutCorrected()
            | WorkoutRecord()
            | WorkoutRecordWithdrawn()
            | RoutineSaved()
            | RoutineDeleted()
            | ExerciseSaved()
            | ExerciseDeleted()
            | ExerciseMarked()
            | AccountSignedOut()
        ):
            return snapshot
        case _:
            assert_never(event)


def _with_facts_of(
    snapshot: UserSnapshot, event: AccountUpdated | BodyUpdated | TrainingProfileChanged
) -> UserSnapshot:
    if isinstance(event, AccountUpdated):
        return replace(snapshot, person=event.data.person)
    if isinstance(event, TrainingProfileChanged):
        return replace(snapshot, training=event.data.profile)
    return replace(snapshot, body=event.data.body)


def _without(snapshot: UserSnapshot, session_id: UUID) -> UserSnapshot:
    running = snapshot.workout
    ended = running is not None and running.session_id == session_id
    return replace(snapshot, workout=None) if ended else snapshot
