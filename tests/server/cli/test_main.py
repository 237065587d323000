"""The command line as a whole."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from server.cli.main import main

COMMANDS = ("serve", "migrate", "config", "doctor", "epoch", "user", "library", "exercises", "live")


def test_help_names_every_command_with_its_sentence() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    listed = result.output.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.endswith(".") for line in listed)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")


def test_help_loads_nothing_that_takes_long() -> None:
    code = (
        "import sys; from server.cli.main import main; main(['--help'], standalone_mode=False);"
        "print([name for name in ('litestar', 'asyncpg', 'msgspec', 'textual', 'numpy') if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.splitlines()[-1] == "[]"


def test_a_server_loads_nothing_that_only_a_terminal_needs() -> None:
    code = "import sys, server.cli.serve; print([name for name in ('textual', 'cornerman_client') if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_an_unknown_command_is_a_wrong_use() -> None:
    result = CliRunner().invoke(main, ["severe"])
    assert result.exit_code == 2
    assert "No such command 'severe'" in result.output


def test_the_version_is_shown() -> None:
    assert CliRunner().invoke(main, ["--version"]).output.startswith("cornerman 0.")
