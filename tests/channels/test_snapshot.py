"""The invariant that ties sockets to reads: a snapshot, folded over the events after it, is the snapshot there.

Here `apply` alone, with an example of every event type; tests/server/test_snapshots.py holds it against what is stored.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import pytest
from msgspec.structs import replace

from channels.account import shown_person
from channels.fasting.session import complete, end, shown_fast, start
from channels.snapshot import apply, user_snapshot
from channels.topics import user_topic
from channels.wire.account import (
    AccountSignedOut,
    AccountSignedOutData,
    AccountUpdated,
    PersonReply,
    SignOutReason,
)
from channels.wire.body import Body, BodyUpdated, BodyUpdatedData, Weighing
from channels.wire.envelope import Event
from channels.wire.fasting import FastingComplete, FastingCompleteData
from channels.wire.quantity import Mass, MassUnit
from channels.wire.registry import UserEvent, tag
from channels.wire.snapshot import UserSnapshot
from scripts.generate import exercise_examples, workout_facts, workout_told
from storage.records import BodyRecord, Fasts, KnownBody, MassRecord, UserFacts
from tests.channels.fasting.facts import ADA, HOUR, NOON, begun, decided, ending, moment, starting

FAST = begun()
RESTING = UserSnapshot(person=shown_person(ADA))
FASTING = UserSnapshot(person=shown_person(ADA), fast=shown_fast(FAST))
BEA = replace(shown_person(ADA), name="Bea")
_COMPLETE = FastingComplete(id=1, data=FastingCompleteData(session_id=FAST.session_id))


def _only(events: Sequence[Event]) -> Any:
    (event,) = events
    return event


_STARTED = _only(decided(start(ADA, Fasts(), starting(), moment())).events)
_COMPLETED = _only(decided(complete(ADA, Fasts(named=FAST), _COMPLETE, moment())).events)
_ENDED = _only(decided(end(ADA, Fasts(running=FAST), ending(), moment(NOON + HOUR))).events)
_UPDATED = AccountUpdated(topic=user_topic(ADA.user_id), at=NOON, data=PersonReply(person=BEA))
_SIGNED_OUT = AccountSignedOut(
    topic=user_topic(ADA.user_id),
    at=NOON,
    data=AccountSignedOutData(family_id=UUID(int=3), reason=SignOutReason.SIGNED_OUT),
)
BODY = Body(birth_year=1990, weighing=Weighing(mass=Mass(value=Decimal(70), unit=MassUnit.KG), at=NOON))
_WEIGHED = BodyUpdated(
    topic=user_topic(ADA.user_id), at=NOON, data=BodyUpdatedData(user_id=ADA.user_id, body=BODY)
)

TRAINING = replace(RESTING, workout=workout_facts.BRIEF)
_TOLD: dict[str, Any] = {
    tag(type(event)): event for event in (*workout_told.USER_EVENTS, *exercise_examples.EVENTS)
}
_PROFILE = _TOLD["training:profile_changed"]
_LEFT_ALONE = (
    "routine:saved",
    "routine:deleted",
    "exercise:saved",
    "exercise:deleted",
    "exercise:marked",
    "workout:corrected",
    "workout:record",
    "workout:record_withdrawn",
)

EXAMPLES = {
    tag(type(event)): (before, event, after)
    for before, event, after in (
        (RESTING, _TOLD["workout:started"], TRAINING),
        (TRAINING, _TOLD["workout:finished"], RESTING),
        (TRAINING, _TOLD["workout:discarded"], RESTING),
        *((TRAINING, _TOLD[type_], TRAINING) for type_ in _LEFT_ALONE),
        (RESTING, _STARTED, FASTING),
        (FASTING, _COMPLETED, replace(FASTING, fast=_COMPLETED.data.session)),
        (FASTING, _ENDED, RESTING),
        (RESTING, _UPDATED, UserSnapshot(person=BEA)),
        (FASTING, _SIGNED_OUT, FASTING),
        (FASTING, _WEIGHED, replace(FASTING, body=BODY)),
        (FASTING, _PROFILE, replace(FASTING, training=_PROFILE.data.profile)),
    )
}


@pytest.mark.parametrize("event_type", [tag(event) for event in get_args(UserEvent)])
def test_every_event_type_folds_into_the_snapshot(event_type: str) -> None:
    assert event_type in EXAMPLES, "a new event needs an example of what it does to the snapshot"
    before, event, after = EXAMPLES[event_type]
    assert apply(before, event) == after


def test_the_end_of_another_workout_leaves_the_running_one() -> None:
    other = replace(TRAINING, workout=replace(workout_facts.BRIEF, session_id=UUID(int=1)))
    assert apply(other, _TOLD["workout:finished"]) == other


def test_a_snapshot_shows_the_person_and_their_running_fast() -> None:
    facts = UserFacts(head=1, person=ADA, fast=FAST, suspended_at=None)
    assert user_snapshot(facts) == FASTING


def test_a_snapshot_shows_what_was_told_of_the_body() -> None:
    known = KnownBody(
        body=BodyRecord(birth_year=1990), weighed=MassRecord(mass=Decimal(70), mass_unit="kg", at=NOON)
    )
    facts = UserFacts(head=0, person=ADA, fast=None, body=known, suspended_at=None)
    assert user_snapshot(facts) == replace(RESTING, body=BODY)


def test_a_snapshot_of_someone_who_does_not_fast_has_no_fast() -> None:
    facts = UserFacts(head=0, person=ADA, fast=None, suspended_at=None)
    assert user_snapshot(facts) == RESTING
