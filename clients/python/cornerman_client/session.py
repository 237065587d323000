"""One device's side of the wire as a state machine without IO.

The shell tells it what happened (a socket opened, a frame came, it closed, a deadline passed, the app gave a command)
and the monotonic time, and does what it answers: send frames, hand messages out, hang up, come back after so many
seconds, get a newer token, or give up. It never awaits, reads a clock or draws a random number.

    APART ──opened──► JOINING ──reply to connect──► LIVE
      ▲                  │                            │
      └───────────── closed, hung up ─────────────────┘        any ──told not to come back──► ENDED
"""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from msgspec.structs import replace

from cornerman_client import frames, types
from cornerman_client.backoff import LOST, Backoff, may_return
from cornerman_client.clockwork import Clockwork
from cornerman_client.codec import Answer, BadFrame, Codec, Message
from cornerman_client.codes import CURES, CloseCode, ErrorCode
from cornerman_client.errors import Ended
from cornerman_client.life import Life, Verdict
from cornerman_client.outputs import Answered, Deliver, End, Followed, Hang, Output, Renew, Return
from cornerman_client.pending import Pending, Waiting
from cornerman_client.phase import Phase
from cornerman_client.speech import Speech
from cornerman_client.timers import Timer, passed
from cornerman_client.topic import Gap
from cornerman_client.topics import Memory, Topics, snapshot_of

if TYPE_CHECKING:
    from collections.abc import Callable

JOIN_SECONDS: Final = 10.0
"""How long the reply to `connect` may take."""
ACK_SECONDS: Final = 5.0
ACK_EVENTS: Final = 32
RENEW_AGAIN_SECONDS: Final = 5.0


