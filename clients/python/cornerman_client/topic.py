"""One topic that is read: how far, and what its events come to.

Recovery is whole or not at all: a hole in the offsets is never stepped over. It makes the session come back by its
position, for then the server either replays what is missing or sends a snapshot.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from msgspec import Struct

from cornerman_client.codec import BadFrame, Codec
from cornerman_client.frames import Event
from cornerman_client.types import TopicState

Facts = TypeVar("Facts", bound=Struct)


class Gap(Exception):  # noqa: N818 - a fact about what came
    """An event came whose predecessor did not."""


class Known(Struct, Generic[Facts], frozen=True):
    """A topic's facts at an offset of an epoch."""

    epoch: str
    offset: int
    facts: Facts


class Topic(Generic[Facts]):
    """See the module. `kind` is what its snapshot is, `apply` folds an event into one."""

    def __init__(
        self,
        name: str,
        kind: type[Facts],
        apply: Callable[[Facts, Event], Facts],
        known: Known[Facts] | None = None,
    ) -> None:
        self.name = name
        self.known = known
        self.live = False
        """Whether this connection is told of it."""
        self._kind = kind
        self._apply = apply
        self._told = 0

    @property
    def position(self) -> tuple[str, int] | None:
        """How far it was read."""
        return None if self.known is None else (self.known.epoch, self.known.offset)

    @property
    def untold(self) -> int:
        """How many of the events that were taken in the server has not been told of."""
        return 0 if self.known is None else self.known.offset - self._told

    def joined(self, state: TopicState, codec: Codec) -> bool:
        """Take in where it stands; say whether a snapshot stands in for what was known. Raises BadFrame."""
        known = self.known
        if not state.recovered:
            facts = codec.read(state.snapshot, self._kind)
            self.known = known = Known(state.epoch, state.offset, facts)
        elif known is None or known.epoch != state.epoch:
            raise BadFrame(f"{self.name} is recovered from nowhere")
        self.live = True
        self._told = known.offset
        return not state.recovered

    def take(self, event: Event) -> bool:
        """Say whether an event is the next one, and take it in. Raises Gap."""
        known = self.known
        if known is None or not self.live or event.offset <= known.offset:
            return False
        if event.offset > known.offset + 1:
            raise Gap(f"{event.offset} after {known.offset} in {self.name}")
        self.known = Known(known.epoch, event.offset, self._apply(known.facts, event))
        return True

    def tell(self) -> int:
        """Return the offset to acknowledge; from now on it counts as told."""
        self._told += self.untold
        return self._told


AnyTopic = Topic[Any]
"""A topic of whatever kind."""
