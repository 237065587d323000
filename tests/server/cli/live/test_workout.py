"""The terminal view of a running workout on a real node, with a second device beside it."""

import json
from collections.abc import AsyncIterator

import pytest

from cornerman_client import client as shell
from cornerman_client import types
from cornerman_client.account import Account
from tests.nodes import Device, Node, Person, Standing
from tests.server.cli.live.desk import Desk, desk_at
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(120)

PUSH_UPS = types.SetsBlock(
    exercises=(types.PlannedExercise(exercise_id="Pushups", sets=(types.PlannedSet(reps=10),) * 2),)
)
TEN = types.DoneSet(exercise_id="Pushups", reps=10)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "chance", lambda: 0.5)


@pytest.fixture
def node(standing: Standing) -> Node:
    return standing.start()


@pytest.fixture
async def desk(node: Node) -> AsyncIterator[Desk]:
    async with desk_at(node) as found:
        yield found


async def test_keys_start_a_tabata_skip_pause_resume_and_finish_it(desk: Desk) -> None:
    await desk.offers("s Start fast  t Tabata  q Quit")
    await desk.pilot.press("t")
    await desk.shows("get ready")
    await desk.shows("Tabata began.")
    await desk.offers("s Start fast  p Pause  k Skip  f Finish  q Quit")
    await desk.pilot.press("k")
    await desk.shows("WORK, round 1 of 8")
    assert desk.hands in {"00:00:20", "00:00:19"}
    await desk.pilot.press("p")
    await desk.shows("paused: WORK, round 1 of 8")
    await desk.offers("s Start fast  p Resume  k Skip  f Finish  q Quit")
    await desk.pilot.press("p")
    await desk.shows("All clocks go on.")
    await desk.pilot.press("f", "n")
    assert desk.client.workout is not None
    await desk.pilot.press("f", "y")
    await desk.shows("No fast runs")
    await desk.shows("Tabata is finished: 00:00:")
    await desk.offers("s Start fast  t Tabata  q Quit")


async def test_what_another_device_lifts_shows_here_with_rest_plan_and_the_last_time(desk: Desk) -> None:
    await desk.other.training.start(blocks=(PUSH_UPS,), name="Push-ups")
    await desk.other.training.log_set(TEN)
    await desk.other.training.finish()
    started = await desk.other.training.start(blocks=(PUSH_UPS,), name="Push-ups")
    await desk.shows("Pushups, set 1 of 2")
    await desk.shows("planned 10 reps   last time 10 reps")
    await desk.other.fasting.start("16:8")
    await desk.shows("fast 15:59:5")
    await desk.other.training.log_set(TEN, rest_seconds=90)
    await desk.shows("resting, then Pushups, set 2 of 2")
    assert desk.hands.startswith("00:01:")
    await desk.shows("1 set")
    await desk.pilot.press("k")
    await eventually(lambda: "resting" not in desk.labels)
    await desk.pilot.press("k")  # the set itself
    await desk.shows("The plan is changed.")
    await desk.shows("of training")
    await desk.other.training.discard(started.session_id)
    await desk.shows("left of 16:8")
    await desk.shows("A workout was thrown away.")


async def test_the_heart_rate_shows_while_a_sensor_says_it(desk: Desk, node: Node) -> None:
    started = await desk.other.training.start()
    await desk.shows("of training")
    account = desk.client._credentials
    assert isinstance(account, Account)
    assert desk.client.person is not None
    token = await account.access_token(renew=False)
    person = Person("", str(desk.client.person.user_id), token, "")
    belt, _ = await Device.open(node, person, "belt")
    await belt.command("subscribe", {"topic": started.topic})
    sample = {"type": "workout:sample", "topic": started.topic, "data": {"heart_rate": 142}}
    await belt.socket.send(json.dumps(sample))
    await desk.shows("heart 142")
    await belt.socket.close()
