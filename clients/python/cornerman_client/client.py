"""The client that an app uses: a session on a real socket, with its tasks, timers and tokens."""

import asyncio
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from uuid import UUID
from weakref import WeakSet

from msgspec import Struct

from cornerman_client import types
from cornerman_client.account import Account, Credentials, FixedToken, Login, live_url
from cornerman_client.answers import Answers
from cornerman_client.backoff import LOST
from cornerman_client.clock import chance, monotonic, new_key
from cornerman_client.codec import Codec, Subprotocol
from cornerman_client.codes import CURES, CloseCode, ErrorCode
from cornerman_client.errors import (
    CLOSED_BY_APP,
    Ended,
    FollowRefused,
    SignInRefused,
    Unanswered,
    Unreachable,
)
from cornerman_client.fasting import Fasting
from cornerman_client.frames import Command, Signal
from cornerman_client.inbox import Inbox, Message
from cornerman_client.knowledge import Knowledge
from cornerman_client.line import Line, open_line
from cornerman_client.outputs import (
    Answered,
    Deliver,
    End,
    Followed,
    Hang,
    Output,
    Renew,
    Reply,
    Return,
    Send,
)
from cornerman_client.session import Session
from cornerman_client.topics import Memory
from cornerman_client.training import Training

Data = TypeVar("Data", bound=Struct)

_OWN: Final = (types.Connect, types.Subscribe, types.Unsubscribe, types.Auth, types.Clock, types.Ping)


