"""`cornerman library`, on a database of the test's own."""

import json
from pathlib import Path

import pytest

from retrieval.importers.reading import SHIPPED
from tests.server.cli.conftest import CommandLine

WGER = Path(__file__).parents[2] / "retrieval" / "importers" / "fixtures" / "wger_page.json"
OF_WGER = "0b1f5e0e-7d39-4a0a-9d3f-6c1e3a5f0001"
PUBLIC = "Licence: public domain (Unlicense).\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two exercises of the real file, and a bad record between them."""
    first, second = json.loads(SHIPPED.read_bytes())[:2]
    rows = [json.dumps(row) for row in (first, {"id": "Nameless"}, second)]
    path = tmp_path / "exercises.json"
    path.write_text("[\n" + ",\n".join(rows) + "\n]", "utf-8")
    return path


@pytest.fixture
def mine(on_database: CommandLine, file: Path) -> CommandLine:
    """A house with the library `mine`."""
    assert on_database.here("library", "import", str(file), "--as", "mine").returncode == 0
    return on_database


def test_an_import_counts_what_it_took_and_tells_what_it_refused(
    on_database: CommandLine, file: Path
) -> None:
    result = on_database.here("library", "import", str(file), "--as", "mine")
    assert result.returncode == 0
    assert result.stdout == (
        "  line 3: name: it is missing\n"
        "mine: 2 new, 0 changed, 0 unchanged, 1 refused; 2 exercises in all.\n" + PUBLIC
    )


def test_to_import_again_changes_by_id_and_removes_nothing(mine: CommandLine, file: Path) -> None:
    again = mine.here("library", "import", str(file), "--as", "mine").stdout
    assert "mine: 0 new, 0 changed, 2 unchanged, 1 refused; 2 exercises in all.\n" in again
    row = json.loads(SHIPPED.read_bytes())[0] | {"name": "Another sit-up"}
    file.write_text(json.dumps([row]), "utf-8")
    assert mine.here("library", "import", str(file), "--as", "mine").stdout == (
        "mine: 0 new, 1 changed, 0 unchanged, 0 refused; 2 exercises in all.\n"
        "1 that it did not bring stay as they were.\n" + PUBLIC
    )
    assert mine.here("library", "show", row["id"]).stdout.startswith("Another sit-up (3_4_Sit-Up)\n")


def test_the_real_file_and_wgers_are_libraries_side_by_side(on_database: CommandLine) -> None:
    result = on_database.here("library", "import", str(SHIPPED), "--as", "fedb")
    assert (
        result.stdout == "fedb: 873 new, 0 changed, 0 unchanged, 0 refused; 873 exercises in all.\n" + PUBLIC
    )
    result = on_database.here("library", "import", str(WGER), "--as", "wger")
    assert "wger: 4 new, 0 changed, 0 unchanged, 1 refused; 4 exercises in all.\n" in result.stdout
    assert "Licence: CC-BY-SA 4 (2), CC-BY-SA 3 (1), CC0 (1).\n" in result.stdout
    assert "Search does not use it: `cornerman library use wger` changes that.\n" in result.stdout
    heads, fedb, wger = (line.split()[:4] for line in on_database.here("library", "list").stdout.splitlines())
    assert heads == ["library", "exercises", "used", "format"]
    assert fedb == ["fedb", "873", "1", "free-exercise-db"]
    assert wger == ["wger", "4", "-", "wger"]
    assert on_database.here("library", "use", "wger", "fedb").stdout == "Search uses wger, then fedb.\n"
    order = [line.split()[0] for line in on_database.here("library", "list").stdout.splitlines()]
    assert order == ["library", "wger", "fedb"]


def test_an_exercise_is_shown_by_the_id_of_its_library(mine: CommandLine) -> None:
    shown = mine.here("library", "show", "3_4_Sit-Up", "--library", "mine").stdout.splitlines()
    assert shown[:5] == [
        "3/4 Sit-Up (3_4_Sit-Up)",
        "library           mine",
        "licence           public domain (Unlicense)",
        "aliases           -",
        "category          strength",
    ]
    assert shown[-1] == "5. Repeat for the recommended amount of repetitions."


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "Nothing"), "There is no exercise Nothing in any library."),
        (("show", "3_4_Sit-Up", "--library", "other"), "There is no exercise 3_4_Sit-Up in other."),
        (("use", "mine", "other"), "There is no library other. There is mine."),
        (
            ("import", str(WGER), "--as", "mine"),
            "mine is a library in the format of free-exercise-db, and this is wger.",
        ),
    ],
)
def test_what_cannot_be_done_is_said(mine: CommandLine, arguments: tuple[str, ...], told: str) -> None:
    result = mine.here("library", *arguments)
    assert result.returncode == 1
    assert told in result.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[]", "There is no exercise in file.json that could be taken."),
        (b'[{"id": 5}]', "There is no exercise in file.json that could be taken."),
        (b"# Exercises", "no list of exercises on line 1. Nothing was taken."),
        (b"\xff", "not in UTF-8 (line 1). Nothing was taken."),
        (b" " * 101, "is larger than 0 MiB: import it in parts."),
    ],
)
def test_a_file_of_which_nothing_can_be_taken_is_a_failure(
    on_database: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, told: str
) -> None:
    monkeypatch.setattr("server.cli.library._MOST_BYTES", 100)
    path = tmp_path / "file.json"
    path.write_bytes(content)
    result = on_database.here("library", "import", "file.json", "--as", "mine")
    assert result.returncode == 1
    assert told in result.stderr
    assert on_database.here("library", "list").stdout.startswith("There is no library yet")


@pytest.mark.parametrize("name", ["", "a b", "../a", ".a", "a" * 41])
def test_a_name_that_no_file_could_have_is_wrong(on_database: CommandLine, file: Path, name: str) -> None:
    result = on_database.here("library", "import", str(file), "--as", name)
    assert result.returncode == 2
    assert "is no name for a library" in result.stderr


def test_a_new_house_has_the_library_that_comes_along(on_database: CommandLine) -> None:
    assert on_database.here("migrate").stdout == "imported free-exercise-db\nThe schema is up to date.\n"
    assert on_database.here("migrate").stdout == "The schema is up to date.\n"
    listed = on_database.here("library", "list").stdout.splitlines()[1]
    assert listed.split()[:4] == ["free-exercise-db", "873", "1", "free-exercise-db"]
