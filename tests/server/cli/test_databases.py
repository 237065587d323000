"""Which databases a command finds, starts or waits for; and the commands that need no more than one."""

import re
import subprocess
from pathlib import Path

import asyncpg

from server.cli.databases import borrowed_database, own_databases
from server.settings import Settings
from storage.migrate import migrate
from tests.server.cli.conftest import CommandLine
from tests.waiting import until


async def test_a_given_database_is_used_and_none_is_started(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "data", database_url="postgresql://db/x", redis_url="redis://cache"
    )
    with borrowed_database(settings) as url:
        assert url == "postgresql://db/x"
    with own_databases(settings) as ready:
        assert ready == settings
    assert not (tmp_path / "data" / "postgres").exists()


async def test_a_command_uses_the_database_of_the_server_that_runs(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", redis_url="redis://cache")
    with own_databases(settings) as ready:
        assert ready.database_url is not None
        await migrate(ready.database_url)
        with borrowed_database(settings) as url:
            connection = await asyncpg.connect(url)
            assert await connection.fetchval("SELECT count(*) FROM users") == 0
            await connection.close()
        connection = await asyncpg.connect(ready.database_url)  # it is still there
        await connection.close()


def test_two_commands_at_once_start_it_one_after_the_other(command_line: CommandLine) -> None:
    commands = [command_line.begin("migrate") for _ in range(2)]
    ended = [command.communicate(timeout=50) for command in commands]
    assert [command.returncode for command in commands] == [0, 0]
    applied = sorted(output.count("applied ") for output, _ in ended)
    assert applied[0] == 0
    assert applied[1] > 0
    assert "Waiting for another cornerman command" in "".join(errors for _, errors in ended)


def test_a_command_leaves_nothing_running(command_line: CommandLine) -> None:
    assert command_line.run("migrate").returncode == 0

    def running() -> str:
        command = ["pgrep", "-f", f"postgres -D {command_line.data_dir}"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    until(lambda: running() == "")


def test_migrate_says_what_it_applied_and_then_that_nothing_is_left(
    on_database: CommandLine,
) -> None:
    on_database.run("migrate")
    assert on_database.run("migrate").stdout == "The schema is up to date.\n"


def test_a_database_that_is_away_is_a_sentence_and_an_exit_code(command_line: CommandLine) -> None:
    result = command_line.run("migrate", DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr


def test_the_epoch_is_raised_each_time(on_database: CommandLine) -> None:
    told = [on_database.run("epoch", "raise").stdout for _ in range(2)]
    epochs = [
        int(number) for line in told for number in re.findall(r"^The epoch was (\d+) and is (\d+)\.", line)[0]
    ]
    assert epochs[0] == 1
    assert epochs[1] == epochs[2]
    assert sorted({*epochs}) == [epochs[0], epochs[1], epochs[3]]
