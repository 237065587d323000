"""One topic as a node knows it: how far it is, what it comes to, who follows it here."""

from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from msgspec import Struct

from channels.wire.envelope import Topic, UserId
from server.live.encoded import Encoded
from server.live.kinds import TopicKind

if TYPE_CHECKING:
    from asyncio import Task, TimerHandle


class Follower(Protocol):
    """A socket as the hub sees it."""

    @property
    def user_id(self) -> UserId | None:
        """Whose socket it is."""

    @property
    def family_id(self) -> UUID | None:
        """The sign-in that the socket belongs to."""

    @property
    def tick_seconds(self) -> int:
        """Seconds between two ticks; 0 while the app is in the background."""

    def send_event(self, message: Encoded) -> None:
        """Queue an event."""

    def send_replay(self, messages: list[Encoded]) -> None:
        """Queue the events that the follower missed, oldest first."""

    def send_state(self, key: tuple[str, str, str], message: Encoded) -> None:
        """Queue a state in place of an older one of its key."""

    def leave(self, code: int, reason: str = "") -> None:
        """Close the socket."""


class Joiner:
    """A follower that is not live yet: what comes meanwhile is kept here, with its offset."""

    __slots__ = ("arrived", "follower")

    def __init__(self, follower: Follower) -> None:
        self.follower = follower
        self.arrived: list[tuple[int, Encoded]] = []


class Told(Struct, frozen=True):
    """A state that was told, its version, and at which monotonic second that was."""

    message: Encoded
    version: int
    at: float


class Feed:
    """A topic's state on this node. `cursor` is None until the topic was read for the first time."""

    __slots__ = (
        "ahead",
        "cursor",
        "filling",
        "followers",
        "joiners",
        "kind",
        "snapshot",
        "states",
        "topic",
        "waiting",
    )

    def __init__(self, topic: Topic, kind: TopicKind) -> None:
        self.topic = topic
        self.kind = kind
        self.cursor: int | None = None
        self.snapshot: Any = None
        self.followers: set[Follower] = set()
        self.joiners: list[Joiner] = []
        self.ahead: dict[int, bytes] = {}
        """Publications that came before their turn, by offset."""
        self.states: dict[tuple[str, str, str], Told] | None = None
        """The newest states that were told, by (topic, type, of)."""
        self.filling: Task[None] | None = None
        self.waiting: TimerHandle | None = None
        """Gives a hole time to fill by itself."""

    @property
    def idle(self) -> bool:
        """Say whether nobody here follows the topic or is about to."""
        return not self.followers and not self.joiners
