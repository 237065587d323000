"""One device's live socket: between the transport's bytes and the desk that answers.

What is sent in one turn of the loop goes out in one write. When the client reads too slowly, messages wait in a
backlog by class, whose budgets keep memory bounded; commands run one after another, and while 32 wait the socket is
not read.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from channels.backlog import Backlog, Overflow, StateKey
from channels.closing import CloseCode
from channels.connection import (
    COMMANDS_WAITING,
    Allowance,
    Connection,
    Ignore,
    Join,
    Leave,
    Overtake,
    Phase,
    Refuse,
    Run,
    Step,
    Take,
)
from channels.errors import Refusal
from channels.wire.codec import Subprotocol, Undecodable, decode, encode
from channels.wire.connection import Shed, ShedData
from channels.wire.envelope import Notice, Reply, UserId
from server.clock import monotonic
from server.live.encoded import Encoded
from server.live.transport import HIGH_WATER_BYTES, Transport

if TYPE_CHECKING:
    from datetime import datetime

    from channels.wire.registry import ClientMessage
    from server.live.desk import Desk
    from server.live.feed import Feed

Work = Join | Run
Queue = Callable[[Backlog[Encoded], Encoded], None]
_WRONG_KIND: Final = 1003
_ABNORMAL: Final = 1006
"""How a connection is said to have closed that ended without a close (RFC 6455, section 7.1.5)."""
_BATCH: Final = 100


class LiveSocket:
    """A connection with its transport, its sign-in and what waits for it. It is a Receiver and a Follower."""

    __slots__ = (
        "_backlog",
        "_desk",
        "_fresh",
        "_paused",
        "_schedule",
        "_working",
        "acknowledged",
        "arrival",
        "batch",
        "closed_as",
        "connection",
        "device",
        "family_id",
        "feeds",
        "foreground",
        "header_token",
        "id",
        "opened_at",
        "pinged_at",
        "seen_at",
        "subprotocol",
        "tick_every",
        "token_expires_at",
        "transport",
        "user_id",
        "waiting",
    )

    def __init__(
        self,
        transport: Transport,
        subprotocol: Subprotocol,
        desk: "Desk",
        schedule: Callable[["LiveSocket"], None],
        *,
        identity: UUID,
        header_token: str | None,
        allowance: Allowance,
    ) -> None:
        now = monotonic()
        self.id = identity
        self.transport = transport
        self.subprotocol = subprotocol
        self.connection = Connection(now, allowance)
        self.header_token = header_token
        self.opened_at = self.seen_at = now
        self.pinged_at = 0.0
        self.user_id: UserId | None = None
        self.family_id: UUID | None = None
        self.device = ""
        self.token_expires_at: datetime | None = None
        self.foreground = True
        self.tick_every = 1
        self.batch = False
        self.feeds: tuple[Feed, ...] = ()
        self.acknowledged = 0
        """The newest event of the person's topic that the app has taken in."""
        self.arrival = 0
        """The number that the broker gave this connection among the person's; 0 without one."""
        self.closed_as: int | None = None
        self.waiting: deque[tuple[float, Work]] | None = None
        self._desk = desk
        self._schedule = schedule
        self._fresh: list[tuple[Queue, Encoded]] | None = None
        self._backlog: Backlog[Encoded] | None = None
        self._working = False
        self._paused = False

    @property
    def tick_seconds(self) -> int:
        """Seconds between two ticks; 0 while the app is in the background."""
        return self.tick_every if self.foreground else 0

    @property
    def bytes_waiting(self) -> int:
        """Bytes that wait above the transport."""
        fresh = sum(len(message) for _, message in self._fresh or ())
        return fresh + (0 if self._backlog is None else len(self._backlog))

    def received(self, payload: bytes, *, text: bool) -> None:
        """Take a message of the client."""
        if text is not (self.subprotocol is Subprotocol.JSON):
            self.leave(_WRONG_KIND, "this subprotocol has the other kind of frames")
            return
        now = self.seen_at = monotonic()
        message: ClientMessage | Undecodable
        try:
            message = decode(payload, self.subprotocol)
        except Undecodable as problem:
            message = problem
        self._perform(self.connection.receive(message, now))

    def alive(self) -> None:
        """Note a life sign."""
        self.seen_at = monotonic()

    def writable_again(self) -> None:
        """Write more of what waits."""
        self._schedule(self)

    def lost(self) -> None:
        """The connection has ended."""
        self.connection.close()
        if self.closed_as is None:
            self.closed_as = _ABNORMAL
        self._fresh = self._backlog = self.waiting = None
        self._desk.gone(self)

    def reply(self, reply: Reply) -> None:
        """Send a reply."""
        self._send(Backlog.control, Encoded(encode(reply)))

    def reply_in_turn(self, reply: Reply) -> None:
        """Send a reply that no event overtakes and that overtakes none: with it a topic begins or ends."""
        self._send(Backlog.event, Encoded(encode(reply)))

    def refuse(self, re: int, refusal: Refusal) -> None:
        """Reply with an error."""
        self.reply(Reply(re=re, error=refusal.error()))

    def notify(self, notice: Notice) -> None:
        """Send a notice."""
        self._send(Backlog.control, Encoded(encode(notice)))

    def send_event(self, message: Encoded) -> None:
        """Queue an event."""
        self._send(Backlog.event, message)

    def send_state(self, key: StateKey, message: Encoded) -> None:
        """Queue a state in place of an older one of its key."""
        if self.foreground:
            self._send(partial(_conflate, key), message)

    def send_replay(self, messages: list[Encoded]) -> None:
        """Send the events of a replay, in arrays of up to 100 when the client asked for that."""
        if not self.batch:
            for message in messages:
                self._send(Backlog.event, message)
            return
        for start in range(0, len(messages), _BATCH):
            documents = [message.payload(Subprotocol.JSON) for message in messages[start : start + _BATCH]]
            self._send(Backlog.event, Encoded(b"[" + b",".join(documents) + b"]"))

    def show(self, *, foreground: bool) -> None:
        """The app came to the front or left it."""
        self.foreground = foreground
        if not foreground and self._backlog is not None:
            self._backlog.forget_states()

    def leave(self, code: int, reason: str = "") -> None:
        """Close the socket, after what was sent so far as far as it can be written now."""
        if self.closed_as is not None:
            return
        self.closed_as = code
        self.connection.close()
        self.waiting = None
        if code != CloseCode.TOO_SLOW:
            self.flush()
        self._fresh = self._backlog = None
        self.transport.close(code, reason)

    def flush(self) -> None:
        """Write what waits, joined, as far as the client reads."""
        fresh, self._fresh = self._fresh, None
        if fresh:
            messages = [message for _, message in fresh]
            if self.transport.writable and sum(map(len, messages)) <= HIGH_WATER_BYTES:
                self.transport.write(messages, self.subprotocol)
                return
            self._store(fresh)
        while self._backlog is not None and self.transport.writable:
            taken = self._backlog.take(HIGH_WATER_BYTES)
            if self._backlog.shed:
                taken.append(Encoded(encode(Shed(data=ShedData(count=self._backlog.shed)))))
                self._backlog.shed = 0
            if not taken:
                self._backlog = None
                return
            self.transport.write(taken, self.subprotocol)

    def stop_reading(self) -> None:
        """Take no further command; those that came are still run."""
        self._paused = False
        self.transport.pause_reading()

    async def work(self) -> None:
        """Run the commands that wait, one after another."""
        try:
            while self.waiting:
                came_at, step = self.waiting.popleft()
                if self._paused and len(self.waiting) <= COMMANDS_WAITING // 2:
                    self._paused = False
                    # What the client sent meanwhile is read before its silence is judged.
                    self.seen_at = monotonic()
                    self.transport.resume_reading()
                await self._desk.run(self, step, came_at)
        except Exception:
            self.leave(CloseCode.INTERNAL)
            raise
        finally:
            self._working = False
            if self.waiting is not None and not self.waiting:
                self.waiting = None

    @property
    def paused(self) -> bool:
        """Say whether the client is not read because too many of its commands wait."""
        return self._paused

    @property
    def busy(self) -> bool:
        """Say whether a command runs or replies wait to be written."""
        return self._working or bool(self.bytes_waiting)

    @property
    def closing(self) -> bool:
        """Say whether the connection is over or about to be."""
        return self.connection.phase is Phase.CLOSING

    @property
    def greeted(self) -> bool:
        """Say whether `connect` has come."""
        return self.connection.phase is not Phase.GREETING

    def _perform(self, step: Step) -> None:
        match step:
            case Join() | Run():
                self._queue(step)
            case Overtake(command):
                self._desk.overtake(self, command)
            case Take(signal):
                self._desk.take(self, signal)
            case Refuse(re, refusal):
                self.refuse(re, refusal)
            case Leave(code, reason, re, refusal):
                if re is not None and refusal is not None:
                    self.refuse(re, refusal)
                self.leave(code, reason)
            case Ignore():
                pass

    def _queue(self, step: Work) -> None:
        if self.waiting is None:
            self.waiting = deque()
        self.waiting.append((monotonic(), step))
        if len(self.waiting) >= COMMANDS_WAITING and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        if not self._working:
            self._working = True
            self._desk.start(self)

    def _waiting_line(self) -> Backlog[Encoded]:
        if self._backlog is None:
            self._backlog = Backlog()
        return self._backlog

    def _send(self, queue: Queue, message: Encoded) -> None:
        if self.closed_as is not None:
            return
        if self._fresh is not None:
            # Also when the transport has filled up meanwhile: what comes later must not go before it.
            self._fresh.append((queue, message))
            return
        if self._backlog is None and self.transport.writable:
            self._fresh = [(queue, message)]
            self._schedule(self)
            return
        try:
            queue(self._waiting_line(), message)
        except Overflow as overflow:
            self._desk.overflowed(self, overflow.class_)

    def _store(self, messages: list[tuple[Queue, Encoded]]) -> None:
        line = self._waiting_line()
        try:
            for queue, message in messages:
                queue(line, message)
        except Overflow as overflow:
            self._desk.overflowed(self, overflow.class_)


def _conflate(key: StateKey, line: Backlog[Encoded], message: Encoded) -> None:
    line.state(key, message)
