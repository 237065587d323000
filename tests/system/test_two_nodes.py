"""One person's devices on two nodes: one fast, in step, each event once."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from tests.nodes import Device, Node, Person, Standing, register
from tests.system.log import logged
from tests.visitor import visitor


async def test_a_fast_started_on_one_node_ticks_on_a_device_of_the_other(standing: Standing) -> None:
    one, two = standing.start(), standing.start()
    ada = await register(one)
    phone, _ = await Device.open(one, ada, "phone")
    tablet, _ = await Device.open(two, ada, "tablet")

    reply = await phone.command("fasting:start", {"protocol_id": "16:8"}, key=str(uuid4()))

    started = await tablet.next_of("fasting:started")
    assert started["data"]["session"] == reply["data"]["session"]
    assert reply["positions"] == {ada.topic: started["offset"]}
    ticks = [await device.next_of("fasting:tick") for device in (phone, tablet)]
    for tick in ticks:
        assert tick["data"]["elapsed_seconds"] + tick["data"]["remaining_seconds"] == 16 * 3600


async def test_a_command_sent_at_once_to_two_nodes_acts_once(standing: Standing) -> None:
    one, two = standing.start(), standing.start()
    ada = await register(one)
    devices = [
        (await Device.open(node, ada, f"device-{number}"))[0] for number, node in enumerate([one, two] * 3)
    ]
    key = str(uuid4())

    replies = await asyncio.gather(
        *(device.command("fasting:start", {"protocol_id": "18:6"}, key=key) for device in devices)
    )

    first = [reply for reply in replies if "repeated" not in reply]
    assert len(first) == 1
    assert {str(reply["data"]) for reply in replies} == {str(first[0]["data"])}
    assert {str(reply["positions"]) for reply in replies} == {str(first[0]["positions"])}
    assert [event["type"] for event in await logged(standing.database_url, ada.topic)] == ["fasting:started"]


async def test_the_same_key_with_other_data_is_refused(standing: Standing) -> None:
    one, two = standing.start(), standing.start()
    ada = await register(one)
    phone, _ = await Device.open(one, ada, "phone")
    tablet, _ = await Device.open(two, ada, "tablet")
    key = str(uuid4())
    await phone.command("fasting:start", {"protocol_id": "18:6"}, key=key)

    reply = await tablet.command("fasting:start", {"protocol_id": "20:4"}, key=key)

    assert reply["error"]["code"] == "VAL_002"


async def test_a_client_that_hops_between_nodes_sees_each_event_once(standing: Standing) -> None:
    nodes = [standing.start(), standing.start()]
    ada = await register(nodes[0])
    author, data = await Device.open(nodes[0], ada, "author")
    rounds = 60
    writing = asyncio.create_task(_start_and_end(author, rounds))

    seen = await _hop(nodes, ada, data["topics"][ada.topic]["epoch"], until=2 * rounds)
    await writing

    assert [event["offset"] for event in seen] == list(range(1, 2 * rounds + 1))
    assert seen == await logged(standing.database_url, ada.topic)


async def test_signing_out_everywhere_closes_sockets_on_every_node(standing: Standing) -> None:
    one, two = standing.start(), standing.start()
    ada = await register(one)
    phone, _ = await Device.open(one, ada, "phone")
    tablet, _ = await Device.open(two, ada, "tablet")

    async with visitor(two.url, headers=ada.headers) as http:
        answer = await http.post("/api/v1/auth/logout", json={"everywhere": True})

    assert answer.status_code == httpx.codes.OK, answer.text
    for device in (phone, tablet):
        async with asyncio.timeout(2):
            assert await device.closed() == 4503


async def test_the_newest_socket_of_a_device_replaces_its_older_one_on_another_node(
    standing: Standing,
) -> None:
    one, two = standing.start(), standing.start()
    ada = await register(one)
    older, _ = await Device.open(one, ada, "phone")

    newer, _ = await Device.open(two, ada, "phone")

    async with asyncio.timeout(2):
        assert await older.closed() == 4505
    assert "error" not in await newer.command("ping")


async def _start_and_end(author: Device, rounds: int) -> None:
    for _ in range(rounds):
        for type_, data in (("fasting:start", {"protocol_id": "12:12"}), ("fasting:end", {})):
            reply = await author.command(type_, data, key=str(uuid4()))
            assert "error" not in reply, reply


async def _hop(nodes: list[Node], person: Person, epoch: str, *, until: int) -> list[dict[str, Any]]:
    """Follow a person's topic, on the other node after every few events, resuming from the last one seen."""
    seen: list[dict[str, Any]] = []
    hops = 0
    while len(seen) < until:
        positions = {person.topic: [epoch, len(seen)]}
        device, data = await Device.open(
            nodes[hops % 2], person, f"hopper-{hops % 2}", positions=positions, foreground=False
        )
        assert data["topics"][person.topic]["recovered"] is True
        seen += [await device.next_event() for _ in range(min(7, until - len(seen)))]
        await device.socket.close()
        hops += 1
    return seen
