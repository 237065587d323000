"""The commands that wait for an answer: in the order in which they were given, each under its key until it is answered.

One is on its way at a time, so that a second never acts before a first that has to be repeated. What was on its way when
a connection was lost is sent again under its key: it acts once however often it is sent.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from cornerman_client.codec import Answer, BadFrame, Codec
from cornerman_client.codes import ErrorCode
from cornerman_client.errors import CommandRefused, QueueFull, ReplyUnreadable
from cornerman_client.frames import Command
from cornerman_client.outputs import Outcome, Reply
from cornerman_client.types import Error

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 10.0
LATE_SECONDS = 1.0
"""A command that waited for longer says when it was done."""


class Waiting:
    """A command that waits.

    `given_at` is when the person gave it on the monotonic clock, `after` the newest moment of an event that they could
    know of by then, `sent_as` its id on this connection.
    """

    __slots__ = ("after", "command", "first_refused_at", "given_at", "key", "sent_as", "tries")

    def __init__(
        self, command: Command[Any], key: UUID, given_at: float, after: datetime | None = None
    ) -> None:
        self.command = command
        self.key = key
        self.given_at = given_at
        self.after = after
        self.sent_as: int | None = None
        self.first_refused_at: float | None = None
        self.tries = 0

    def done_at(self, moment: Callable[[float], datetime], now: float) -> dict[str, datetime]:
        """Return when it was done, as its head says it, if that was a while ago and the server takes it so."""
        if not self.command.back_seconds or now - self.given_at < LATE_SECONDS:
            return {}
        done_at = moment(self.given_at)
        return {"at": done_at if self.after is None else max(done_at, self.after)}


class Pending:
    """The queue. `limit` is how many may wait; `retry_seconds` how long temporary errors are answered by repetition."""

    def __init__(self, limit: int, retry_seconds: float) -> None:
        self._limit = limit
        self._retry_seconds = retry_seconds
        self._waiting: OrderedDict[UUID, Waiting] = OrderedDict()
        self.not_before = 0.0
        """When the first of the queue may be sent again."""

    def __len__(self) -> int:
        return len(self._waiting)

    def give(self, waiting: Waiting) -> None:
        """Put a command at the end; one whose key waits already stays where it is. Raises QueueFull."""
        if waiting.key in self._waiting:
            return
        if len(self._waiting) >= self._limit:
            raise QueueFull(self._limit)
        self._waiting[waiting.key] = waiting

    @property
    def first(self) -> Waiting | None:
        """The command whose turn it is."""
        return next(iter(self._waiting.values()), None)

    @property
    def on_way(self) -> bool:
        """Whether a command waits for its reply."""
        first = self.first
        return first is not None and first.sent_as is not None

    def parted(self) -> None:
        """The connection is gone: what was on its way will be sent again, at once."""
        first = self.first
        if first is not None:
            first.sent_as = None
        self.not_before = 0.0

    def answered(self, re: int) -> Waiting | None:
        """Return the command that a reply is for."""
        first = self.first
        return first if first is not None and first.sent_as == re else None

    def settle(
        self, waiting: Waiting, answer: Answer, codec: Codec, now: float, chance: float
    ) -> Outcome | None:
        """Return what a reply means for its command in the end; None when it is sent again at `not_before`."""
        error = answer.error
        if error is None:
            outcome = _read(waiting, answer, codec)
        elif (error.temporary or error.code == ErrorCode.TOKEN_EXPIRED) and self._may_repeat(waiting, now):
            window = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * (1 << min(waiting.tries, 8)))
            waiting.tries += 1
            waiting.sent_as = None
            self.not_before = now + (error.retry_after_seconds or 0) + window * chance
            return None
        else:
            outcome = _refused(waiting, error)
        del self._waiting[waiting.key]
        self.not_before = 0.0
        return outcome

    def _may_repeat(self, waiting: Waiting, now: float) -> bool:
        if waiting.first_refused_at is None:
            waiting.first_refused_at = now
        return now - waiting.first_refused_at < self._retry_seconds

    def clear(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()


def _read(waiting: Waiting, answer: Answer, codec: Codec) -> Outcome:
    try:
        data = codec.read(answer.data, waiting.command.reply_type)
    except BadFrame:
        return ReplyUnreadable(waiting.key)
    return Reply(data=data, positions=answer.positions, repeated=answer.repeated)


def _refused(waiting: Waiting, error: Error) -> CommandRefused:
    return CommandRefused(
        error.code,
        error.message,
        key=waiting.key,
        details=error.details,
        temporary=error.temporary,
        retry_after_seconds=error.retry_after_seconds,
    )
