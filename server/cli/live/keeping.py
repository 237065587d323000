"""Sign-ins that the terminal view remembers: one file for each view that may run at once, readable by its owner alone.

A sign-in belongs to one running device, and its refresh token changes with each use. So a view holds the file that it
took, by a lock, for as long as it runs; a second view takes the next one. A view that kept nothing leaves no file.
"""

import fcntl
import os
import re
from pathlib import Path
from typing import TextIO

import msgspec
from msgspec import Struct

from cornerman_client.account import Account

_MOST = 32


class Kept(Struct, frozen=True, kw_only=True):
    """A sign-in: who, on which device, and the refresh token that continues it."""

    email: str
    device: str
    refresh_token: str


class Place:
    """The file of one view, held until `release`."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self._file = file
        self._path = path

    def read(self) -> Kept | None:
        """Return what was kept, if anything was and can be read."""
        self._file.seek(0)
        try:
            return msgspec.json.decode(self._file.read(), type=Kept)
        except msgspec.MsgspecError:
            return None

    def keep(self, kept: Kept) -> None:
        """Keep a sign-in in place of the one before."""
        self._write(msgspec.json.encode(kept).decode())

    def forget(self) -> None:
        """Keep nothing."""
        self._write("")

    def release(self) -> None:
        """Let another view have it; without a sign-in in it, there is no file any more."""
        if os.fstat(self._file.fileno()).st_size == 0:
            self._path.unlink(missing_ok=True)
        self._file.close()

    def _write(self, text: str) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()


class Keeper:
    """The credentials of a client: an account whose newest refresh token is always on disk."""

    def __init__(self, account: Account, place: Place, email: str, device: str) -> None:
        self.email = email
        self.device = device
        self._account = account
        self._place = place
        self._kept: str | None = None

    async def access_token(self, *, renew: bool) -> str:
        """Return an access token, with `renew` a newer one. Raises SignInRefused, Unreachable."""
        token = await self._account.access_token(renew=renew)
        self.keep()
        return token

    def keep(self) -> None:
        """Keep the account's refresh token, if it is another than the one kept."""
        newest = self._account.refresh_token
        if newest is not None and newest != self._kept:
            self._place.keep(Kept(email=self.email, device=self.device, refresh_token=newest))
            self._kept = newest


def take(folder: Path, url: str, email: str | None) -> Place:
    """Take a free place for a server: one with a sign-in (of `email`, if given) if there is one, else an empty one."""
    for path in _paths(folder, url):
        place = _hold(path) if path.exists() else None
        kept = None if place is None else place.read()
        if place is not None and kept is not None and email in {None, kept.email}:
            return place
        if place is not None:
            place.release()
    return take_empty(folder, url)


def take_empty(folder: Path, url: str) -> Place:
    """Take a free place for a server without a sign-in."""
    for path in _paths(folder, url):
        place = _hold(path)
        if place is not None and place.read() is None:
            return place
        if place is not None:
            place.release()
    raise OSError(f"all {_MOST} places in {folder} are taken: close a view, or forget with --forget")


def take_all(folder: Path, url: str) -> tuple[list[Place], int]:
    """Take every free place for a server that has a sign-in; return also how many sign-ins are in use."""
    places, in_use = [], 0
    for path in _paths(folder, url):
        place = _hold(path) if path.exists() else None
        if place is None:
            in_use += path.exists() and path.stat().st_size > 0
        elif place.read() is None:
            place.release()
        else:
            places.append(place)
    return places, in_use


def _paths(folder: Path, url: str) -> list[Path]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = re.sub(r"\W+", "-", url.partition("://")[2]).strip("-")
    return [folder / f"live-{server}-{number}.json" for number in range(1, _MOST + 1)]


def _hold(path: Path) -> Place | None:
    """Open a file, making it if it is not there, and hold it; None when another view does."""
    while True:
        file = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")  # noqa: PTH123,SIM115 - the mode; it stays open
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        if os.fstat(file.fileno()).st_nlink:
            return Place(file, path)
        file.close()  # whoever had it took it away between our opening and our holding it
