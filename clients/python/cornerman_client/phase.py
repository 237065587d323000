"""Where a session is in its life."""

from enum import StrEnum


class Phase(StrEnum):
    """The picture of how they follow one another is in `session`."""

    APART = "apart"
    JOINING = "joining"
    LIVE = "live"
    ENDED = "ended"
