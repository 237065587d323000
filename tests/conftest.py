"""Real servers for the tests: one PostgreSQL and one Valkey a run, a database and an empty Redis for each test.

The fixtures are synchronous, so that no event loop outlives the test that it belongs to. Tests that kill, freeze or
empty a server start their own (`own_postgres`, `own_valkey`).
"""

import asyncio
import itertools
import linecache
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import redis
from hypothesis import settings

from retrieval.minilm import SentenceEncoder, folder_of
from storage.embedded.postgres import Postgres, start_postgres
from storage.embedded.valkey import Valkey, start_valkey
from storage.migrate import migrate
from tests.cluster import Cluster, cluster_of
from tests.nodes import Fleet, Standing, fleet_of

TEMPLATE = "template_of_tests"
MEMORY = Path("/dev/shm")
"""A folder in memory, on Linux: a database of a test's own takes a quarter of the time there. In containers it is small."""
ENOUGH_BYTES = 2 * 1024**3
_ORIGIN_FRAMES = 3
_MODEL_SECONDS = 240

# The same examples in every run: what fails once fails again. A busy machine is no failure either.
# Thirty examples each: the whole suite has to stay under five minutes.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=30)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    """Let Ctrl-C be what it is in a terminal: what a script runs in the background ignores it, and so do its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _shorten_origins()


def _shorten_origins() -> None:
    """Let asyncio's debug mode keep three frames of where each future was made, of files that stay as they are.

    Whole stacks, with a look at every file of theirs on the disk, take a sixth of the tests' time.
    """
    whole = traceback.walk_stack
    traceback.walk_stack = lambda f: itertools.islice(whole(f), _ORIGIN_FRAMES)
    linecache.checkcache = lambda *_: None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Run the loop in asyncio's debug mode, except under load and beside nodes that are processes of their own."""
    marked = item.get_closest_marker("load") or item.get_closest_marker("long")
    beside_nodes = {"fleet", "standing"} & set(getattr(item, "fixturenames", ()))
    item.config.option.asyncio_debug = not marked and not beside_nodes


# Before the hook in which xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what may take longest, so that no worker is left alone with it at the end.

    Tests that share nodes, and those with the real model, go to one worker each (`--dist loadgroup`): the others need not
    start any, nor load it. The first with the model waits while its libraries are compiled.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "standing" in fixtures:
            item.add_marker(pytest.mark.xdist_group("standing"))
        if "minilm" in fixtures:
            item.add_marker(pytest.mark.xdist_group("minilm"))
            item.add_marker(pytest.mark.load)
            item.add_marker(pytest.mark.timeout(_MODEL_SECONDS))

    def allowed(item: pytest.Item) -> float:
        timeout = item.get_closest_marker("timeout")
        return float(timeout.args[0]) if timeout and timeout.args else 0.0

    items.sort(key=allowed, reverse=True)


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """A folder with a short path that servers under another account may enter, in memory if there is enough."""
    folder = Path(tempfile.mkdtemp(prefix="cornerman-tests-", dir=MEMORY if _has_room(MEMORY) else None))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def _has_room(folder: Path) -> bool:
    return folder.is_dir() and shutil.disk_usage(folder).free >= ENOUGH_BYTES


