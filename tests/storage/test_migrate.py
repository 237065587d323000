"""Migrations are applied once, in order, whole or not at all, and never changed afterwards."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from storage.migrate import MigrationChangedError, MigrationFailedError, migrate, pending
from tests.conftest import Databases


@pytest.fixture
def empty_url(databases: Databases, request: pytest.FixtureRequest) -> str:
    """A database of the test's own that nothing was migrated in."""
    dsn = databases.create(empty=True)
    request.addfinalizer(lambda: databases.drop(dsn))  # noqa: PT021 - a fixture that returns is plainer
    return dsn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations, the second with a function body that has semicolons and dollar signs of its own."""
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE sets (id int);\nINSERT INTO sets VALUES (7);\n")
    (tmp_path / "0002_second.sql").write_text(
        "CREATE FUNCTION half(whole int) RETURNS int LANGUAGE plpgsql AS $$\n"
        "BEGIN\n  -- a comment; with a semicolon\n  RETURN whole / 2;\nEND;\n$$;\n"
        "ALTER TABLE sets ADD done text DEFAULT 'a:b; $1';\n"
    )
    return tmp_path


async def value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_what_is_missing_is_applied_in_order_and_only_once(empty_url: str, folder: Path) -> None:
    assert await pending(empty_url, folder) == ["0001_first", "0002_second"]
    assert await migrate(empty_url, folder) == ["0001_first", "0002_second"]
    assert await pending(empty_url, folder) == []
    assert await migrate(empty_url, folder) == []
    assert await value(empty_url, "SELECT half(id) FROM sets") == 3


async def test_looking_for_what_is_pending_changes_nothing(empty_url: str, folder: Path) -> None:
    await pending(empty_url, folder)
    assert await value(empty_url, "SELECT to_regclass('schema_migrations')") is None


async def test_a_changed_file_is_refused_before_anything_is_applied(empty_url: str, folder: Path) -> None:
    await migrate(empty_url, folder)
    with (folder / "0001_first.sql").open("a") as file:
        file.write("-- afterthought\n")
    (folder / "0003_third.sql").write_text("CREATE TABLE third ();")
    for look in (migrate, pending):
        with pytest.raises(MigrationChangedError, match=r"0001_first\.sql was changed"):
            await look(empty_url, folder)
    assert await value(empty_url, "SELECT to_regclass('third')") is None


async def test_a_failing_file_leaves_nothing_of_itself_and_names_its_line(
    empty_url: str, folder: Path
) -> None:
    (folder / "0002_second.sql").write_text("CREATE TABLE half ();\n\nCREATE TABLE oops (;\n")
    with pytest.raises(MigrationFailedError, match="0002_second, line 3: syntax error"):
        await migrate(empty_url, folder)
    assert await value(empty_url, "SELECT to_regclass('half')") is None
    assert await pending(empty_url, folder) == ["0002_second"]


async def test_two_at_once_apply_each_file_once(empty_url: str, folder: Path) -> None:
    both = await asyncio.gather(migrate(empty_url, folder), migrate(empty_url, folder))
    assert sorted(both) == [[], ["0001_first", "0002_second"]]


async def test_a_version_that_only_the_database_has_is_left_alone(empty_url: str, folder: Path) -> None:
    await migrate(empty_url, folder)
    (folder / "0002_second.sql").unlink()
    assert await migrate(empty_url, folder) == []


async def test_our_own_migrations_are_all_applied_to_a_test_database(database_url: str) -> None:
    assert await pending(database_url) == []
