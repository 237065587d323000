"""What a node has in its memory, told on a signal: for the suite alone, an operator has the metrics."""

import gc
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import msgspec
from msgspec import Struct

PLACE = "FIRE_CENSUS"
"""Set in its environment to a file, a node writes its census there at each SIGUSR1."""
_OURS = ("server.", "channels.", "storage.", "uvicorn.", "websockets.", "litestar.")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Census(Struct, frozen=True):
    """No garbage is collected for it: what only a collection would free counts."""

    resident_bytes: int
    blocks: int
    """Blocks of Python's own allocator that are in use."""
    objects: dict[str, int]
    """Objects of our classes and of the server's below us, by class."""


def install() -> None:
    """Let this process take its census when it is told to."""
    place = Path(os.environ[PLACE])
    signal.signal(signal.SIGUSR1, lambda *_: _write(place, _taken()))


def _taken() -> Census:
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    blocks = sys.getallocatedblocks()
    objects = Counter(_name(type(one)) for one in gc.get_objects())
    ours = {name: count for name, count in objects.items() if name.startswith(_OURS)}
    return Census(resident, blocks, ours)


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _write(place: Path, census: Census) -> None:
    part = place.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(census))
    part.rename(place)
