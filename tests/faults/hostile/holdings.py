"""What a node holds at a moment, so that it can be seen whether it holds the same later."""

import secrets
from pathlib import Path
from socket import AddressFamily
from typing import Self

import httpx
import psutil
from msgspec import Struct
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from tests.nodes import Node
from tests.visitor import visitor

METRICS_TOKEN = secrets.token_hex(32)
"""The nodes' `CORNERMAN_ADMIN_TOKEN`."""


class Holdings(Struct, frozen=True):
    """Sockets, topics and tasks as the node tells them, its files, and Redis' channels that somebody listens to."""

    sockets: int
    topics: int
    tasks: int
    descriptors: int
    """Without connections to the stores, of which its pools keep as many as were ever needed at once."""
    channels: int

    @classmethod
    async def of(cls, node: Node, redis_url: str) -> Self:
        """Look at a node now."""
        told = await _measures(node)
        async with Redis.from_url(redis_url) as redis:
            stats = await redis.info("stats")
        return cls(
            sockets=int(told["cornerman_sockets"]),
            topics=int(told["cornerman_topics"]),
            tasks=int(told["cornerman_tasks"]),
            descriptors=_descriptors(node),
            channels=stats["pubsub_channels"] + stats.get("pubsubshard_channels", 0),
        )


async def counter(node: Node, name: str) -> float:
    """Return a measure of the node's, 0 when it was never counted."""
    return (await _measures(node)).get(name, 0.0)


async def _measures(node: Node) -> dict[str, float]:
    async with visitor(node.url) as http:
        answer = await http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == httpx.codes.OK, answer.text
    return {
        sample.name + _labels(sample.labels): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}" if labels else ""


def _descriptors(node: Node) -> int:
    stores = {
        connection.fd
        for connection in psutil.Process(node.process.pid).net_connections("all")
        if connection.family is AddressFamily.AF_UNIX or connection.laddr.port != node.port
    }
    return len({int(each.name) for each in Path(f"/proc/{node.process.pid}/fd").iterdir()} - stores)
