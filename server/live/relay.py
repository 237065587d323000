"""Reads the broker and feeds the hub: one link to each of its servers, and every topic followed where it lives."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import structlog

from channels.wire.envelope import Epoch, Offset, Topic
from server.execution import Publication
from server.live.link import Link
from server.supervisor import Supervisor
from storage.redis.broker import ANNOUNCED, TOLD, channel, read_publication
from storage.redis.connection import AWAY, AnyRedis
from storage.redis.shards import Shards

_log = structlog.get_logger(__name__)

_LOOK_SECONDS: Final = 0.5
"""How long between two looks at who has what, while links falter."""


class Relay:
    """All topics of a node. `deliver` gets publications, `told` states, `subscribed` topics to catch up."""

    def __init__(
        self,
        redis: AnyRedis,
        node: UUID,
        epoch: Callable[[], Epoch],
        supervisor: Supervisor,
        *,
        deliver: Callable[[Publication], None],
        announced: Callable[[Topic, bytes], None],
        told: Callable[[Topic, bytes], None],
        subscribed: Callable[[list[Topic]], Awaitable[None]],
    ) -> None:
        self._canary = f"cornerman:canary:{node}"
        self._epoch = epoch
        self._supervisor = supervisor
        self._deliver = deliver
        self._announced = announced
        self._told = told
        self._subscribed = subscribed
        self._shards = Shards(redis)
        self._links: dict[str, Link] = {}
        self._homeless: set[Topic] = set()
        """What is followed and lives on no server that is known."""
        self._faltered = asyncio.Event()

    @property
    def lag_seconds(self) -> float:
        """How long a message takes through the slowest server; without end while one does not answer."""
        return max((link.lag_seconds for link in self._links.values()), default=float("inf"))

    @property
    def connected(self) -> bool:
        """Say whether all servers have been heard lately."""
        return bool(self._links) and all(link.connected for link in self._links.values())

    @property
    def subscriptions(self) -> int:
        """How many topics are followed."""
        return len(self._homeless) + sum(len(link.topics) for link in self._links.values())

    async def followed(self, topic: Topic) -> None:
        """Follow a topic; returns when the broker has confirmed it, or is known or found not to answer."""
        link = self._link(topic)
        if link is None:
            self._homeless.add(topic)
        else:
            await link.followed(topic)

    def unfollow(self, topic: Topic) -> None:
        """Stop following a topic."""
        self._homeless.discard(topic)
        link = self._link(topic)
        if link is not None:
            link.unfollow(topic)

    def renew(self) -> None:
        """Leave the channels of an epoch that has ended and those of all topics; what is followed next is new."""
        self._homeless.clear()
        for link in self._links.values():
            link.renew()

    async def run(self) -> None:
        """Keep links to the broker's servers, for as long as the node runs."""
        for server in list(self._links):
            self._unlink(server)
        async with asyncio.TaskGroup() as group:
            try:
                await self._keep_settled(group)
            finally:
                # A group cancels its tasks once, and in Python 3.11 the driver may swallow that.
                for link in self._links.values():
                    link.end()

    async def _keep_settled(self, group: asyncio.TaskGroup) -> None:
        while True:
            self._faltered.clear()
            try:
                await self._shards.look()
            except AWAY as error:
                _log.warning("broker_away", reason=repr(error))
                self._faltered.set()
            else:
                self._settle(group)
            await self._faltered.wait()
            await asyncio.sleep(_LOOK_SECONDS)

    def _link(self, topic: Topic) -> Link | None:
        server = self._shards.owner(channel(self._epoch(), topic))
        return None if server is None else self._links.get(server)

    def _settle(self, group: asyncio.TaskGroup) -> None:
        """Link to the servers that there are now, and move every topic to where it lives now."""
        for server in self._links.keys() - self._shards.servers:
            self._unlink(server)
        for link in self._links.values():
            moved = [topic for topic in link.topics if self._link(topic) is not link]
            self._homeless.update(moved)
            for topic in moved:
                link.unfollow(topic)
        for server in self._shards.servers - self._links.keys():
            self._links[server] = link = self._made(server)
            group.create_task(link.run(), name=f"link to {server}")
        found = defaultdict[Link, list[Topic]](list)
        for topic in self._homeless:
            if (home := self._link(topic)) is not None:
                found[home].append(topic)
        for link, topics in found.items():
            link.adopt(topics)
            self._homeless.difference_update(topics)

    def _made(self, server: str) -> Link:
        return Link(
            self._shards.client(server),
            self._canary,
            self._epoch,
            self._supervisor,
            one_by_one=self._shards.several,
            receive=self._receive,
            subscribed=self._subscribed,
            faltered=self._faltered.set,
        )

    def _unlink(self, server: str) -> None:
        link = self._links.pop(server)
        self._homeless.update(link.topics)
        link.end()

    def _receive(self, topic: Topic, data: bytes) -> None:
        offset, body = read_publication(data)
        if offset == ANNOUNCED:
            self._announced(topic, body)
        elif offset == TOLD:
            self._told(topic, body)
        else:
            self._deliver(Publication(topic, Offset(offset), body))
