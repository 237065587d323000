"""`cornerman config`."""

import json

import pytest

from server.settings import Settings
from tests.server.cli.conftest import CommandLine


def test_every_setting_is_listed_with_its_value_source_and_sentence(command_line: CommandLine) -> None:
    result = command_line.run("config", DATABASE_URL="postgresql://me:pass-word@db/x")
    assert result.returncode == 0
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if not line.startswith(" ")}
    assert len(lines) == len(Settings.__struct_fields__)
    assert lines["DATABASE_URL"].split()[1:] == ["postgresql://(hidden)@db/x", "(environment)"]
    assert lines["CORNERMAN_HOST"].split()[1:] == ["127.0.0.1", "(default)"]
    assert "\n    The port to listen on; 0 takes a free one.\n" in result.stdout
    assert "pass-word" not in result.stdout


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("300", 100)])
def test_the_list_fits_the_terminal_and_is_never_too_wide_to_read(
    command_line: CommandLine, columns: str, width: int
) -> None:
    lines = command_line.run("config", COLUMNS=columns, CORNERMAN_DATA_DIR=".cornerman").stdout.splitlines()
    assert max(len(line) for line in lines) <= width


def test_the_list_is_to_be_had_as_json(command_line: CommandLine) -> None:
    settings = json.loads(command_line.run("config", "--json").stdout)
    port = next(setting for setting in settings if setting["name"] == "port")
    assert port == {
        "name": "port",
        "variable": "CORNERMAN_PORT",
        "value": str(command_line.port),
        "source": "environment",
        "sentence": "The port to listen on; 0 takes a free one.",
    }


def test_wrong_settings_are_listed_all_the_same_with_what_is_wrong(command_line: CommandLine) -> None:
    result = command_line.run("config", CORNERMAN_PORT="x", CORNERMAN_ENV="production", CORNERMAN_PROT="1")
    assert result.returncode == 2
    assert "CORNERMAN_PORT" in result.stdout
    assert "Error: CORNERMAN_PORT is x" in result.stderr
    assert "Error: CORNERMAN_TOKEN_SECRET is not given" in result.stderr
    assert "Warning: CORNERMAN_PROT is no setting" in result.stderr


def test_other_commands_refuse_wrong_settings_and_say_all_that_is_wrong(command_line: CommandLine) -> None:
    result = command_line.here("serve", "--sandbox", CORNERMAN_ENV="production")
    assert result.returncode == 2
    for named in (
        "DATABASE_URL",
        "REDIS_URL",
        "CORNERMAN_SIGNING_KEY",
        "CORNERMAN_TOKEN_SECRET",
        "--sandbox",
    ):
        assert f"\n  {named} is" in result.stderr
    assert not command_line.data_dir.exists()