class Session:
    """See the module. `greeting` is the `connect` to send, without token and positions.

    `queue_limit` commands wait for an answer at most; temporary errors are answered by repetition for `retry_seconds`.
    """

    def __init__(
        self,
        greeting: types.Connect,
        codec: Codec,
        *,
        queue_limit: int,
        retry_seconds: float,
        memory: Memory | None = None,
    ) -> None:
        self.phase = Phase.APART
        self.topics = Topics(memory)
        self.clock = Clockwork()
        self.pending = Pending(queue_limit, retry_seconds)
        self.ended: Ended | None = None
        self._greeting = greeting
        self._codec = codec
        self._backoff = Backoff()
        self._life = Life()
        self._due: dict[Timer, float] = {}
        self._out: list[Output] = []
        self._speech = Speech(codec, self._life, self._out)
        self._hung = False
        self._stale_token = False
        self._shown = greeting.foreground
        self._rings: dict[Timer, Callable[[float], None]] = {
            Timer.JOIN: lambda _now: self._hang("no reply to connect"),
            Timer.CLOCK: self._ask_clock,
            Timer.ACK: self._acknowledge,
            Timer.RENEW: lambda _now: self._out.append(Renew()),
            Timer.COMMAND: self._pump,
            Timer.FOLLOW: self._follow,
        }
        if memory is not None:
            self.clock.time = memory.facts.person.time

    @property
    def deadline(self) -> float | None:
        """When `woken` wants to be called."""
        life = [self._life.due(question_open=self._question_open)] if self.phase is Phase.LIVE else []
        return min([*self._due.values(), *life], default=None)

    def opened(self, token: str, now: float) -> list[Output]:
        """A socket is open."""
        if self.phase is Phase.APART:
            self.phase = Phase.JOINING
            self._speech.begin()
            self._hung = self._stale_token = False
            self._shown = self._greeting.foreground
            self._due[Timer.JOIN] = now + JOIN_SECONDS
            self._speech.ask(replace(self._greeting, token=token, positions=self.topics.position), now)
        return self._taken()

    def received(self, frame: bytes, now: float, chance: float) -> list[Output]:
        """A frame came."""
        self._life.heard(now)
        try:
            for message in self._codec.decode(frame):
                if self.phase in {Phase.JOINING, Phase.LIVE}:
                    self._take(message, now, chance)
        except (BadFrame, Gap) as problem:
            self._hang(str(problem))
        return self._taken()

    def closed(self, code: int, reason: str, chance: float) -> list[Output]:
        """The socket closed, or could not be opened (1006)."""
        if self.phase is Phase.ENDED:
            return []
        if self._hung:
            code, reason = LOST, ""
        self._part()
        self._hung = False
        if not may_return(code):
            return self.end(Ended(code, reason, CURES.get(code, "")))
        renew = self._stale_token or code == CloseCode.TOKEN_EXPIRED
        self._out.append(Return(self._backoff.wait(code, reason, chance), renew))
        return self._taken()

    def end(self, ended: Ended) -> list[Output]:
        """Do not come back: the server said so, the app closed, or nobody is signed in."""
        if self.phase is not Phase.ENDED:
            self._part()
            self.phase = Phase.ENDED
            self.ended = ended
            self.pending.clear()
            self._out.append(End(ended))
        return self._taken()

    def woken(self, now: float) -> list[Output]:
        """A deadline has passed."""
        for timer in passed(self._due, now):
            self._rings[timer](now)
        if self.phase is Phase.LIVE:
            self._judge(now)
        return self._taken()

    def give(self, command: frames.Command[Any], key: UUID, now: float) -> list[Output]:
        """The app gives a command. Raises QueueFull, Ended."""
        if self.ended is not None:
            raise self.ended
        self.pending.give(Waiting(command, key, now, self.topics.latest_at))
        self._pump(now)
        return self._taken()

    def follow(self, topic: str, now: float) -> list[Output]:
        """The app wants to follow a topic beside its own. Raises Ended, ValueError."""
        if self.ended is not None:
            raise self.ended
        followed = self.topics.following.follow(topic)
        if followed.live:
            self._out.append(Followed(topic))
        self._follow(now)
        return self._taken()

    def unfollow(self, topic: str, now: float) -> list[Output]:
        """The app wants to follow a topic no more."""
        self.topics.following.unfollow(topic)
        self._follow(now)
        return self._taken()

    def show(self, *, foreground: bool) -> list[Output]:
        """The app came to the front or left it."""
        self._greeting = replace(self._greeting, foreground=foreground)
        self._tell_foreground()
        return self._taken()

    def say(self, signal: frames.Signal, topic: str) -> list[Output]:
        """The app has a signal for a topic; it is passed over unless that is followed on this connection."""
        followed = self.topics.following.topics.get(topic)
        if followed is not None and followed.live:
            self._speech.signal(signal, topic)
        return self._taken()

    def renewed(self, token: str, now: float) -> list[Output]:
        """There is a newer access token."""
        if self.phase is Phase.LIVE:
            self._speech.ask(types.Auth(token=token), now)
        return self._taken()

    def not_renewed(self, now: float, chance: float) -> list[Output]:
        """No newer token could be had just now; the open socket lasts as long as the old one does."""
        if self.phase is Phase.LIVE:
            self._due[Timer.RENEW] = now + RENEW_AGAIN_SECONDS * (1 + chance)
        return self._taken()

    def _tell_foreground(self) -> None:
        """Tell the server what it has not been told yet."""
        if self.phase is Phase.LIVE and self._shown is not self._greeting.foreground:
            self._shown = self._greeting.foreground
            self._speech.signal(types.Foreground(foreground=self._shown))

    def _take(self, message: Message, now: float, chance: float) -> None:
        match message:
            case Answer():
                self._answer(message, now, chance)
            case frames.Event():
                if self.topics.event(message):
                    self._event(message, now)
            case frames.State():
                if self.topics.state(message):
                    self._out.append(Deliver(message))
            case types.PingNotice():
                self._speech.signal(types.Pong())
                self.clock.heard(message.data.now, now)
                if not self.clock.known:
                    self._due[Timer.CLOCK] = now
            case types.Goodbye():
                self._backoff.spread = message.data.spread_seconds
            case _:
                pass

    def _event(self, event: frames.Event, now: float) -> None:
        self._out.append(Deliver(event))
        if isinstance(event, types.AccountUpdated):
            self.clock.time = event.data.person.time
        if self.topics.untold >= ACK_EVENTS:
            self._acknowledge(now)
        else:
            self._due.setdefault(Timer.ACK, now + ACK_SECONDS)

    def _acknowledge(self, _now: float) -> None:
        self._due.pop(Timer.ACK, None)
        for topic, offset in self.topics.tell():
            self._speech.signal(types.Ack(offset=offset), topic)

    def _answer(self, answer: Answer, now: float, chance: float) -> None:
        waiting = self.pending.answered(answer.re)
        if waiting is not None:
            self._command_answered(waiting, answer, now, chance)
            return
        question, sent = self._speech.answered(answer.re)
        if question is types.Connect and answer.error is None:
            self._joined(self._codec.read(answer.data, types.ConnectReply), sent, now)
        elif question is types.Clock and answer.error is None:
            self.clock.answered(self._codec.read(answer.data, types.ClockReply), sent, now)
        elif question is types.Auth:
            self._authorised(answer, now)
        elif question in {types.Subscribe, types.Unsubscribe}:
            self._followed(answer, now, chance)

    def _joined(self, reply: types.ConnectReply, sent: float, now: float) -> None:
        epoch = self.topics.epoch
        snapshot = self.topics.joined(reply.topics, self._codec)
        self.phase = Phase.LIVE
        self._backoff.joined()
        self._life.begin(now, reply.ping_seconds)
        if snapshot is not None:
            self.clock.time = snapshot.facts.person.time
            self._out.append(Deliver(snapshot))
        self.clock.joined(reply, sent, now, same_epoch=epoch == self.topics.epoch)
        self._due = {Timer.CLOCK: now + self.clock.until_next()}
        self._due[Timer.RENEW] = now + self.clock.until_renewal(reply.token_expires_at, now)
        self._tell_foreground()
        self._follow(now)
        self._pump(now)

    def _follow(self, now: float) -> None:
        """Ask for the next topic that is to be followed or left, unless a question about that is on its way."""
        following = self.topics.following
        if self.phase is not Phase.LIVE:
            return
        if now < following.not_before:
            self._due[Timer.FOLLOW] = following.not_before
            return
        question = following.question()
        if question is not None:
            self._speech.ask(question, now)

    def _followed(self, answer: Answer, now: float, chance: float) -> None:
        topic, anew, refused = self.topics.following.answered(answer, self._codec, now, chance)
        snapshot = None if topic is None else snapshot_of(topic)
        if anew and snapshot is not None:
            self._out.append(Deliver(snapshot))
        if topic is not None:
            self._out.append(Followed(topic.name, refused))
        self._follow(now)

    def _authorised(self, answer: Answer, now: float) -> None:
        if answer.error is not None and answer.error.temporary:
            self._due[Timer.RENEW] = now + RENEW_AGAIN_SECONDS
            return
        if answer.error is not None:
            self._stale_token = True
            self._hang(answer.error.message)
            return
        reply: types.AuthReply = self._codec.read(answer.data, types.AuthReply)
        self._due[Timer.RENEW] = now + self.clock.until_renewal(reply.token_expires_at, now)
        self.pending.not_before = 0.0
        self._pump(now)

    def _command_answered(self, waiting: Waiting, answer: Answer, now: float, chance: float) -> None:
        outcome = self.pending.settle(waiting, answer, self._codec, now, chance)
        if outcome is not None:
            self._out.append(Answered(waiting.key, outcome))
        elif answer.error is not None and answer.error.code == ErrorCode.TOKEN_EXPIRED:
            self._out.append(Renew())
        self._pump(now)

    def _pump(self, now: float) -> None:
        """Send the command whose turn it is, unless it is on its way or has to wait."""
        first = self.pending.first
        if self.phase is not Phase.LIVE or first is None or first.sent_as is not None:
            return
        if now < self.pending.not_before:
            self._due[Timer.COMMAND] = self.pending.not_before
            return
        message = {"key": first.key} | first.done_at(self.clock.moment, now)
        first.sent_as = self._speech.command(first.command, message, now)

    def _ask_clock(self, now: float) -> None:
        self._speech.ask(types.Clock(), now)
        self._due[Timer.CLOCK] = now + self.clock.until_next()

    def _judge(self, now: float) -> None:
        verdict = self._life.judge(now, question_open=self._question_open)
        if verdict is Verdict.ASK:
            self._speech.ask(types.Ping(), now)
        elif verdict is Verdict.DEAD:
            self._hang("the server is silent")

    @property
    def _question_open(self) -> bool:
        return self._speech.question_open or self.pending.on_way

    def _hang(self, reason: str) -> None:
        """Let go of a connection that cannot be trusted; the shell closes it and says so."""
        self._part()
        self._hung = True
        self._out.append(Hang(reason))

    def _part(self) -> None:
        self.phase = Phase.APART if self.phase is not Phase.ENDED else Phase.ENDED
        self._due.clear()
        self._speech.parted()
        self.pending.parted()
        self.topics.parted()

    def _taken(self) -> list[Output]:
        taken = self._out.copy()
        self._out.clear()
        return taken
