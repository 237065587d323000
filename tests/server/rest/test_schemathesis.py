"""The whole API of a real node, asked whatever its document allows and forbids."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nodes import Fleet, Node, fleet_of, register

METRICS_TOKEN = "a-token-of-the-operator-for-the-tests"
PLENTY = {
    "CORNERMAN_REQUESTS_PER_SECOND": "100000",
    "CORNERMAN_REQUESTS_BURST": "100000",
    "CORNERMAN_COMMANDS_PER_SECOND": "100000",
    "CORNERMAN_COMMANDS_BURST": "100000",
    "CORNERMAN_FILES_PER_HOUR": "100000",
    "CORNERMAN_LOGIN_TRIES_PER_HOUR": "10000",
    "CORNERMAN_REGISTRATIONS_PER_HOUR": "10000",
    "CORNERMAN_ADMIN_TOKEN": METRICS_TOKEN,
}
# What a schema cannot say, and so a request that keeps to it may be refused all the same: which texts are cursors, time
# zones, plates, emails that can be delivered to, passwords that are hard to guess, masses that can be lifted, heart rates that
# go together, which tables are of workouts, what exercises are done with, how much time may be asked about; and what is too large as a whole.
BEYOND_SCHEMAS = (
    "/api/v1/fasting/sessions/history",
    "/api/v1/users/me",
    "/api/v1/auth/register",
    "/api/v1/auth/login",
    "/api/v1/workouts/routines",
    "/api/v1/workouts/routines/{routine_id}",
    "/api/v1/body",
    "/api/v1/workouts/sessions",
    "/api/v1/workouts/sessions/history",
    "/api/v1/workouts/sessions/{session_id}/sets",
    "/api/v1/workouts/sessions/{session_id}/sets/{set_id}",
    "/api/v1/workouts/log",
    "/api/v1/workouts/import",
    "/api/v1/workouts/records",
    "/api/v1/workouts/analytics",
    "/api/v1/workouts/plates",
    "/api/v1/workouts/target",
    "/api/v1/workouts/warm-up",
    "/api/v1/workouts/exercises",
    "/api/v1/workouts/exercises/{exercise_id}",
    "/api/v1/workouts/exercises/{exercise_id}/mine",
    "/api/v1/workouts/exercises/search",
    "/admin/exercises/search",
)
# They have so many parts that to try each takes as long as all the rest: that is done at length only.
MANY_PARTS = (
    "POST /api/v1/workouts/routines",
    "PUT /api/v1/workouts/routines/{routine_id}",
    "POST /api/v1/workouts/sessions",
    "POST /api/v1/workouts/sessions/{session_id}/sets",
    "PUT /api/v1/workouts/sessions/{session_id}/sets/{set_id}",
    "POST /api/v1/workouts/log",
    "POST /api/v1/workouts/import",
    "GET /api/v1/workouts/plates",
    "GET /api/v1/workouts/warm-up",
    "GET /api/v1/workouts/target",
    "GET /api/v1/workouts/exercises/search",
    "GET /api/v1/workouts/exercises",
    "POST /api/v1/workouts/exercises",
    "PUT /api/v1/workouts/exercises/{exercise_id}",
    "GET /admin/exercises/search",
)
SIGNS_OUT = "/api/v1/auth/logout"
OPERATORS = r"^/(metrics|admin/.*)$"


@pytest.fixture
def fleet(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[Fleet]:
    with fleet_of(tmp_path, database_url, redis_url, **PLENTY) as nodes:
        yield nodes


def configuration(token: str, *, at_length: bool) -> str:
    """Schemathesis' configuration: who asks, and what is no fault."""
    beyond = "".join(
        f"""
[[operations]]
include-path = "{path}"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409", "413", "429"]
"""
        for path in BEYOND_SCHEMAS
    )
    short = "".join(
        f"""
[[operations]]
include-name = "{name}"
phases.coverage.enabled = {str(at_length).lower()}
"""
        for name in MANY_PARTS
    )
    return f'headers = {{ Authorization = "Bearer {token}" }}\n{beyond}{short}'


async def ask(node: Node, token: str, folder: Path, *arguments: str, at_length: bool) -> None:
    """Run Schemathesis with all its checks; fails with its report."""
    written = folder / "schemathesis.toml"
    written.write_text(configuration(token, at_length=at_length))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "schemathesis.cli", "--config-file", str(written), "run", f"{node.url}/openapi.json"),
        *("--checks", "all", "--no-color", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
    )
    output, _ = await process.communicate()
    report = output.decode()
    assert process.returncode == 0, report
    assert "Unresolvable references" not in report
    assert "Authentication failed" not in report


async def examine(fleet: Fleet, folder: Path, *arguments: str, at_length: bool) -> None:
    """Ask everything, signing out last; nothing may end in a fault, and none may be in the log either."""
    node = fleet.start()
    person = await register(node)
    others = ("--exclude-path", SIGNS_OUT, "--exclude-path-regex", OPERATORS)
    for token, paths in (
        (person.access_token, others),
        (METRICS_TOKEN, ("--include-path-regex", OPERATORS)),
        (person.access_token, ("--include-path", SIGNS_OUT)),
    ):
        await ask(node, token, folder, *paths, *arguments, at_length=at_length)
    log = node.log.read_text()
    assert "request_failed" not in log
    assert "command_failed" not in log
    assert "Traceback" not in log


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_no_request_is_answered_by_a_fault_or_against_the_document(
    fleet: Fleet, tmp_path: Path
) -> None:
    await examine(fleet, tmp_path, "--max-examples", "2", "--seed", "1", at_length=False)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_no_request_is_answered_by_a_fault_or_against_the_document_at_length(
    fleet: Fleet, tmp_path: Path
) -> None:
    await examine(fleet, tmp_path, "--max-examples", "200", at_length=True)
