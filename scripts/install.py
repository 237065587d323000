"""Install with pip, and show what goes on in a few lines: `python scripts/install.py` and pip's own arguments.

pip can be silent, which looks like a stand-still for a minute, or say four hundred lines. At a terminal one line changes
in place; otherwise there is a line for each step. Nothing is said when there is nothing to install, and what pip
complains of is shown when it fails.
"""

import os
import re
import select
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

_PIP: Final = (
    sys.executable,
    "-m",
    "pip",
    "--disable-pip-version-check",
    "--no-input",
    "install",
    "--progress-bar=off",
    "--no-compile",  # half of the time is this; of most modules that come with others none is ever imported
)
_FETCHED: Final = re.compile(
    r"\s*(?:Collecting (?P<wanted>[\w.-]+)|Processing \S*/(?P<file>[\w.]+)-\S+\.whl)"
)
_OUR_OWN: Final = "Obtaining file:"
_BUILDING: Final = "Building wheels for collected packages: "
_INSTALLING: Final = "Installing collected packages: "
_TICK_SECONDS: Final = 1.0


class Progress:
    """What pip does, told to `out`; `live`: in one line that changes in place. `there` are the packages installed."""

    def __init__(
        self, out: TextIO, *, live: bool, now: Callable[[], float], there: Callable[[], set[str]]
    ) -> None:
        self._out = out
        self._live = live
        self._now = now
        self._there = there
        self._width = shutil.get_terminal_size().columns - 1
        self._step = ""
        self._since = 0.0
        self._names: set[str] = set()
        self._to_install: list[str] = []
        self._last = ""

    def read(self, line: str) -> None:
        """Take in a line of pip's."""
        fetched = _FETCHED.match(line)
        if fetched is not None:
            name = plain(fetched["wanted"] or fetched["file"])
            self._names.add(name)
            self._begin("Fetching packages")
            self._last = f"  {len(self._names)}: {name}"
            self.show()
        elif line.startswith(_OUR_OWN):
            self._begin("Preparing")
        elif line.startswith(_BUILDING):
            self._begin(f"Building {line.removeprefix(_BUILDING)}")
        elif line.startswith(_INSTALLING):
            named = [plain(name) for name in line.removeprefix(_INSTALLING).split(", ")]
            self._begin(f"Installing {len(named)} packages")
            self._to_install = named
            self.show()

    def show(self) -> None:
        """Show the step, for how long it has taken, and what came last."""
        if self._live and self._step:
            self._count_installed()
            seconds = f"{self._now() - self._since:.0f} s"
            shown = f"  {self._step}… {seconds}{self._last}"[: self._width]
            self._out.write(f"\r\x1b[K{shown}")
            self._out.flush()

    def end(self) -> None:
        """End the step."""
        self._last = ""
        self._to_install = []
        if self._live and self._step:
            self.show()
            self._out.write("\n")
        self._step = ""

    def _count_installed(self) -> None:
        """See how far an installation is, of which pip says nothing; it goes in the order that pip has named."""
        if self._to_install:
            there = self._there()
            left = [name for name in self._to_install if name not in there]
            self._last = f"  {len(self._to_install) - len(left) + 1}: {left[0]}" if left else ""

    def _begin(self, step: str) -> None:
        if step == self._step:
            return
        self.end()
        self._step, self._since = step, self._now()
        if not self._live:
            self._out.write(f"  {step}…\n")
            self._out.flush()


def plain(name: str) -> str:
    """Return the name of a package as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def installed() -> set[str]:
    """Return the packages that this Python has."""
    places = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    return {plain(place.name.partition("-")[0]) for place in places}


def main(arguments: list[str]) -> int:
    """Install; return pip's exit status."""
    progress = Progress(sys.stdout, live=sys.stdout.isatty(), now=time.monotonic, there=installed)
    with tempfile.TemporaryFile("w+") as complaints:
        reading, writing = os.pipe()
        with subprocess.Popen([*_PIP, *arguments], stdout=writing, stderr=complaints) as pip:  # noqa: S603 - our own
            os.close(writing)
            _follow(reading, progress)
            status = pip.wait()
        os.close(reading)
        progress.end()
        if status:
            complaints.seek(0)
            sys.stderr.write(complaints.read())
    return status


def _follow(output: int, progress: Progress) -> None:
    """Read to the end, and let the seconds be seen where nothing comes."""
    rest = b""
    while True:
        if not select.select([output], [], [], _TICK_SECONDS)[0]:
            progress.show()
            continue
        read = os.read(output, 65_536)
        if not read:
            return
        *lines, rest = (rest + read).split(b"\n")
        for line in lines:
            progress.read(line.decode(errors="replace"))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
