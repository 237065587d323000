"""Which databases a command works on: those given by URL, else the embedded ones of the data folder.

A server keeps its embedded PostgreSQL for as long as it runs; any other command uses that one if it is there, and
else starts it for the moment. A lock in the data folder makes the moment exclusive, so that no two commands start it
twice and none stops it under another. A server that starts meanwhile waits for the command to end.

Call these from the main thread: an embedded server dies with the thread that started it.
"""

import fcntl
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
from msgspec.structs import replace

from server.cli.faults import Failed
from server.settings import Settings
from storage.embedded.errors import FolderInUseError
from storage.embedded.postgres import dsn_of, start_postgres
from storage.embedded.valkey import start_valkey, url_of
from storage.migrate import pending_on
from storage.postgres import Database, close_database, linked, open_database


def postgres_folder(settings: Settings) -> Path:
    """Return the embedded PostgreSQL's data folder."""
    return settings.data_dir / "postgres"


def valkey_folder(settings: Settings) -> Path:
    """Return the embedded Valkey's data folder."""
    return settings.data_dir / "valkey"


@contextmanager
def own_databases(settings: Settings) -> Iterator[Settings]:
    """Start what is not given, for as long as a server runs; yield the settings with both URLs."""
    with ExitStack() as stack:
        database_url, redis_url = settings.database_url, settings.redis_url
        try:
            with _exclusively(settings.data_dir):
                if database_url is None:
                    postgres = start_postgres(postgres_folder(settings))
                    stack.callback(postgres.stop)
                    database_url = postgres.dsn
                if redis_url is None:
                    valkey = start_valkey(valkey_folder(settings))
                    stack.callback(valkey.stop)
                    redis_url = valkey.url
        except FolderInUseError as error:
            raise Failed(
                f"Another server works on this data folder. {error}\nTo run two side by side, give this one its "
                "own: CORNERMAN_DATA_DIR=.cornerman-2 cornerman serve --port 8001."
            ) from None
        yield replace(settings, database_url=database_url, redis_url=redis_url)


@contextmanager
def borrowed_database(settings: Settings) -> Iterator[str]:
    """Find PostgreSQL, for one command; yield its URL."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with ExitStack() as stack:
        stack.enter_context(_exclusively(settings.data_dir))
        try:
            postgres = start_postgres(postgres_folder(settings))
        except FolderInUseError:
            stack.close()  # a server has it, and for long
            yield dsn_of(postgres_folder(settings))
        else:
            stack.callback(postgres.stop)
            yield postgres.dsn


@asynccontextmanager
async def opened(database_url: str, *, long_reads: bool = False) -> AsyncIterator[Database]:
    """Open a database whose schema is up to date, for one command. Raises Failed when it is not; Unavailable."""
    database = await open_database(database_url, size=2, long_reads=long_reads)
    try:
        async with linked(database) as link:
            missing = await pending_on(link)
        if missing:
            raise Failed(f"The database lacks {', '.join(missing)}: run `cornerman migrate` first.")
        yield database
    finally:
        await close_database(database)


def redis_url_of(settings: Settings) -> str | None:
    """Return where Redis answers, None when it is the embedded one and no server runs that would have started it."""
    if settings.redis_url is not None:
        return settings.redis_url
    folder = valkey_folder(settings)
    return url_of(folder) if _listens(url_of(folder)) else None


@contextmanager
def _exclusively(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "command.lock").open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo("Waiting for another cornerman command on this data folder…", err=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _listens(url: str) -> bool:
    """Say whether something listens on the Unix socket of this URL."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(unquote(urlsplit(url).path))
        except OSError:
            return False
    return True
