"""What waits for one reader of events: bounded, and whole even when the reader is slow.

A state waits once: a newer one takes its place. When too many messages wait, snapshots of now stand in for all of them, exactly as the server does for a client that was away for too long.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Self

from cornerman_client.errors import CLOSED_BY_APP, Ended
from cornerman_client.frames import Event, State
from cornerman_client.topics import AnySnapshot, Snapshot, WorkoutSnapshot

StateKey = tuple[str, str, str]
Message = AnySnapshot | Event | State


class Inbox:
    """An endless asynchronous iterator of messages, made by `Client.events`.

    It starts with a snapshot of each topic that is known. `snapshots` gives the facts of now; `wait` returns when there may be more
    and raises Ended when there never will be.
    """

    def __init__(
        self, limit: int, snapshots: Callable[[], list[AnySnapshot]], wait: Callable[[], Awaitable[None]]
    ) -> None:
        self._limit = limit
        self._snapshots = snapshots
        self._wait = wait
        self._messages: deque[Message | StateKey] = deque()
        self._states: dict[StateKey, State] = {}
        self._covered: dict[str, int] = {}
        self._begin()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._messages:
            try:
                await self._wait()
            except Ended as ended:
                if ended.code == CLOSED_BY_APP:
                    raise StopAsyncIteration from None
                raise
        message = self._messages.popleft()
        return self._states.pop(message) if isinstance(message, tuple) else message

    def put(self, message: Message) -> None:
        """Add a message; never blocks."""
        if isinstance(message, State):
            self._put_state(message)
        elif isinstance(message, Snapshot | WorkoutSnapshot):
            self._put_snapshot(message)
        elif message.offset > self._covered.get(message.topic, 0):
            self._messages.append(message)
        if len(self._messages) > self._limit:
            self._begin()

    def _begin(self) -> None:
        """Start anew from the facts of now, which may be ahead of what is still being put."""
        self._messages.clear()
        self._states.clear()
        for snapshot in self._snapshots():
            self._put_snapshot(snapshot)

    def _put_snapshot(self, snapshot: AnySnapshot) -> None:
        self._covered[snapshot.topic] = snapshot.offset
        self._messages.append(snapshot)

    def _put_state(self, state: State) -> None:
        key = (state.topic, type(state).__name__, state.of)
        if key not in self._states:
            self._messages.append(key)
        self._states[key] = state
