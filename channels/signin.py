"""Refresh tokens: what happens when a device presents one.

A family is one sign-in; its refresh tokens are numbered by generation, and each is good for one rotation. Presenting
an older one means that two hold tokens of the family, and one of them has stolen them, so the family ends; save when
a device presents its last one again, because the answer to its rotation was lost on the way.
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from msgspec.structs import replace

from storage.records import FamilyRecord

REPEAT_WITHIN: Final = timedelta(seconds=60)
"""How long after a rotation the device that made it may ask for the same answer again."""


class Presented(Enum):
    """What presenting a refresh token comes to."""

    ROTATE = auto()
    """A new pair of the next generation."""
    REPEAT = auto()
    """The pair of the running generation, once more."""
    REUSED = auto()
    """The family ends."""
    EXPIRED = auto()
    REVOKED = auto()


def present(family: FamilyRecord, generation: int, device: str, now: datetime) -> Presented:
    """Decide what a token of `generation`, presented by `device`, comes to.

    A generation ahead of the family's is good: the token is ours, so the database was restored to before it was given.
    """
    if family.revoked_at is not None:
        return Presented.REVOKED
    if now >= family.expires_at:
        return Presented.EXPIRED
    if generation >= family.generation:
        return Presented.ROTATE
    lately = now - family.rotated_at <= REPEAT_WITHIN
    if generation == family.generation - 1 and device == family.device and lately:
        return Presented.REPEAT
    return Presented.REUSED


def rotated(
    family: FamilyRecord, generation: int, device: str, now: datetime, lifetime: timedelta
) -> FamilyRecord:
    """Return the family after a rotation by a token of `generation`; its end slides to a lifetime from now."""
    return replace(
        family, generation=generation + 1, device=device, rotated_at=now, expires_at=now + lifetime
    )
