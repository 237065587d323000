"""What the embedded PostgreSQL and Valkey give, keep and say."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import redis
import redis.asyncio

from storage.embedded.errors import (
    EmbeddedError,
    MissingBinariesError,
    StartFailedError,
)
from storage.embedded.postgres import start_postgres
from storage.embedded.valkey import start_valkey
from tests.storage.embedded.running import lives, query, running_postgres, running_valkey


async def test_postgres_keeps_data_between_starts(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as server:
        await query(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    with running_postgres(tmp_path) as server:
        assert await query(server.dsn, "SELECT answer FROM kept") == 42


async def test_postgres_has_what_we_rely_on(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as server:
        assert await query(server.dsn, "SHOW max_connections") == "200"
        assert await query(server.dsn, "SHOW timezone") == "UTC"
        assert await query(server.dsn, "SHOW server_encoding") == "UTF8"
        assert await query(server.dsn, "SHOW fsync") == "on"
        assert await query(server.dsn, "SELECT upper('é')") == "É"


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


def test_an_interrupted_first_start_leaves_no_half_database(tmp_path: Path) -> None:
    (tmp_path / "initdb-interrupted").mkdir()
    (tmp_path / "initdb-interrupted" / "PG_VERSION").write_text("18\n")
    with running_postgres(tmp_path):
        assert not (tmp_path / "initdb-interrupted").exists()


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
