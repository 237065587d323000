"""The composition root: makes the parts of a node, ties them together, starts and stops them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from msgspec import Struct
from redis.asyncio import Redis

from channels.connection import Allowance
from channels.wire.envelope import Epoch
from server.accounts.tokens import Tokens
from server.capabilities import capabilities
from server.clock import FleetClock, new_id
from server.execution import Publication
from server.executor import Executor
from server.live.desk import Desk
from server.live.doubt import Doubt
from server.live.history import History
from server.live.hub import Hub
from server.live.joining import Joining
from server.live.joins import Joins
from server.live.node import Node
from server.live.people import PREFIX, PeopleTopics
from server.live.presence import Presence
from server.live.publisher import Publisher
from server.live.relay import Relay
from server.live.sweep import Sweep
from server.live.tail import Tail
from server.live.ticker import Ticker
from server.settings import Settings
from server.supervisor import Supervisor
from storage.epoch import settle
from storage.log import ensure_weeks
from storage.postgres import Database, close_database, linked, open_database
from storage.redis.broker import Broker
from storage.redis.connection import open_redis
from storage.redis.presence import Devices

WEEKS_AHEAD: Final = 8
SPREAD_SECONDS: Final = 5
"""Over how many seconds the clients of a draining node come back."""


class Stores(Struct, frozen=True, kw_only=True):
    """The stores of a node, and the clock that they keep. `reads` is the pool of long reads."""

    database: Database
    reads: Database
    redis: Redis
    clock: FleetClock
    epoch: Epoch


class Live(Struct, frozen=True, kw_only=True):
    """The live side of a node, and the way in for commands."""

    node: Node
    hub: Hub
    relay: Relay
    publisher: Publisher
    ticker: Ticker
    tail: Tail
    presence: Presence
    executor: Executor


@asynccontextmanager
async def open_stores(settings: Settings, database_url: str, redis_url: str) -> AsyncIterator[Stores]:
    """Open the stores, settle the epoch and measure the clock. Raises Unavailable; Redis may be away."""
    database = await open_database(database_url, size=settings.database_connections)
    reads = await open_database(database_url, size=settings.database_read_connections, long_reads=True)
    redis = open_redis(redis_url)
    clock = FleetClock()
    try:
        async with linked(database) as link:
            epoch = Epoch(str(await settle(link)))
            await ensure_weeks(link, ahead=WEEKS_AHEAD)
        await clock.measure(database)
        yield Stores(database=database, reads=reads, redis=redis, clock=clock, epoch=epoch)
    finally:
        await redis.aclose()
        await close_database(reads)
        await close_database(database)


def wire_live(settings: Settings, stores: Stores, tokens: Tokens, supervisor: Supervisor) -> Live:
    """Tie the live side together; nothing runs yet."""
    broker = Broker(stores.redis)
    kinds = {PREFIX: PeopleTopics()}
    history = History(stores.database, broker, lambda: hub.epoch)
    hub = Hub(stores.epoch, kinds, history.logged, supervisor)
    publisher = Publisher(broker, lambda: hub.epoch)

    def publish(publications: list[Publication]) -> None:
        for publication in publications:
            hub.deliver(publication)
        publisher.offer(publications)

    executor = Executor(stores.database, capabilities(sandbox=settings.sandbox), publish)
    presence = Presence(Devices(stores.redis), hub, supervisor, limit=settings.sockets_per_person)
    tail = Tail(hub, stores.database, lambda epoch: doubt.settle(epoch))
    relay = Relay(
        stores.redis,
        new_id(),
        lambda: hub.epoch,
        supervisor,
        deliver=hub.deliver,
        announced=presence.announced,
        subscribed=tail.catch_up,
    )
    doubt = Doubt(hub, relay, stores.database, supervisor)
    ticker = Ticker(stores.clock)
    hub.changed.append(ticker.place)
    node = Node(
        supervisor,
        allowance=Allowance(per_second=settings.commands_per_second, burst=settings.commands_burst),
        spread_seconds=SPREAD_SECONDS,
        too_slow=lambda queue: None,
    )
    joining = Joining(
        hub,
        Joins(stores.database, kinds, supervisor),
        followed=relay.followed,
        unfollow=relay.unfollow,
        history=history.recent,
        doubt=doubt.arise,
    )
    node.desk = Desk(
        node,
        tokens=tokens,
        clock=stores.clock,
        executor=executor,
        joining=joining,
        presence=presence,
        ticker=ticker,
    )
    return Live(
        node=node,
        hub=hub,
        relay=relay,
        publisher=publisher,
        ticker=ticker,
        tail=tail,
        presence=presence,
        executor=executor,
    )


def start_live(live: Live, stores: Stores, supervisor: Supervisor) -> None:
    """Start the live side's long-lived tasks."""
    supervisor.start("clock", lambda: stores.clock.follow(stores.database))
    supervisor.start("publisher", live.publisher.run)
    supervisor.start("relay", live.relay.run)
    supervisor.start("tail", live.tail.run)
    supervisor.start("ticker", live.ticker.run)
    supervisor.start("presence", live.presence.run)
    supervisor.start("sweep", Sweep(live.node.sockets, stores.clock).run)
