"""A terminal as a person sits at it."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from pathlib import Path

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(\x1b\\|\x07)|[@-Z\\-_])")


class Terminal:
    """A program in a terminal of its own, of 80 by 24 characters."""

    def __init__(self, command: list[str], environ: dict[str, str], folder: Path | None = None) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._written = ""
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environ,
            cwd=folder,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - it takes no lock
        )
        os.close(theirs)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def shows(self, text: str, seconds: float = 30.0) -> None:
        """Return when the text was written after what the last call waited for."""
        deadline = time.monotonic() + seconds
        while text not in self._written:
            left = deadline - time.monotonic()
            assert left > 0, f"no {text!r} in {self._written[-2000:]!r}"
            if select.select([self._ours], [], [], left)[0]:
                self._written = _ESCAPES.sub("", self._written + self._read())
        self._written = self._written.partition(text)[2]

    def ends(self, seconds: float = 20.0) -> int:
        """Return the exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            if select.select([self._ours], [], [], 0.05)[0]:
                self._written += self._read()
        return self.process.wait(0)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _read(self) -> str:
        try:
            return os.read(self._ours, 65_536).decode(errors="replace")
        except OSError:
            assert self.process.wait(10) is not None
            return ""
