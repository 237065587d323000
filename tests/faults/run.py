"""Runs the rows of the table, prints it, and writes it as Markdown and JSON."""

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec
import psutil
from msgspec import Struct

from tests.bench.figures import machine
from tests.bench.stand import allow_files, data_folder
from tests.faults.checks import Check, Size, exactly, told
from tests.faults.frames import Frames
from tests.faults.house import House, house
from tests.faults.main_thread import MainThread
from tests.faults.rows import (
    database,
    delivery,
    duplicates,
    exhausted,
    failover,
    memory,
    reconnects,
    restore,
    rolling,
    silence,
    stall,
    states,
    stuck,
)
from tests.faults.rows.suites import suite
from tests.faults.stillness import STOOD_SECONDS, Stillness
from tests.forked import preload
from tests.line import Line

Run = Callable[[House, Size], Awaitable[list[Check]]]

_FILES = 16_384
_LOOK_SECONDS = 0.5
_BUSY_PERCENT = 25
_ITSELF = (sys.executable, "-m", "tests.faults")
_ROW_SECONDS = {Size.SHORT: 120, Size.LONG: 900}

ROWS: dict[str, tuple[str, Run]] = {
    "delivery": ("Clients reset, nodes killed, Redis restarted, emptied, frozen", delivery.run),
    "silence": ("Redis a black hole", silence.run),
    "failover": ("Redis fails over to a replica that lags", failover.run),
    "database": ("PostgreSQL away, then crashed in mid-transaction", database.run),
    "rolling": ("Rolling restart", rolling.run),
    "reconnects": ("Thousands of sockets dropped at once", reconnects.run),
    "restore": ("A backup restored under connected devices", restore.run),
    "duplicates": ("Commands sent 1-5 times over two nodes, replies dropped", duplicates.run),
    "rfc6455": ("Whatever RFC 6455 forbids, in raw frames", suite("tests/faults/rfc6455")),
    "hostile": ("Hostile clients", suite("tests/faults/hostile")),
    "machine": (
        "Stories of two nodes and three devices, 10,000",
        suite("tests/server/live/machine", "-m", "long"),
    ),
    "stuck": ("One stuck reader among a thousand", stuck.run),
    "states": ("States and events through 256 kbit/s", states.run),
    "stall": ("Event loop stalled", stall.run),
    "memory": ("People come and go in waves", memory.run),
    "exhausted": ("Disk full and connections used up at PostgreSQL, out of memory at Redis", exhausted.run),
}
"""Each row's name, what breaks in it, and how it is run."""
SUITES: Final = frozenset({"rfc6455", "hostile", "machine"})
"""Those that `make test` runs anyway."""
_HALF: Final = frozenset({"database", "duplicates", "reconnects", "rolling", "silence", "states", "stuck"})
"""In the short form they run in a house of their own beside the others, except for the first row, which computes more
than it waits."""


class Row(Struct, frozen=True):
    """What came of a row."""

    name: str
    fault: str
    seconds: float
    checks: list[Check]

    @property
    def held(self) -> bool:
        """Whether all of it is as it must be."""
        return all(check.held for check in self.checks)

    @property
    def late(self) -> bool:
        """Whether measured figures alone are not as they must be."""
        return not self.held and all(check.held or check.figure for check in self.checks)


def main() -> None:
    """Run, print, write; exit with 1 when something did not hold."""
    parser = argparse.ArgumentParser(prog="make fire", description=__doc__)
    parser.add_argument("--short", action="store_true", help="what runs beside every change")
    parser.add_argument("--only", action="append", choices=list(ROWS), help="may be given more than once")
    parser.add_argument("--rows", type=Path, help="write what came of the rows to this file, and no table")
    chosen = parser.parse_args()
    size = Size.SHORT if chosen.short else Size.LONG
    if chosen.only or size is Size.LONG:
        rows = _in_a_house(chosen.only or list(ROWS), size)
    else:
        first, *others = [name for name in ROWS if name not in SUITES]
        rows = _in_a_house([first], size)
        # Where others compute as well, two houses at once are too much.
        busy = psutil.cpu_percent(_LOOK_SECONDS) > _BUSY_PERCENT
        rows += _in_a_house(others, size) if busy else _side_by_side(others, size)
    if chosen.rows:
        chosen.rows.write_bytes(msgspec.json.encode(rows))
        return
    document = f"{machine()}, {size} form\n\n{table(rows)}\n"
    print(f"\n{document}")
    _write(data_folder() / "fire", size, rows, document)
    # Beside a change it runs on whatever machine there is, busy or not: its figures are told, and the long form judges
    # them; what was lost, repeated or refused wrongly is judged by both.
    sys.exit(not all(row.held or (size is Size.SHORT and row.late) for row in rows))


