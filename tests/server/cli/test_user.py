"""`cornerman user`, on a database of the test's own."""

import asyncio
import json
import subprocess

import asyncpg
import pytest

from tests.server.cli.conftest import CommandLine

PASSWORD = "plum kettle ostrich 91"
ANN = "ann@example.com"


def created(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stderr
    return result.stdout.removeprefix("Created ").rstrip(".\n")


@pytest.fixture
def ann(on_database: CommandLine) -> str:
    """Ann's id; she has an account."""
    return created(on_database.here("user", "create", ANN, "--name", "Ann", typed=f"{PASSWORD}\n"))


def facts(output: str) -> dict[str, str]:
    return {line[:13].strip(): line[14:] for line in output.splitlines()}


@pytest.mark.parametrize("named", [ANN, "ANN@example.com", None])
def test_a_person_is_shown_by_email_or_id(on_database: CommandLine, ann: str, named: str | None) -> None:
    shown = facts(on_database.here("user", "show", named or ann).stdout)
    assert shown["user id"] == ann
    assert (shown["email"], shown["name"], shown["time zone"]) == (ANN, "Ann", "UTC")
    assert (shown["suspended at"], shown["sign ins"]) == ("-", "0")


def test_commands_are_processes_that_end(on_database: CommandLine) -> None:
    bob = created(on_database.run("user", "create", "bob@example.com", typed=f"{PASSWORD}\n"))
    shown = facts(on_database.run("user", "show", bob).stdout)
    assert (shown["user id"], shown["name"]) == (bob, "bob")
    refused = on_database.run("user", "create", "bob@example.com", typed=f"{PASSWORD}\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Error: ")


def fetched(database_url: str, query: str) -> list[asyncpg.Record]:
    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(database_url)
        rows: list[asyncpg.Record] = await connection.fetch(query)
        await connection.close()
        return rows

    return asyncio.run(fetch())


def test_the_password_is_kept_only_as_a_hash(ann: str, database_url: str) -> None:
    (kept,) = fetched(database_url, "SELECT password_hash FROM users")
    assert kept["password_hash"].startswith("$argon2id$")


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        ((ANN,), PASSWORD, "already has an account"),
        (("bob@example.com",), "bob12345", "too easy to guess"),
        (("bob@example.com",), "", "The password must have 8 to 128 characters."),
        (("bob@example.com",), "plum kettle " * 11, "The password must have 8 to 128 characters."),
        (("bob",), PASSWORD, "is no email address"),
        (("bob@example.com", "--time-zone", "Mars/Dome"), PASSWORD, "time zone"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_a_sentence(
    on_database: CommandLine, ann: str, arguments: tuple[str, ...], typed: str, told: str
) -> None:
    result = on_database.here("user", "create", *arguments, typed=f"{typed}\n")
    assert result.returncode == 1
    assert told in result.stderr
    assert PASSWORD not in result.stderr


def events(database_url: str) -> list[dict[str, object]]:
    rows = fetched(database_url, 'SELECT body FROM events ORDER BY "offset"')
    return [json.loads(row["body"]) for row in rows]


def test_a_suspension_is_an_event_of_the_person(
    on_database: CommandLine, ann: str, database_url: str
) -> None:
    assert on_database.here("user", "suspend", ANN).returncode == 0
    (event,) = events(database_url)
    assert (event["type"], event["topic"]) == ("account:signed_out", f"user:{ann}")
    assert event["data"] == {"reason": "suspended"}
    assert facts(on_database.here("user", "show", ann).stdout)["suspended at"] != "-"


def test_a_sign_out_is_an_event_of_the_person(on_database: CommandLine, ann: str, database_url: str) -> None:
    assert on_database.here("user", "sign-out", ann).returncode == 0
    (event,) = events(database_url)
    assert event["data"] == {"reason": "signed_out"}


@pytest.mark.parametrize("command", ["show", "suspend", "sign-out"])
@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("nobody@example.com", "There is no such person."),
        ("018f0000-0000-7000-8000-000000000000", "There is no such person."),
        ("ann", "ann is neither an email nor an id."),
    ],
)
def test_nobody_is_said_to_be_nobody(on_database: CommandLine, command: str, named: str, told: str) -> None:
    result = on_database.here("user", command, named)
    assert (result.returncode, result.stderr) == (1, f"Error: {told}\n")


def test_a_database_without_the_schema_is_said_to_lack_it(command_line: CommandLine) -> None:
    result = command_line.run("user", "show", ANN)
    assert result.returncode == 1
    assert "run `cornerman migrate` first" in result.stderr
