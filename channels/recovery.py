"""How a reader catches up with a topic: by replay of all it missed, or by a snapshot. Never by a part."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from channels.wire.envelope import Epoch, Offset

REPLAY_EVENTS: Final = 300
"""The most events that are replayed; a reader further behind gets a snapshot."""
REPLAY_BYTES: Final = 256 * 1024
"""The most bytes that are replayed."""


class Gap(StrEnum):
    """Why a reader cannot be caught up by replay."""

    NO_POSITION = "no_position"
    OTHER_EPOCH = "other_epoch"
    AHEAD = "ahead"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    PRUNED = "pruned"


class Replay(Struct, frozen=True):
    """Send the events of (after, until]; nothing when they are equal."""

    after: Offset
    until: Offset


def plan(position: tuple[str, int] | None, epoch: Epoch, target: Offset) -> Replay | Gap:
    """Say how a reader at `position` reaches `target`, the newest offset of the topic in `epoch`."""
    if position is None:
        return Gap.NO_POSITION
    theirs, after = position
    if theirs != epoch:
        return Gap.OTHER_EPOCH
    if after > target:
        return Gap.AHEAD
    if target - after > REPLAY_EVENTS:
        return Gap.TOO_MANY
    return Replay(Offset(after), target)


def checked(replay: Replay, offsets: list[int], size: int) -> Gap | None:
    """Say why events that were read for a replay are not the whole of it, or are too much; None when all is well."""
    if offsets != list(range(replay.after + 1, replay.until + 1)):
        return Gap.PRUNED
    if size > REPLAY_BYTES:
        return Gap.TOO_LARGE
    return None
