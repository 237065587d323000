"""What the live core knows of a kind of topic: how it is read, folded and ticked, and who may follow it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from channels.errors import Refusal
from channels.wire.envelope import Offset, State, Topic, UserId
from channels.wire.registry import LogEvent
from storage.postgres import Link


class Reader(Struct, frozen=True):
    """Who wants to follow which topic, with which sign-in."""

    topic: Topic
    user_id: UserId
    family_id: UUID


class Facts(Struct, frozen=True):
    """A topic as it was at an offset: its newest event there, and what all of them come to."""

    head: Offset
    snapshot: Any


class TopicKind(Protocol):
    """The kind of all topics that share a prefix."""

    async def read(self, link: Link, readers: Sequence[Reader]) -> dict[Reader, Facts | Refusal]:
        """Read topics with their heads, in the caller's repeatable-read transaction; refuse who may not."""

    def apply(self, snapshot: Any, event: LogEvent) -> Any:
        """Fold an event into a snapshot."""

    def tick(self, snapshot: Any, now: datetime) -> State | None:
        """Return the state that a running timer shows at a moment of the fleet's clock; None when none runs."""

    def phase(self, snapshot: Any) -> float | None:
        """Return at which fraction of a second of the fleet's clock the timer's seconds turn; None without one."""
