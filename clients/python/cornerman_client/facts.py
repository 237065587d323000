"""What a person's topic says, folded forward: pure functions of a snapshot and the next event."""

from msgspec.structs import replace

from cornerman_client.frames import Event
from cornerman_client.types import (
    AccountUpdated,
    BodyUpdated,
    FastingCompleted,
    FastingEnded,
    FastingStarted,
    TrainingProfileChanged,
    UserSnapshot,
    WorkoutDiscarded,
    WorkoutFinished,
    WorkoutStarted,
)


def apply(snapshot: UserSnapshot, event: Event) -> UserSnapshot:
    """Return the snapshot after the next event; events that it does not know leave it as it is."""
    match event:
        case FastingStarted() | FastingCompleted():
            return replace(snapshot, fast=event.data.session)
        case FastingEnded():
            return replace(snapshot, fast=None)
        case WorkoutStarted():
            return replace(snapshot, workout=event.data.workout)
        case WorkoutFinished() | WorkoutDiscarded():
            running = snapshot.workout
            ended = running is not None and running.session_id == event.data.session_id
            return replace(snapshot, workout=None) if ended else snapshot
        case AccountUpdated() | BodyUpdated() | TrainingProfileChanged():
            return _with_facts_of(snapshot, event)
        case _:
            return snapshot


def _with_facts_of(
    snapshot: UserSnapshot, event: AccountUpdated | BodyUpdated | TrainingProfileChanged
) -> UserSnapshot:
    if isinstance(event, AccountUpdated):
        return replace(snapshot, person=event.data.person)
    if isinstance(event, TrainingProfileChanged):
        return replace(snapshot, training=event.data.profile)
    return replace(snapshot, body=event.data.body)