@pytest.fixture(scope="session")
def postgres(servers_folder: Path) -> Iterator[Postgres]:
    """The run's PostgreSQL. Tests leave it alone and use `database_url`."""
    server = start_postgres(servers_folder / "postgres", durable=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey(servers_folder: Path) -> Iterator[Valkey]:
    """The run's Valkey. Tests leave it alone and use `redis_url`."""
    server = start_valkey(servers_folder / "valkey")
    yield server
    server.stop()


class Databases:
    """Makes migrated databases from a template and drops them, over one connection on a loop of its own."""

    def __init__(self, dsn: str) -> None:
        """Migrate the template on the server at `dsn`."""
        self._dsn = dsn
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(asyncpg.connect(dsn))
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        self._loop.run_until_complete(migrate(self._dsn_of(TEMPLATE)))

    def create(self, *, empty: bool = False, template: str = TEMPLATE) -> str:
        """The DSN of a new database: migrated, empty, or a copy of another one that nobody is connected to."""
        name = f"test_{next(self._numbers)}"
        # Copying files takes half as long as the default, which writes the copy through the log.
        template = "template0" if empty else template
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self._dsn_of(name)

    def drop(self, dsn: str) -> None:
        """Drop the database, whoever is still connected."""
        self._execute(f"DROP DATABASE {urlsplit(dsn).path[1:]} WITH (FORCE)")

    def close(self) -> None:
        """Leave the server."""
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    def _execute(self, statement: str) -> None:
        self._loop.run_until_complete(self._connection.execute(statement))

    def _dsn_of(self, name: str) -> str:
        return urlsplit(self._dsn)._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Iterator[Databases]:
    """The maker of databases, its template migrated."""
    maker = Databases(postgres.dsn)
    yield maker
    maker.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated database of the test's own."""
    dsn = databases.create()
    yield dsn
    databases.drop(dsn)


@pytest.fixture
def redis_url(valkey: Valkey) -> Iterator[str]:
    """An empty Redis that nobody is connected to. Afterwards all are disconnected: pub/sub knows no databases."""
    yield valkey.url
    with redis.Redis.from_url(valkey.url) as connection:
        connection.execute_command("CLIENT", "KILL", "TYPE", "normal")
        connection.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        connection.flushall()
        connection.script_flush()
        connection.function_flush()
        connection.config_resetstat()


@pytest.fixture(scope="session")
def valkey_cluster() -> Iterator[Cluster]:
    """The run's cluster of Valkeys. Tests leave it alone and use `redis_cluster_url`."""
    with cluster_of() as cluster:
        yield cluster


@pytest.fixture
def redis_cluster_url(valkey_cluster: Cluster) -> Iterator[str]:
    """An empty cluster that nobody listens to."""
    yield valkey_cluster.url
    valkey_cluster.empty()


@pytest.fixture(params=["redis_url", "redis_cluster_url"])
def any_redis_url(request: pytest.FixtureRequest) -> str:
    """An empty Redis, as one server and as a cluster."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def own_postgres(servers_folder: Path) -> Iterator[Callable[[], Postgres]]:
    """Start a durable, empty PostgreSQL of the test's own; called again, restart it on the same data."""
    started: list[Postgres] = []
    # Short, so that its socket fits below it and stays where it is across a restart.
    folder = Path(tempfile.mkdtemp(prefix="own-", dir=servers_folder))
    folder.chmod(0o711)

    def start() -> Postgres:
        for earlier in started:
            earlier.stop()
        started.append(start_postgres(folder / "postgres"))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def own_valkey(servers_folder: Path) -> Iterator[Callable[[], Valkey]]:
    """Start a Valkey of the test's own; called again, start an empty one at the same address."""
    started: list[Valkey] = []
    folder = Path(tempfile.mkdtemp(prefix="own-", dir=servers_folder))
    folder.chmod(0o711)

    def start() -> Valkey:
        for earlier in started:
            earlier.stop()
        started.append(start_valkey(folder / "valkey"))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def minilm() -> SentenceEncoder:
    """The packaged model, loaded once a run."""
    return SentenceEncoder(folder_of())


@pytest.fixture
def fleet(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Fleet]:
    """Nodes of the test's own, on a database and a Redis of its own; it starts them."""
    with fleet_of(tmp_path, database_url, redis_url) as nodes:
        yield nodes


@pytest.fixture(scope="session")
def standing_fleet(databases: Databases, servers_folder: Path) -> Iterator[tuple[Fleet, dict[Any, Any]]]:
    """The run's nodes. Tests use `standing`."""
    folder = servers_folder / "standing"
    folder.mkdir()
    dsn = databases.create()
    valkey = start_valkey(servers_folder / "standing-valkey")
    with fleet_of(folder, dsn, valkey.url) as nodes:
        yield nodes, {}
    valkey.stop()
    databases.drop(dsn)


@pytest.fixture
def standing(standing_fleet: tuple[Fleet, dict[Any, Any]]) -> Standing:
    """Nodes that tests share, each with people of its own: starting one takes longer than most tests."""
    return Standing(*standing_fleet)
