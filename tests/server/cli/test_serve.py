"""`cornerman serve`: starting, being in the way of each other, stopping, dying."""

import http.client
import re
import signal
import subprocess

from tests.server.cli.conftest import CommandLine, Serve, Server
from tests.waiting import until


def ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def to_type(server: Server, label: str) -> str:
    """What the server says to type behind a label."""
    said = re.search(rf"^  {re.escape(label)}\s+(.*?[^\\])$", server.output, re.MULTILINE | re.DOTALL)
    assert said is not None, server.output
    return said[1]


def children(command_line: CommandLine) -> list[str]:
    """Processes of the embedded servers."""
    command = ["pgrep", "-f", f"(-D|--dir) {command_line.data_dir}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


def test_a_server_starts_its_databases_says_what_to_do_next_and_ends_with_sigterm(
    command_line: CommandLine, serve: Serve
) -> None:
    server = serve()
    assert ready(command_line.port)
    assert len(children(command_line)) == 2
    errors = server.stop(signal.SIGTERM)
    assert server.process.returncode == 0
    timer = to_type(server, "Your timer")
    assert re.fullmatch(rf"CORNERMAN_PORT={command_line.port}\s(\\\n\s+)?\S*cornerman live --register", timer)
    assert server.output.endswith("Stopped.\n")
    assert "Traceback" not in errors
    assert children(command_line) == []


def test_what_a_server_says_to_type_works_in_a_terminal_that_knows_nothing(
    command_line: CommandLine, serve: Serve
) -> None:
    server = serve()
    result = subprocess.run(
        to_type(server, "Is all well?"),
        shell=True,
        cwd=command_line.folder,
        env={
            name: value for name, value in command_line.environ.items() if not name.startswith("CORNERMAN_")
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"A server answers on port {command_line.port} and is ready." in result.stdout
    assert f"The data folder {command_line.data_dir} is there." in result.stdout


def test_at_an_address_of_its_own_the_view_is_told_where(serve: Serve) -> None:
    server = serve("--host", "localhost")
    timer = to_type(server, "Your timer")
    assert re.search(r"cornerman live --register\s(\\\n\s+)?--url http://localhost:\d+$", timer)
    assert re.search(r"^CORNERMAN_HOST=localhost\s(\\\n\s+)?CORNERMAN_PORT=", to_type(server, "Is all well?"))


def test_what_to_type_fits_a_terminal_wherever_the_data_is(command_line: CommandLine, serve: Serve) -> None:
    command_line.environ["CORNERMAN_DATA_DIR"] += "-in-a-folder-with-a-long-name"
    own = command_line.environ["CORNERMAN_DATA_DIR"]
    server = serve()
    assert f"\n    CORNERMAN_DATA_DIR={own} \\\n" in server.output
    assert all(len(line) <= 80 for line in server.output.splitlines() if own not in line)


def test_passwords_are_not_said_but_the_variables_that_hold_them(
    on_database: CommandLine, serve: Serve
) -> None:
    server = serve()
    assert on_database.environ["DATABASE_URL"] not in server.output
    assert "Type these in another terminal, with the same DATABASE_URL. Ctrl-C" in server.output


def test_ctrl_c_ends_it_too(serve: Serve) -> None:
    server = serve()
    server.stop(signal.SIGINT)
    assert server.process.returncode == 0


def test_after_a_kill_nothing_is_left_and_the_next_start_works(
    command_line: CommandLine, serve: Serve
) -> None:
    server = serve()
    server.stop(signal.SIGKILL)
    until(lambda: children(command_line) == [], seconds=15)
    serve()
    assert ready(command_line.port)


def test_a_second_server_on_the_data_folder_is_told_how_to_have_its_own(
    command_line: CommandLine, serve: Serve
) -> None:
    serve()
    second = command_line.run("serve", "--port", "0")
    assert second.returncode == 1
    assert "Another server works on this data folder." in second.stderr
    assert "CORNERMAN_DATA_DIR=" in second.stderr
    assert ready(command_line.port)


def test_a_taken_port_is_told_before_anything_starts(command_line: CommandLine, serve: Serve) -> None:
    serve()
    result = command_line.run("serve", CORNERMAN_DATA_DIR=str(command_line.data_dir) + "-2")
    assert result.returncode == 1
    assert f"Port {command_line.port} on 127.0.0.1 cannot be had" in result.stderr
    assert f"cornerman serve --port {command_line.port + 1}" in result.stderr
    assert not command_line.data_dir.with_name("data-2").exists()


def test_an_address_that_is_not_here_is_told(command_line: CommandLine) -> None:
    result = command_line.run("serve", "--host", "no.such.host.invalid")
    assert result.returncode == 2
    assert "There is no address no.such.host.invalid" in result.stderr


def test_commands_and_the_doctor_work_beside_a_running_server(
    command_line: CommandLine, serve: Serve
) -> None:
    serve()
    created = command_line.run("user", "create", "ann@example.com", typed="plum kettle ostrich 91\n")
    assert created.returncode == 0, created.stderr
    doctor = command_line.run("doctor")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert f"A server answers on port {command_line.port} and is ready." in doctor.stdout
    assert ready(command_line.port)


def test_production_does_not_migrate_by_itself(
    command_line: CommandLine, databases: object, redis_url: str
) -> None:
    database_url = databases.create(empty=True)  # type: ignore[attr-defined]  # conftest's own class
    key = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True).stdout
    result = command_line.run(
        "serve",
        CORNERMAN_ENV="production",
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        CORNERMAN_SIGNING_KEY=key,
        CORNERMAN_TOKEN_SECRET="0123456789abcdef" * 2,
        CORNERMAN_ADMIN_TOKEN="0123456789abcdef" * 2,
    )
    databases.drop(database_url)  # type: ignore[attr-defined]  # as above
    assert result.returncode == 1
    assert "run `cornerman migrate` first" in result.stderr
