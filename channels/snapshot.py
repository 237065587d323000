"""A person's topic as facts: read once, then folded forward by each event.

What ties the socket to what is stored: the snapshot at p, plus the events p…q through `apply`, is the snapshot at q.
"""

from typing import assert_never

from msgspec.structs import replace

from channels.account import shown_person
from channels.fasting.session import shown_fast
from channels.wire.account import AccountSignedOut, AccountUpdated
from channels.wire.fasting import FastingCompleted, FastingEnded, FastingStarted
from channels.wire.registry import LogEvent
from channels.wire.snapshot import UserSnapshot
from storage.records import UserFacts


def user_snapshot(facts: UserFacts) -> UserSnapshot:
    """Return the snapshot of what was read."""
    fast = None if facts.fast is None else shown_fast(facts.fast)
    return UserSnapshot(person=shown_person(facts.person), fast=fast)


def apply(snapshot: UserSnapshot, event: LogEvent) -> UserSnapshot:
    """Return the snapshot after the next event of the topic."""
    match event:
        case FastingStarted() | FastingCompleted():
            return replace(snapshot, fast=event.data.session)
        case FastingEnded():
            return replace(snapshot, fast=None)
        case AccountUpdated():
            return replace(snapshot, person=event.data.person)
        case AccountSignedOut():
            return snapshot
        case _:
            assert_never(event)
