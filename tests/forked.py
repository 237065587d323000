"""`cornerman` in processes that are forked from one that has imported it all: importing takes a second of CPU each."""

import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

CORNERMAN = "server.cli.main"
_CONTEXT = multiprocessing.get_context("forkserver")
# What Litestar looks for when an application is made takes as long to import as all else of making it.
_ALWAYS = ["litestar.plugins.pydantic"]
_CONTEXT.set_forkserver_preload(["server.cli.serve", *_ALWAYS])


def preload(module: str) -> None:
    """Fork from a process that has imported this, instead of the server; before the first is forked."""
    _CONTEXT.set_forkserver_preload([module, *_ALWAYS])


class Forked:
    """One such process, with what tests use of `subprocess.Popen`; what it prints goes to the end of a file."""

    def __init__(
        self, arguments: list[str], environment: dict[str, str], output: Path, folder: Path, module: str
    ) -> None:
        """Start a module's `main` with exactly this environment in a folder."""
        # A daemon is killed when the tests end, whatever became of them.
        self._process = _CONTEXT.Process(
            target=_run, args=(arguments, environment, output, folder, module), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, or minus the signal that ended it; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)


def _run(arguments: list[str], environment: dict[str, str], output: Path, folder: Path, module: str) -> None:
    with output.open("ab") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["cornerman", *arguments]
    importlib.import_module(module).main(arguments)
