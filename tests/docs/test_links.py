"""`make check` finds a link of a page that leads nowhere."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = ("README.md", "CHANGELOG.md", "docs/protocol.md", "clients/python/README.md")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of pages that are well."""
    for page in PAGES:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).write_text("# Here\n\nA [link](#here).\n")
    (tmp_path / "README.md").write_text("# Cornerman\n\n[The wire](docs/protocol.md#here)\n")
    shutil.copy("pyproject.toml", tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def check(checkout: Path) -> subprocess.CompletedProcess[str]:
    """Run what `make check` runs for links."""
    dry = subprocess.run(["make", "-n", "check"], capture_output=True, text=True, timeout=30, check=True)
    (command,) = [line for line in dry.stdout.splitlines() if "/rumdl " in line]
    return subprocess.run(
        command, shell=True, cwd=checkout, capture_output=True, text=True, timeout=30, check=False
    )


def test_pages_whose_links_lead_somewhere_pass(checkout: Path) -> None:
    result = check(checkout)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("link", ["nowhere.md", "#nowhere", "nowhere/"])
def test_a_file_or_an_anchor_that_is_not_there_is_found(checkout: Path, page: str, link: str) -> None:
    with (checkout / page).open("a") as file:
        file.write(f"\nA [loose end]({link}).\n")
    result = check(checkout)
    assert result.returncode == 1
    assert f"{page}:5:" in result.stdout


def test_an_anchor_of_another_page_is_looked_up_there(checkout: Path) -> None:
    with (checkout / "README.md").open("a") as file:
        file.write("\nA [loose end](docs/protocol.md#nowhere).\n")
    result = check(checkout)
    assert result.returncode == 1
    assert "'nowhere' not found in 'docs/protocol.md'" in result.stdout


def test_a_block_says_its_language(checkout: Path) -> None:
    with (checkout / "README.md").open("a") as file:
        file.write("\n```\nmake run\n```\n")
    assert check(checkout).returncode == 1
