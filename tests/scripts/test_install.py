"""What is shown while pip installs."""

import io
import subprocess
import sys

import pytest

from scripts.install import Progress, installed

LINES = (
    "Looking in indexes: https://pypi.example/simple",
    "Obtaining file:///here/clients/python",
    "  Installing build dependencies: started",
    "Collecting msgspec==0.22.0 (from -c constraints.txt (line 1))",
    "  Downloading msgspec-0.22.0-cp311-cp311-manylinux.whl (219 kB)",
    "Collecting uuid-utils==1.2.0 (from cornerman==0.1.0)",
    "Processing /wheels/uuid_utils-1.2.0-cp311-cp311-manylinux.whl",
    "Building wheels for collected packages: cornerman-client",
    "Installing collected packages: uuid-utils, msgspec",
    "Successfully installed msgspec-0.22.0 uuid-utils-1.2.0",
)


def shown(*, live: bool) -> str:
    seconds = iter(range(100))
    there: set[str] = set()
    out = io.StringIO()
    progress = Progress(out, live=live, now=lambda: next(seconds), there=lambda: there)
    for line in LINES:
        progress.read(line)
    for name in ("uuid-utils", "msgspec"):
        there.add(name)
        progress.show()
    progress.end()
    return out.getvalue()


def test_without_a_terminal_there_is_a_line_for_each_step() -> None:
    assert shown(live=False).splitlines() == [
        "  Preparing…",
        "  Fetching packages…",
        "  Building cornerman-client…",
        "  Installing 2 packages…",
    ]


def test_at_a_terminal_one_line_counts_packages_and_seconds() -> None:
    steps = [
        [text.strip() for text in line.split("\r\x1b[K") if text]
        for line in shown(live=True).rstrip("\n").split("\n")
    ]
    assert steps == [
        ["Preparing… 1 s"],
        [
            "Fetching packages… 1 s  1: msgspec",
            "Fetching packages… 2 s  2: uuid-utils",
            "Fetching packages… 3 s  2: uuid-utils",
            "Fetching packages… 4 s",
        ],
        ["Building cornerman-client… 1 s"],
        [
            "Installing 2 packages… 1 s  1: uuid-utils",
            "Installing 2 packages… 2 s  2: msgspec",
            "Installing 2 packages… 3 s",
            "Installing 2 packages… 4 s",
        ],
    ]


def test_a_line_never_wraps() -> None:
    out = io.StringIO()
    Progress(out, live=True, now=lambda: 0.0, there=set).read(f"Collecting {'long-' * 40}name")
    assert len(out.getvalue().removeprefix("\r\x1b[K")) < 80


def test_what_is_installed_is_known_by_one_spelling() -> None:
    assert {"msgspec", "uuid-utils", "cornerman-client"} <= installed()


def install(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/install.py", "--no-index", "--dry-run", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)


@pytest.mark.timeout(120)
def test_nothing_to_install_is_silent_and_what_fails_says_why() -> None:
    done = install("pip")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    failed = install("no-such-package-anywhere")
    assert failed.returncode == 1
    assert "no-such-package-anywhere" in failed.stderr
