"""What the pages tell people to type is typed, as it stands but for the address and the email.

The blocks of a page run in their order, in one folder: a later one has the files and the variables of those before.
"""

import asyncio
import json
import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from server.cli.main import main
from tests.docs.pages import PAGES, Block, blocks
from tests.nodes import PASSWORD, Node, Standing, register
from tests.terminal import Terminal
from tests.waiting import until

pytestmark = pytest.mark.timeout(120)

NOT_RUN = {
    ("README.md", "make run        # set up, start everything, listen on http://127.0.0.1:8000"): (
        "it sets up and starts what this test runs in"
    ),
    (
        "docs/operations.md",
        "export CORNERMAN_ENV=production",
    ): "its databases and secrets are the operator's own",
}
"""Blocks that would be run, by their page and their first line, and why they are not."""
ENDLESS = {
    ("README.md", "import asyncio, json, sys, uuid"): ('"re":1', "fasting:started", '"re":2', "fasting:tick")
}
"""Blocks that go on until Ctrl-C, and what they have shown by then."""
SHOWN = {"json", "text"}
"""Languages of blocks that are there to be read."""
ALL = [block for page in PAGES for block in blocks(page)]


def known(block: Block) -> tuple[str, str]:
    return block.page, block.begins


class Desk:
    """A folder as that of a checkout, and a shell in it that remembers its variables."""

    def __init__(self, folder: Path, node: Node) -> None:
        self._folder = folder
        self._node = node
        self._email = f"{secrets.token_hex(8)}@example.org"
        self._environ = {
            name: value for name, value in os.environ.items() if not name.startswith("CORNERMAN_")
        } | {
            "CORNERMAN_PORT": str(node.port),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "TERM": "xterm-256color",
        }
        (folder / ".venv").symlink_to(sys.prefix)

    def run(self, block: Block) -> None:
        match block.language:
            case "python":
                self._python(block)
            case "sh" if block.begins.startswith(".venv/bin/cornerman live"):
                self._live(block.text.splitlines())
            case "sh":
                self._shell(block.text)
            case _:
                pytest.fail(
                    f"{block.page}: nobody knows how to run {block.language or 'a block without language'}"
                )

    def _here(self, text: str) -> str:
        address = self._node.url.removeprefix("http://")
        return text.replace("127.0.0.1:8000", address).replace("ada@example.org", self._email)

    def _shell(self, text: str) -> None:
        """Run it to its end; its variables are kept."""
        kept = self._folder / "variables"
        script = f"set -euo pipefail -o allexport\n{self._here(text)}\nenv -0 > {shlex.quote(str(kept))}"
        result = subprocess.run(
            ["bash", "-c", script],
            cwd=self._folder,
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        self._environ = dict(pair.split("=", 1) for pair in kept.read_text().split("\0") if pair)

    def _python(self, block: Block) -> None:
        """Save and start it as the page says, to its end or, where it has none, to Ctrl-C."""
        told = re.findall(r"`(\.venv/bin/python (\w+\.py)[^`]*)`", block.before)
        command, name = told[-1] if told else (".venv/bin/python block.py", "block.py")
        (self._folder / name).write_text(self._here(block.text))
        output = self._folder / "output"
        with output.open("w") as file:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self._folder,
                env={**self._environ, "PYTHONUNBUFFERED": "1"},
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            self._await(process, output, ENDLESS.get(known(block), ()))
        finally:
            process.kill()
            process.wait()

    def _await(self, process: subprocess.Popen[bytes], output: Path, shown: tuple[str, ...]) -> None:
        if shown:
            until(
                lambda: process.poll() is not None or all(text in output.read_text() for text in shown), 20.0
            )
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, output.read_text()
        assert all(text in output.read_text() for text in shown), output.read_text()

    def _live(self, commands: list[str]) -> None:
        """Type each line in a terminal of its own; the first makes the account of the others."""
        terminals = []
        try:
            for command in commands:
                terminals.append(Terminal(["bash", "-c", f"exec {command}"], self._environ, self._folder))
                self._sign_in(terminals[-1], twice="--register" in command)
            for terminal in terminals:
                terminal.type("q")
                assert terminal.ends() == 0
        finally:
            for terminal in terminals:
                terminal.close()

    def _sign_in(self, terminal: Terminal, *, twice: bool) -> None:
        terminal.shows("Email:")
        terminal.type(f"live-{self._email}\n")
        terminal.shows("Password")
        terminal.type(f"{PASSWORD}\n")
        if twice:
            terminal.shows("Repeat")
            terminal.type(f"{PASSWORD}\n")
        terminal.shows("No fast runs.")


def _wait_for_search(node: Node) -> None:
    """Nodes of the tests make search ready when it is asked for, which takes some seconds on a busy machine."""
    token = asyncio.run(register(node)).access_token
    asked = f"http://127.0.0.1:{node.port}/api/v1/workouts/exercises/search?q=rows"
    headers = {"Authorization": f"Bearer {token}"}
    until(lambda: httpx.get(asked, headers=headers, timeout=20).status_code == httpx.codes.OK, 60)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_blocks_of_a_page_run_as_they_stand(page: Path, tmp_path: Path, standing: Standing) -> None:
    to_run = [block for block in blocks(page) if known(block) not in NOT_RUN and block.language not in SHOWN]
    if not to_run:
        return
    node = standing.start()
    if any("workouts/exercises" in block.text for block in to_run):
        _wait_for_search(node)
    desk = Desk(tmp_path, node)
    for block in to_run:
        desk.run(block)


def test_blocks_of_json_are_json() -> None:
    for block in ALL:
        if block.language == "json":
            json.loads(block.text)


def test_what_is_known_not_to_run_or_to_end_is_still_there() -> None:
    assert {*NOT_RUN, *ENDLESS} <= {known(block) for block in ALL}


def said(pattern: str) -> list[str]:
    """What pages name in the middle of a sentence."""
    return sorted(
        {found for page in PAGES for found in re.findall(pattern, page.read_text(encoding="utf-8"))}
    )


@pytest.mark.parametrize("arguments", said(r"`(?:\.venv/bin/)?cornerman ([a-z][^`…]*)`"))
def test_commands_named_in_a_sentence_exist(arguments: str) -> None:
    result = CliRunner().invoke(main, [*shlex.split(arguments), "--help"])
    assert result.exit_code == 0, result.output


def test_targets_named_in_a_sentence_exist() -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    targets = said(r"`make ([a-z-]+)[^`]*`")
    assert "help" in targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
