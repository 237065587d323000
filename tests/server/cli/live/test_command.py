"""`cornerman live` as a person sees it: in real terminals, from the password to the ticking clock."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nodes import PASSWORD, Fleet, Node, Standing
from tests.server.cli.conftest import CORNERMAN
from tests.terminal import Terminal

pytestmark = pytest.mark.timeout(120)

Live = Callable[..., Terminal]


@pytest.fixture
def node(standing: Standing) -> Node:
    return standing.start()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    opened: list[Terminal] = []

    def start(url: str, *arguments: str) -> Terminal:
        environ = os.environ | {"XDG_CONFIG_HOME": str(tmp_path / "config"), "TERM": "xterm-256color"}
        opened.append(Terminal([str(CORNERMAN), "live", "--url", url, *arguments], environ))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


def new_email() -> str:
    return f"{secrets.token_hex(8)}@example.org"


def registered(view: Terminal) -> None:
    view.shows("hard to guess):")
    view.type(f"{PASSWORD}\n")
    view.shows("Repeat")
    view.type(f"{PASSWORD}\n")
    view.shows("No fast runs.")


def test_a_fast_that_is_started_in_one_terminal_ticks_in_the_other(node: Node, live: Live) -> None:
    email = new_email()
    first = live(node.url, "--register", "--email", email)
    registered(first)
    second = live(node.url, "--email", email)
    second.shows("Password:")
    second.type(f"{PASSWORD}\n")
    second.shows("No fast runs.")
    first.type("s")
    first.shows("Which fast?")
    first.type("\r")
    for terminal in (first, second):
        terminal.shows("left of 16:8")
        terminal.shows("elapsed 00:00:02")
        terminal.type("q")
        assert terminal.ends() == 0


def test_a_sign_in_is_remembered_until_it_is_forgotten(node: Node, live: Live) -> None:
    email = new_email()
    first = live(node.url, "--register", "--email", email)
    registered(first)
    first.type("q")
    assert first.ends() == 0
    again = live(node.url)
    again.shows(email)
    again.shows("No fast runs.")
    again.type("q")
    assert again.ends() == 0
    forget = live(node.url, "--forget")
    forget.shows("Forgot 1 sign-in at")
    assert forget.ends() == 0
    live(node.url).shows("Email:")


def test_sign_ins_that_are_in_use_are_kept_when_others_are_forgotten(node: Node, live: Live) -> None:
    registered(live(node.url, "--register", "--email", new_email()))
    forget = live(node.url, "--forget")
    forget.shows("Forgot 0 sign-ins at")
    forget.shows("1 sign-in kept, still in use: close the views (q), then try again.")
    assert forget.ends() == 1


def test_without_a_server_it_is_said_once_that_it_could_not_be_told(
    fleet: Fleet, live: Live, tmp_path: Path
) -> None:
    node = fleet.start()
    for _ in range(2):
        view = live(node.url, "--register", "--email", new_email())
        registered(view)
        view.type("q")
        assert view.ends() == 0
    node.kill()
    forget = live(node.url, "--forget")
    forget.shows("Forgot 2 sign-ins at")
    forget.shows("The server could not be told: 2 sign-ins end there by themselves")
    assert forget.ends() == 0
    assert kept(tmp_path) == []


def kept(tmp_path: Path) -> list[Path]:
    """The files of remembered sign-ins."""
    return list((tmp_path / "config").rglob("*.json"))


def test_ctrl_c_at_the_password_leaves_nothing_behind(node: Node, live: Live, tmp_path: Path) -> None:
    terminal = live(node.url, "--email", new_email())
    terminal.shows("Password:")
    assert len(kept(tmp_path)) == 1
    terminal.type("\x03")
    assert terminal.ends() == 1
    assert kept(tmp_path) == []


def test_a_wrong_password_may_be_mended_twice(node: Node, live: Live, tmp_path: Path) -> None:
    terminal = live(node.url, "--email", new_email())
    for _ in range(3):
        terminal.shows("Password:")
        terminal.type("wrong\n")
        terminal.shows("The email or the password is wrong.")
    terminal.shows("Not signed in.")
    assert terminal.ends() == 1
    assert kept(tmp_path) == []


def test_a_password_that_is_too_short_is_told_how_long_it_must_be(node: Node, live: Live) -> None:
    terminal = live(node.url, "--register", "--email", new_email())
    terminal.shows("hard to guess):")
    terminal.type("short\n")
    terminal.shows("Repeat")
    terminal.type("short\n")
    terminal.shows("The password must have 8 to 128 characters.")
    terminal.shows("hard to guess):")


def test_an_email_that_is_none_is_asked_for_again(node: Node, live: Live) -> None:
    terminal = live(node.url, "--register", "--email", "@ada")
    terminal.shows("hard to guess):")
    terminal.type(f"{PASSWORD}\n")
    terminal.shows("Repeat")
    terminal.type(f"{PASSWORD}\n")
    terminal.shows("The email is no email address")
    terminal.shows("Email:")
    terminal.type(f"{new_email()}\n")
    terminal.shows("hard to guess):")
    terminal.type(f"{PASSWORD}\n")
    terminal.shows("Repeat")
    terminal.type(f"{PASSWORD}\n")
    terminal.shows("No fast runs.")


def test_a_password_that_is_too_easy_is_said_to_be(node: Node, live: Live) -> None:
    terminal = live(node.url, "--register", "--email", new_email())
    terminal.shows("hard to guess):")
    terminal.type("password1\n")
    terminal.shows("Repeat")
    terminal.type("password1\n")
    terminal.shows("too easy to guess")
    terminal.shows("hard to guess):")


def test_without_a_server_nothing_is_asked_and_the_next_step_is_told(live: Live) -> None:
    terminal = live("http://127.0.0.1:1", "--email", new_email())
    terminal.shows("http://127.0.0.1:1 cannot be reached")
    terminal.shows("make run")
    assert terminal.ends() == 1


def test_an_address_that_is_none_is_a_wrong_use(live: Live) -> None:
    terminal = live("ftp://example.org")
    terminal.shows("is no address of a server")
    assert terminal.ends() == 2


def test_a_tabata_that_is_started_in_one_terminal_counts_down_in_the_other(node: Node, live: Live) -> None:
    email = new_email()
    first = live(node.url, "--register", "--email", email)
    registered(first)
    second = live(node.url, "--email", email)
    second.shows("Password:")
    second.type(f"{PASSWORD}\n")
    second.shows("No fast runs.")
    first.type("t")
    second.shows("get ready")
    first.shows("get ready")
    first.type("k")
    for terminal in (first, second):
        terminal.shows("WORK, round 1 of 8")
        terminal.shows("then rest, round 1, 10 s")
        terminal.type("q")
        assert terminal.ends() == 0
