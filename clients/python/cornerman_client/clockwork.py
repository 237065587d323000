"""When to ask the server for its time, and what the answers say about the person's time."""

from datetime import datetime
from typing import Final

from cornerman_client.errors import ClockUnknown
from cornerman_client.estimate import ClockEstimate, person_moment, real_seconds
from cornerman_client.types import ClockReply, ConnectReply, PersonTime

BURST_SECONDS: Final = (0.0, 0.2, 0.3, 0.5, 1.0, 2.0)
"""The waits between the first questions of a connection: way and answer differ, and the best of several counts."""
STEADY_SECONDS: Final = 20.0
RENEW_BEFORE_SECONDS: Final = 60.0
"""How long before its end a token is renewed; a quarter of what is left when that is less."""


class Clockwork:
    """The server's time in the person's terms. `time` is how their time runs; arguments named `now` are monotonic."""

    def __init__(self) -> None:
        self.time: PersonTime | None = None
        self._estimate = ClockEstimate()
        self._asked = 0

    def joined(self, reply: ConnectReply, sent: float, now: float, *, same_epoch: bool) -> None:
        """A connection stands; its reply is a first sample. With another epoch the database's clock is another."""
        self._asked = 0
        if not same_epoch:
            self._estimate.forget()
        self._sample(reply.now, reply.now, reply.rate, sent, now)

    def answered(self, reply: ClockReply, sent: float, now: float) -> None:
        """Take in the answer to a question that was sent at `sent`."""
        self._sample(reply.received_at, reply.sent_at, reply.rate, sent, now)

    def heard(self, moment: datetime, now: float) -> None:
        """Take in a moment that the server told without being asked."""
        # In a sandbox the moment may belong to a rate that we have yet to hear of: no rate comes with it.
        if self.time is not None and self.time.rate == 1:
            self._estimate.heard(wrote_at=real_seconds(self.time, moment), received=now)

    @property
    def known(self) -> bool:
        """Whether there is anything to tell the time by."""
        return self.time is not None and self._estimate.known

    def until_next(self) -> float:
        """Return the wait before the next question; each call counts as one asked."""
        wait = BURST_SECONDS[self._asked] if self._asked < len(BURST_SECONDS) else STEADY_SECONDS
        self._asked += 1
        return wait

    def moment(self, now: float) -> datetime:
        """Return the person's time. Raises ClockUnknown."""
        if self.time is None or not self._estimate.known:
            raise ClockUnknown
        return person_moment(self.time, now + self._estimate.offset(now))

    def error(self, now: float) -> float:
        """Return by how many seconds of the person's time `moment` may be wrong; infinite when it is unknown."""
        return self._estimate.error(now) * (1 if self.time is None else self.time.rate)

    def until_renewal(self, expires_at: datetime, now: float) -> float:
        """Return the wait before a token that ends at a real moment is to be renewed; none when the time is unknown."""
        if not self._estimate.known:
            return 0.0
        left = expires_at.timestamp() - now - self._estimate.offset(now)
        return max(0.0, left - min(RENEW_BEFORE_SECONDS, left / 4))

    def _sample(self, read: datetime, wrote: datetime, rate: float, sent: float, now: float) -> None:
        # A moment of another rate than ours is of a time whose change has not reached us yet.
        if self.time is None or self.time.rate != rate:
            return
        self._estimate.answered(
            sent=sent,
            read_at=real_seconds(self.time, read),
            wrote_at=real_seconds(self.time, wrote),
            received=now,
        )
