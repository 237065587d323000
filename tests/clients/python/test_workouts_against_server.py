"""Workouts through the client, against nodes as an operator runs them, over ways that break."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from cornerman_client import types
from cornerman_client.client import Client
from cornerman_client.codes import ErrorCode
from cornerman_client.errors import Ended, FollowRefused
from cornerman_client.frames import Event
from cornerman_client.inbox import Inbox
from cornerman_client.topics import WorkoutSnapshot
from tests.clients.python.phones import signed_up
from tests.nodes import Standing
from tests.proxy import proxy_to
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(120)

PUSH_UPS = types.DoneSet(exercise_id="Pushups", reps=10)
BENCH = types.SetsBlock(
    exercises=(
        types.PlannedExercise(exercise_id="Pushups", sets=(types.PlannedSet(reps=10, rest_seconds=90),) * 3),
    )
)


async def room_events(inbox: Inbox, topic: str, count: int) -> list[Event]:
    """Return the next events of a workout."""
    found: list[Event] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            message = await anext(inbox)
            if isinstance(message, Event) and message.topic == topic:
                found.append(message)
    return found


async def test_a_workout_on_one_device_is_followed_on_another_through_lost_connections(
    standing: Standing,
) -> None:
    nodes = [standing.start(), standing.start()]
    account, login = await signed_up(nodes[0].url)
    async with (
        proxy_to(nodes[1].port) as proxy,
        Client(nodes[0].url, credentials=account, device="phone-1") as phone,
        Client(proxy.url, credentials=login, device="watch-1") as watch,
    ):
        inbox = watch.events()
        await watch.until_online()
        started = await phone.training.start(blocks=(BENCH,), name="Push-ups")
        await eventually(lambda: watch.workout is not None)
        workout = await watch.follow(started.topic)
        assert (workout.name, workout.status) == ("Push-ups", types.WorkoutStatus.RUNNING)
        assert workout == await phone.follow(started.topic)
        for number in range(8):
            if number == 3:
                proxy.target = nodes[0].port
                proxy.reset()
            await phone.training.log_set(PUSH_UPS)
        seen = await room_events(inbox, started.topic, 8)
        assert [event.offset for event in seen] == list(range(seen[0].offset, seen[0].offset + 8))
        assert all(isinstance(event, types.WorkoutSetLogged) for event in seen)
        await eventually(lambda: watch.followed(started.topic) == phone.followed(started.topic))
        known = watch.followed(started.topic)
        assert known is not None
        assert len(known.sets) == 8
        assert known.time.rest is not None


async def test_a_workout_is_lived_by_its_words(standing: Standing) -> None:
    node = standing.start()
    account, _ = await signed_up(node.url)
    async with Client(node.url, credentials=account, device="phone-1") as phone:
        started = await phone.training.start("tabata")
        await phone.follow(started.topic)

        def known() -> types.Workout:
            workout = phone.followed(started.topic)
            assert workout is not None
            return workout

        assert known().time.clock is not None
        before = known().time.clock
        await phone.training.skip()
        await eventually(lambda: known().time.clock != before)
        await phone.training.pause()
        await eventually(lambda: known().status is types.WorkoutStatus.PAUSED)
        await phone.training.resume()
        one = await phone.training.log_set(PUSH_UPS, rest_seconds=30)
        await phone.training.edit_set(one.set_id, types.DoneSet(exercise_id="Pushups", reps=12))
        await eventually(lambda: [each.done.reps for each in known().sets] == [12])
        await phone.training.delete_set(one.set_id)
        await phone.training.rest(60)
        await phone.training.skip_rest()
        await phone.training.finish(rpe=8)
        await eventually(lambda: known().status is types.WorkoutStatus.FINISHED and phone.workout is None)
        assert (known().sets, known().time.rest) == ((), None)
        again = await phone.training.start()
        await phone.training.discard(again.session_id)
        await eventually(lambda: phone.workout is None)


async def test_a_plan_is_changed_and_a_rest_extended_by_its_words(standing: Standing) -> None:
    node = standing.start()
    account, _ = await signed_up(node.url)
    sprints = types.IntervalsBlock(stations=(types.Station(work_seconds=60),))
    async with Client(node.url, credentials=account, device="phone-1") as phone:
        started = await phone.training.start(blocks=(BENCH, sprints))
        await phone.follow(started.topic)

        def known() -> types.Workout:
            workout = phone.followed(started.topic)
            assert workout is not None
            return workout

        place = types.Planned(block=0, exercise=0)
        await phone.training.swap(place, "Barbell_Squat")
        await eventually(lambda: known().swaps == (types.Swap(planned=place, exercise_id="Barbell_Squat"),))
        await phone.training.rest(60)
        await phone.training.extend_rest(30)
        await eventually(lambda: (rest := known().time.rest) is not None and _seconds(rest) == 90)
        await phone.training.start_intervals(1)
        await eventually(lambda: (clock := known().time.clock) is not None and clock.block == 1)
        await phone.training.finish()


async def test_a_workout_that_is_over_is_logged_by_its_words(standing: Standing) -> None:
    node = standing.start()
    account, _ = await signed_up(node.url)
    async with Client(node.url, credentials=account, device="phone-1") as phone:
        await phone.until_online()
        ended = phone.now() - timedelta(days=30)
        logged = await phone.training.log("Push-ups", ended - timedelta(hours=1), ended, [PUSH_UPS, PUSH_UPS])
        workout = await phone.follow(logged.topic)
        assert (workout.name, workout.status, workout.ended_at) == (
            "Push-ups",
            types.WorkoutStatus.FINISHED,
            ended,
        )
        assert [one.done for one in workout.sets] == [PUSH_UPS, PUSH_UPS]


def _seconds(rest: types.Rest) -> float:
    return (rest.ends_at - rest.started_at).total_seconds()


async def test_nobody_follows_what_is_not_theirs_or_what_they_left(standing: Standing) -> None:
    node = standing.start()
    (account, _), (other, _) = await signed_up(node.url), await signed_up(node.url)
    async with (
        Client(node.url, credentials=account, device="phone-1") as phone,
        Client(node.url, credentials=other, device="phone-2") as stranger,
    ):
        started = await phone.training.start()
        for topic in (started.topic, f"workout:{UUID(int=7)}"):
            with pytest.raises(FollowRefused) as refused:
                await stranger.follow(topic)
            assert refused.value.code == ErrorCode.NOT_FOUND
        await phone.follow(started.topic)
        phone.unfollow(started.topic)
        assert phone.followed(started.topic) is None
        inbox = phone.events()
        following = asyncio.create_task(phone.follow(started.topic))
        await asyncio.sleep(0)
        phone.unfollow(started.topic)
        with pytest.raises(FollowRefused, match="follows it no more"):
            await following
        await phone.follow(started.topic)
        async with asyncio.timeout(10):
            snapshots = (message async for message in inbox if isinstance(message, WorkoutSnapshot))
            assert (await anext(snapshots)).facts.session_id == started.session_id


async def test_whoever_waits_for_a_topic_is_told_that_the_client_ended(standing: Standing) -> None:
    node = standing.start()
    client = Client(f"http://127.0.0.1:{node.port}", credentials="no token", device="phone-1")
    async with client:
        with pytest.raises(Ended):
            await client.follow(f"workout:{UUID(int=7)}")


async def heart_rates(inbox: Inbox, count: int) -> list[int]:
    """Return the next heart rates that are shown."""
    found: list[int] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            message = await anext(inbox)
            if isinstance(message, types.WorkoutHeartRate):
                found.append(message.data.heart_rate)
    return found


async def test_what_a_strap_says_is_shown_on_the_other_devices(standing: Standing) -> None:
    node = standing.start()
    account, login = await signed_up(node.url)
    async with (
        Client(node.url, credentials=account, device="strap-1") as strap,
        Client(node.url, credentials=login, device="phone-1") as phone,
    ):
        started = await phone.training.start()
        assert not strap.training.sample(started.topic, heart_rate=120)
        await strap.follow(started.topic)
        await phone.follow(started.topic)
        inbox = phone.events()
        assert strap.training.sample(started.topic, heart_rate=121)
        assert await heart_rates(inbox, 1) == [121]
        assert strap.training.sample(started.topic, heart_rate=180, cadence=80, power=200)
        assert await heart_rates(inbox, 1) == [180]
        # One that had to be kept is of its own moment: what is shown is newer.
        assert strap.training.sample(started.topic, heart_rate=100, at=started_at(strap, started.topic))
        assert strap.training.sample(started.topic, heart_rate=181)
        assert await heart_rates(inbox, 1) == [181]


def started_at(client: Client, topic: str) -> datetime:
    workout = client.followed(topic)
    assert workout is not None
    return workout.started_at
