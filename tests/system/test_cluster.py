"""Two nodes on a Redis Cluster: a person's devices in step, over the server on which their topic lives."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.nodes import Device, Fleet, fleet_of, register


@pytest.fixture
def clustered(tmp_path: Path, database_url: str, redis_cluster_url: str) -> Iterator[Fleet]:
    """Nodes on the cluster."""
    with fleet_of(tmp_path, database_url, redis_cluster_url) as nodes:
        yield nodes


async def test_devices_on_two_nodes_are_in_step_over_a_cluster(clustered: Fleet) -> None:
    one, two = clustered.start(), clustered.start()
    async with httpx.AsyncClient() as http:
        health = (await http.get(f"{one.url}/health/ready")).json()
    assert health["data"]["redis"] == "up"
    for name in ("Ada", "Ben", "Cem"):
        person = await register(one, name)
        phone, _ = await Device.open(one, person, "phone")
        tablet, _ = await Device.open(two, person, "tablet")
        await phone.command("fasting:start", {"protocol_id": "16:8"}, key=str(uuid4()))
        started = await tablet.next_of("fasting:started")
        assert started["offset"] == 1

        # That another node has the device now is told through the broker alone.
        newer, welcome = await Device.open(two, person, "phone", positions={person.topic: ["1", 0]})
        async with asyncio.timeout(2):
            assert await phone.closed() == 4505
        assert welcome["topics"][person.topic]["recovered"] is True
        assert (await newer.next_event())["offset"] == 1
