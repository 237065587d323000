"""Answers what sockets ask: signs them in, joins topics, gives commands to the executor, takes signals."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import UNSET, Raw, Struct

from channels.closing import CloseCode
from channels.connection import (
    COMMANDS_WAITING,
    PING_SECONDS,
    TOKEN_GRACE_SECONDS,
    Join,
)
from channels.errors import Code, Refusal, Refused, invalid, unavailable
from channels.persontime import REAL, person_moment
from channels.recovery import REPLAY_BYTES, REPLAY_EVENTS
from channels.wire.account import PersonTime
from channels.wire.codec import MAX_MESSAGE_BYTES, encode
from channels.wire.connection import (
    Ack,
    Auth,
    AuthReply,
    Clock,
    ClockReply,
    Connect,
    ConnectReply,
    Foreground,
    Limits,
    Ping,
    Subscribe,
    SubscribeReply,
    Unsubscribe,
)
from channels.wire.envelope import Command, Nothing, Reply, Signal, Topic
from channels.wire.sample import WorkoutSample
from channels.wire.workout_commands import WorkoutFinish
from server.accounts.tokens import Claims, Tokens
from server.clock import FleetClock, monotonic
from server.execution import Actor
from server.executor import Executor
from server.live.feed import Feed
from server.live.joining import Joined, Joining
from server.live.kinds import Reader
from server.live.node import Node
from server.live.presence import Presence
from server.live.samples import Samples
from server.live.socket import LiveSocket, Work
from storage.postgres import LENT_SECONDS, Unavailable

SUBSCRIPTIONS: Final = 50
"""The most topics that one connection follows."""
_GRACE: Final = timedelta(seconds=TOKEN_GRACE_SECONDS)


Show = Callable[[Feed, LiveSocket], None]
"""Sends a socket the current states of a topic that it follows."""


class Desk:
    """See the module."""

    def __init__(
        self,
        node: Node,
        *,
        tokens: Tokens,
        clock: FleetClock,
        executor: Executor,
        joining: Joining,
        presence: Presence,
        samples: Samples,
        shows: Sequence[Show],
    ) -> None:
        self._node = node
        self._tokens = tokens
        self._clock = clock
        self._executor = executor
        self._joining = joining
        self._presence = presence
        self._samples = samples
        self._shows = shows
        self._limits = Limits(
            message_bytes=MAX_MESSAGE_BYTES,
            commands_waiting=COMMANDS_WAITING,
            commands_per_second=node.allowance.per_second,
            sockets_per_person=presence.limit,
            replay_events=REPLAY_EVENTS,
            replay_bytes=REPLAY_BYTES,
        )

    def start(self, socket: LiveSocket) -> None:
        """Let a socket work on the commands that wait."""
        self._node.work(socket)

    def gone(self, socket: LiveSocket) -> None:
        """Let go of a socket whose connection has ended."""
        for feed in socket.feeds:
            self._joining.leave(feed, socket)
        socket.feeds = ()
        self._samples.forget(socket)
        self._node.forget(socket)
        self._presence.leave(socket)

    def overflowed(self, socket: LiveSocket, queue: str) -> None:
        """Close a socket whose client reads too slowly."""
        self._node.too_slow(queue)
        socket.leave(CloseCode.TOO_SLOW, f"too much waits: {queue}")

    def overtake(self, socket: LiveSocket, command: Clock | Ping) -> None:
        """Answer a clock or a ping."""
        if isinstance(command, Ping):
            socket.reply(_reply(command.id, Nothing()))
            return
        time = self._time(socket)
        now = person_moment(time, self._clock.now())
        sent = person_moment(time, self._clock.now())
        socket.reply(_reply(command.id, ClockReply(received_at=now, sent_at=sent, rate=time.rate)))

    def take(self, socket: LiveSocket, signal: Signal) -> None:
        """Take a signal."""
        if isinstance(signal, Foreground):
            socket.show(foreground=signal.data.foreground)
            if signal.data.foreground:
                self._show_states(socket)
        elif isinstance(signal, Ack):
            _acknowledge(socket, signal)
        elif isinstance(signal, WorkoutSample) and not self._expired(socket):
            now = person_moment(self._time(socket), self._clock.now())
            self._samples.take(socket, signal, now)

    async def run(self, socket: LiveSocket, step: Work, came_at: float) -> None:
        """Do what a socket asked for, and reply. `came_at` is the monotonic moment at which it came."""
        if isinstance(step, Join):
            await self._greet(socket, step.connect)
            return
        command = step.command
        try:
            match command:
                case Subscribe():
                    await self._subscribe(socket, command)
                case Unsubscribe():
                    self._unsubscribe(socket, command)
                case Auth():
                    self._authorise(socket, command)
                case _:
                    await self._execute(socket, command, came_at)
        except Refused as error:
            socket.refuse(command.id, error.refusal)
        except (Unavailable, TimeoutError):
            socket.refuse(command.id, unavailable())

    async def _greet(self, socket: LiveSocket, connect: Connect) -> None:
        try:
            await self._sign_in(socket, connect)
        except Refused as error:
            socket.refuse(connect.id, error.refusal)
            socket.leave(_closing(error.refusal.code), error.refusal.entry.message)
        except (Unavailable, TimeoutError):
            socket.refuse(connect.id, unavailable())
            socket.leave(CloseCode.INTERNAL, "a part of the server is away")

    async def _sign_in(self, socket: LiveSocket, connect: Connect) -> None:
        token, socket.header_token = connect.data.token or socket.header_token, None
        if token is None:
            raise Refused(Refusal(code=Code.TOKEN_INVALID))
        claims = self._tokens.verify(token, self._clock.now())
        _take_claims(socket, claims)
        socket.device, socket.foreground = connect.data.device, connect.data.foreground
        socket.tick_every, socket.batch = connect.data.tick_seconds, connect.data.batch
        topic = Topic(f"user:{claims.user_id}")
        reader = Reader(topic, claims.user_id, claims.family_id)
        joined = await self._joining.join(socket, reader, connect.data.positions.get(topic))
        if socket.closing:
            # Nor is it counted in: the device may have come again and be live, and it is no newer than that.
            self._joining.abandon(joined)
            return
        try:
            welcome = await self._presence.arrive(claims.user_id, socket)
        except BaseException:
            self._joining.abandon(joined)
            raise
        if not welcome:
            socket.leave(CloseCode.TOO_MANY_CONNECTIONS, "60")
        self._go_live(socket, connect.id, joined, claims)

    def _go_live(self, socket: LiveSocket, re: int, joined: Joined, claims: Claims) -> None:
        if socket.closing:
            self._joining.abandon(joined)
            self._presence.leave(socket)
            return
        socket.feeds = (joined.feed,)
        time = joined.feed.snapshot.person.time
        data = ConnectReply(
            connection=socket.id,
            user=claims.user_id,
            now=person_moment(time, self._clock.now()),
            rate=time.rate,
            ping_seconds=int(PING_SECONDS),
            token_expires_at=claims.expires_at,
            limits=self._limits,
            topics={joined.feed.topic: joined.state},
        )
        socket.connection.joined()
        socket.reply(_reply(re, data))
        self._joining.attach(joined)
        self._show_states(socket)

    async def _subscribe(self, socket: LiveSocket, command: Subscribe) -> None:
        topic = Topic(command.data.topic)
        if any(feed.topic == topic for feed in socket.feeds):
            raise Refused(invalid("topic", "is followed already; unsubscribe first to start anew"))
        if len(socket.feeds) >= SUBSCRIPTIONS:
            raise Refused(invalid("topic", f"a connection follows {SUBSCRIPTIONS} topics at most"))
        if socket.user_id is None or socket.family_id is None:
            raise Refused(Refusal(code=Code.TOKEN_INVALID))
        reader = Reader(topic, socket.user_id, socket.family_id)
        joined = await self._joining.join(socket, reader, command.data.position)
        if socket.closing:
            self._joining.abandon(joined)
            return
        socket.feeds = (*socket.feeds, joined.feed)
        socket.reply_in_turn(_reply(command.id, SubscribeReply(topics={topic: joined.state})))
        self._joining.attach(joined)
        self._show(joined.feed, socket)

    def _unsubscribe(self, socket: LiveSocket, command: Unsubscribe) -> None:
        own = f"user:{socket.user_id}"
        feed = next((feed for feed in socket.feeds if feed.topic == command.data.topic), None)
        if feed is None:
            raise Refused(Refusal(code=Code.NOT_FOUND))
        if feed.topic == own:
            raise Refused(invalid("topic", "one's own topic is always on"))
        socket.feeds = tuple(other for other in socket.feeds if other is not feed)
        self._joining.leave(feed, socket)
        socket.reply_in_turn(_reply(command.id, Nothing()))

    def _authorise(self, socket: LiveSocket, command: Auth) -> None:
        claims = self._tokens.verify(command.data.token, self._clock.now())
        if (claims.user_id, claims.family_id) != (socket.user_id, socket.family_id):
            raise Refused(invalid("token", "belongs to another person or sign-in"))
        _take_claims(socket, claims)
        socket.reply(_reply(command.id, AuthReply(token_expires_at=claims.expires_at)))

    async def _execute(self, socket: LiveSocket, command: Command, came_at: float) -> None:
        if socket.user_id is None or self._expired(socket):
            raise Refused(Refusal(code=Code.TOKEN_EXPIRED))
        if isinstance(command, WorkoutFinish):
            # The last seconds of the one who finishes count in what the workout came to.
            await self._samples.settle()
        actor = Actor(user_id=socket.user_id, family_id=socket.family_id)
        # What it waited behind others counts: those may have found that the database is away.
        left = LENT_SECONDS - (monotonic() - came_at)
        outcome = await self._executor.execute(actor, command, seconds=left)
        answer = outcome.answer
        socket.reply(
            Reply(
                re=command.id,
                data=UNSET if answer.data is None else answer.data,
                error=UNSET if answer.error is None else answer.error,
                positions=outcome.positions,
                repeated=outcome.repeated,
            )
        )

    def _expired(self, socket: LiveSocket) -> bool:
        return expired(socket, self._clock.now())

    def _time(self, socket: LiveSocket) -> PersonTime:
        if not socket.feeds:
            return REAL
        time: PersonTime = socket.feeds[0].snapshot.person.time
        return time

    def _show_states(self, socket: LiveSocket) -> None:
        for feed in socket.feeds:
            self._show(feed, socket)

    def _show(self, feed: Feed, socket: LiveSocket) -> None:
        for show in self._shows:
            show(feed, socket)


def expired(socket: LiveSocket, now: datetime) -> bool:
    """Say whether a socket's token ended longer ago than the grace allows."""
    ends = socket.token_expires_at
    return ends is not None and now - ends > _GRACE


def _acknowledge(socket: LiveSocket, ack: Ack) -> None:
    feed = socket.feeds[0] if socket.feeds else None
    if feed is not None and ack.topic in {None, feed.topic} and feed.cursor is not None:
        socket.acknowledged = max(socket.acknowledged, min(ack.data.offset, feed.cursor))


def _take_claims(socket: LiveSocket, claims: Claims) -> None:
    socket.user_id, socket.family_id = claims.user_id, claims.family_id
    socket.token_expires_at = claims.expires_at


def _closing(code: Code) -> CloseCode:
    match code:
        case Code.TOKEN_EXPIRED:
            return CloseCode.TOKEN_EXPIRED
        case Code.SIGNED_OUT:
            return CloseCode.SIGNED_OUT
        case _:
            return CloseCode.TOKEN_REFUSED


def _reply(re: int, data: Struct) -> Reply:
    return Reply(re=re, data=Raw(encode(data)))
