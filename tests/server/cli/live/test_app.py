"""The terminal view on a real node, driven by keys, with a second device beside it."""

from collections.abc import AsyncIterator

import pytest
from textual.widgets import Digits, Label, OptionList, RichLog
from textual.widgets._toast import Toast

from cornerman_client import client as shell
from cornerman_client.account import Account
from cornerman_client.types import SandboxRate
from tests.nodes import Fleet, Node, Standing
from tests.server.cli.live.desk import Desk, desk_at
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def node(standing: Standing) -> Node:
    return standing.start("--sandbox")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "chance", lambda: 0.5)


@pytest.fixture
async def desk(node: Node) -> AsyncIterator[Desk]:
    async with desk_at(node) as found:
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


async def test_enter_gives_the_marked_answer_which_is_no_at_first(desk: Desk) -> None:
    await desk.other.fasting.start("16:8")
    await desk.shows("left of 16:8")
    await desk.pilot.press("e")
    asked = desk.view.screen.query_one(OptionList)
    assert asked.highlighted_option is not None
    assert str(asked.highlighted_option.prompt) == "no     let it run"
    await desk.pilot.press("enter")
    assert len(desk.view.screen_stack) == 1
    assert (desk.client.waiting, desk.client.fast is None) == (0, False)
    await desk.pilot.press("e", "down", "enter")
    await desk.shows("No fast runs")


async def test_keys_are_offered_when_they_do_something(desk: Desk) -> None:
    await desk.offers("s Start fast  t Tabata  r Sandbox rate  q Quit")
    await desk.pilot.press("e", "c")
    assert len(desk.view.screen_stack) == 1
    await desk.pilot.press("s")
    await desk.other.fasting.start("16:8")
    await desk.offers("e End fast  t Tabata  r Sandbox rate  q Quit")  # also behind a question
    await desk.pilot.press("escape", "s")
    assert len(desk.view.screen_stack) == 1
    await desk.other.fasting.end()
    await desk.offers("s Start fast  t Tabata  r Sandbox rate  q Quit")


async def test_a_server_that_is_no_sandbox_is_not_offered_to_be_one(standing: Standing) -> None:
    async with desk_at(standing.start()) as desk:
        await eventually(lambda: desk.view._sandbox._asked and desk.client.waiting == 0)
        await desk.offers("s Start fast  t Tabata  q Quit")
        await desk.pilot.press("r")
        assert len(desk.view.screen_stack) == 1


async def test_to_ask_whether_it_is_a_sandbox_changes_nothing(desk: Desk) -> None:
    await desk.offers("s Start fast  t Tabata  r Sandbox rate  q Quit")
    await desk.other.send(SandboxRate(rate=600))
    await desk.shows("time x 600")
    assert "Time now runs x 1." not in desk.events
    assert "#1" in desk.events
    assert "#2" not in desk.events


async def test_questions_say_which_keys_answer_them(desk: Desk) -> None:
    await desk.offers("s Start fast  t Tabata  r Sandbox rate  q Quit")

    def asked() -> list[str]:
        return [str(label.content) for label in desk.view.screen.query(Label)]

    for key in ("s", "r"):
        await desk.pilot.press(key)
        assert "↑↓ choose   Enter take it   Esc back" in asked()
        await desk.pilot.press("escape")
    await desk.other.fasting.start("16:8")
    await desk.shows("left of 16:8")
    await desk.pilot.press("e")
    assert "↑↓ choose   Enter take it   y yes   n or Esc no" in asked()


async def test_thinking_better_of_a_start_starts_nothing(desk: Desk) -> None:
    await desk.offers("s Start fast  t Tabata  r Sandbox rate  q Quit")
    await desk.pilot.press("s", "escape")
    await desk.pilot.pause()
    assert desk.client.waiting == 0
    assert len(desk.view.screen_stack) == 1
    assert desk.toasts == []


async def test_a_refusal_is_said_within_the_frame(desk: Desk) -> None:
    await desk.pilot.press("s")
    await desk.other.fasting.start("16:8")
    await desk.shows("left of 16:8")
    await desk.pilot.press("enter")
    await eventually(lambda: desk.toasts == ["A fast is already running."])
    await desk.pilot.pause()
    screen = desk.view.screen
    toast = screen.query_one(Toast)
    frame = screen.query_one(RichLog).region.shrink((1, 1, 1, 1))
    assert frame.contains_region(toast.region)


async def test_in_a_sandbox_time_runs_and_the_fast_counts_over(desk: Desk) -> None:
    await desk.offers("s Start fast  t Tabata  r Sandbox rate  q Quit")
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
        await desk.offers("e End fast  t Tabata  c Connect now  q Quit")
        before = desk.hands
        await eventually(lambda: desk.hands != before, seconds=5)
        fleet.start("--sandbox", port=node.port)
        await desk.shows("connected, clock ±")
        await desk.offers("e End fast  t Tabata  r Sandbox rate  q Quit")


async def test_a_person_who_does_not_want_to_wait_connects_now(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = fleet.start()
    async with desk_at(node) as desk:
        monkeypatch.setattr(shell, "chance", lambda: 1000.0)
        node.kill()
        await desk.offers("s Start fast  t Tabata  c Connect now  q Quit")
        fleet.start(port=node.port)
        assert (desk.client.returns_in or 0) > 1000
        await desk.pilot.press("c")
        await desk.shows("connected, clock ±")
        await desk.offers("s Start fast  t Tabata  q Quit")


async def test_a_sign_out_elsewhere_is_said_and_ends_the_client(desk: Desk, node: Node) -> None:
    account = desk.client._credentials
    assert isinstance(account, Account)
    await account.sign_out()
    await desk.shows("ended: ")
    await desk.shows("Press q to leave.")
    await desk.offers("q Quit")
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
