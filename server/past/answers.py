"""What search over somebody's past is asked and what it answers, in words that need no part of search itself to be there."""

from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from channels.wire.envelope import Moment
from server.search.answers import SearchState

LONGEST_QUESTION: Final = 500
"""Characters of a question."""


class AskedPast(Struct, frozen=True, kw_only=True):
    """A question of a person's about their own past, asked at a moment of their time."""

    user_id: UUID
    question: str
    now: Moment
    zone: ZoneInfo
    limit: int


class FoundMoment(Struct, frozen=True, kw_only=True):
    """Something of a person's past that answers a question, and why it does.

    `source` is what sort of thing it is (`workout`, `set`, `fast`; further ones will come) and `id` which one; `session_id` is the
    workout or the fast that it is, or is of. `text` says what was done or written.
    """

    source: str
    id: str
    session_id: UUID | None
    at: Moment
    text: str
    why: tuple[str, ...]


class FoundPast(Struct, frozen=True, kw_only=True):
    """What answers a question about the past.

    `read_as` is how it was read. `total` is how many workouts, sets or fasts fit, if that can be counted: what people have written is more or
    less near.
    """

    results: tuple[FoundMoment, ...]
    read_as: str
    total: int | None
    state: SearchState
