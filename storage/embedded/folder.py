"""The data folder of one embedded server: who holds it, its log, and where its socket lies."""

import fcntl
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from storage.embedded.account import Account
from storage.embedded.errors import FolderInUseError, WrongAccountError

# sun_path holds 104 bytes on macOS and 108 on Linux, the last one a zero.
_LONGEST_SOCKET_PATH = 103
_SOCKET_LINK = "run"
_LARGEST_LOG_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Folder:
    """A data folder that we hold until `release`, or until we end, however that comes."""

    path: Path
    lock: TextIO

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.path / "server.log"

    @property
    def socket_link(self) -> Path:
        """Where the socket lies: a folder, or a link to a shorter path."""
        return self.path / _SOCKET_LINK

    @property
    def held(self) -> bool:
        """Whether it is still ours."""
        return not self.lock.closed

    def give(self, account: Account | None) -> None:
        """Let the account, and who runs as it later, use the folder."""
        give(self.path, account)
        if account is not None:
            for file in (Path(self.lock.name), self.log):
                file.touch(mode=0o600)
                os.chown(file, account.uid, account.gid)

    def release(self) -> None:
        """Let others have the folder."""
        self.lock.close()


def hold(path: Path) -> Folder:
    """Make the folder if it is not there and hold it; raises FolderInUseError if another one does."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.resolve().joinpath("lock").open("a+", encoding="ascii")
    except PermissionError as error:
        raise WrongAccountError(
            f"{path} cannot be written: choose another data folder, or run as its owner."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip()
        lock.close()
        raise FolderInUseError(
            f"{path} is in use by process {holder}: stop it, or choose another data folder."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    folder = Folder(path.resolve(), lock)
    _turn_log(folder.log)
    return folder


def give(path: Path, account: Account | None) -> None:
    """Make a folder, or what is there already, the account's own and nobody else's."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if account is not None:
        os.chown(path, account.uid, account.gid)


def socket_folder(folder: Folder, account: Account | None, *names: str) -> Path:
    """A private folder for the sockets `names`: below the data folder, or under the temp folder if that is too long.

    Leftovers of an earlier start are removed.
    """
    remove_sockets(folder, *names)
    inside = folder.socket_link
    if max(len(os.fsencode(inside / name)) for name in names) <= _LONGEST_SOCKET_PATH:
        give(inside, account)
        return inside
    short = Path(tempfile.mkdtemp(prefix="cornerman-"))
    give(short, account)
    inside.symlink_to(short)
    return short


def sockets_of(path: Path) -> Path:
    """The folder with the sockets of the server that runs on the data folder at `path`."""
    return (path / _SOCKET_LINK).resolve()


def remove_sockets(folder: Folder, *names: str) -> None:
    """Remove the sockets `names`, their folder and the link to it."""
    link = folder.socket_link
    for name in names:
        (link / name).unlink(missing_ok=True)
    if link.is_symlink():
        target = link.readlink()
        link.unlink()
        if target.is_dir():
            target.rmdir()


def _turn_log(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
