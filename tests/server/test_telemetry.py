"""Log lines as they are written, measures as they are scraped."""

import asyncio
import io
import json
import logging
import re
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import structlog
from prometheus_client import generate_latest

from server.choices import LogFormat, LogLevel
from server.telemetry import HIDDEN, Measures, configure_logging
from tests.waiting import eventually

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_json_line_has_its_event_level_time_and_ids(stream: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.JSON, stream)
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger().info("fast_started", user=UUID(int=1), topic="user:1", count=2)
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "fast_started",
        "level": "info",
        "request_id": "r1",
        "user": str(UUID(int=1)),
        "topic": "user:1",
        "count": 2,
    }


def test_secrets_and_personal_facts_never_reach_the_log(stream: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.JSON, stream)
    structlog.get_logger().warning(
        f"refused Bearer {JWT}",
        password="pass-word",
        email="ann@example.com",
        headers={"Authorization": f"Bearer {JWT}", "accept": "text"},
        reason="Key (lower(email))=(ann@example.com) already exists at postgresql://me:pass-word@db/x",
        tried=["ann@example.com", JWT],
    )
    (line,) = lines(stream)
    written = stream.getvalue()
    assert not any(secret in written for secret in ("pass-word", "ann@", JWT))
    assert line["password"] == line["email"] == HIDDEN
    assert line["headers"] == {"Authorization": HIDDEN, "accept": "text"}
    assert line["reason"].endswith(f"postgresql://{HIDDEN}@db/x")


def test_an_exceptions_text_is_cleaned_too(stream: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.JSON, stream)
    try:
        int("ann@example.com")
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines(stream)
    assert "ValueError: " in line["exception"]
    assert "ann@" not in stream.getvalue()


def test_lines_of_libraries_take_the_same_way_under_their_name(stream: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.JSON, stream)
    logging.getLogger("uvicorn.error").warning("lost %s", "ann@example.com")
    (line,) = lines(stream)
    assert (line["logger"], line["event"], line["level"]) == ("uvicorn.error", f"lost {HIDDEN}", "warning")


def test_what_is_less_grave_than_the_level_is_not_logged(stream: io.StringIO) -> None:
    configure_logging(LogLevel.WARNING, LogFormat.JSON, stream)
    structlog.get_logger().info("quiet")
    logging.getLogger("library").info("quiet")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("name", ["faiss.loader", "sentence_transformers.base.model"])
def test_how_libraries_of_the_search_load_is_told_only_where_it_goes_wrong(
    stream: io.StringIO, name: str
) -> None:
    configure_logging(LogLevel.INFO, LogFormat.JSON, stream)
    logging.getLogger(name).info("Loading")
    logging.getLogger(name).warning("broken")
    assert [line["event"] for line in lines(stream)] == ["broken"]


REQUEST: dict[str, Any] = {
    "method": "POST",
    "route": "/api/v1/fasting/sessions/{session_id}/end",
    "milliseconds": 1234.5,
    "request_id": "01a1fe0b-2d6b-727f-acfc-e096cae49139",
}
USER = "01a1fe0b-2d6b-727f-acfc-5f2e6d9c0b11"


@pytest.mark.parametrize(
    ("status", "user", "expected"),
    [
        (200, USER, "POST /api/v1/fasting/sessions/{session_id}/end 200 1234 ms user=…9c0b11"),
        (200, None, "POST /api/v1/fasting/sessions/{session_id}/end 200 1234 ms"),
        (401, None, "POST /api/v1/fasting/sessions/{session_id}/end 401 1234 ms request_id=…e49139"),
    ],
)
def test_a_readable_request_fits_a_terminal(
    stream: io.StringIO, status: int, user: str | None, expected: str
) -> None:
    configure_logging(LogLevel.INFO, LogFormat.READABLE, stream)
    structlog.get_logger().info("request", **REQUEST, status=status, user=user)
    (line,) = stream.getvalue().splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d " + re.escape(expected), line)
    assert len(line) <= 90


def test_a_request_in_json_is_whole(stream: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.JSON, stream)
    structlog.get_logger().info("request", **REQUEST, status=200, user=None)
    (line,) = lines(stream)
    assert line | REQUEST == line
    assert line["user"] is None


def test_readable_lines_cut_ids_and_nothing_else(stream: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.READABLE, stream)
    structlog.get_logger().warning("lost", topic=f"user:{USER}", id=UUID(USER), why=f"no {USER}", took=0.26)
    (line,) = stream.getvalue().splitlines()
    assert line.partition(" ")[2] == f"[warning] lost topic=user:…9c0b11 id=…9c0b11 why='no {USER}' took=0.26"


def test_readable_lines_are_one_line_each_without_colours_in_a_file(stream: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.READABLE, stream)
    structlog.get_logger().info("started", port=8000)
    (line,) = stream.getvalue().splitlines()
    assert "started" in line
    assert line.endswith("port=8000")
    assert "\x1b" not in line


def scraped(measures: Measures) -> dict[str, float]:
    text = generate_latest(measures.registry).decode()
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def test_every_queue_shows_its_length_its_bound_and_what_it_dropped() -> None:
    measures = Measures()
    entries = [1, 2, 3]
    dropped = measures.queue("publisher", capacity=10, waiting=lambda: len(entries))
    dropped(2)
    entries.append(4)
    shown = scraped(measures)
    assert shown['cornerman_queue_waiting{queue="publisher"}'] == 4
    assert shown['cornerman_queue_capacity{queue="publisher"}'] == 10
    assert shown['cornerman_queue_dropped_total{queue="publisher"}'] == 2


def test_two_queues_of_one_name_are_a_mistake() -> None:
    measures = Measures()
    measures.queue("publisher", capacity=1, waiting=int)
    with pytest.raises(ValueError, match="publisher"):
        measures.queue("publisher", capacity=1, waiting=int)


def test_counts_are_told_apart_by_what_they_count() -> None:
    measures = Measures()
    measures.task_failed("tail")
    measures.too_slow("events")
    measures.closed(4008)
    measures.command_ran("fasting:start", "ok", 0.004)
    measures.timer_fired(0.2)
    measures.gauge("sockets", "Open sockets.", lambda: 7)
    shown = scraped(measures)
    assert shown['cornerman_task_failures_total{task="tail"}'] == 1
    assert shown['cornerman_sockets_too_slow_total{queue="events"}'] == 1
    assert shown['cornerman_sockets_closed_total{code="4008"}'] == 1
    assert shown['cornerman_command_seconds_count{code="ok",type="fasting:start"}'] == 1
    assert shown["cornerman_timer_late_seconds_sum"] == 0.2
    assert shown["cornerman_sockets"] == 7
    assert "process_resident_memory_bytes" in shown


async def test_a_blocked_loop_shows_as_lag() -> None:
    measures = Measures()

    def samples(name: str) -> float:
        return scraped(measures)[f"cornerman_loop_lag_seconds_{name}"]

    watching = asyncio.create_task(measures.watch_loop(every_seconds=0.01))
    await eventually(lambda: samples("count") >= 1)
    time.sleep(0.2)
    await eventually(lambda: samples("sum") >= 0.15)
    watching.cancel()
