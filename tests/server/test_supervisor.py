"""Real tasks under a supervisor; nothing waits for a length of time."""

import asyncio
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from server.supervisor import SHORT, Stopped, Supervisor, TooManyTasks, Waits
from storage.postgres import Unavailable
from tests.waiting import eventually


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_failed_task_is_logged_counted_and_started_again() -> None:
    failures: list[str] = []
    third = asyncio.Event()
    starts = 0

    async def run() -> None:
        nonlocal starts
        starts += 1
        if starts < 3:
            raise ValueError(f"start {starts}")
        third.set()
        await forever()

    with capture_logs() as logs:
        async with Supervisor(failed=failures.append, first_seconds=0.001) as supervisor:
            supervisor.start("worker", run)
            await third.wait()
            assert supervisor.running == ("worker",)
    assert failures == ["worker", "worker"]
    assert [(entry["event"], entry["task"]) for entry in logs] == [("task_failed", "worker")] * 2


async def test_a_failing_task_leaves_its_siblings_alone() -> None:
    failed = asyncio.Event()
    alive = asyncio.Event()

    async def broken() -> None:
        failed.set()
        raise ValueError

    async def sibling() -> None:
        await failed.wait()
        alive.set()
        await forever()

    async with Supervisor(first_seconds=60) as supervisor:
        supervisor.start("broken", broken)
        supervisor.start("sibling", sibling)
        await alive.wait()


def test_the_wait_doubles_up_to_the_longest_and_starts_over_after_a_good_run() -> None:
    waits = Waits(first_seconds=1, longest_seconds=4)
    assert [waits.after(ran_seconds) for ran_seconds in (0, 0, 0, 3.9, 4, 0)] == [1, 2, 4, 4, 1, 2]


async def test_a_task_that_returns_is_over() -> None:
    async with Supervisor() as supervisor:
        supervisor.start("once", _nothing)
        await eventually(lambda: supervisor.running == ())


async def _nothing() -> None:
    pass


async def test_two_tasks_of_one_name_are_a_mistake() -> None:
    async with Supervisor() as supervisor:
        supervisor.start("worker", forever)
        with pytest.raises(ValueError, match="worker"):
            supervisor.start("worker", forever)


async def test_stop_ends_tasks_in_the_reverse_of_their_order_one_after_the_other() -> None:
    ended: list[str] = []
    supervisor = Supervisor()

    def task(name: str, began: asyncio.Event) -> None:
        async def run() -> None:
            began.set()
            try:
                await forever()
            finally:
                await asyncio.sleep(0)
                ended.append(name)

        supervisor.start(name, run)

    begun = [asyncio.Event() for _ in range(3)]
    for number, event in enumerate(begun):
        task(f"task {number}", event)
    for event in begun:
        await event.wait()
    await supervisor.stop()
    assert ended == ["task 2", "task 1", "task 0"]


async def test_stop_does_not_wait_for_ever_and_names_what_it_leaves_behind() -> None:
    release = asyncio.Event()
    began = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            began.set()
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    supervisor = Supervisor()
    supervisor.start("stubborn", stubborn)
    await began.wait()
    with capture_logs() as logs:
        await supervisor.stop(seconds=0.01)
    assert [(entry["event"], entry["task"]) for entry in logs] == [("task_left_behind", "stubborn")]
    release.set()
    await eventually(lambda: supervisor.running == ())


async def test_a_task_that_lost_its_cancellation_is_cancelled_again() -> None:
    supervisor = Supervisor()
    began = asyncio.Event()

    async def stubborn() -> None:
        began.set()
        with suppress(asyncio.CancelledError):
            await forever()
        await forever()

    supervisor.start("stubborn", stubborn)
    await began.wait()
    await supervisor.stop()
    assert supervisor.running == ()


async def test_a_waiting_restart_ends_at_once_at_the_stop() -> None:
    failed = asyncio.Event()

    async def broken() -> None:
        failed.set()
        raise ValueError

    supervisor = Supervisor(first_seconds=3600)
    supervisor.start("broken", broken)
    await failed.wait()
    await supervisor.stop()
    assert supervisor.running == ()


async def test_nothing_starts_after_the_stop() -> None:
    supervisor = Supervisor()
    await supervisor.stop()
    with pytest.raises(Stopped):
        supervisor.start("late", forever)
    with pytest.raises(Stopped):
        supervisor.spawn("late", forever())


async def test_a_short_task_gives_its_result_to_who_awaits_it() -> None:
    async def answer() -> int:
        return 42

    async with Supervisor() as supervisor:
        assert await supervisor.spawn("answer", answer()) == 42
        assert supervisor.short_tasks == 0


async def test_a_short_tasks_failure_is_logged_counted_and_raised_to_who_awaits_it() -> None:
    failures: list[str] = []

    async def broken() -> None:
        raise LookupError

    async with Supervisor(failed=failures.append) as supervisor:
        with capture_logs() as logs, pytest.raises(LookupError):
            await supervisor.spawn("fill user:1", broken())
    assert failures == [SHORT]
    assert [(entry["event"], entry["task"]) for entry in logs] == [("short_task_failed", "fill user:1")]


async def test_a_failure_that_passes_by_itself_is_one_line_without_a_trace() -> None:
    async def away() -> None:
        raise Unavailable("restarting")

    async with Supervisor() as supervisor:
        with capture_logs() as logs, pytest.raises(Unavailable):
            await supervisor.spawn("fill", away())
    assert logs == [
        {
            "event": "short_task_failed",
            "log_level": "warning",
            "task": "fill",
            "reason": "Unavailable: restarting",
        }
    ]


async def test_more_short_tasks_than_may_run_are_refused() -> None:
    async with Supervisor(most=1) as supervisor:
        supervisor.spawn("first", forever())
        with pytest.raises(TooManyTasks):
            supervisor.spawn("second", forever())


async def test_a_drain_waits_for_short_tasks_and_for_what_they_spawn() -> None:
    done: list[str] = []
    supervisor = Supervisor()

    async def child() -> None:
        await asyncio.sleep(0)
        done.append("child")

    async def parent() -> None:
        await asyncio.sleep(0)
        supervisor.spawn("child", child())
        done.append("parent")

    supervisor.spawn("parent", parent())
    assert await supervisor.drain(5)
    assert done == ["parent", "child"]
    await supervisor.stop()


async def test_a_drain_is_bounded_and_the_stop_cancels_what_is_left() -> None:
    supervisor = Supervisor()
    task = supervisor.spawn("endless", forever())
    assert not await supervisor.drain(0.01)
    await supervisor.stop()
    assert task.cancelled()
