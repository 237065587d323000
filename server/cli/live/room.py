"""The running workout of the person, followed for as long as it runs."""

from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from cornerman_client.client import Client
from cornerman_client.errors import CornermanError
from cornerman_client.frames import State
from cornerman_client.types import Workout, WorkoutHeartRate, WorkoutStatus

_BEATS_FOR: Final = timedelta(seconds=10)
"""How long a heart rate is shown after it was counted."""


class Room:
    """See the module."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._topic: str | None = None
        self._heart: WorkoutHeartRate | None = None

    @property
    def workout(self) -> Workout | None:
        """The running workout, once it is followed."""
        found = None if self._topic is None else self._client.followed(self._topic)
        runs = found is not None and found.status in {WorkoutStatus.RUNNING, WorkoutStatus.PAUSED}
        return found if runs else None

    def look(self) -> Coroutine[None, None, None] | None:
        """Leave what no longer runs; return what follows the workout that runs now, if that is another one."""
        brief = self._client.workout
        topic = None if brief is None else brief.topic
        if topic == self._topic:
            return None
        if self._topic is not None:
            self._client.unfollow(self._topic)
        self._topic, self._heart = topic, None
        return None if topic is None else self._follow(topic)

    async def _follow(self, topic: str) -> None:
        # Whoever left it meanwhile needs it no more, and what is refused would be refused again.
        with suppress(CornermanError):
            await self._client.follow(topic)

    def hear(self, state: State) -> None:
        """Take in a state."""
        if isinstance(state, WorkoutHeartRate) and state.topic == self._topic:
            self._heart = state

    def heart_rate(self, now: datetime) -> int | None:
        """Return how fast the heart beats now, if a sensor says so."""
        fresh = self._heart is not None and now - self._heart.data.at < _BEATS_FOR
        return self._heart.data.heart_rate if self._heart is not None and fresh else None
