"""Nodes are killed at random moments: no acknowledged command is lost, none acts twice."""

import asyncio
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct
from websockets.exceptions import ConnectionClosed, WebSocketException

from storage.embedded.valkey import Valkey
from tests.nodes import Device, Fleet, Node, Person, fleet_of, register
from tests.system.log import logged

AUTHORS = 3
SEED = 20261121


class Book(Struct):
    """What one author was told: the key and the reply of each command that was answered."""

    person: Person
    answered: list[tuple[str, dict[str, Any]]] = []
    closed: bool = False


@pytest.mark.timeout(240)
async def test_kills_at_20_random_moments_lose_and_repeat_nothing(fleet: Fleet) -> None:
    await _survive(fleet, kills=20)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_kills_at_200_random_moments_lose_and_repeat_nothing(fleet: Fleet) -> None:
    await _survive(fleet, kills=200)


@pytest.mark.timeout(120)
async def test_a_node_killed_while_redis_hangs_still_tells_the_other_nodes_devices(
    tmp_path: Path, database_url: str, own_valkey: Callable[[], Valkey]
) -> None:
    valkey = own_valkey()
    with fleet_of(tmp_path, database_url, valkey.url) as fleet:
        one, two = fleet.start(), fleet.start()
        ada = await register(one)
        phone, _ = await Device.open(one, ada, "phone")
        tablet, _ = await Device.open(two, ada, "tablet")
        os.kill(valkey.pid, signal.SIGSTOP)
        try:
            reply = await phone.command("fasting:start", {"protocol_id": "16:8"})
            one.kill()
            async with asyncio.timeout(3):
                event = await tablet.next_of("fasting:started")
        finally:
            os.kill(valkey.pid, signal.SIGCONT)

        assert reply["positions"] == {ada.topic: event["offset"]}
        assert [e["type"] for e in await logged(database_url, ada.topic)] == ["fasting:started"]


async def _survive(fleet: Fleet, *, kills: int) -> None:
    chance = random.Random(SEED)
    nodes = [fleet.start(), fleet.start()]
    books = [Book(await register(nodes[0])) for _ in range(AUTHORS)]
    async with asyncio.TaskGroup() as group:
        for number, book in enumerate(books):
            group.create_task(_write(nodes, book, random.Random(SEED + number)))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.0, 0.4))
            await _replace(fleet, nodes, chance.randrange(2))
        for book in books:
            book.closed = True
    for book in books:
        await _compare(fleet, book)


async def _replace(fleet: Fleet, nodes: list[Node], index: int) -> None:
    """Kill a node at this very moment and start it again."""
    node = nodes[index]
    node.kill()
    nodes[index] = fleet.launch(port=node.port)
    await asyncio.to_thread(nodes[index].wait_ready)


async def _write(nodes: list[Node], book: Book, chance: random.Random) -> None:
    """Start and end fasts, one after another; a command without an answer is sent again under its key, anywhere."""
    number = 0
    while not book.closed or number % 2:
        type_, data = ("fasting:end", {}) if number % 2 else ("fasting:start", {"protocol_id": "14:10"})
        key = str(UUID(int=chance.getrandbits(128), version=4))
        book.answered.append((key, await _insist(nodes, book.person, chance, type_, data, key)))
        number += 1


async def _insist(
    nodes: list[Node], person: Person, chance: random.Random, type_: str, data: dict[str, Any], key: str
) -> dict[str, Any]:
    while True:
        node = nodes[chance.randrange(2)]
        try:
            device, _ = await Device.open(node, person, "author", foreground=False)
            try:
                for _ in range(chance.randrange(1, 4)):
                    reply = await device.command(type_, data, key=key)
                    if not reply.get("error", {}).get("temporary"):
                        return reply
            finally:
                device.socket.transport.abort()
        except (OSError, ConnectionClosed, WebSocketException, KeyError):
            await asyncio.sleep(
                0.01
            )  # a killed node refuses at once; the other one, or this one's heir, takes it


async def _compare(fleet: Fleet, book: Book) -> None:
    events = await logged(fleet.database_url, book.person.topic)
    assert all("error" not in reply for _, reply in book.answered), "a command acted twice or was lost"
    told = [reply["positions"][book.person.topic] for _, reply in book.answered]
    assert told == list(range(1, len(book.answered) + 1))
    assert len(events) == len(told)
    assert [event["type"] for event in events] == ["fasting:started", "fasting:ended"] * (len(events) // 2)
    for (_, reply), event in zip(book.answered, events, strict=True):
        assert reply["data"]["session"] == event["data"]["session"]
