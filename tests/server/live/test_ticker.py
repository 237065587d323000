"""Ticks come when a timer's own seconds turn, on every node alike, to those who want them."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from channels.wire.fasting import FastingSession, FastStatus
from server.clock import FleetClock
from server.live.feed import Feed
from server.live.people import PeopleTopics
from server.live.ticker import SLOTS, Ticker
from server.supervisor import Supervisor
from tests.server.live.ports import NOON, TOPIC, Recorder, snapshot
from tests.waiting import eventually


class StoppedClock(FleetClock):
    """A clock that shows what the test says."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.moment = now

    def now(self) -> datetime:
        return self.moment


def fast(started_at: datetime) -> FastingSession:
    return FastingSession(
        session_id=UUID(int=5),
        protocol_id="16:8",
        started_at=started_at,
        target_end_at=started_at + timedelta(hours=16),
        status=FastStatus.ACTIVE,
    )


def feed(started_at: datetime | None) -> Feed:
    made = Feed(TOPIC, PeopleTopics())
    made.cursor = 0
    made.snapshot = snapshot() if started_at is None else replace(snapshot(), fast=fast(started_at))
    return made


def slots_of(ticker: Ticker, one: Feed) -> list[int]:
    return [number for number, feeds in enumerate(ticker._slots) if one in feeds]


@pytest.fixture
def ticker() -> Ticker:
    return Ticker(StoppedClock(NOON))


FIRST = int(NOON.timestamp()) * SLOTS
"""The number of the slot at noon."""


@pytest.mark.parametrize(
    ("milliseconds", "slot"), [(0, 0), (1, 1), (40, 1), (41, 2), (500, 13), (950, 24), (961, 0), (999, 0)]
)
def test_a_timer_sits_in_the_first_slot_in_which_its_second_has_turned(
    ticker: Ticker, milliseconds: int, slot: int
) -> None:
    running = feed(NOON - timedelta(hours=1) + timedelta(milliseconds=milliseconds))
    ticker.place(running)
    assert slots_of(ticker, running) == [slot]


def test_a_timer_moves_with_its_facts_and_leaves_with_them(ticker: Ticker) -> None:
    running = feed(NOON)
    ticker.place(running)
    ticker.place(running)
    assert slots_of(ticker, running) == [0]
    running.snapshot = replace(snapshot(), fast=fast(NOON + timedelta(milliseconds=500)))
    ticker.place(running)
    assert slots_of(ticker, running) == [13]
    running.snapshot = snapshot()
    ticker.place(running)
    assert slots_of(ticker, running) == []
    running.snapshot = None
    ticker.place(running)
    assert slots_of(ticker, running) == []


def test_followers_tick_in_the_step_that_they_asked_for(ticker: Ticker) -> None:
    running = feed(NOON - timedelta(hours=1))
    every, third, background = Recorder(), Recorder(), Recorder()
    third.tick_seconds, background.tick_seconds = 3, 0
    running.followers |= {every, third, background}
    ticker.place(running)
    for number in range(FIRST, FIRST + 6 * SLOTS):
        ticker.tick(number)
    assert [len(follower.states) for follower in (every, third, background)] == [6, 2, 0]
    key, state = every.states[0]
    assert key == (TOPIC, "fasting:tick", str(UUID(int=5)))
    assert state["data"]["elapsed_seconds"] == 3600
    assert state["version"] == int(NOON.timestamp() * 1000)


def test_a_topic_that_nobody_follows_costs_nothing(ticker: Ticker) -> None:
    running = feed(NOON)
    running.snapshot = replace(snapshot(), fast=None)
    follower = Recorder()
    running.followers.add(follower)
    ticker._slots[0].add(running)
    ticker.tick(FIRST)
    running.followers.clear()
    ticker.tick(FIRST)
    assert follower.states == []


def test_a_device_that_comes_to_the_front_is_shown_the_clock_at_once(ticker: Ticker) -> None:
    follower, hidden = Recorder(), Recorder()
    hidden.tick_seconds = 0
    ticker.show(feed(NOON - timedelta(seconds=9)), follower)
    ticker.show(feed(NOON - timedelta(seconds=9)), hidden)
    ticker.show(feed(None), follower)
    assert [state["data"]["elapsed_seconds"] for _, state in follower.states] == [9]
    assert hidden.states == []


class Counting(Ticker):
    """A ticker that only counts."""

    def __init__(self) -> None:
        super().__init__(FleetClock())
        self.ticked: list[int] = []

    def tick(self, number: int) -> None:
        self.ticked.append(number)


def turns(moments: Iterator[float] | list[float], first: int = 100) -> list[int]:
    """Return what is ticked when the loop comes round at these seconds."""
    ticker, number = Counting(), first
    for moment in moments:
        number = ticker.turn(number, moment)
    return ticker.ticked


def test_every_slot_is_ticked_once_in_its_time() -> None:
    assert turns([4.0, 4.04, 4.08]) == [100, 101, 102]


def test_slots_that_a_busy_node_is_late_for_are_ticked_all_the_same() -> None:
    assert turns([4.3, 4.31, 4.32, 4.33]) == [100, 101, 102, 103]


def test_after_a_standstill_the_missed_slots_are_skipped() -> None:
    assert turns([4.0, 30.01, 30.04]) == [100, 751]


def test_a_small_correction_of_the_clock_repeats_no_slot() -> None:
    assert turns([4.0, 3.9, 4.03, 4.04]) == [100, 101]


def test_a_clock_that_was_set_back_far_does_not_stop_the_ticks() -> None:
    assert turns([4.0, 2.0, 2.0, 2.04]) == [100, 50, 51]


async def test_a_running_ticker_ticks_each_second_as_it_turns() -> None:
    clock = FleetClock()
    ticker = Ticker(clock)
    begun = clock.now() - timedelta(minutes=1, milliseconds=300)
    running, follower = feed(begun), Recorder()
    running.followers.add(follower)
    ticker.place(running)
    async with Supervisor() as supervisor:
        supervisor.start("ticker", ticker.run)
        await eventually(lambda: len(follower.states) == 3)
    elapsed = [state["data"]["elapsed_seconds"] for _, state in follower.states]
    assert elapsed == list(range(elapsed[0], elapsed[0] + 3))
    assert elapsed[0] in {60, 61}
    # Each is sent within a slot, and what the machine takes on top, after its second has turned.
    turned = [(state["version"] - begun.timestamp() * 1000) % 1000 for _, state in follower.states]
    assert all(late < 500 for late in turned)
    assert 0 <= ticker.late_seconds < math.inf
