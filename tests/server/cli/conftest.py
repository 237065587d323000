"""Commands as a person types them: each in a process of its own, or in this one, where all is imported already."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from click.testing import CliRunner

from server.cli.main import main
from tests.nodes import QUIET
from tests.waiting import until

CORNERMAN = Path(sys.executable).parent / "cornerman"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class CommandLine:
    """Runs `cornerman` with a data folder, or with databases, of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.port = free_port()
        self.environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("CORNERMAN_") and name not in {"DATABASE_URL", "REDIS_URL"}
        }
        self.environ["CORNERMAN_DATA_DIR"] = str(self.data_dir)
        self.environ["CORNERMAN_PORT"] = str(self.port)
        self.environ |= QUIET
        self.folder = folder

    def begin(
        self, *arguments: str, output: IO[str] | int = subprocess.PIPE, **environ: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(CORNERMAN), *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        with self.begin(*arguments, output=subprocess.PIPE, **environ) as process:
            try:
                output, errors = process.communicate(typed, timeout=50)
            finally:
                process.kill()
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def here(self, *arguments: str, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command in this process: not from within a loop, and none that starts servers or logs."""
        others: dict[str, str | None] = dict.fromkeys(os.environ)
        with contextlib.chdir(self.folder):
            result = CliRunner().invoke(
                main, arguments, input=typed, env=others | self.environ | environ, catch_exceptions=False
            )
        return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def command_line(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.fixture
def on_database(command_line: CommandLine, database_url: str) -> CommandLine:
    command_line.environ["DATABASE_URL"] = database_url
    return command_line


class Server:
    """A server that runs, and what it prints."""

    def __init__(self, command_line: CommandLine, output: Path, arguments: tuple[str, ...]) -> None:
        self._output = output
        with output.open("w") as file:
            self.process = command_line.begin("serve", *arguments, output=file)

    @property
    def output(self) -> str:
        return self._output.read_text()

    def listens(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()
        return "Ctrl-C stops the server." in self.output

    def stop(self, number: signal.Signals) -> str:
        """Send a signal, wait for the end, return what went to standard error."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=30)[1]


Serve = Callable[..., Server]


@pytest.fixture
def serve(command_line: CommandLine, tmp_path: Path) -> Iterator[Serve]:
    """Start a server; return when it has said that it listens."""
    started: list[Server] = []

    def start(*arguments: str) -> Server:
        server = Server(command_line, tmp_path / f"output-{len(started)}", arguments)
        started.append(server)
        until(server.listens, seconds=30)
        return server

    yield start
    for server in started:
        server.process.kill()
        server.process.communicate()
