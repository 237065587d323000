"""What a process costs, and on which core it runs."""

import os
import time
from pathlib import Path

from msgspec import Struct

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

ALL_CORES = os.sched_getaffinity(0)
_TWO = len(ALL_CORES) > 1
NODE_CORES = {min(ALL_CORES)} if _TWO else ALL_CORES
OUR_CORES = {max(ALL_CORES)} if _TWO else ALL_CORES
"""The generator's; PostgreSQL and Valkey run wherever there is room."""


class Spent(Struct, frozen=True):
    """What a process used in a stretch of time."""

    seconds: float
    cpu_seconds: float


class Meter:
    """Reads what a process uses, from /proc."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._from = (time.monotonic(), self.cpu_seconds())

    def cpu_seconds(self) -> float:
        """CPU that it has used in its life, in itself and in the kernel for it."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_bytes(self) -> int:
        """Memory that it holds now."""
        return int(Path(f"/proc/{self._pid}/statm").read_text().split()[1]) * _PAGE

    def spent(self) -> Spent:
        """What it used since this was made or last asked."""
        before, self._from = self._from, (time.monotonic(), self.cpu_seconds())
        return Spent(self._from[0] - before[0], self._from[1] - before[1])


def pin(pid: int, cores: set[int]) -> None:
    """Keep a process, all of its threads, on these cores."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), cores)
