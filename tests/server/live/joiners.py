"""A topic with its log, a hub and a relay that is told what to do: where clients join."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from channels.topics import user_topic
from channels.wire.codec import read_event
from channels.wire.envelope import Epoch, Topic
from channels.wire.snapshot import UserSnapshot
from server.execution import Actor, Publication
from server.live.history import History
from server.live.hub import Hub
from server.live.joining import Joined, Joining
from server.live.joins import Joins
from server.live.kinds import Reader
from server.live.people import PREFIX, PeopleTopics
from server.live.tail import Tail
from server.supervisor import Supervisor
from server.witness import Witness
from storage.log import heads
from storage.redis.broker import Broker
from storage.redis.connection import open_redis
from tests.server.house import House, opened
from tests.server.live.ports import Recorder, renaming

EPOCH = Epoch("1")


class Client:
    """A device: what it has seen, as it keeps it between connections."""

    def __init__(self) -> None:
        self.follower = Recorder()
        self.position: tuple[str, int] | None = None
        self.snapshot: UserSnapshot | None = None
        self.joining: asyncio.Task[Joined] | None = None
        self.joined: Joined | None = None

    def take_in(self) -> None:
        """Fold what came into the snapshot; it must go on exactly where the client was."""
        for event in self.follower.events:
            assert self.position is not None
            assert self.snapshot is not None
            assert event["offset"] == self.position[1] + 1
            self.position = (EPOCH, event["offset"])
            self.snapshot = PeopleTopics().apply(self.snapshot, read_event(msgspec.json.encode(event)))
        self.follower.events.clear()


class World:
    """One node on a real log; its relay does what the test says."""

    def __init__(self, house: House, actor: Actor, history: History, supervisor: Supervisor) -> None:
        self.house, self.actor = house, actor
        self.topic = user_topic(actor.user_id)
        assert actor.family_id is not None
        self.reader = Reader(self.topic, actor.user_id, actor.family_id)
        kinds = {PREFIX: PeopleTopics()}
        self.hub = Hub(EPOCH, kinds, history.logged, supervisor)
        self.tail = Tail(self.hub, house.database, Witness().look)
        self.doubts = 0
        self.confirmed = asyncio.Event()
        self.confirmed.set()
        self.left: list[Topic] = []
        self.in_flight: list[Publication] = []
        self.joining = Joining(
            self.hub,
            Joins(house.database, kinds, supervisor),
            followed=self._followed,
            unfollow=self.left.append,
            history=history.recent,
            doubt=self._doubt,
        )

    async def _followed(self, topic: Topic) -> None:
        assert topic.startswith(f"{PREFIX}:")
        await self.confirmed.wait()

    def _doubt(self) -> None:
        self.doubts += 1

    async def commit(self, count: int = 1) -> None:
        """Let events be logged; their publications are on the way."""
        for _ in range(count):
            await self.house.give(self.actor, renaming(f"Ada {len(self.house.published)}"))
            self.in_flight.append(self.house.published[-1])

    def arrive(self, number: int = 0) -> None:
        """Let a publication come from the broker; unless the broker was lost, it follows."""
        if self.in_flight:
            publication = self.in_flight.pop(number % len(self.in_flight))
            if self.confirmed.is_set():
                self.hub.deliver(publication)

    async def join(self, client: Client) -> Joined:
        """Make a client ready."""
        return await self.joining.join(client.follower, self.reader, client.position)

    async def go_live(self, client: Client) -> Joined:
        """Let a client join, reply and replay."""
        joined = await self.join(client)
        self.attach(client, joined)
        return joined

    def attach(self, client: Client, joined: Joined) -> None:
        """Reply to a client and attach it."""
        state = joined.state
        assert state.epoch == EPOCH
        if state.recovered:
            assert state.snapshot is msgspec.UNSET
        else:
            assert state.snapshot is not msgspec.UNSET
            client.position = (EPOCH, state.offset)
            client.snapshot = msgspec.json.decode(state.snapshot, type=UserSnapshot)
        client.joined = joined
        self.joining.attach(joined)
        client.take_in()
        assert client.position is not None
        assert client.position[1] >= state.offset

    def leave(self, client: Client) -> None:
        """Let a client's connection end; what it has seen it keeps."""
        if client.joined is not None:
            client.take_in()
            self.joining.leave(client.joined.feed, client.follower)
            client.joined = None

    async def head(self) -> int:
        async with self.house.database.acquire() as link:
            return (await heads(link, [self.topic]))[self.topic]


@asynccontextmanager
async def world_of(database_url: str, redis_url: str) -> AsyncIterator[World]:
    redis = open_redis(redis_url)
    async with opened(database_url, size=4) as house, Supervisor() as supervisor:
        history = History(house.database, Broker(redis), lambda: EPOCH, supervisor)
        yield World(house, await house.add_person(), history, supervisor)
    await redis.aclose()
