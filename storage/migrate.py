"""Migrations: plain SQL files, forward only, each applied once in a transaction of its own.

A file `migrations/0001_what_it_brings.sql` is the version `0001_what_it_brings`. What was applied stands in
`schema_migrations` with the file's checksum: to change an applied file is an error, because databases that have it
would silently differ from new ones. A version that the database has and we do not is none: during a deploy the older
nodes see the newer schema.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from storage.postgres import Link

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number, but the same one in every release: who holds this lock migrates, others wait.
_LOCK = 4_242_001

_CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
_TABLE_EXISTS = "SELECT to_regclass('schema_migrations') IS NOT NULL"
_APPLIED = "SELECT version, checksum FROM schema_migrations"
_RECORD = "INSERT INTO schema_migrations (version, checksum) VALUES ($1, $2)"


class MigrationError(Exception):
    """The schema cannot be brought up to date; the sentence says which file is at fault."""


class MigrationChangedError(MigrationError):
    """A file differs from what was applied under its name."""


class MigrationFailedError(MigrationError):
    """PostgreSQL refused a file; nothing of it was applied."""


@dataclass(frozen=True, slots=True)
class _Migration:
    version: str
    sql: str
    checksum: str


async def migrate(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing, in order, and return the versions applied. Two at once: the second one waits."""
    async with _connection(dsn) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)  # released when the connection closes
        await connection.execute(_CREATE_TABLE)
        missing = _missing(folder, await _applied(connection))
        for migration in missing:
            await _apply(connection, migration)
        return [migration.version for migration in missing]


async def pending(dsn: str, folder: Path = MIGRATIONS) -> list[str]:
    """Return the versions that `migrate` would apply; changes nothing."""
    async with _connection(dsn) as connection:
        return await pending_on(connection, folder)


async def pending_on(link: Link, folder: Path = MIGRATIONS) -> list[str]:
    """As `pending`, over a connection that is there."""
    applied = await _applied(link) if await link.fetchval(_TABLE_EXISTS) else {}
    return [migration.version for migration in _missing(folder, applied)]


@asynccontextmanager
async def _connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def _applied(link: Link) -> dict[str, str]:
    return {row["version"]: row["checksum"] for row in await link.fetch(_APPLIED)}


def _missing(folder: Path, applied: dict[str, str]) -> list[_Migration]:
    """Read the folder; raises MigrationChangedError if an applied file is not what it was."""
    missing = []
    for path in sorted(folder.glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        migration = _Migration(path.stem, sql, hashlib.sha256(sql.encode()).hexdigest())
        if migration.version not in applied:
            missing.append(migration)
        elif applied[migration.version] != migration.checksum:
            raise MigrationChangedError(
                f"{path.name} was changed after it was applied: restore it, and put the change in a new file."
            )
    return missing


async def _apply(connection: asyncpg.Connection, migration: _Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(_RECORD, migration.version, migration.checksum)
    except asyncpg.PostgresError as error:
        position = getattr(error, "position", None)
        line = migration.sql.count("\n", 0, int(position)) + 1 if position else 1
        raise MigrationFailedError(f"{migration.version}, line {line}: {error}") from error
