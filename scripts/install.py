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
import tempfile
import time
from collections.abc import Callable
from typing import Final, TextIO

_PIP: Final = (
    sys.executable,
    "-m",
    "pip",
    "--disable-pip-version-check",
    "--no-input",
    "install",
    "--progress-bar=off",
)
_FETCHED: Final = re.compile(
    r"\s*(?:Collecting (?P<wanted>[\w.-]+)|Processing \S*/(?P<file>[\w.]+)-\S+\.whl)"
)
_INSTALLING: Final = "Installing collected packages: "
_TICK_SECONDS: Final = 1.0


class Progress:
    """What pip does, told to `out`; `live`: in one line that changes in place."""

    def __init__(self, out: TextIO, *, live: bool, now: Callable[[], float]) -> None:
        self._out = out
        self._live = live
        self._now = now
        self._width = shutil.get_terminal_size().columns - 1
        self._step = ""
        self._since = 0.0
        self._names: set[str] = set()
        self._last = ""

    def read(self, line: str) -> None:
        """Take in a line of pip's."""
        fetched = _FETCHED.match(line)
        if fetched is not None:
            name = (fetched["wanted"] or fetched["file"]).lower().replace("_", "-")
            self._names.add(name)
            self._begin("Fetching packages")
            self._last = f"  {len(self._names)}: {name}"
            self.show()
        elif line.startswith(_INSTALLING):
            self._begin(f"Installing {line.count(',') + 1} packages")

    def show(self) -> None:
        """Show the step, for how long it has taken, and what came last."""
        if self._live and self._step:
            seconds = f"{self._now() - self._since:.0f} s"
            shown = f"  {self._step}… {seconds}{self._last}"[: self._width]
            self._out.write(f"\r\x1b[K{shown}")
            self._out.flush()

    def end(self) -> None:
        """End the step."""
        self._last = ""
        if self._live and self._step:
            self.show()
            self._out.write("\n")
        self._step = ""

    def _begin(self, step: str) -> None:
        if step == self._step:
            return
        self.end()
        self._step, self._since = step, self._now()
        if not self._live:
            self._out.write(f"  {step}…\n")
            self._out.flush()


def main(arguments: list[str]) -> int:
    """Install; return pip's exit status."""
    progress = Progress(sys.stdout, live=sys.stdout.isatty(), now=time.monotonic)
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
