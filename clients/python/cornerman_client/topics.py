"""How far the client is in each topic, so that every event is handed out once and in order, or is known to be missing.

Recovery is whole or not at all: a hole in the offsets is never stepped over. It makes the session come back by its
position, for then the server either replays what is missing or sends a snapshot.
"""

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from cornerman_client.codec import BadFrame, Codec
from cornerman_client.facts import apply
from cornerman_client.frames import Event, State
from cornerman_client.types import TopicState, UserSnapshot

if TYPE_CHECKING:
    from datetime import datetime

STATES_KEPT = 1024
"""How many of the newest states' versions are remembered; beyond that the oldest is forgotten."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """A topic's facts at `offset`: what stands in for all events up to it, those that were handed out included."""

    topic: str
    offset: int
    facts: UserSnapshot


class Memory(Struct, frozen=True, kw_only=True):
    """What an app keeps between two runs to resume where it was; encode it with `msgspec.json`."""

    topic: str
    epoch: str
    offset: int
    facts: UserSnapshot


class Gap(Exception):  # noqa: N818 - a fact about what came
    """An event came whose predecessor did not."""


class Topics:
    """The person's own topic and the newest states. `memory` is where an earlier run of the app ended."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory
        self.latest_at: datetime | None = None
        """The newest moment of an event that was taken in: what a person does after it is not before it."""
        self._joined: str | None = None
        self._states: dict[tuple[str, str, str], int] = {}

    @property
    def positions(self) -> dict[str, tuple[str, int]]:
        """What `connect` says of where the device is."""
        return {} if self.memory is None else {self.memory.topic: (self.memory.epoch, self.memory.offset)}

    def joined(self, topics: dict[str, TopicState], codec: Codec) -> Snapshot | None:
        """Take in where the topics stand; returns the snapshot when there is one. Raises BadFrame."""
        ((topic, state),) = topics.items() if len(topics) == 1 else _unreadable("topics")
        before = self.memory
        self._joined = topic
        if before is None or before.epoch != state.epoch:
            self._states.clear()
        if state.recovered:
            if before is None or (before.topic, before.epoch) != (topic, state.epoch):
                _unreadable("recovered from nowhere")
            return None
        facts: UserSnapshot = codec.read(state.snapshot, UserSnapshot)
        self.memory = Memory(topic=topic, epoch=state.epoch, offset=state.offset, facts=facts)
        return self.snapshot()

    def parted(self) -> None:
        """The connection is gone: nothing comes until topics are joined again."""
        self._joined = None

    def snapshot(self) -> Snapshot | None:
        """Return the facts as they are now."""
        known = self.memory
        return None if known is None else Snapshot(topic=known.topic, offset=known.offset, facts=known.facts)

    def event(self, event: Event) -> bool:
        """Say whether an event is the next one, and take it in. Raises Gap."""
        known = self.memory
        if known is None or event.topic != self._joined or event.offset <= known.offset:
            return False
        if event.offset > known.offset + 1:
            raise Gap(f"{event.offset} after {known.offset}")
        self.memory = replace(known, offset=event.offset, facts=apply(known.facts, event))
        self.latest_at = event.at if self.latest_at is None else max(self.latest_at, event.at)
        return True

    def state(self, state: State) -> bool:
        """Say whether a state is newer than what was seen of the same, and take it in."""
        if state.topic != self._joined:
            return False
        key = (state.topic, type(state).__name__, state.of)
        if state.version <= self._states.get(key, -1):
            return False
        self._states.pop(key, None)
        self._states[key] = state.version
        if len(self._states) > STATES_KEPT:
            del self._states[next(iter(self._states))]
        return True


def _unreadable(what: str) -> Any:
    raise BadFrame(f"the reply to connect cannot be meant: {what}")
