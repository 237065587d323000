"""A workout on three devices of one person, over two nodes of which one dies in the midst of an interval."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from msgspec import Struct

from channels.wire.workout import IntervalClock
from channels.workouts.timeline import index_at
from tests.nodes import Device, Fleet, Node, Person, register
from tests.system.log import logged

ROUNDS = 4
SECOND_OF_WORK_AND_OF_REST = {
    "type": "intervals",
    "stations": [{"work_seconds": 1, "rest_seconds": 1}],
    "rounds": ROUNDS,
}
TURNS = 2 * ROUNDS - 1
"""How often an interval ends: after the last work there is no rest."""


class Screen(Struct):
    """What one device has seen of the workout, by offset, and where it is connected."""

    person: Person
    name: str
    topic: str
    device: Device
    clock: IntervalClock
    epoch: str
    seen: dict[int, dict[str, Any]] = {}
    repeated: int = 0

    @classmethod
    async def on(cls, node: Node, person: Person, name: str, topic: str) -> "Screen":
        """Connect and follow the workout from its first event on, however late."""
        device, _ = await Device.open(node, person, name)
        reply = await device.command("subscribe", {"topic": topic})
        state = reply["data"]["topics"][topic]
        await device.command("unsubscribe", {"topic": topic})
        reply = await device.command("subscribe", {"topic": topic, "position": [state["epoch"], 0]})
        assert reply["data"]["topics"][topic]["recovered"]
        clock = msgspec.convert(state["snapshot"]["time"]["clock"], IntervalClock)
        return cls(person, name, topic, device, clock, state["epoch"])

    async def come_back(self, node: Node) -> None:
        """Connect to another node and go on where it was."""
        self.device, _ = await Device.open(node, self.person, self.name)
        position = [self.epoch, max(self.seen, default=0)]
        reply = await self.device.command("subscribe", {"topic": self.topic, "position": position})
        assert reply["data"]["topics"][self.topic]["recovered"]

    async def watch(self, until: str) -> None:
        """Take events in until one of this type says that it is done."""
        while True:
            event = await self.device.next_event()
            if event["topic"] == self.topic:
                self.repeated += event["offset"] in self.seen
                self.seen[event["offset"]] = event
                if event["type"] == until and event["data"].get("done"):
                    return


@pytest.mark.timeout(120)
async def test_when_a_node_dies_in_mid_interval_every_device_sees_each_set_once_and_the_same_interval(
    fleet: Fleet, database_url: str
) -> None:
    one, two = fleet.start(), fleet.start()
    ada = await register(one)
    starter, _ = await Device.open(one, ada, "starter")
    reply = await starter.command("workout:start", {"blocks": [SECOND_OF_WORK_AND_OF_REST]})
    topic = reply["data"]["topic"]
    phone, tablet, watch = [
        await Screen.on(node, ada, name, topic)
        for node, name in ((one, "phone"), (one, "tablet"), (two, "watch"))
    ]
    writer, _ = await Device.open(two, ada, "writer")
    keys = [str(uuid4()) for _ in range(12)]
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(watch.watch("workout:interval"))
        for number, key in enumerate(keys):
            await writer.command("workout:set_log", {"done": {"exercise_id": "Pushups", "reps": 10}}, key=key)
            if number == len(keys) // 2:
                one.kill()
                for screen in (phone, tablet):
                    await screen.come_back(two)
                    group.create_task(screen.watch("workout:interval"))
    log = await logged(database_url, topic)
    types = [event["type"] for event in log]
    assert types.count("workout:set_logged") == len(keys)
    turns = [event for event in log if event["type"] == "workout:interval"]
    assert [event["data"]["index"] for event in turns] == list(range(1, TURNS + 1))
    for screen in (phone, tablet, watch):
        assert screen.repeated == 0
        assert sorted(screen.seen) == list(range(1, len(log) + 1))
        assert screen.clock == watch.clock
        # What a device reckons from the facts is what the server says at each turn.
        for event in turns:
            assert index_at(screen.clock, datetime.fromisoformat(event["at"])) == event["data"]["index"]


@pytest.mark.timeout(120)
async def test_a_phone_that_was_away_comes_back_to_the_interval_that_runs(fleet: Fleet) -> None:
    one = fleet.start()
    ada = await register(one)
    starter, _ = await Device.open(one, ada, "starter")
    reply = await starter.command("workout:start", {"blocks": [SECOND_OF_WORK_AND_OF_REST]})
    topic = reply["data"]["topic"]
    phone = await Screen.on(one, ada, "phone", topic)
    phone.device.socket.transport.abort()
    watch = await Screen.on(one, ada, "watch", topic)
    async with asyncio.timeout(30):
        while len(watch.seen) < 3:
            event = await watch.device.next_event()
            if event["topic"] == topic:
                watch.seen[event["offset"]] = event
        await phone.come_back(one)
        missed = [await phone.device.next_event() for _ in range(3)]
    assert [event["data"]["index"] for event in missed] == [1, 2, 3]
    state = await phone.device.next_of("workout:tick")
    assert state["data"]["interval"] >= 3


@pytest.mark.timeout(120)
async def test_a_rest_is_over_at_its_second_though_the_app_is_closed_and_its_node_died(
    fleet: Fleet, database_url: str
) -> None:
    one, _ = fleet.start(), fleet.start()
    ada = await register(one)
    phone, _ = await Device.open(one, ada, "phone")
    reply = await phone.command("workout:start", {})
    topic = reply["data"]["topic"]
    await phone.command(
        "workout:set_log", {"done": {"exercise_id": "Pushups", "reps": 10}, "rest_seconds": 2}
    )
    one.kill()
    async with asyncio.timeout(10):
        while (last := (await logged(database_url, topic))[-1])["type"] != "workout:rest_over":  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.05)
    late = datetime.now(UTC) - datetime.fromisoformat(last["at"])
    assert late <= timedelta(seconds=3)
    begun = next(
        event for event in await logged(database_url, topic) if event["type"] == "workout:set_logged"
    )
    rested = datetime.fromisoformat(last["at"]) - datetime.fromisoformat(begun["at"])
    assert rested == timedelta(seconds=2)
