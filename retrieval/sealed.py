"""Files of numbers that are mapped into memory, each whole or no file at all.

    magic (8 bytes) | length of the header (4) | header (JSON) | padding to 64 | numbers | SHA-256 of all before (32)

The whole file is checked when it is opened: that takes a few milliseconds, and no byte of it is believed unseen. A new one
takes its place as a whole, and who reads the old one keeps it.

SealedFileError
├── NoFile         there is no file yet
└── BrokenFile     it is not what was written
"""

import hashlib
import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from retrieval.files import replace

_LENGTH_BYTES: Final = 4
_ALIGNED: Final = 64
_HASH_BYTES: Final = 32

Header = TypeVar("Header", bound=Struct)


class SealedFileError(Exception):
    """The file cannot be used: make it anew."""


class NoFile(SealedFileError):  # noqa: N818 - it names the state
    """There is no file yet."""


class BrokenFile(SealedFileError):  # noqa: N818 - it names the state
    """It is not what was written."""


class Opened(Struct, Generic[Header], frozen=True):
    """A file as memory: what it says of itself, and its numbers, `size` bytes from `first` on."""

    header: Header
    mapped: mmap.mmap
    first: int
    size: int


class Form(Generic[Header]):
    """Files of one kind, which begin with the same eight bytes. Headers are read strictly as `header`."""

    def __init__(self, magic: bytes, header: type[Header]) -> None:
        self._magic = magic
        self._fixed = len(magic) + _LENGTH_BYTES
        self._headers = msgspec.json.Decoder(header)

    def write(self, path: Path, header: Header, numbers: Sequence[bytes]) -> None:
        """Put these numbers in the place of an earlier file. Raises OSError."""
        told = msgspec.json.encode(header)
        head = self._magic + len(told).to_bytes(_LENGTH_BYTES, "little") + told
        parts = [head + bytes(-len(head) % _ALIGNED), *numbers]
        whole = hashlib.sha256()
        for part in parts:
            whole.update(part)
        replace(path, [*parts, whole.digest()])

    def open(self, path: Path) -> Opened[Header]:
        """Return the file as memory, its hash compared. Raises NoFile and BrokenFile."""
        try:
            with path.open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError as error:
            raise NoFile(f"{path} is not there") from error
        except (OSError, ValueError) as error:  # an empty file cannot be mapped
            raise BrokenFile(f"{path}: {error}") from error
        with memoryview(mapped) as seen:
            if hashlib.sha256(seen[:-_HASH_BYTES]).digest() != bytes(seen[-_HASH_BYTES:]):
                raise BrokenFile(f"{path} is not what was written")
        end = self._end(mapped[: self._fixed])
        header = self._header(mapped[self._fixed : end])
        first = end + -end % _ALIGNED
        return Opened(header, mapped, first, len(mapped) - _HASH_BYTES - first)

    def glance(self, path: Path) -> Header:
        """Return what a file says of itself, the rest unread and unchecked. Raises OSError and BrokenFile."""
        with path.open("rb") as file:
            end = self._end(file.read(self._fixed))
            return self._header(file.read(end - self._fixed))

    def _end(self, begin: bytes) -> int:
        """Return where the header ends."""
        if len(begin) < self._fixed or not begin.startswith(self._magic):
            raise BrokenFile("this is no such file")
        return self._fixed + int.from_bytes(begin[len(self._magic) :], "little")

    def _header(self, told: bytes) -> Header:
        try:
            return self._headers.decode(told)
        except msgspec.MsgspecError as error:
            raise BrokenFile(f"its header says nothing: {error}") from error
