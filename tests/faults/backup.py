"""Real backups of PostgreSQL, taken and restored by its own tools while nodes and devices are there."""

import asyncio
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from storage.embedded.postgres import _binaries
from tests.faults.house import House

_RECOVERY = """
restore_command = 'false'
recovery_target = 'immediate'
recovery_target_action = 'promote'
"""
_AWAY = """
ALTER DATABASE postgres WITH ALLOW_CONNECTIONS false;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres';
"""


async def base_backup(house: House) -> Path:
    """Copy the running server's data, with the log that makes it whole."""
    backup = house.folder / "backup"
    shutil.rmtree(backup, ignore_errors=True)
    await _run("pg_basebackup", "-d", house.dsn, "-D", str(backup), "--checkpoint=fast", "--no-sync")
    return backup


async def restore_base(house: House, backup: Path, *, keep: bool = True, timeline: bool = False) -> None:
    """Cut the power, put the backup where the data was, and start; with `timeline` as a recovery that begins a new one.

    To keep the backup takes a copy.
    """
    data = house.folder / "postgres" / "data"
    owner = data.stat()
    await house.crash_postgres()
    # What was there goes with the house's folder.
    data.rename(tempfile.mkdtemp(prefix="replaced-", dir=house.folder))
    await asyncio.to_thread(shutil.copytree if keep else shutil.move, backup, data)
    await asyncio.to_thread(_give, data, owner.st_uid, owner.st_gid)
    if timeline:
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(_RECOVERY)
        (data / "recovery.signal").touch()
    await house.start_postgres()


async def dump(house: House) -> Path:
    """Write the database down as a dump."""
    archive = house.folder / "backup.dump"
    await _run("pg_dump", "-d", house.dsn, "--format=custom", f"--file={archive}")
    return archive


async def restore_dump(house: House, archive: Path) -> None:
    """Restore a dump beside the database, and let them change places."""
    restored = urlsplit(house.dsn)._replace(path="/restored").geturl()
    link = await asyncpg.connect(urlsplit(house.dsn)._replace(path="/template1").geturl())
    try:
        await link.execute("DROP DATABASE IF EXISTS replaced WITH (FORCE)")
        await link.execute("CREATE DATABASE restored TEMPLATE template0")
        await _run("pg_restore", "-d", restored, "--exit-on-error", str(archive))
        await link.execute(_AWAY)
        await link.execute("ALTER DATABASE postgres RENAME TO replaced")
        await link.execute("ALTER DATABASE restored RENAME TO postgres")
    finally:
        await link.close()


def _give(data: Path, uid: int, gid: int) -> None:
    for path in (data, *data.rglob("*")):
        shutil.chown(path, uid, gid)


async def _run(tool: str, *arguments: str) -> None:
    program = str(_binaries() / tool)
    running = await asyncio.create_subprocess_exec(
        program, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    _, errors = await running.communicate()
    assert running.returncode == 0, f"{tool}: {errors.decode()}"
