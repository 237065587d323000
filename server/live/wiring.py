"""Ties the live side of a node together."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from channels.connection import Allowance
from channels.wire.envelope import Epoch
from server.accounts.tokens import Tokens
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
from server.live.presence import Presence
from server.live.publisher import Publisher
from server.live.relay import Relay
from server.live.samples import Samples
from server.live.states import States
from server.live.sweep import Sweep
from server.live.tail import Tail
from server.live.ticker import Ticker
from server.nouns import capabilities, kinds
from server.settings import Settings
from server.stores import Stores
from server.supervisor import Supervisor
from server.telemetry import Measures
from storage.redis.broker import Broker
from storage.redis.presence import Devices

SPREAD_SECONDS = 5
"""Over how many seconds the clients of a draining node come back."""
PUBLISHING_CAPACITY = 10_000
STATES_CAPACITY = 10_000
SAMPLES_CAPACITY = 20_000


class Live(Struct, frozen=True):
    """The live side of a node, and the way in for commands."""

    node: Node
    hub: Hub
    relay: Relay
    publisher: Publisher
    ticker: Ticker
    states: States
    samples: Samples
    tail: Tail
    presence: Presence
    executor: Executor


def wire_live(
    settings: Settings, stores: Stores, tokens: Tokens, supervisor: Supervisor, measures: Measures
) -> Live:
    """Make the parts and tie them together; nothing runs yet."""
    broker = Broker(stores.redis)
    topics = kinds()
    history = History(stores.database, broker, lambda: hub.epoch, supervisor, count=measures.history_read)
    hub = Hub(stores.epoch, topics, history.logged, supervisor)
    publisher = _publisher(broker, lambda: hub.epoch, measures)
    publish = _publish(hub, publisher)
    executor = Executor(
        stores.database, capabilities(sandbox=settings.sandbox), publish, ran=measures.command_ran
    )
    presence = Presence(Devices(stores.redis), hub, supervisor, limit=settings.sockets_per_person)
    tail = Tail(hub, stores.database, stores.witness.look)
    states = _states(hub, broker, measures)
    relay = _relay(stores, hub, presence, tail, states, supervisor)
    doubt = Doubt(hub, relay, publisher, stores.database, supervisor)
    stores.witness.replaced = doubt.settle
    tail.doubted = doubt.arise
    ticker = Ticker(stores.clock)
    hub.changed.append(ticker.place)
    node = _node(settings, supervisor, measures)
    joining = Joining(
        hub,
        Joins(stores.database, topics, supervisor),
        followed=relay.followed,
        unfollow=relay.unfollow,
        history=history.recent,
        doubt=doubt.arise,
    )
    samples = _samples(stores, states, measures)
    live = Live(node, hub, relay, publisher, ticker, states, samples, tail, presence, executor)
    node.desk = _desk(live, tokens, stores.clock, joining)
    _measure(measures, live, stores.clock)
    return live


def start_live(live: Live, stores: Stores, supervisor: Supervisor) -> None:
    """Start the live side's long-lived tasks."""
    supervisor.start("clock", lambda: stores.clock.follow(stores.database))
    supervisor.start("publisher", live.publisher.run)
    supervisor.start("relay", live.relay.run)
    supervisor.start("tail", live.tail.run)
    supervisor.start("ticker", live.ticker.run)
    supervisor.start("states", live.states.run)
    supervisor.start("samples", live.samples.run)
    supervisor.start("presence", live.presence.run)
    supervisor.start("sweep", Sweep(live.node.sockets, stores.clock).run)


def _publish(hub: Hub, publisher: Publisher) -> Callable[[list[Publication]], None]:
    """Return what the executor hands committed events to: this node's own sockets first, then all others."""

    def publish(publications: list[Publication]) -> None:
        for publication in publications:
            hub.deliver(publication)
        publisher.offer(publications)

    return publish


def _publisher(broker: Broker, epoch: Callable[[], Epoch], measures: Measures) -> Publisher:
    publisher = Publisher(broker, epoch, capacity=PUBLISHING_CAPACITY)
    publisher.dropped = measures.queue(
        "publishing", capacity=PUBLISHING_CAPACITY, waiting=lambda: len(publisher)
    )
    return publisher


def _states(hub: Hub, broker: Broker, measures: Measures) -> States:
    states = States(hub, broker, capacity=STATES_CAPACITY)
    states.dropped = measures.queue("states", capacity=STATES_CAPACITY, waiting=lambda: len(states))
    return states


def _samples(stores: Stores, states: States, measures: Measures) -> Samples:
    samples = Samples(stores.database, states, capacity=SAMPLES_CAPACITY)
    samples.dropped = measures.queue("samples", capacity=SAMPLES_CAPACITY, waiting=lambda: len(samples))
    samples.hurried = measures.sample_hurried
    return samples


def _relay(
    stores: Stores, hub: Hub, presence: Presence, tail: Tail, states: States, supervisor: Supervisor
) -> Relay:
    return Relay(
        stores.redis,
        new_id(),
        lambda: hub.epoch,
        supervisor,
        deliver=hub.deliver,
        announced=presence.announced,
        told=states.told,
        subscribed=tail.catch_up,
    )


def _desk(live: Live, tokens: Tokens, clock: FleetClock, joining: Joining) -> Desk:
    return Desk(
        live.node,
        tokens=tokens,
        clock=clock,
        executor=live.executor,
        joining=joining,
        presence=live.presence,
        samples=live.samples,
        shows=(live.ticker.show, live.states.show),
    )


def _node(settings: Settings, supervisor: Supervisor, measures: Measures) -> Node:
    return Node(
        supervisor,
        allowance=Allowance(per_second=settings.commands_per_second, burst=settings.commands_burst),
        spread_seconds=SPREAD_SECONDS,
        too_slow=measures.too_slow,
        closed=measures.closed,
    )


def _measure(measures: Measures, live: Live, clock: FleetClock) -> None:
    measures.gauge("sockets", "Open sockets.", lambda: len(live.node.sockets))
    measures.gauge(
        "socket_waiting_bytes_most",
        "The most that waits for one socket.",
        lambda: live.node.most_bytes_waiting,
    )
    measures.gauge("tasks", "Tasks of the event loop.", lambda: len(asyncio.all_tasks()))
    measures.gauge("topics", "Topics that somebody here follows.", lambda: len(live.hub.feeds))
    measures.gauge("subscriptions", "Topics followed at the broker.", lambda: live.relay.subscriptions)
    measures.gauge(
        "broker_lag_seconds", "How long a message through Redis takes.", lambda: live.relay.lag_seconds
    )
    measures.gauge("clock_error_seconds", "How far the clock may be off.", lambda: clock.error_seconds)
