"""One link to one server of the broker, over which a node hears of the topics that it follows there.

Redis' pub/sub does not notice a link that is half open, and nothing tells what was lost across a reconnect. So each
node publishes a canary to itself every second and reconnects when it stays away; after every (re)subscription the
heads of all followed topics are read from the log.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from channels.wire.envelope import Epoch, Topic
from server.clock import monotonic
from server.live.joins import GATHER_SECONDS
from server.supervisor import Supervisor
from storage.redis.broker import channel
from storage.redis.connection import AWAY

_log = structlog.get_logger(__name__)

CANARY_SECONDS: Final = 1.0
_SILENT: Final = 3
LOST_SECONDS: Final = _SILENT * CANARY_SECONDS
"""How long canaries may stay away before the link counts as lost. Any other message shows as well that it lives."""
_CONFIRM_SECONDS: Final = 0.25
"""How long a joining socket waits for the broker; after that the tail is its way to news until the broker answers."""
_CHUNK: Final = 1_000
_READ_AT_ONCE: Final = 64
_BACKOFF: Final = (0.1, 0.2, 0.5, 1.0)


class Link:
    """Follows topics on one server. With `one_by_one` each is told to it alone, as a cluster's server wants it."""

    def __init__(
        self,
        redis: Redis,
        canary: str,
        epoch: Callable[[], Epoch],
        supervisor: Supervisor,
        *,
        one_by_one: bool,
        receive: Callable[[Topic, bytes], None],
        subscribed: Callable[[list[Topic]], Awaitable[None]],
        faltered: Callable[[], None],
    ) -> None:
        self.lag_seconds = float("inf")
        self._redis = redis
        self._canary = canary
        self._epoch = epoch
        self._supervisor = supervisor
        self._chunk = 1 if one_by_one else _CHUNK
        self._receive_from = receive
        self._subscribed = subscribed
        self._faltered = faltered
        self._pubsub: PubSub | None = None
        self._heard = monotonic()
        self._topics: dict[Topic, asyncio.Event | None] = {}
        """What is followed; with what is waited for, until the broker has confirmed it."""
        self._wanted: list[Topic] = []
        self._unwanted: list[Topic] = []
        self._flushing = False
        self._silent = 0
        self._renewed = False
        self._linked = False
        self._failures = 0
        self._ended = False

    @property
    def topics(self) -> Collection[Topic]:
        """What is followed."""
        return self._topics.keys()

    @property
    def connected(self) -> bool:
        """Say whether the server has been heard lately."""
        heard = monotonic() - self._heard < LOST_SECONDS
        return self._pubsub is not None and heard and not self._renewed

    async def followed(self, topic: Topic) -> None:
        """Follow a topic; returns when the server has confirmed it, or is known or found not to answer."""
        if topic not in self._topics:
            self._topics[topic] = asyncio.Event()
            self._wanted.append(topic)
            self._flush()
        confirmed = self._topics[topic]
        if confirmed is None or not self.connected:
            return
        try:
            async with asyncio.timeout(_CONFIRM_SECONDS):
                await confirmed.wait()
        except TimeoutError:
            _log.debug("broker_slow_to_confirm", topic=topic)

    def adopt(self, topics: list[Topic]) -> None:
        """Follow topics that were followed elsewhere, and have them caught up."""
        self._topics |= {topic: asyncio.Event() for topic in topics}
        self._wanted += topics
        if self._pubsub is not None:
            self._flush()
            self._supervisor.spawn("catch up after a move", self._caught_up(topics))

    def unfollow(self, topic: Topic) -> None:
        """Stop following a topic."""
        if topic in self._topics:
            del self._topics[topic]
            self._unwanted.append(topic)
            self._flush()

    def renew(self) -> None:
        """Leave the channels of an epoch that has ended and those of all topics; what is followed next is new."""
        self._topics.clear()
        self._renewed = True

    def end(self) -> None:
        """Let `run` return soon."""
        self._ended = True
        self._pubsub = None

    async def run(self) -> None:
        """Keep a connection to the server, until the end."""
        async with self._redis:
            while not self._ended:
                try:
                    await self._link()
                except* AWAY as fault:
                    _log.warning("broker_lost", reason=repr(fault.exceptions[0]))
                    self._faltered()
                await asyncio.sleep(_BACKOFF[min(self._failures, len(_BACKOFF) - 1)])
                self._failures += 1

    async def _link(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await self._resubscribe(pubsub)
            self._failures = 0
            await self._listen(pubsub)

    async def _listen(self, pubsub: PubSub) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._while_linked(pubsub, self._read), name="read the broker")
            group.create_task(self._while_linked(pubsub, self._sing), name="sing to the broker")

    async def _while_linked(self, pubsub: PubSub, turn: Callable[[PubSub], Awaitable[None]]) -> None:
        # Not for ever, until cancelled: in Python 3.11 the driver may swallow a cancellation, and then the other of
        # the two would be waited for without end. And a link that is closed while somebody still subscribes over it
        # would open anew, with nobody to read it.
        try:
            while self._pubsub is pubsub:
                await turn(pubsub)
        finally:
            self._pubsub = None
            self.lag_seconds = float("inf")

    async def _resubscribe(self, pubsub: PubSub) -> None:
        self._topics = {topic: confirmed or asyncio.Event() for topic, confirmed in self._topics.items()}
        self._wanted.clear()
        self._unwanted.clear()
        self._renewed = self._linked = False
        self._silent = 0
        topics = list(self._topics)
        async with asyncio.timeout(LOST_SECONDS):
            await pubsub.subscribe(self._canary)
            await self._subscribe(pubsub, topics)
        if self._ended:
            return
        self._heard = monotonic()
        self._pubsub = pubsub
        self._flush()
        if topics:
            self._supervisor.spawn("catch up after subscribing", self._caught_up(topics))

    async def _subscribe(self, pubsub: PubSub, topics: list[Topic]) -> None:
        epoch = self._epoch()
        for start in range(0, len(topics), self._chunk):
            chunk = topics[start : start + self._chunk]
            await pubsub.ssubscribe(*(channel(epoch, topic) for topic in chunk))

    async def _caught_up(self, topics: list[Topic]) -> None:
        # Heads that are read before the broker has confirmed would miss what is published in between.
        waits = [confirmed.wait() for topic in topics if (confirmed := self._topics.get(topic)) is not None]
        try:
            async with asyncio.timeout(LOST_SECONDS):
                await asyncio.gather(*waits)
        except TimeoutError:
            # One of them was left before it was confirmed, or the broker is slow: the tail brings what is missed.
            _log.warning("broker_slow_to_confirm", topics=len(topics))
        await self._subscribed(topics)

    async def _read(self, pubsub: PubSub) -> None:
        for _ in range(_READ_AT_ONCE):
            message = await pubsub.get_message(timeout=CANARY_SECONDS)
            if self._renewed:
                raise ConnectionError("the epoch has ended")
            if message is not None:
                self._heard, self._silent = monotonic(), 0
                self._receive(message)
                continue
            # Counted and not measured, so that a stall of our own is no silence of the broker's.
            self._silent += 1
            if self._silent >= _SILENT:
                raise TimeoutError("no canary came back")
        # What the driver has read already it gives without waiting, and that may be thousands.
        await asyncio.sleep(0)

    def _receive(self, message: dict[str, Any]) -> None:
        if message["channel"] == self._canary.encode():
            self._receive_canary(message)
            return
        topic = _topic(message["channel"], self._epoch())
        if topic is None:
            return
        match message["type"]:
            case "smessage":
                self._receive_from(topic, message["data"])
            case "ssubscribe":
                self._confirm(topic)
            case "sunsubscribe" if topic in self._topics and self._topics[topic] is None:
                # Nobody asked for it: the server gave the topic's slot away.
                raise ConnectionError("a topic has moved")
            case _:
                pass

    def _receive_canary(self, canary: dict[str, Any]) -> None:
        if canary["type"] == "message":
            self.lag_seconds = monotonic() - float(canary["data"])
        elif self._linked:
            # The driver made the link anew and subscribed again by itself, and what came meanwhile is lost.
            raise ConnectionError("the link was made anew")
        else:
            self._linked = True

    def _confirm(self, topic: Topic) -> None:
        if (confirmed := self._topics.get(topic)) is not None:
            confirmed.set()
            # Not kept: with thousands of topics these would be a seventh of all memory.
            self._topics[topic] = None

    async def _sing(self, _pubsub: PubSub) -> None:
        async with asyncio.timeout(CANARY_SECONDS):
            await self._redis.publish(self._canary, str(monotonic()))
        await asyncio.sleep(CANARY_SECONDS)

    def _flush(self) -> None:
        if not self._flushing and self._pubsub is not None and (self._wanted or self._unwanted):
            self._supervisor.spawn("tell the broker what is followed", self._tell())
            self._flushing = True

    async def _tell(self) -> None:
        try:
            await asyncio.sleep(0)
            while self._pubsub is not None and (self._wanted or self._unwanted):
                await self._tell_once(self._pubsub)
                await asyncio.sleep(GATHER_SECONDS)
        except Exception as error:  # noqa: BLE001 - a link that breaks under the driver raises AttributeError as well
            # The reading side finds the link lost and subscribes to everything anew.
            _log.warning("broker_not_told", reason=repr(error))
        finally:
            self._flushing = False

    async def _tell_once(self, pubsub: PubSub) -> None:
        epoch = self._epoch()
        gone = [topic for topic in self._unwanted if topic not in self._topics]
        new = [topic for topic in self._wanted if topic in self._topics]
        self._wanted.clear()
        self._unwanted.clear()
        for start in range(0, len(gone), self._chunk):
            chunk = gone[start : start + self._chunk]
            await pubsub.sunsubscribe(*(channel(epoch, topic) for topic in chunk))
        if self._pubsub is pubsub:
            await self._subscribe(pubsub, new)


def _topic(name: bytes, epoch: Epoch) -> Topic | None:
    prefix = f"cornerman:{epoch}:{{".encode()
    if not name.startswith(prefix):
        return None
    return Topic(name[len(prefix) : -1].decode())
