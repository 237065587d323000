"""What waits for one connection that does not read fast enough: a queue for each delivery class.

A class is recoverable or conflated, never both. Events and control messages are never dropped: when they are more than
their budget the connection is too slow, and resumes on a new one. Of a state only the newest waits. Ephemeral messages
are dropped, oldest first, and counted. Budgets are in bytes, for a count punishes whoever has many small messages.
"""

from collections import deque
from typing import Final, Generic, Protocol, TypeVar

from msgspec import Struct


class Sized(Protocol):
    """Anything with a size in bytes."""

    def __len__(self) -> int:
        """Return the size in bytes."""
        ...


Message = TypeVar("Message", bound=Sized)
StateKey = tuple[str, str, str]
"""What conflates: (topic, type, of)."""


class Budgets(Struct, frozen=True, kw_only=True):
    """The most bytes of each class that wait for one connection; about 1 MiB in all."""

    control: int = 128 * 1024
    events: int = 640 * 1024
    states: int = 192 * 1024
    ephemeral: int = 64 * 1024


BUDGETS: Final = Budgets()


class Overflow(Exception):  # noqa: N818 - a fact about the reader, not a fault
    """More waits than may: the connection is too slow. `class_` names the queue."""

    def __init__(self, class_: str) -> None:
        super().__init__(class_)
        self.class_ = class_


class Backlog(Generic[Message]):
    """The queues of one connection. They are taken control first, then events, ephemeral messages, states."""

    __slots__ = ("_budgets", "_control", "_ephemeral", "_events", "_sizes", "_states", "shed")

    def __init__(self, budgets: Budgets = BUDGETS) -> None:
        self._budgets = budgets
        self._control: deque[Message] = deque()
        self._events: deque[Message] = deque()
        self._ephemeral: deque[Message] = deque()
        self._states: dict[StateKey, Message] = {}
        self._sizes = [0, 0, 0, 0]
        self.shed = 0
        """How many ephemeral messages were dropped since the connection was last told."""

    def __bool__(self) -> bool:
        """Say whether anything waits."""
        return bool(self._control or self._events or self._ephemeral or self._states)

    def __len__(self) -> int:
        """Return the bytes that wait."""
        return sum(self._sizes)

    def control(self, message: Message) -> None:
        """Queue a reply or a notice. Raises Overflow, and then it does not wait."""
        if self._sizes[0] + len(message) > self._budgets.control:
            raise Overflow("control")
        self._sizes[0] += len(message)
        self._control.append(message)

    def event(self, message: Message) -> None:
        """Queue an event. Raises Overflow, and then it does not wait."""
        if self._sizes[1] + len(message) > self._budgets.events:
            raise Overflow("events")
        self._sizes[1] += len(message)
        self._events.append(message)

    def ephemeral(self, message: Message) -> None:
        """Queue an ephemeral message; the oldest go when there is no room."""
        self._ephemeral.append(message)
        self._sizes[2] += len(message)
        while self._sizes[2] > self._budgets.ephemeral:
            self._sizes[2] -= len(self._ephemeral.popleft())
            self.shed += 1

    def state(self, key: StateKey, message: Message) -> None:
        """Let a state wait in the place of the older one of its key; without room the longest waiting key goes.

        It keeps that place: moved to the end, a state that changes often would never be sent.
        """
        older = self._states.get(key)
        self._sizes[3] += len(message) - (0 if older is None else len(older))
        self._states[key] = message
        while self._sizes[3] > self._budgets.states:
            first = next(iter(self._states))
            self._sizes[3] -= len(self._states.pop(first))

    def forget_states(self) -> None:
        """Drop waiting states: the app left the foreground."""
        self._states.clear()
        self._sizes[3] = 0

    def take(self, size: int) -> list[Message]:
        """Take messages in the order of the classes, about `size` bytes, one at least when any waits."""
        taken: list[Message] = []
        for index, queue in enumerate((self._control, self._events, self._ephemeral)):
            while queue and size > 0:
                message = queue.popleft()
                self._sizes[index] -= len(message)
                size -= len(message)
                taken.append(message)
        while self._states and size > 0:
            message = self._states.pop(next(iter(self._states)))
            self._sizes[3] -= len(message)
            size -= len(message)
            taken.append(message)
        return taken