def _side_by_side(names: list[str], size: Size) -> list[Row]:
    """Run rows in two houses at once, each with a process of its own."""
    halves = ([name for name in names if (name in _HALF) is half] for half in (True, False))
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number in (1, 2)]
        runs = [
            subprocess.Popen([*_ITSELF, f"--{size}", f"--rows={file}", *(f"--only={name}" for name in half)])
            for file, half in zip(files, halves, strict=True)
        ]
        codes = [run.wait() for run in runs]
        if any(codes):
            sys.exit(max(codes))
        rows = [row for file in files for row in msgspec.json.decode(file.read_bytes(), type=list[Row])]
    return sorted(rows, key=lambda row: names.index(row.name))


def _in_a_house(names: list[str], size: Size) -> list[Row]:
    allow_files(_FILES)
    main = MainThread()
    return main.run(_run(main, names, size))


async def _run(main: MainThread, names: list[str], size: Size) -> list[Row]:
    preload("tests.faults.preloaded")
    stillness = Stillness()
    try:
        async with house(main, data_folder(), forked=size is Size.SHORT) as built:
            return [await _undisturbed(built, name, size, stillness) for name in names]
    finally:
        stillness.end()


async def _undisturbed(built: House, name: str, size: Size, stillness: Stillness) -> Row:
    """Run a row; once more when it did not hold while the whole machine stood still for longer than it allows."""
    stillness.longest = 0.0
    row = await _row(built, name, size)
    if row.held or stillness.longest < STOOD_SECONDS:
        return row
    print(f"again   {name}: this machine stood still for {stillness.longest:.1f} s", flush=True)
    return await _row(built, name, size)


async def _row(built: House, name: str, size: Size) -> Row:
    fault, run = ROWS[name]
    began = time.monotonic()
    known = len(built.errors())
    frames = Line.watched = Frames()
    try:
        async with asyncio.timeout(_ROW_SECONDS[size]):
            checks = await run(built, size)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the row's result
        traceback.print_exc(limit=4)
        checks = [Check("ran to its end", f"{type(error).__name__}: {error}", "no error", held=False)]
    errors = built.errors()[known:]
    checks += [
        told("different frames held against the schema", frames.different),
        exactly(f"frames unlike it {' '.join(frames.wrong)[:300]}".strip(), len(frames.wrong)),
        exactly("errors in the nodes' logs", len(errors)),
    ]
    row = Row(name, fault, time.monotonic() - began, checks)
    _tell(row, errors)
    if not row.held:
        _keep_logs(built.folder, data_folder() / "fire" / f"{name}-logs")
    return row


def _tell(row: Row, errors: list[str]) -> None:
    print(
        f"{'held' if row.held else 'late' if row.late else 'FAILED':8}{row.name} ({row.seconds:.1f} s)",
        flush=True,
    )
    for check in row.checks:
        if not check.held:
            print(f"  {check.what}: {check.measured}, must be {check.must}", flush=True)
    print(*errors[:5], sep="\n", end="\n" if errors else "")


def _keep_logs(folder: Path, kept: Path) -> None:
    """Keep what the nodes said, for who wants to know why a row did not hold."""
    kept.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("node-*.log"):
        shutil.copy(log, kept)


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| fault | what | measured | must be | |", "| --- | --- | ---: | ---: | --- |"]
    for row in rows:
        for number, check in enumerate(row.checks):
            fault = row.fault if number == 0 else ""
            lines.append(
                f"| {fault} | {check.what} | {check.measured} | {check.must} | {'' if check.held else '**no**'} |"
            )
    return "\n".join(lines)


def _write(folder: Path, size: Size, rows: list[Row], document: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{size}.md").write_text(document, encoding="utf-8")
    (folder / f"{size}.json").write_bytes(msgspec.json.format(msgspec.json.encode(rows)) + b"\n")
