import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.embedded.valkey import Valkey
from storage.redis.connection import AWAY, AnyRedis, open_redis
from storage.redis.limits import AWAY_SECONDS, Limits
from storage.redis.spare import Spare

HOUR = 3600.0
NOWHERE = "redis://127.0.0.1:1"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait so long that a busy machine does not make a Redis that is there look like one that is away."""
    for place in ("connection", "limits"):
        monkeypatch.setattr(f"storage.redis.{place}.WAIT_SECONDS", 10.0)


@asynccontextmanager
async def node(url: str, clock: Callable[[], float] = time.monotonic) -> AsyncIterator[Limits]:
    redis = open_redis(url)
    # Finding a cluster's servers takes longer than a limit may wait, on a busy machine.
    with suppress(*AWAY):
        await redis.ping()
    yield Limits(redis, clock)
    await redis.aclose()


async def attempts(limits: Limits, count: int, *, most: int, name: str) -> list[float]:
    marks = [f"{name} {n}" for n in range(count)]
    return await asyncio.gather(*(limits.attempt("login", "anna", most, HOUR, mark) for mark in marks))


async def reached(url: str) -> AnyRedis:
    """A client that has its connections: making them must not count as Redis being away."""
    redis = open_redis(url)
    await cast("Any", redis.dbsize())
    return redis


@pytest.mark.usefixtures("patience")
async def test_of_five_attempts_on_each_of_two_nodes_five_pass(any_redis_url: str) -> None:
    async with node(any_redis_url) as one, node(any_redis_url) as two:
        waits = await asyncio.gather(
            attempts(one, 5, most=5, name="one"), attempts(two, 5, most=5, name="two")
        )
    passed = [wait for wait in (*waits[0], *waits[1]) if wait == 0]
    assert len(passed) == 5
    assert all(HOUR - 5 < wait <= HOUR for wait in (*waits[0], *waits[1]) if wait)


@pytest.mark.usefixtures("patience")
async def test_what_waits_does_not_count_and_what_leaves_the_window_makes_room(any_redis_url: str) -> None:
    async with node(any_redis_url) as limits:
        assert await limits.attempt("login", "anna", 1, 0.2, "a") == 0
        assert 0 < await limits.attempt("login", "anna", 1, 0.2, "b") <= 0.2
        wait = await limits.attempt("login", "anna", 1, 0.2, "c")
        await asyncio.sleep(wait)
        assert await limits.attempt("login", "anna", 1, 0.2, "d") == 0


@pytest.mark.usefixtures("patience")
async def test_a_forgiven_attempt_makes_room(any_redis_url: str) -> None:
    async with node(any_redis_url) as one, node(any_redis_url) as two:
        assert await one.attempt("login", "anna", 1, HOUR, "a") == 0
        await two.forgive("login", "anna", "a")
        assert await one.attempt("login", "anna", 1, HOUR, "b") == 0


@pytest.mark.usefixtures("patience")
async def test_a_bucket_is_one_for_all_nodes(any_redis_url: str) -> None:
    async with node(any_redis_url) as one, node(any_redis_url) as two:
        waits = await asyncio.gather(
            *(one.take("commands", "anna", 5, 0.001) for _ in range(5)),
            *(two.take("commands", "anna", 5, 0.001) for _ in range(5)),
        )
    assert sorted(waits)[:5] == [0] * 5
    assert all(990 < wait <= 1000 for wait in sorted(waits)[5:])


@pytest.mark.usefixtures("patience")
async def test_a_bucket_fills_again_at_its_rate(any_redis_url: str) -> None:
    async with node(any_redis_url) as limits:
        assert await limits.take("commands", "anna", 3, 20, cost=3) == 0
        wait = await limits.take("commands", "anna", 3, 20)
        assert 0 < wait <= 0.05
        await asyncio.sleep(wait)
        assert await limits.take("commands", "anna", 3, 20) == 0


@pytest.mark.usefixtures("patience")
async def test_keys_and_names_are_apart_and_expire_without_telling_who(any_redis_url: str) -> None:
    redis = await reached(any_redis_url)
    limits = Limits(redis, time.monotonic)
    assert await limits.take("commands", "anna@example.com", 1, 1) == 0
    assert await limits.take("commands", "ben@example.com", 1, 1) == 0
    assert await limits.take("requests", "anna@example.com", 1, 1) == 0
    assert await limits.attempt("login", "anna@example.com", 1, HOUR, "a") == 0
    keys = [key async for key in redis.scan_iter()]
    assert len(keys) == 4
    assert not any(b"example" in key for key in keys)
    assert all([await redis.pttl(key) > 0 for key in keys])
    await redis.aclose()


@pytest.mark.usefixtures("patience")
async def test_scripts_are_loaded_again_after_redis_forgot_them(any_redis_url: str) -> None:
    redis = await reached(any_redis_url)
    limits = Limits(redis, time.monotonic)
    assert await limits.take("commands", "anna", 1, 0.001) == 0
    await redis.script_flush()
    assert await limits.take("commands", "anna", 1, 0.001) > 0
    await redis.aclose()


async def test_without_redis_each_node_counts_by_itself_with_the_same_sizes() -> None:
    clock = Clock()
    async with node(NOWHERE, clock) as one, node(NOWHERE, clock) as two:
        for limits in (one, two):
            waits = [await limits.attempt("login", "anna", 5, HOUR, str(n)) for n in range(7)]
            assert waits == [0] * 5 + [HOUR] * 2
            waits = [await limits.take("commands", "anna", 5, 2) for _ in range(7)]
            assert waits == [0] * 5 + [pytest.approx(0.5)] * 2
            await limits.forgive("login", "anna", "3")
            assert await limits.attempt("login", "anna", 5, HOUR, "8") == 0


async def test_a_frozen_redis_delays_once_and_is_counted_on_again_when_it_thaws(
    own_valkey: Callable[[], Valkey],
) -> None:
    valkey, clock = own_valkey(), Clock()
    async with node(valkey.url, clock) as limits:
        assert await limits.take("commands", "anna", 3, 0.001) == 0
        os.kill(valkey.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            waits = [await limits.take("commands", "anna", 3, 0.001) for _ in range(20)]
            assert time.monotonic() - began < 1.5
            assert [wait == 0 for wait in waits] == [True] * 3 + [False] * 17
        finally:
            os.kill(valkey.pid, signal.SIGCONT)
        clock.seconds += AWAY_SECONDS
        # Redis may have counted the one that was given up as well, when it thawed.
        waits = [await limits.take("commands", "anna", 3, 0.001) for _ in range(3)]
        assert waits[0] == 0 < waits[2]


async def test_a_redis_that_was_restarted_is_used_at_once(own_valkey: Callable[[], Valkey]) -> None:
    async with node(own_valkey().url) as limits:
        assert await limits.take("commands", "anna", 1, 0.001) == 0
        own_valkey()
        assert await limits.take("commands", "anna", 1, 0.001) == 0
        assert await limits.take("commands", "anna", 1, 0.001) > 0


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 5))
def test_no_window_ever_holds_more_attempts_than_it_may(pauses: list[float], most: int) -> None:
    spare, now, passed = Spare(10), 0.0, list[float]()
    for number, pause in enumerate(pauses):
        now += pause
        wait = spare.attempt("anna", most, 60, str(number), now)
        if wait == 0:
            passed.append(now)
        else:
            assert spare.attempt("anna", most, 60, "early", now + wait * 0.99) > 0
    assert all(later - earlier >= 60 for earlier, later in zip(passed, passed[most:], strict=False))


@given(st.lists(st.tuples(st.floats(0, 2), st.sampled_from([1, 2, 5])), max_size=60))
def test_a_bucket_never_gives_more_than_its_size_and_what_flowed_back(
    steps: list[tuple[float, int]],
) -> None:
    spare, now, given_out = Spare(10), 0.0, 0
    for pause, cost in steps:
        now += pause
        if spare.take("anna", cost / 4, 5 / 4, now) == 0:
            given_out += cost
        assert given_out <= 5 + now * 4 + 1e-3


def test_a_node_keeps_so_many_keys_and_lets_go_of_the_one_it_saw_longest_ago() -> None:
    spare = Spare(2)
    for place in ("a", "b", "a", "c"):
        spare.take(place, 1, 2, 0)
    assert spare.take("a", 1, 2, 0) > 0
    assert spare.take("b", 2, 2, 0) == 0
