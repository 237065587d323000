"""One data folder has one holder, one log, and a socket whose path is short enough."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from storage.embedded.errors import (
    FolderInUseError,
)
from storage.embedded.postgres import Postgres, start_postgres
from storage.embedded.valkey import Valkey, start_valkey
from tests.storage.embedded.running import parent_on, query, running_postgres, running_valkey


@pytest.mark.parametrize("start", [start_postgres, start_valkey])
def test_two_cannot_use_one_folder(tmp_path: Path, start: Callable[[Path], Postgres | Valkey]) -> None:
    server = start(tmp_path)
    try:
        with pytest.raises(FolderInUseError, match=f"in use by process {os.getpid()}"):
            start(tmp_path)
    finally:
        server.stop()
    start(tmp_path).stop()


async def test_long_paths_get_a_short_socket_that_goes_with_the_server(tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 12) / ("longer " * 8)
    with running_postgres(folder / "postgres") as server, running_valkey(folder / "valkey") as cache:
        assert await query(server.dsn, "SELECT 1") == 1
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


def test_a_large_log_is_turned(tmp_path: Path) -> None:
    (tmp_path / "server.log").write_bytes(b"old\n" * 3_000_000)
    with running_valkey(tmp_path) as server:
        assert server.folder.log.stat().st_size < 100_000
    assert (tmp_path / "server.log.1").stat().st_size == 12_000_000
