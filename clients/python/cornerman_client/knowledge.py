"""What a client knows: the facts of now, and what time it is for the person."""

from datetime import datetime

from cornerman_client import types
from cornerman_client.clock import monotonic
from cornerman_client.errors import Ended
from cornerman_client.phase import Phase
from cornerman_client.session import Session
from cornerman_client.topics import Memory


class Knowledge:
    """See the module. The half of `Client` that only reads."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def online(self) -> bool:
        """Whether the connection stands."""
        return self._session.phase is Phase.LIVE

    @property
    def ended(self) -> Ended | None:
        """Why it does not come back by itself, once it does not."""
        return self._session.ended

    @property
    def waiting(self) -> int:
        """How many commands wait for an answer."""
        return len(self._session.pending)

    @property
    def person(self) -> types.Person | None:
        """Who is signed in, as last told."""
        memory = self.memory
        return None if memory is None else memory.facts.person

    @property
    def fast(self) -> types.FastingSession | None:
        """The fast that is not ended, as last told."""
        memory = self.memory
        return None if memory is None else memory.facts.fast

    @property
    def workout(self) -> types.WorkoutBrief | None:
        """The workout that runs, as last told: which one, and the topic to follow for the rest."""
        memory = self.memory
        return None if memory is None else memory.facts.workout

    def followed(self, topic: str) -> types.Workout | None:
        """Return the workout of a topic that is followed, as last told; None when it is not followed, or not yet."""
        following = self._session.topics.following.topics.get(topic)
        return None if following is None or following.known is None else following.known.facts

    def reached(self, positions: dict[str, int]) -> bool:
        """Say whether the events that a reply names have been taken in, as far as their topics are followed."""
        ours = self._session.topics.offsets
        return all(offset <= ours[topic] for topic, offset in positions.items() if topic in ours)

    @property
    def memory(self) -> Memory | None:
        """What to keep for the next run of the app, and give to its client; encode it with `msgspec.json`."""
        return self._session.topics.memory

    @property
    def clock_error(self) -> float:
        """By how many seconds `now` may be wrong; infinite before the first connection."""
        return self._session.clock.error(monotonic())

    def now(self) -> datetime:
        """Return the person's time as the server has it, whatever this machine's clock says. Raises ClockUnknown."""
        return self._session.clock.moment(monotonic())
