"""The composition root: makes the parts of a node, ties them together, runs and drains them."""

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

import structlog
from litestar.types import Scope
from msgspec import Struct
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from channels.connection import Allowance
from server.accounts.passwords import Passwords
from server.accounts.signing_in import Accounts
from server.accounts.wiring import wire_accounts, wire_tokens
from server.app import Doors, create_app
from server.live.endpoint import live_route
from server.live.listen import HANDSHAKES, bind, listen
from server.live.turnstile import Turnstile
from server.live.wiring import Live, start_live, wire_live
from server.nouns import kinds
from server.past.node import NodePast
from server.rest.auth.controller import auth_routes
from server.rest.limiting import Limiter
from server.rest.parts import Parts
from server.rest.workouts.importing import Imports
from server.search.node import Manner, NodeSearch
from server.secrets import Secrets, obtain_secrets
from server.settings import Settings
from server.stores import Stores, open_stores
from server.supervisor import Supervisor
from server.telemetry import Measures
from server.timers import TimerWorker
from server.upkeep import keep_up
from storage.postgres import Database
from storage.redis.connection import AWAY
from storage.redis.limits import Limits

_log = structlog.get_logger(__name__)

DOCUMENTS: Final = Path(__file__).parent.parent / "docs"


class _Searches(Struct, frozen=True):
    """What finds exercises, and what finds what people did and wrote."""

    exercises: NodeSearch
    past: NodePast


async def run_node(settings: Settings, *, on_started: Callable[[], None]) -> None:
    """Run a node until it is told to stop, then drain it; the settings name both stores by now.

    Raises OSError, Unavailable, KeysError.
    """
    secrets = obtain_secrets(settings)
    tokens = wire_tokens(settings, secrets)
    measures = Measures()
    async with (
        Supervisor(failed=measures.task_failed) as supervisor,
        open_stores(settings) as stores,
        aclosing(Passwords(measures)) as passwords,
        aclosing(Imports(measures)) as imports,
        aclosing(NodeSearch(stores.reads, _manner(settings), measures)) as search,
        aclosing(NodePast(stores.database, search, measures)) as past,
    ):
        live = wire_live(settings, stores, tokens, supervisor, measures)
        accounts = wire_accounts(settings, secrets, stores, tokens, live.executor, passwords)
        searches = _Searches(search, past)
        app = _app(settings, secrets, stores, accounts, live, measures, imports, searches)
        start_live(live, stores, supervisor)
        _start(supervisor, stores, live, measures)
        handshakes = Turnstile(HANDSHAKES)
        _measure(measures, stores.database, handshakes)

        async def drain() -> None:
            await _drain(settings, live, supervisor)

        sockets = [bind(settings.host, settings.port), *_inner_sockets(settings)]
        try:
            await listen(
                app,
                host=settings.host,
                port=settings.port,
                sockets=sockets,
                handshakes=handshakes,
                on_started=lambda: _begin(supervisor, searches, on_started),
                drain=drain,
            )
        finally:
            # Before the stores close below it, or its tasks would take that for an outage.
            await supervisor.stop()


def _start(supervisor: Supervisor, stores: Stores, live: Live, measures: Measures) -> None:
    timers = TimerWorker(stores.database, live.executor, observe=measures.timer_fired)
    supervisor.start("timers", timers.run)
    supervisor.start("upkeep", lambda: keep_up(stores.database))
    supervisor.start("event loop", measures.watch_loop)


def _begin(supervisor: Supervisor, searches: _Searches, on_started: Callable[[], None]) -> None:
    """Say that the node listens, and only then make ready what sockets need not wait for."""
    on_started()
    supervisor.start("search", searches.exercises.run)
    supervisor.start("past encoding", searches.past.encode)
    supervisor.start("past files", searches.past.settle)


def _measure(measures: Measures, database: Database, handshakes: Turnstile) -> None:
    measures.gauge(
        "handshakes_waiting", "Opening handshakes that wait for their turn.", lambda: len(handshakes)
    )
    measures.gauge(
        "database_connections_lent",
        "Connections to PostgreSQL in use, of those for commands and short reads.",
        lambda: database.get_size() - database.get_idle_size(),
    )
    measures.gauge(
        "database_connections_most",
        "The most of them; who comes when all are lent has to wait.",
        database.get_max_size,
    )


def _app(
    settings: Settings,
    secrets: Secrets,
    stores: Stores,
    accounts: Accounts,
    live: Live,
    measures: Measures,
    imports: Imports,
    searches: _Searches,
) -> Any:
    async def redis_answers() -> bool:
        try:
            return bool(await stores.redis.ping())
        except AWAY:
            return False

    parts = Parts(
        database=stores.database,
        executor=live.executor,
        kinds=kinds(),
        tokens=accounts.tokens,
        limiter=_limiter(settings, accounts.limits),
        imports=imports,
        search=searches.exercises,
        past=searches.past,
        now=stores.clock.now,
        registry=measures.registry,
        redis_answers=redis_answers,
        draining=lambda: live.node.draining,
    )
    inner_port = int(settings.admin_address.rpartition(":")[2]) if settings.admin_address else None
    doors = Doors(
        hosts=settings.allowed_hosts,
        origins=settings.allowed_origins,
        metrics_token=secrets.admin_token,
        inner=lambda scope: inner_port is not None and _port(scope) == inner_port,
    )
    app = create_app(
        parts,
        doors,
        live=live_route(live.node, settings.allowed_origins),
        controllers=(auth_routes(accounts),),
        documents=DOCUMENTS,
    )
    if not settings.trusted_proxies:
        return app
    served: Any = app  # two libraries, two sets of ASGI types
    return ProxyHeadersMiddleware(served, trusted_hosts=list(settings.trusted_proxies))


def _manner(settings: Settings) -> Manner:
    return Manner(encoder=settings.encoder, data_dir=settings.data_dir, at_start=settings.search_at_start)


def _limiter(settings: Settings, limits: Limits) -> Limiter:
    return Limiter(
        limits=limits,
        requests=Allowance(per_second=settings.requests_per_second, burst=settings.requests_burst),
        commands=Allowance(per_second=settings.commands_per_second, burst=settings.commands_burst),
        files=Allowance(per_second=settings.files_per_hour / 3600, burst=settings.files_per_hour),
    )


async def _drain(settings: Settings, live: Live, supervisor: Supervisor) -> None:
    _log.info("draining", sockets=len(live.node.sockets))
    await live.node.drain(settings.drain_seconds)
    await supervisor.drain(1.0)
    await live.samples.settle()
    await live.publisher.drain(1.0)


def _port(scope: Scope) -> int | None:
    server = scope.get("server")
    return server[1] if server else None


def _inner_sockets(settings: Settings) -> list[Any]:
    if settings.admin_address is None:
        return []
    host, _, port = settings.admin_address.rpartition(":")
    return [bind(host.strip("[]"), int(port))]
