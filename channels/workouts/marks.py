"""What was done to a workout besides its sets.

Every such change is kept as a mark with its moment, and the workout is what its marks come to in the order of their
moments. So a change that waited in a device's queue takes its place among the others whenever it comes, and one that
comes twice is one mark. No mark is ever dropped: what makes one moot (its set was deleted, the workout ended before)
may itself be taken back by what comes later.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

import msgspec
from msgspec import Struct

from channels.wire.envelope import Moment
from channels.wire.workout import Planned, Swap
from storage.records import SetRecord


class MarkKind(StrEnum):
    """What was done."""

    INTERVALS = "intervals"
    NEXT = "next"
    PAUSE = "pause"
    RESUME = "resume"
    REST = "rest"
    REST_EXTEND = "rest_extend"
    REST_SKIP = "rest_skip"
    SKIP = "skip"
    SWAP = "swap"
    FINISH = "finish"
    SILENCE = "silence"


class Mark(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change. `key` is the command's, and orders those of one moment.

    `block` goes with intervals, `seconds` with rests, `planned` with skips and swaps, `exercise_id` with swaps, `rpe` and
    `note` with the end. A rest that begins with a set names it by `set_id`, and counts as long as the set does.
    """

    kind: MarkKind
    at: Moment
    key: UUID
    block: int = 0
    seconds: int = 0
    planned: Planned | None = None
    exercise_id: str = ""
    rpe: float | None = None
    note: str | None = None
    set_id: UUID | None = None


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """Return marks in the order of their moments, each once, in whatever order they are given."""
    given = list(marks)
    if all(_before(one, other) for one, other in pairwise(given)):
        return given
    return sorted(dict.fromkeys(given), key=_place)


def _before(one: Mark, other: Mark) -> bool:
    return one.at < other.at or (one.at == other.at and one.key < other.key)


def _place(mark: Mark) -> tuple[datetime, UUID, bytes]:
    return mark.at, mark.key, msgspec.json.encode(mark)


def counted(marks: Iterable[Mark], sets: Iterable[SetRecord]) -> list[Mark]:
    """Return the marks that count: all but the rests that began with sets that are deleted."""
    gone = {one.set_id for one in sets if one.deleted}
    return [mark for mark in marks if mark.set_id not in gone]


def skipped_of(marks: Iterable[Mark]) -> tuple[Planned, ...]:
    """Return the places of the plan that are skipped, in the order in which they were, each once."""
    skipped = [mark.planned for mark in in_order(marks) if mark.kind is MarkKind.SKIP and mark.planned]
    return tuple(dict.fromkeys(skipped))


def swaps_of(marks: Iterable[Mark]) -> tuple[Swap, ...]:
    """Return what is done in place of what was planned; of several swaps of one place the last counts."""
    swaps = {
        mark.planned: mark.exercise_id
        for mark in in_order(marks)
        if mark.kind is MarkKind.SWAP and mark.planned
    }
    return tuple(Swap(planned=planned, exercise_id=exercise_id) for planned, exercise_id in swaps.items())


def rest_with(one: SetRecord, seconds: int) -> Mark:
    """Return the rest that begins with a set."""
    return Mark(kind=MarkKind.REST, at=one.at, key=one.set_id, seconds=seconds, set_id=one.set_id)
