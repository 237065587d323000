"""Deploys and outages: SIGTERM loses nothing, and what came due while everything was down happens at start."""

import asyncio
from uuid import uuid4

from websockets.exceptions import ConnectionClosed

from tests.nodes import Device, Fleet, register
from tests.system.log import logged

RATE = 10_000


async def test_a_fast_that_completes_while_every_node_is_down_completes_at_start(fleet: Fleet) -> None:
    node = fleet.start("--sandbox")
    ada = await register(node)
    phone, _ = await Device.open(node, ada, "phone")
    await phone.command("sandbox:rate", {"rate": RATE})
    reply = await phone.command("fasting:start", {"protocol_id": "12:12"})
    node.kill()
    await asyncio.sleep(12 * 3600 / RATE + 0.5)  # the outage lasts longer than the fast

    heir = fleet.start("--sandbox", port=node.port)
    phone, data = await Device.open(heir, ada, "phone", positions={ada.topic: ["1", 2]})
    completed = await phone.next_of("fasting:completed")

    session = reply["data"]["session"]
    assert data["topics"][ada.topic]["recovered"] is True
    assert completed["at"] == session["target_end_at"]
    assert completed["data"]["session"]["target_reached_at"] == session["target_end_at"]
    types = [event["type"] for event in await logged(fleet.database_url, ada.topic)]
    assert types == ["account:updated", "fasting:started", "fasting:completed"]


async def test_a_stopping_node_says_goodbye_and_finishes_what_came(fleet: Fleet) -> None:
    node = fleet.start()
    ada = await register(node)
    author, _ = await Device.open(node, ada, "author", foreground=False)
    watcher, _ = await Device.open(node, ada, "watcher")
    answered = 0
    stopping: asyncio.Task[int] | None = None
    try:
        while True:
            type_, data = ("fasting:end", {}) if answered % 2 else ("fasting:start", {"protocol_id": "16:8"})
            reply = await author.command(type_, data, key=str(uuid4()))
            assert "error" not in reply
            answered += 1
            if answered == 20:
                stopping = asyncio.create_task(asyncio.to_thread(node.stop))
    except ConnectionClosed:
        pass

    goodbye = await watcher.next_of("goodbye")
    assert goodbye["data"]["spread_seconds"] > 0
    assert await watcher.closed() == 4001
    assert author.socket.close_code == 4001
    assert stopping is not None
    assert await stopping == 0
    heir = fleet.start()
    events = await logged(fleet.database_url, ada.topic)
    assert answered <= len(events) <= answered + 1, (
        "acknowledged commands are in the log, and at most one more"
    )
    survivor, _ = await Device.open(heir, ada, "author")
    assert "error" not in await survivor.command("ping")


async def test_the_server_starts_again_after_a_kill(fleet: Fleet) -> None:
    node = fleet.start()
    ada = await register(node)
    phone, _ = await Device.open(node, ada, "phone")
    await phone.command("fasting:start", {"protocol_id": "20:4"})
    node.kill()

    heir = fleet.start(port=node.port)
    phone, data = await Device.open(heir, ada, "phone")

    assert data["topics"][ada.topic]["snapshot"]["fast"]["protocol_id"] == "20:4"
    assert (await phone.next_of("fasting:tick"))["data"]["target_seconds"] == 20 * 3600
