"""All that the client reads: the person's own topic, those that it follows beside it, and the newest states.

Every event is handed out once and in order in its topic, or is known to be missing; each topic has a position of its own.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from cornerman_client.codec import BadFrame, Codec
from cornerman_client.facts import apply
from cornerman_client.following import Following
from cornerman_client.frames import Event, State
from cornerman_client.topic import AnyTopic, Known, Topic
from cornerman_client.types import TopicState, UserSnapshot, Workout

if TYPE_CHECKING:
    from datetime import datetime

STATES_KEPT = 1024
"""How many of the newest states' versions are remembered; beyond that the oldest is forgotten."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """The person's facts at `offset` of their own topic: what stands in for all events up to it, also for those before."""

    topic: str
    offset: int
    facts: UserSnapshot


class WorkoutSnapshot(Struct, frozen=True, kw_only=True):
    """A workout at `offset` of its topic, which the client follows: what stands in for all events up to it."""

    topic: str
    offset: int
    facts: Workout


AnySnapshot = Snapshot | WorkoutSnapshot


class Memory(Struct, frozen=True, kw_only=True):
    """What an app keeps between two runs to resume where it was; encode it with `msgspec.json`.

    It is of the person's own topic: what is followed beside it begins with a snapshot in each run.
    """

    topic: str
    epoch: str
    offset: int
    facts: UserSnapshot


class Topics:
    """See the module. `memory` is where an earlier run of the app ended."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.following = Following()
        self.latest_at: datetime | None = None
        """The newest moment of an event that was taken in: what a person does after it is not before it."""
        self._own: Topic[UserSnapshot] | None = None
        self._states: dict[tuple[str, str, str], int] = {}
        if memory is not None:
            self._own = _own(memory.topic, Known(memory.epoch, memory.offset, memory.facts))

    @property
    def memory(self) -> Memory | None:
        """What to keep of the person's own topic."""
        own = self._own
        if own is None or own.known is None:
            return None
        known = own.known
        return Memory(topic=own.name, epoch=known.epoch, offset=known.offset, facts=known.facts)

    @property
    def position(self) -> dict[str, tuple[str, int]]:
        """Where the device is in the person's own topic, as `connect` says it."""
        return {} if self._own is None or self._own.position is None else {self._own.name: self._own.position}

    @property
    def offsets(self) -> dict[str, int]:
        """How far each topic is read."""
        return {topic.name: topic.position[1] for topic in self._all() if topic.position is not None}

    @property
    def epoch(self) -> str | None:
        """The epoch of what is known of the person's own topic."""
        return None if self._own is None or self._own.position is None else self._own.position[0]

    def joined(self, topics: dict[str, TopicState], codec: Codec) -> Snapshot | None:
        """Take in where the person's own topic stands; returns the snapshot when there is one. Raises BadFrame."""
        if len(topics) != 1:
            raise BadFrame("the reply to connect cannot be meant: it is not about one topic")
        ((name, state),) = topics.items()
        if state.epoch != self.epoch:
            self._states.clear()
        own = self._own if self._own is not None and self._own.name == name else _own(name, None)
        anew = own.joined(state, codec)
        self._own = own
        return self._own_snapshot() if anew else None

    def parted(self) -> None:
        """The connection is gone: nothing comes until topics are joined again."""
        if self._own is not None:
            self._own.live = False
        self.following.parted()

    def snapshots(self) -> list[AnySnapshot]:
        """Return the facts of each topic as they are now, the person's own first."""
        own = self._own_snapshot()
        followed = (snapshot_of(topic) for topic in self.following.topics.values())
        return [found for found in (own, *followed) if found is not None]

    def event(self, event: Event) -> bool:
        """Say whether an event is the next one of its topic, and take it in. Raises Gap."""
        topic = self._topic(event.topic)
        if topic is None or not topic.take(event):
            return False
        self.latest_at = event.at if self.latest_at is None else max(self.latest_at, event.at)
        return True

    def state(self, state: State) -> bool:
        """Say whether a state is newer than what was seen of the same, and take it in."""
        topic = self._topic(state.topic)
        if topic is None or not topic.live:
            return False
        key = (state.topic, type(state).__name__, state.of)
        if state.version <= self._states.get(key, -1):
            return False
        self._states.pop(key, None)
        self._states[key] = state.version
        if len(self._states) > STATES_KEPT:
            del self._states[next(iter(self._states))]
        return True

    @property
    def untold(self) -> int:
        """How many of the events that were taken in the server has not been told of."""
        return sum(topic.untold for topic in self._all())

    def tell(self) -> Iterator[tuple[str, int]]:
        """Return what to acknowledge, topic by topic."""
        for topic in self._all():
            if topic.untold:
                yield topic.name, topic.tell()

    def _all(self) -> list[AnyTopic]:
        followed = list(self.following.topics.values())
        return followed if self._own is None else [self._own, *followed]

    def _topic(self, name: str) -> AnyTopic | None:
        return (
            self._own if self._own is not None and self._own.name == name else self.following.topics.get(name)
        )

    def _own_snapshot(self) -> Snapshot | None:
        memory = self.memory
        return (
            None if memory is None else Snapshot(topic=memory.topic, offset=memory.offset, facts=memory.facts)
        )


def snapshot_of(topic: Topic[Workout]) -> WorkoutSnapshot | None:
    """Return the facts of a followed topic as they are now."""
    known = topic.known
    return (
        None if known is None else WorkoutSnapshot(topic=topic.name, offset=known.offset, facts=known.facts)
    )


def _own(name: str, known: Known[UserSnapshot] | None) -> Topic[UserSnapshot]:
    return Topic(name, UserSnapshot, apply, known)
