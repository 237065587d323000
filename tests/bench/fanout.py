"""Publish to receive with a thousand sockets."""

import asyncio
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Self
from uuid import uuid4

from channels.wire.envelope import UserId
from channels.wire.fasting import FastingEnd, FastingEndData, FastingStart, FastingStartData
from server.execution import Actor, Publication
from server.executor import Executor
from server.nouns import capabilities
from storage.epoch import current
from storage.postgres import close_database, linked, open_database
from storage.redis.broker import Broker
from storage.redis.connection import open_redis
from tests.bench.figures import Figure, percentile
from tests.bench.machine import Meter
from tests.bench.stand import Stand
from tests.crowd import Signed
from tests.line import Line, each
from tests.nodes import Node

_AT_ONCE = 32
_RECEIVE_SECONDS = 5.0


class Received:
    """Counts events and keeps when each came."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        self._wanted = 0
        self._enough = asyncio.Event()

    def take(self, _line: Line, payload: bytes, now: float) -> None:
        """Take a frame; only events count."""
        if payload.startswith(b'{"offset":'):
            self.moments.append(now)
            if len(self.moments) >= self._wanted:
                self._enough.set()

    def expect(self, count: int) -> None:
        """Begin anew."""
        self.moments = []
        self._wanted = count
        self._enough.clear()

    async def all(self) -> list[float]:
        """Return the moments when all have come."""
        async with asyncio.timeout(_RECEIVE_SECONDS):
            await self._enough.wait()
        return self.moments


async def own_devices(
    stand: Stand, node: Node, meter: Meter, *, people: int, devices: int, events: int
) -> list[Figure]:
    """People with many devices each: a command of one device, until the event is on all of that person's."""
    signed = await stand.people(people)
    received = {person.user_id: Received() for person in signed}
    lines = {
        person.user_id: await _sign_in(node, person, devices, received[person.user_id]) for person in signed
    }
    from_command: list[float] = []
    from_reply: list[float] = []
    meter.spent()
    for count, person in zip(range(events), cycle(signed), strict=False):
        news = received[person.user_id]
        news.expect(devices)
        type_ = "fasting:end" if (count // people) % 2 else "fasting:start"
        data = {} if type_ == "fasting:end" else {"protocol_id": "16:8"}
        sent = time.monotonic()
        _, replied = await lines[person.user_id][0].command(type_, data, uuid4())
        moments = await news.all()
        from_command += [moment - sent for moment in moments]
        from_reply += [moment - replied for moment in moments]
    cpu = meter.spent().cpu_seconds
    _hang_up([line for person in signed for line in lines[person.user_id]])
    part = f"fan-out, {people * devices:,} sockets of {people} people"
    return [
        Figure(part, "reply to receive, p50", "ms", percentile(from_reply, 0.5) * 1000),
        Figure(part, "reply to receive, p99", "ms", percentile(from_reply, 0.99) * 1000),
        Figure(part, "command to receive, p50", "ms", percentile(from_command, 0.5) * 1000),
        Figure(part, "command to receive, p99", "ms", percentile(from_command, 0.99) * 1000),
        Figure(part, "node's CPU", "s a million, commands included", cpu / len(from_reply) * 1e6),
    ]


async def one_topic(stand: Stand, node: Node, meter: Meter, *, sockets: int, events: int) -> list[Figure]:
    """One topic with many followers, and events that another node commits and publishes."""
    (person,) = await stand.people(1)
    received = Received()
    lines = await _sign_in(node, person, sockets, received)
    delays: list[float] = []
    lasts: list[float] = []
    cpu = 0.0
    async with Elsewhere(stand, person) as elsewhere:
        for count in range(events):
            publications = await elsewhere.commit(start=count % 2 == 0)
            received.expect(sockets)
            meter.spent()
            published = time.monotonic()
            await elsewhere.publish(publications)
            moments = await received.all()
            cpu += meter.spent().cpu_seconds
            delays += [moment - published for moment in moments]
            lasts.append(max(moments) - published)
    _hang_up(lines)
    part = f"fan-out, {sockets:,} sockets of one topic"
    return [
        Figure(part, "publish to receive, p50", "ms", percentile(delays, 0.5) * 1000),
        Figure(part, "publish to receive, p99", "ms", percentile(delays, 0.99) * 1000),
        Figure(part, "publish to the last one, p50", "ms", percentile(lasts, 0.5) * 1000),
        Figure(part, "node's CPU", "s a million", cpu / len(delays) * 1e6),
    ]


class Elsewhere:
    """Another node as the broker sees it: commits a command, and publishes when it is told to."""

    def __init__(self, stand: Stand, person: Signed) -> None:
        self._stand = stand
        self._actor = Actor(user_id=UserId(person.user_id), family_id=person.user_id)
        self._committed: list[Publication] = []

    async def __aenter__(self) -> Self:
        self._database = await open_database(self._stand.database_url, size=2)
        self._redis = open_redis(self._stand.redis_url)
        self._broker = Broker(self._redis)
        self._executor = Executor(self._database, capabilities(sandbox=False), self._committed.extend)
        async with linked(self._database) as link:
            self._epoch = str(await current(link))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._redis.aclose()
        await close_database(self._database)

    async def commit(self, *, start: bool) -> list[Publication]:
        """Commit a command and return what is to be published."""
        command = (
            FastingStart(id=1, data=FastingStartData(protocol_id="16:8"))
            if start
            else FastingEnd(id=1, data=FastingEndData())
        )
        self._committed.clear()
        outcome = await self._executor.execute(self._actor, command)
        assert outcome.refusal is None, outcome
        return list(self._committed)

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Publish."""
        await self._broker.publish(self._epoch, [(p.topic, p.offset, p.body) for p in publications])


async def _sign_in(node: Node, person: Signed, devices: int, received: Received) -> list[Line]:
    """Connect devices in the background, which get events but no ticks."""
    return await each(
        (
            Line.sign_in(node.port, person, f"device-{number}", received.take, foreground=False)
            for number in range(devices)
        ),
        _AT_ONCE,
    )


def _hang_up(lines: Sequence[Line]) -> None:
    for line in lines:
        assert not line.ended.is_set()
        line.hang_up()
