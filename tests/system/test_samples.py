"""A watch on one node, a phone on another: what the heart does is shown, and counts in what the workout came to."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from tests.nodes import Device, Fleet, Node, Person, Standing, register
from tests.visitor import visitor

BEHIND = 5
"""How many seconds the workout runs when the watch gets through."""
LIVE = 10


async def tell_body(node: Node, person: Person) -> None:
    body = {"birth_year": 1990, "sex": "female", "resting_heart_rate": 60, "maximum_heart_rate": 190}
    async with visitor(node.url, headers=person.headers) as http:
        answer = await http.put("/api/v1/body", json=body)
    assert answer.status_code == httpx.codes.OK, answer.text


async def send_sample(device: Device, topic: str, **said: Any) -> None:
    message = {"type": "workout:sample", "topic": topic, "data": said}
    await device.socket.send(msgspec.json.encode(message).decode())


async def begin(device: Device, ago: timedelta) -> tuple[str, datetime]:
    began = datetime.now(UTC) - ago
    reply = await device.command("workout:start", at=began.isoformat())
    return reply["data"]["topic"], began


async def shown_until(device: Device, heart_rate: int) -> list[int]:
    """Return the versions of the heart rates that come until this one does."""
    versions = []
    async with asyncio.timeout(5):
        while True:
            state = await device.next_of("workout:heart_rate")
            versions.append(state["version"])
            if state["data"]["heart_rate"] == heart_rate:
                return versions


async def finish(device: Device, rpe: int = 7) -> dict[str, Any]:
    reply = await device.command("workout:finish", {"rpe": rpe})
    assert "error" not in reply, reply
    finished = await device.next_of("workout:finished")
    summary: dict[str, Any] = finished["data"]["workout"]["summary"]
    return summary


async def test_a_watch_is_seen_on_another_node_and_counts_in_the_summary(standing: Standing) -> None:
    one, two = standing.start(), standing.start()
    ada = await register(one)
    await tell_body(one, ada)
    watch, _ = await Device.open(one, ada, "watch")
    phone, _ = await Device.open(two, ada, "phone")
    topic, began = await begin(watch, timedelta(seconds=BEHIND))
    for device in (watch, phone):
        assert "error" not in await device.command("subscribe", {"topic": topic})

    for second in range(BEHIND):
        at = began + timedelta(seconds=second)
        await send_sample(watch, topic, heart_rate=120 + second, at=at.isoformat())
    for number in range(LIVE):
        await send_sample(watch, topic, heart_rate=170 + number, cadence=80)
        await asyncio.sleep(0.2)

    newest = 170 + LIVE - 1
    versions = await shown_until(phone, newest)
    assert versions == sorted(set(versions))
    assert await shown_until(watch, newest)
    late, _ = await Device.open(two, ada, "tablet")
    await late.command("subscribe", {"topic": topic})
    assert (await late.next_of("workout:cadence"))["data"]["cadence"] == 80

    summary = await finish(watch)
    heart, load = summary["heart"], summary["load"]
    assert (heart["maximum"], heart["zones_by"]) == (newest, "measured maximum, 190")
    assert 120 < heart["average"] < newest
    assert float(heart["covered"]) >= 0.8
    assert sum(heart["zone_seconds"]) >= BEHIND + 1
    assert heart["zone_seconds"][1] == BEHIND, "120 to 124 of 190 are from 60 to 70 %"
    assert load["method"] == "trimp"
    assert float(load["value"]) > 0


async def test_without_enough_heart_rates_the_load_is_by_session_rpe(standing: Standing) -> None:
    node = standing.start()
    ada = await register(node)
    await tell_body(node, ada)
    watch, _ = await Device.open(node, ada, "watch")
    topic, _ = await begin(watch, timedelta(minutes=10))
    await watch.command("subscribe", {"topic": topic})
    await send_sample(watch, topic, heart_rate=150)
    await shown_until(watch, 150)

    summary = await finish(watch, rpe=7)
    assert summary["load"]["method"] == "session_rpe"
    assert Decimal(summary["load"]["value"]) == pytest.approx(Decimal(70), abs=Decimal("0.5"))
    assert float(summary["heart"]["covered"]) < 0.8


async def test_what_is_sent_to_a_topic_that_is_not_followed_is_passed_over(standing: Standing) -> None:
    node = standing.start()
    ada, eve = await register(node), await register(node)
    watch, _ = await Device.open(node, ada, "watch")
    topic, _ = await begin(watch, timedelta(seconds=1))
    stranger, _ = await Device.open(node, eve, "watch")
    for device in (watch, stranger):
        await send_sample(device, topic, heart_rate=150)
        assert "error" not in await device.command("ping")
    await watch.command("subscribe", {"topic": topic})
    await send_sample(watch, topic, heart_rate=151)
    assert len(await shown_until(watch, 151)) == 1


async def test_a_node_that_is_stopped_keeps_what_was_said_to_it(fleet: Fleet) -> None:
    node = fleet.start()
    ada = await register(node)
    watch, _ = await Device.open(node, ada, "watch")
    topic, _ = await begin(watch, timedelta(seconds=1))
    await watch.command("subscribe", {"topic": topic})
    await send_sample(watch, topic, heart_rate=150, power=210)
    await shown_until(watch, 150)

    assert node.stop() == 0

    link = await asyncpg.connect(fleet.database_url)
    rows = await link.fetch("SELECT heart_rate, cadence, power FROM workout_samples")
    await link.close()
    assert [tuple(row) for row in rows] == [(150, None, 210)]
