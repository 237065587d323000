"""What is outside a node, in memory: the log and the epoch in PostgreSQL, streams and channels in Redis.

Each answers the statements and commands that the live core uses, as the real one does; `test_outside.py` holds these
against the real ones. Both may be away, slow, or, in the case of Redis, silent.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from channels.wire.codec import read_event
from server.live.kinds import TopicKind
from storage import epoch as epochs
from storage import log

Row = dict[str, Any]


class Kept:
    """One topic's log: bodies, the moments at which they were inserted, the facts after each."""

    def __init__(self, nothing: Any) -> None:
        self.bodies: list[bytes] = []
        self.inserted: list[float] = []
        self.facts: list[Any] = [nothing]
        self.pruned = 0
        """The newest offset that is kept no more."""

    @property
    def head(self) -> int:
        """The newest offset."""
        return len(self.bodies)

    def copy(self) -> "Kept":
        """What is kept now, whatever comes later."""
        copied = Kept(None)
        copied.bodies, copied.inserted, copied.facts = self.bodies[:], self.inserted[:], self.facts[:]
        copied.pruned = self.pruned
        return copied

    def cut(self, head: int) -> None:
        """Go back to an earlier state."""
        del self.bodies[head:], self.inserted[head:], self.facts[head + 1 :]


class Postgres:
    """The log of all topics, and the epoch that it is counted in."""

    def __init__(self, loop: asyncio.AbstractEventLoop, kinds: dict[str, tuple[TopicKind, Any]]) -> None:
        self.epoch = 1
        self.ours = True
        """Whether the epoch was counted on the data that is there now."""
        self.data = 0
        """Counts what was put in place of the data: no connection outlives it."""
        self.written = 0
        self.away = False
        self.seconds = 0.0
        """How long the answer to a statement is on the way."""
        self.topics: dict[str, Kept] = {}
        self._loop = loop
        self._kinds = kinds

    def topic(self, name: str) -> Kept:
        """The log of a topic."""
        if name not in self.topics:
            self.topics[name] = Kept(self._kinds[name.partition(":")[0]][1])
        return self.topics[name]

    def append(self, name: str, body: bytes) -> int:
        """Append an event; returns its offset."""
        kept = self.topic(name)
        kept.bodies.append(body)
        kept.inserted.append(self._loop.time())
        kept.facts.append(self._kinds[name.partition(":")[0]][0].apply(kept.facts[-1], read_event(body)))
        self.written += 1
        return kept.head

    def now(self) -> float:
        """The moment."""
        return self._loop.time()


class Pool:
    """A node's connections. Each that is made is given to `first` before anybody else has it."""

    def __init__(self, postgres: Postgres, first: Callable[[Any], Awaitable[None]]) -> None:
        self._postgres = postgres
        self._first = first
        self._data = -1

    @asynccontextmanager
    async def acquire(self, *, timeout: float) -> AsyncIterator["Statements"]:  # noqa: ARG002, ASYNC109 - the driver's
        """Lend a connection; all that were made to other data are gone."""
        link = Statements(self._postgres)
        await link.answered()
        if link.data != self._data:
            await self._first(link)
            self._data = link.data
        yield link


class Statements:
    """A connection: it knows the statements of `storage.log` and `storage.epoch` that nodes ask."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres
        self.data = postgres.data
        self._known: dict[str, Callable[..., Any]] = {
            log._HEADS: self._heads,
            log._RANGE: self._range,
            log._TAIL: self._tail,
            epochs._CURRENT: lambda: postgres.epoch,
            epochs._LOOK: lambda: {"epoch": postgres.epoch, "ours": True, "written": None},
            epochs._RAISE: self._raise,
            epochs._SETTLE: self._settle,
            epochs._LOOK: self._look,
        }

    async def fetch(self, statement: str, *arguments: Any) -> Any:
        """What a statement answers, as things are when it comes."""
        answer = self._known[statement](*arguments)
        await self.answered()
        return answer

    fetchval = fetchrow = execute = fetch

    async def answered(self) -> None:
        """Wait as long as an answer takes; fails like a connection that is lost."""
        await asyncio.sleep(self.postgres.seconds)
        if self.postgres.away or self.data != self.postgres.data:
            raise ConnectionResetError("the connection is lost")

    @asynccontextmanager
    async def transaction(self, **_options: Any) -> AsyncIterator[Self]:
        """A transaction of one statement sees one state anyway."""
        yield self

    def terminate(self) -> None:
        """Cut the connection."""

    def _heads(self, topics: Sequence[str]) -> list[Row]:
        return [{"topic": topic, "head": self.postgres.topic(topic).head} for topic in topics]

    def _range(self, topic: str, after: int, until: int, limit: int) -> list[Row]:
        kept = self.postgres.topic(topic)
        offsets = range(max(after, kept.pruned) + 1, min(until, kept.head) + 1)
        return [
            {"topic": topic, "offset": offset, "body": kept.bodies[offset - 1]} for offset in offsets[:limit]
        ]

    def _tail(self, _buckets: Sequence[int], seconds: float) -> list[Row]:
        since = self.postgres.now() - seconds
        return [
            {"topic": topic, "head": kept.head}
            for topic, kept in self.postgres.topics.items()
            if kept.head > kept.pruned and kept.inserted[-1] > since
        ]

    def _raise(self, epoch: int) -> None:
        self.postgres.epoch = max(self.postgres.epoch, epoch + 1)

    def _settle(self) -> None:
        if not self.postgres.ours:
            self.postgres.epoch += 1
            self.postgres.ours = True

    def _look(self) -> Row:
        return {"epoch": self.postgres.epoch, "ours": self.postgres.ours, "written": self.postgres.written}


class Redis:
    """Streams of recent events, and channels. `mode` is up, away or silent: the last is a link that is half open."""

    def __init__(self) -> None:
        self.mode = "up"
        self.streams: dict[str, dict[int, bytes]] = defaultdict(dict)
        self.ears: dict[str, list[Callable[[str, bytes], None]]] = defaultdict(list)
        """Who is told what is published on a channel."""

    async def answered(self) -> None:
        """Wait as long as an answer takes."""
        await asyncio.sleep(0)
        if self.mode == "silent":
            await asyncio.Event().wait()
        if self.mode == "away":
            raise ConnectionRefusedError("the server is away")

    async def xrange(self, key: str, first: str, last: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
        """The entries of a stream between two ids."""
        wanted = range(int(first.partition("-")[0]), int(last.partition("-")[0]) + 1)
        found = [
            (b"%d-0" % offset, {b"body": body})
            for offset, body in self.streams[key].items()
            if offset in wanted
        ]
        await self.answered()
        return found

    def pipeline(self, *, transaction: bool) -> "Pipeline":
        """Commands that are sent together."""
        assert not transaction
        return Pipeline(self)

    def publish(self, key: str, offset: str, body: bytes, most: str, _seconds: str) -> None:
        """What the script of `storage.redis.broker` does."""
        stream = self.streams[key]
        if int(offset) > max(stream, default=0):
            stream[int(offset)] = body
            for old in list(stream)[: -int(most)]:
                del stream[old]
        for hear in self.ears[key]:
            hear(key, b"%s %b" % (offset.encode(), body))


class Pipeline:
    """See `Redis.pipeline`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._sent: list[tuple[Any, ...]] = []

    def execute_command(self, _command: str, _script: str, _keys: int, *arguments: Any) -> None:
        """Keep a command until all are sent."""
        self._sent.append(arguments)

    async def execute(self) -> None:
        """Send them."""
        await self._redis.answered()
        for arguments in self._sent:
            self._redis.publish(*arguments)
