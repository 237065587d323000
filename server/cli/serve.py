"""`cornerman serve`."""

import asyncio
import gc
import os
import resource
import shlex
import shutil
import socket
import sys
from pathlib import Path
from typing import Final

import click
import structlog
import uvloop
from msgspec.structs import replace

from server.cli.databases import own_databases
from server.cli.faults import Failed, Wrong, load_settings, told
from server.libraries import FIRST, provide
from server.settings import Settings, variable
from server.telemetry import configure_logging
from server.wiring import run_node
from storage.migrate import migrate, pending

_log = structlog.get_logger(__name__)

_ANY: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on
_USUAL: Final = frozenset({"127.0.0.1", "0.0.0.0"})  # noqa: S104 - as above
"""Where a server is found by who looks at 127.0.0.1."""
_PLACES: Final = ("host", "port", "data_dir")
_DATABASES: Final = ("database_url", "redis_url")
_TYPED_COLUMNS: Final = 80 - len("  Is all well?     ")
_MOST_FILES: Final = 1_048_576
_COLLECTIONS: Final = (20_000, 20, 50)
"""After how many new objects young ones are looked through for garbage, and how often older ones along with them."""


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on; 0 takes a free one.")
@click.option("--sandbox", is_flag=True, help="Let people run their time up to 10,000 times as fast.")
def serve(*, host: str | None, port: int | None, sandbox: bool) -> None:
    """Run the server, one node in one process, until Ctrl-C or SIGTERM.

    Starts an embedded PostgreSQL and an embedded Valkey unless DATABASE_URL and REDIS_URL are given.
    """
    loaded = load_settings(host=host, port=port, sandbox=sandbox or None)
    configure_logging(loaded.settings.log_level, loaded.settings.log_format)
    for warning in loaded.unknown:
        _log.warning("unknown_setting", problem=warning)
    settings = replace(loaded.settings, port=_free_port(loaded.settings))
    _raise_file_limit()
    with told(), own_databases(settings) as ready:
        _bring_up_to_date(ready)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run_node(ready, on_started=lambda: _started(settings)))
    click.echo("Stopped.")


def _free_port(settings: Settings) -> int:
    """Return the port to listen on, before anything is started for nothing."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.getaddrinfo(settings.host, settings.port)
        with socket.create_server((settings.host, settings.port), family=family) as probe:
            port: int = probe.getsockname()[1]
            return port
    except socket.gaierror:
        raise Wrong(f"There is no address {settings.host} here: give --host another.") from None
    except PermissionError:
        raise Failed(f"Port {settings.port} is not ours to take: give --port one above 1023.") from None
    except OSError as error:
        raise Failed(
            f"Port {settings.port} on {settings.host} cannot be had ({os.strerror(error.errno or 0)}): stop what listens "
            f"there, or give another: {_as_typed()} serve --port {settings.port + 1}."
        ) from None


def _raise_file_limit() -> None:
    """Every socket is an open file, and many systems begin at 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _bring_up_to_date(settings: Settings) -> None:
    """Migrate; in production, where several nodes start at once and one command migrates, only look."""
    database_url = settings.database_url or ""
    if not settings.production:
        for version in asyncio.run(migrate(database_url)):
            _log.info("migrated", version=version)
        if settings.search_at_start and asyncio.run(provide(database_url)):
            _log.info("library_imported", library=FIRST)
    elif missing := asyncio.run(pending(database_url)):
        raise Failed(f"The database lacks {', '.join(missing)}: run `cornerman migrate` first.")


def _started(settings: Settings) -> None:
    """Say so; and collect garbage seldom from now on.

    Next to nothing here is freed by collections, and one of all objects stops a node with thousands of sockets for a
    tenth of a second.
    """
    _greet(settings)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTIONS)


def _greet(settings: Settings) -> None:
    """Say where the server is and what to type next."""
    place = "localhost" if settings.host in _ANY else settings.host
    url = f"http://{f'[{place}]' if ':' in place else place}:{settings.port}"
    lines = [
        f"Cornerman listens on {url} ({settings.env}{', sandbox' if settings.sandbox else ''}).",
    ]
    if not settings.production:
        command = _as_typed()
        lines += [
            "",
            f"  What runs here   {url}/",
            f"  Your timer       {_typed(*_reaching(settings, url, f'{command} live --register'))}",
            f"  Is all well?     {_typed(*_with(settings, _PLACES), f'{command} doctor')}",
            "",
            f"Type these in another terminal{_unsaid(settings)}. Ctrl-C stops the server.",
        ]
    click.echo("\n".join(lines))


def _typed(*words: str) -> str:
    """Return what to type behind a label: in a line if it fits a terminal, else broken as a shell reads on."""
    line = " ".join(words)
    return line if len(line) <= _TYPED_COLUMNS else "\n    " + " \\\n    ".join(words)


def _reaching(settings: Settings, url: str, command: str) -> list[str]:
    """Return a command as it reaches this server from another terminal."""
    return [*_with(settings, ("port",)), command] if settings.host in _USUAL else [command, f"--url {url}"]


def _with(settings: Settings, names: tuple[str, ...]) -> list[str]:
    """Return the variables of these settings, where they are not the default, as they stand before a command."""
    default = Settings()
    differing = {
        name: getattr(settings, name) for name in names if getattr(settings, name) != getattr(default, name)
    }
    return [f"{variable(name)}={shlex.quote(str(value))}" for name, value in differing.items()]


def _unsaid(settings: Settings) -> str:
    """Name the variables that it needs too, but that hold passwords."""
    given = [variable(name) or "" for name in _DATABASES if getattr(settings, name) is not None]
    return f", with the same {' and '.join(given)}" if given else ""


def _as_typed() -> str:
    """Return how this command line can be started from here."""
    found = shutil.which("cornerman")
    typed = Path(sys.argv[0])
    if found is not None and typed.exists() and Path(found).samefile(typed):
        return "cornerman"
    return shlex.quote(os.path.relpath(typed) if typed.is_absolute() else str(typed))
