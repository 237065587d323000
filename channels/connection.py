"""One connection's life as a table: what a message means in which phase, and what the shell has to do about it.

The shell feeds what it received (a message, or why it is none) and the monotonic time; the connection answers with a
step. It never awaits, reads a clock or touches a socket. A missing entry in the table is an error of the client's and
leaves the state as it is.
"""

from enum import StrEnum
from math import ceil
from typing import Final

from msgspec import Struct

from channels.closing import CloseCode
from channels.errors import Code, Refusal, invalid
from channels.wire.codec import Undecodable
from channels.wire.connection import Clock, Connect, Ping, Pong
from channels.wire.envelope import Command, Signal
from channels.wire.registry import ClientMessage

CONNECT_SECONDS: Final = 5.0
PING_SECONDS: Final = 25.0
PONG_SECONDS: Final = 10.0
TOKEN_GRACE_SECONDS: Final = 60.0
COMMANDS_WAITING: Final = 32


class Allowance(Struct, frozen=True, kw_only=True):
    """How many messages a connection may send: a steady rate, a burst on top, and how many more end it."""

    per_second: float = 20.0
    burst: float = 100.0
    flood: float = 600.0


ALLOWANCE: Final = Allowance()


class Phase(StrEnum):
    """Where a connection is in its life."""

    GREETING = "greeting"
    JOINING = "joining"
    LIVE = "live"
    CLOSING = "closing"


class Join(Struct, frozen=True):
    """Sign the connection in and join the person's topic."""

    connect: Connect


class Run(Struct, frozen=True):
    """Run a command after those that wait, and reply."""

    command: Command


class Overtake(Struct, frozen=True):
    """Answer at once, before commands that wait."""

    command: Clock | Ping


class Take(Struct, frozen=True):
    """Take note of a signal."""

    signal: Signal


class Refuse(Struct, frozen=True):
    """Reply to message `re` with an error; nothing else changes."""

    re: int
    refusal: Refusal


class Leave(Struct, frozen=True):
    """Close the socket, after replying to message `re` with an error when there is one."""

    code: CloseCode
    reason: str
    re: int | None = None
    refusal: Refusal | None = None


class Ignore(Struct, frozen=True):
    """Do nothing: the connection is closing."""


Step = Join | Run | Overtake | Take | Refuse | Leave | Ignore


class Kind(StrEnum):
    """What kinds of messages the table knows."""

    CONNECT = "connect"
    QUICK = "quick"
    COMMAND = "command"
    SIGNAL = "signal"


_TABLE: Final = {
    (Phase.GREETING, Kind.CONNECT): Join,
    (Phase.JOINING, Kind.QUICK): Overtake,
    (Phase.JOINING, Kind.COMMAND): Run,
    (Phase.JOINING, Kind.SIGNAL): Take,
    (Phase.LIVE, Kind.QUICK): Overtake,
    (Phase.LIVE, Kind.COMMAND): Run,
    (Phase.LIVE, Kind.SIGNAL): Take,
}


class Connection:
    """The state of one connection; `now` is always monotonic seconds."""

    __slots__ = ("_allowance", "_at", "_last_id", "_left", "phase")

    def __init__(self, now: float, allowance: Allowance = ALLOWANCE) -> None:
        self.phase = Phase.GREETING
        self._last_id = 0
        self._allowance = allowance
        self._left = allowance.burst
        self._at = now

    def receive(self, message: ClientMessage | Undecodable, now: float) -> Step:
        """Say what a message means; the phase moves to JOINING with `connect`, to CLOSING with `Leave`."""
        if self.phase is Phase.CLOSING:
            return Ignore()
        excess = self._spend(now)
        if excess > self._allowance.flood:
            return self._leave(Leave(CloseCode.RATE_LIMITED, "10"))
        if isinstance(message, Undecodable):
            return self._undecodable(message)
        if isinstance(message, Command):
            return self._command(message, excess)
        if excess > 0 and not isinstance(message, Pong):
            return Ignore()
        return self._signal(message)

    def joined(self) -> None:
        """The connection is signed in and its topics are joined."""
        if self.phase is Phase.JOINING:
            self.phase = Phase.LIVE

    def close(self) -> None:
        """The connection closes: nothing that still comes has a meaning."""
        self.phase = Phase.CLOSING

    def _spend(self, now: float) -> float:
        """Take one message off the allowance; returns by how many messages it is overdrawn."""
        earned = (now - self._at) * self._allowance.per_second
        self._left = min(self._allowance.burst, self._left + earned) - 1
        self._at = now
        return max(0.0, -self._left)

    def _command(self, command: Command, excess: float) -> Step:
        if command.id <= self._last_id:
            return Refuse(command.id, invalid("id", f"must be greater than the last one, {self._last_id}"))
        kind = _kind(command)
        step = _TABLE.get((self.phase, kind))
        if step is None:
            return self._out_of_place(command)
        self._last_id = command.id
        if excess > 0:
            # One more than it is overdrawn by: the next one has to be paid for, too.
            seconds = ceil((excess + 1) / self._allowance.per_second)
            return Refuse(command.id, Refusal(code=Code.RATE_LIMITED, retry_after_seconds=seconds))
        if isinstance(command, Connect):
            self.phase = Phase.JOINING
            return Join(command)
        if isinstance(command, Clock | Ping):
            return Overtake(command)
        return Run(command)

    def _signal(self, signal: Signal) -> Step:
        if (self.phase, Kind.SIGNAL) not in _TABLE:
            return self._leave(Leave(CloseCode.MALFORMED, "connect must be the first message"))
        return Take(signal)

    def _out_of_place(self, command: Command) -> Step:
        if self.phase is Phase.GREETING:
            refusal = invalid("type", "connect must be the first message")
            return self._leave(
                Leave(CloseCode.MALFORMED, "connect must be the first message", command.id, refusal)
            )
        return Refuse(command.id, invalid("type", "this connection has sent its connect"))

    def _undecodable(self, problem: Undecodable) -> Step:
        if problem.number is None:
            return self._leave(Leave(CloseCode.MALFORMED, "not a message of this wire version"))
        unknown = problem.field == "type"
        refusal = invalid(problem.field or "message", str(problem))
        if unknown:
            refusal = Refusal(code=Code.UNKNOWN_TYPE, details=refusal.details)
        if self.phase is Phase.GREETING:
            return self._leave(
                Leave(CloseCode.MALFORMED, "connect must be the first message", problem.number, refusal)
            )
        return Refuse(problem.number, refusal)

    def _leave(self, leave: Leave) -> Leave:
        self.phase = Phase.CLOSING
        return leave


def _kind(command: Command) -> Kind:
    match command:
        case Connect():
            return Kind.CONNECT
        case Clock() | Ping():
            return Kind.QUICK
        case _:
            return Kind.COMMAND