class Client(Knowledge):
    """One device of one person, live.

        login = Login("sam@example.org", "…")
        async with Client("https://api.example.org", credentials=login, device="phone-1") as client:
            await client.fasting.start("16:8")
            async for message in client.events():
                print(message, client.now(), client.fast)

    It connects when it is entered, comes back by itself whatever happens to the connection, and ends when the server
    says that coming back is pointless (`Ended`). It may be entered offline: commands then wait, in their order.

    `device` names this running app; a newer connection of the same device replaces an older one. `memory` is what
    `memory` was in an earlier run, to go on from there. `queue_limit` commands wait for an answer at most, then `send`
    raises `QueueFull`; an iterator of events holds `inbox_limit` messages, then a snapshot stands in for them. Commands
    that the server refuses for the moment are repeated for `retry_seconds`.
    """

    def __init__(  # noqa: PLR0913 - keyword-only settings, all but three with a default
        self,
        url: str,
        *,
        credentials: Credentials | Login | str,
        device: str,
        app: str = "",
        foreground: bool = True,
        tick_seconds: int = 1,
        subprotocol: Subprotocol = Subprotocol.JSON,
        memory: Memory | None = None,
        queue_limit: int = 256,
        inbox_limit: int = 1000,
        retry_seconds: float = 60.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._url = live_url(url)
        self._subprotocol = subprotocol
        self._tls = tls
        if isinstance(credentials, Login):
            credentials = Account(url, device=device, login=credentials, tls=tls)
        self._credentials = FixedToken(credentials) if isinstance(credentials, str) else credentials
        greeting = types.Connect(
            device=device, app=app, foreground=foreground, tick_seconds=tick_seconds, batch=True
        )
        super().__init__(
            Session(
                greeting,
                Codec(subprotocol),
                queue_limit=queue_limit,
                retry_seconds=retry_seconds,
                memory=memory,
            )
        )
        self._inbox_limit = inbox_limit
        self._inboxes: WeakSet[Inbox] = WeakSet()
        self._answers = Answers()
        self._line: Line | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._renewal: asyncio.Task[None] | None = None
        self._change = asyncio.Event()
        self._returns_at: float | None = None
        self._wanted = asyncio.Event()
        self.fasting = Fasting(self)
        self.training = Training(self)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="cornerman client")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the client. Commands that still wait for an answer are forgotten; `waiting` says how many there are."""
        self._perform(self._session.end(Ended(CLOSED_BY_APP, "closed by the app", "")))
        for task in (self._renewal, self._task):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    @property
    def returns_in(self) -> float | None:
        """In how many seconds it connects again; None while it is connected or connecting, and when it has ended."""
        if self._returns_at is None or self._session.ended is not None:
            return None
        return max(0.0, self._returns_at - monotonic())

    def come_back(self) -> None:
        """Connect at once instead of in `returns_in` seconds: because a person asks for it, or the network is back."""
        self._wanted.set()

    def show(self, *, foreground: bool) -> None:
        """Say whether a person looks at the app: one in the background gets no states, which saves its battery."""
        self._perform(self._session.show(foreground=foreground))

    def events(self) -> Inbox:
        """Return an iterator of all that comes from now on: a snapshot first, then events and states.

        Events come once and in order; where they cannot, a snapshot stands in for them. The iterator ends when the app
        closes the client, and raises Ended when the server has ended it.
        """
        inbox = Inbox(self._inbox_limit, self._session.topics.snapshots, self._changed)
        self._inboxes.add(inbox)
        return inbox

    async def follow(self, topic: str) -> types.Workout:
        """Follow a topic beside the person's own, from now on and whatever happens to the connection: a workout's.

        Returns what it is once it is followed; `followed` knows what it becomes. Offline that is when the connection is
        back. Raises FollowRefused, when the server says no; Ended; ValueError for what is no topic of a workout.
        """
        outputs = self._session.follow(topic, monotonic())
        answer = self._answers.to(topic)
        self._perform(outputs)
        workout: types.Workout = _or_raised(await asyncio.shield(answer))
        return workout

    def unfollow(self, topic: str) -> None:
        """Follow a topic no more; `follow` that still waits for it raises FollowRefused."""
        self._perform(self._session.unfollow(topic, monotonic()))
        self._answers.give(topic, FollowRefused(topic, ErrorCode.NOT_FOUND, "the app follows it no more"))

    async def send(
        self, command: Command[Data], *, key: UUID | None = None, patience_seconds: float | None = 30.0
    ) -> Reply[Data]:
        """Send a command and return its reply. Commands act in the order in which they are sent.

        With `key`, that of an earlier try, the same command is meant: it acts once, and the answer is that of the first
        time. Raises CommandRefused; QueueFull; Ended; ReplyUnreadable; and Unanswered after `patience_seconds`, which
        does not mean that the command failed: it stays in the queue, is sent until it is answered, and may be sent again
        under the error's `key` to hear the answer.
        """
        if isinstance(command, _OWN):
            raise TypeError(f"{command.wire_type} is sent by the client itself")
        key = key or new_key()
        outputs = self._session.give(command, key, monotonic())
        answer = self._answers.to(key)
        self._perform(outputs)
        try:
            async with asyncio.timeout(patience_seconds):
                outcome = await asyncio.shield(answer)
        except TimeoutError:
            raise Unanswered(key) from None
        reply: Reply[Data] = _or_raised(outcome)
        return reply

    def say(self, signal: Signal, topic: str) -> bool:
        """Say a signal for a topic that is followed; it has no reply, and may be lost.

        Returns whether it was sent: it is not while the topic is not followed, as when the connection is lost.
        """
        outputs = self._session.say(signal, topic)
        self._perform(outputs)
        return bool(outputs)

    async def until_online(self) -> None:
        """Return when the connection stands. Raises Ended."""
        while not self.online:
            await self._changed()

    async def until(self, positions: dict[str, int]) -> None:
        """Return when the events that a reply names have been taken in: `fast` and `person` then know of them."""
        while not self.reached(positions):
            await self._changed()

    async def _changed(self) -> None:
        """Return when something has happened. Raises Ended."""
        if self._session.ended is not None:
            raise self._session.ended
        await self._change.wait()

    async def _run(self) -> None:
        """Connect and come back, until the session says to stop."""
        try:
            step: Return | None = Return(0, renew=False)
            while step is not None:
                await self._wait(step.after_seconds)
                code, reason = await self._attempt(renew=step.renew)
                step = self._perform(self._session.closed(code, reason, chance()))
        except Exception as error:
            # Whoever waits for the client must not wait for ever; the error itself is raised where it is closed.
            self._perform(self._session.end(Ended(LOST, repr(error), "Mend the client or its credentials.")))
            raise

    async def _wait(self, seconds: float) -> None:
        self._wanted.clear()
        self._returns_at = monotonic() + seconds
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wanted.wait()
        self._returns_at = None

    async def _attempt(self, *, renew: bool) -> tuple[int, str]:
        """Connect once; returns the close code and reason in the end."""
        try:
            token = await self._credentials.access_token(renew=renew)
            async with open_line(self._url, self._subprotocol, self._tls) as line:
                return await self._converse(line, token)
        except Unreachable:
            return LOST, ""
        except SignInRefused as refused:
            code = CloseCode.TOKEN_REFUSED
            ended = Ended(code, str(refused), CURES[code])
            ended.__cause__ = refused
            self._perform(self._session.end(ended))
            return code, ""

    async def _converse(self, line: Line, token: str) -> tuple[int, str]:
        self._line = line
        try:
            self._perform(self._session.opened(token, monotonic()))
            return await line.talk(self._received)
        finally:
            self._line = None

    def _received(self, frame: bytes) -> None:
        self._perform(self._session.received(frame, monotonic(), chance()))

    def _woken(self) -> None:
        self._perform(self._session.woken(monotonic()))

    async def _renew(self) -> None:
        try:
            token = await self._credentials.access_token(renew=True)
        except (SignInRefused, Unreachable):
            # A sign-in that has ended is told by the socket, which then closes with a code that says so.
            self._perform(self._session.not_renewed(monotonic(), chance()))
        else:
            self._perform(self._session.renewed(token, monotonic()))

    def _perform(self, outputs: list[Output]) -> Return | None:
        """Do what the session asks for; returns the order to come back, if it is among it."""
        order = None
        for output in outputs:
            if isinstance(output, Return):
                order = output
            else:
                self._perform_one(output)
        self._arm()
        self._change.set()
        self._change = asyncio.Event()
        return order

    def _perform_one(self, output: Any) -> None:
        match output:
            case Send(frame) if self._line is not None:
                self._line.send(frame)
            case Hang() if self._line is not None:
                self._line.hang_up()
            case Deliver(message):
                self._hand_out(message)
            case Answered(key, answer):
                self._answers.give(key, answer)
            case Followed(topic, refused):
                self._answers.give(topic, refused or self.followed(topic))
            case Renew():
                if self._renewal is None or self._renewal.done():
                    self._renewal = asyncio.create_task(self._renew(), name="cornerman renewal")
            case End(ended):
                self._answers.fail(ended)
            case _:
                pass

    def _hand_out(self, message: Message) -> None:
        for inbox in self._inboxes:
            inbox.put(message)

    def _arm(self) -> None:
        """Have the session woken at its next deadline."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._session.deadline
        if deadline is not None:
            wait = max(0.0, deadline - monotonic())
            self._timer = asyncio.get_running_loop().call_later(wait, self._woken)


def _or_raised(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer
