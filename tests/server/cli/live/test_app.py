"""The terminal view on a real node, driven by keys, with a second device beside it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC

import pytest
from textual.pilot import Pilot
from textual.widgets import Digits, Label, RichLog

from cornerman_client import client as shell
from cornerman_client.account import Account, Login
from cornerman_client.client import Client
from cornerman_client.types import SandboxRate
from server.cli.live.app import LiveView
from tests.nodes import PASSWORD, Fleet, Node, Standing
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def node(standing: Standing) -> Node:
    return standing.start("--sandbox")


class Desk:
    """A view of one device, and another device of the same person."""

    def __init__(self, view: LiveView, pilot: Pilot[None], client: Client, other: Client) -> None:
        self.view = view
        self.pilot = pilot
        self.client = client
        self.other = other

    @property
    def hands(self) -> str:
        return self.view.screen_stack[0].query_one(Digits).value

    @property
    def labels(self) -> str:
        return "\n".join(str(label.content) for label in self.view.screen_stack[0].query(Label))

    @property
    def events(self) -> str:
        log = self.view.screen_stack[0].query_one(RichLog)
        return "\n".join(strip.text.rstrip() for strip in log.lines)

    async def shows(self, text: str) -> None:
        await eventually(lambda: text in f"{self.labels}\n{self.events}", seconds=20)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "chance", lambda: 0.5)


@pytest.fixture
async def desk(node: Node) -> AsyncIterator[Desk]:
    async with desk_at(node) as found:
        yield found


@asynccontextmanager
async def desk_at(node: Node) -> AsyncIterator[Desk]:
    login = Login(f"{secrets.token_hex(8)}@example.org", PASSWORD)
    accounts = [Account(node.url, device=device) for device in ("desk", "phone")]
    await accounts[0].register(login, name="Ada")
    await accounts[1].log_in(login)
    async with AsyncExitStack() as stack:
        client, other = [
            await stack.enter_async_context(Client(node.url, credentials=account, device=device))
            for account, device in zip(accounts, ("desk", "phone"), strict=True)
        ]
        view = LiveView(client, login.email, UTC)
        pilot = await stack.enter_async_context(view.run_test(size=(80, 24)))
        found = Desk(view, pilot, client, other)
        await found.shows("No fast runs")
        await other.until_online()
        yield found


async def test_what_another_device_starts_ticks_here_and_what_it_ends_stops(desk: Desk) -> None:
    assert desk.hands == "--:--:--"
    await desk.shows("connected, clock ±")
    await desk.other.fasting.start("16:8")
    await desk.shows("left of 16:8")
    await desk.shows("A 16:8 fast began")
    seen = {desk.hands}
    await eventually(lambda: len(seen | {desk.hands}) > 1, seconds=5)
    assert desk.hands.startswith("15:59:")
    await desk.other.fasting.end()
    await desk.shows("No fast runs")
    await desk.shows("The fast ended after 00:00:0")


async def test_keys_start_a_fast_by_its_protocol_and_end_it_after_a_question(desk: Desk) -> None:
    await desk.pilot.press("s", "down", "enter")
    await desk.shows("left of 18:6")
    await eventually(lambda: desk.other.fast is not None)
    await desk.pilot.press("e", "n")
    assert desk.client.fast is not None
    await desk.pilot.press("e", "y")
    await desk.shows("No fast runs")
    await eventually(lambda: desk.other.fast is None)


async def test_questions_say_which_keys_answer_them(desk: Desk) -> None:
    def asked() -> list[str]:
        return [str(label.content) for label in desk.view.screen.query(Label)]

    for key in ("s", "r"):
        await desk.pilot.press(key)
        assert "↑↓ choose   Enter take it   Esc back" in asked()
        await desk.pilot.press("escape")
    await desk.other.fasting.start("16:8")
    await desk.shows("left of 16:8")
    await desk.pilot.press("e")
    assert "y yes   n or Esc no" in asked()


async def test_thinking_better_of_a_start_starts_nothing(desk: Desk) -> None:
    await desk.pilot.press("s", "escape")
    await desk.pilot.press("e")
    await desk.pilot.pause()
    assert desk.client.waiting == 0
    assert len(desk.view.screen_stack) == 1
    assert [note.message for note in desk.view._notifications] == ["No fast runs."]


async def test_a_refusal_is_said(desk: Desk) -> None:
    await desk.other.fasting.start("16:8")
    await desk.shows("left of 16:8")
    await desk.pilot.press("s", "enter")
    await eventually(
        lambda: [note.message for note in desk.view._notifications] == ["A fast is already running."]
    )


async def test_in_a_sandbox_time_runs_and_the_fast_counts_over(desk: Desk) -> None:
    await desk.pilot.press("s", "up", "up", "enter", "r", "down", "down", "down", "enter")
    await desk.shows("time x 3600")
    await desk.other.send(SandboxRate(rate=10_000))
    await desk.shows("over the target of 12:12")
    await desk.shows("The target is reached")
    assert desk.hands.startswith("+")


async def test_the_clock_ticks_on_without_a_server_and_the_way_back_is_counted_down(fleet: Fleet) -> None:
    node = fleet.start("--sandbox")
    async with desk_at(node) as desk:
        await desk.other.fasting.start("16:8")
        await desk.shows("left of 16:8")
        node.kill()
        await desk.shows("reconnecting in ")
        before = desk.hands
        await eventually(lambda: desk.hands != before, seconds=5)
        fleet.start("--sandbox", port=node.port)
        await desk.shows("connected, clock ±")


async def test_a_sign_out_elsewhere_is_said_and_ends_the_client(desk: Desk, node: Node) -> None:
    account = desk.client._credentials
    assert isinstance(account, Account)
    await account.sign_out()
    await desk.shows("ended: ")
    await desk.shows("Press q to leave.")
    await desk.pilot.press("q")
    await eventually(lambda: not desk.view.is_running)


async def test_nothing_is_drawn_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    digits = desk.view.screen_stack[0].query_one(Digits)
    update = digits.update

    def count(value: str) -> None:
        drawn.append(value)
        update(value)

    monkeypatch.setattr(digits, "update", count)
    await desk.other.fasting.start("16:8")
    await eventually(lambda: len(drawn) >= 3, seconds=10)
    assert len(set(drawn)) == len(drawn)
