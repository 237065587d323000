from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.wire.fasting import FastStatus
from server.clock import new_id
from server.rest.fasting.contracts import HistoryQuery
from server.rest.fasting.controller import fast_filter
from tests.server.rest.answers import data_of
from tests.server.rest.node import Person, RestNode
from tests.visitor import visitor

HISTORY = "/api/v1/fasting/sessions/history"
_INSERT = """
INSERT INTO fasting_sessions (
    user_id, session_id, protocol_id, started_at, target_end_at, actual_end_at, status, outcome
)
SELECT $1, $2, '16:8', began, began + interval '16 h', began + interval '1 h', 'ended', 'early'
FROM (VALUES ($3::timestamptz)) AS fast (began)
"""
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def add_fast(node: RestNode, person: Person, started_at: datetime) -> str:
    session_id = new_id()
    await node.execute(_INSERT, person.user_id, session_id, started_at)
    return str(session_id)


async def walk(client: httpx.AsyncClient, limit: int, **chosen: str) -> list[list[Any]]:
    """Every page, by following the cursor."""
    pages = []
    cursor: dict[str, str] = {}
    while True:
        response = await client.get(HISTORY, params={"limit": limit, **chosen, **cursor})
        pages.append(data_of(response))
        pagination = response.json()["pagination"]
        assert (pagination["cursor"] is not None) == pagination["has_more"]
        if not pagination["has_more"]:
            return pages
        cursor = {"cursor": pagination["cursor"]}


async def ids(client: httpx.AsyncClient, **chosen: str) -> list[str]:
    return [fast["session_id"] for page in await walk(client, 100, **chosen) for fast in page]


async def test_who_never_fasted_has_an_empty_page(client: httpx.AsyncClient) -> None:
    assert await walk(client, 10) == [[]]


async def test_fasts_come_newest_first_in_full_pages(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    added = [await add_fast(node, ada, NOON + timedelta(days=n)) for n in range(7)]
    pages = await walk(client, 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [fast["session_id"] for page in pages for fast in page] == added[::-1]


async def test_a_last_page_that_is_full_has_nothing_behind_it(
    client: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    for n in range(6):
        await add_fast(node, ada, NOON + timedelta(days=n))
    assert [len(page) for page in await walk(client, 3)] == [3, 3]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(st.integers(0, 5), max_size=12),
    limit=st.integers(1, 5),
    meanwhile=st.lists(st.integers(-5, 10), max_size=6),
)
async def test_walking_gives_each_fast_once_whatever_is_added_meanwhile(
    node: RestNode, hours: list[int], limit: int, meanwhile: list[int]
) -> None:
    """Also fasts of one and the same moment, which only their ids tell apart."""
    person = await node.person()
    before = {await add_fast(node, person, NOON + timedelta(hours=hour)) for hour in hours}
    seen: Counter[str] = Counter()
    cursor: dict[str, str] = {}
    async with visitor(node.url, headers=person.headers) as client:
        for _ in range(100):
            response = await client.get(HISTORY, params={"limit": limit, **cursor})
            seen.update(fast["session_id"] for fast in data_of(response))
            if meanwhile:
                await add_fast(node, person, NOON + timedelta(hours=meanwhile.pop()))
            pagination = response.json()["pagination"]
            if not pagination["has_more"]:
                break
            cursor = {"cursor": pagination["cursor"]}
    assert set(seen.values()) <= {1}
    assert before <= seen.keys()


async def test_days_are_those_of_the_persons_calendar(node: RestNode) -> None:
    """In Auckland (UTC+13 in summer) the 2nd begins at 11:00 UTC of the 1st."""
    person = await node.person(time_zone="Pacific/Auckland")
    first = await add_fast(node, person, datetime(2026, 1, 1, 10, 59, 59, tzinfo=UTC))
    second = await add_fast(node, person, datetime(2026, 1, 1, 11, 0, tzinfo=UTC))
    third = await add_fast(node, person, datetime(2026, 1, 2, 11, 0, tzinfo=UTC))
    async with visitor(node.url, headers=person.headers) as client:
        assert await ids(client, **{"from": "2026-01-02"}) == [third, second]
        assert await ids(client, to="2026-01-02") == [second, first]
        assert await ids(client, **{"from": "2026-01-02", "to": "2026-01-02"}) == [second]
        assert await ids(client, **{"from": "2026-01-03", "to": "2026-01-01"}) == []


async def test_fasts_are_filtered_by_status(client: httpx.AsyncClient, node: RestNode, ada: Person) -> None:
    await node.fast(ada)
    running = data_of(await client.post("/api/v1/fasting/sessions", json={"protocol_id": "16:8"}), 201)[
        "session"
    ]["session_id"]
    assert await ids(client, status="active") == [running]
    assert len(await ids(client, status="ended")) == 1
    assert await ids(client, status="completed") == []
    await node.complete(ada)
    assert await ids(client, status="completed") == [running]
    assert len(await ids(client)) == 2


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_ends_of_the_calendar_are_days_too(zone: str) -> None:
    ends = HistoryQuery(since=date.min, until=date.max)
    wanted = fast_filter(ends, ZoneInfo(zone))
    assert wanted.since <= datetime(1, 1, 2, tzinfo=UTC)
    assert wanted.until >= datetime(9999, 12, 30, tzinfo=UTC)
    assert fast_filter(HistoryQuery(since=date.max), ZoneInfo(zone)).since > datetime(
        9999, 12, 30, tzinfo=UTC
    )


def test_a_status_is_asked_for_alone() -> None:
    wanted = fast_filter(HistoryQuery(status=FastStatus.ENDED), ZoneInfo("UTC"))
    assert wanted.statuses == (FastStatus.ENDED,)
