"""The embedded servers never outlive their parent, and always start again."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis

from storage.embedded.errors import EmbeddedError
from storage.embedded.postgres import Postgres, start_postgres
from storage.embedded.valkey import Valkey, start_valkey
from tests.storage.embedded.running import lives, parent_on, query, running_postgres


async def test_a_kill_of_the_parent_leaves_no_orphan_and_the_next_start_has_the_data(tmp_path: Path) -> None:
    with parent_on(tmp_path) as parent:
        await query(parent.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        parent.kill()
    with parent_on(tmp_path) as parent:
        assert await query(parent.dsn, "SELECT answer FROM kept") == 42
        parent.leave()


async def test_ctrl_c_leaves_the_servers_to_their_parent(tmp_path: Path) -> None:
    with parent_on(tmp_path) as parent:
        os.killpg(parent.child.pid, signal.SIGINT)
        assert parent.line() == "draining"
        assert await query(parent.dsn, "SELECT 1") == 1
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
        assert await query(restarted.dsn, "SELECT answer FROM kept") == 42
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
