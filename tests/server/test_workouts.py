"""Workouts through the real executor and database: lived, kept, corrected."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from channels.wire.envelope import Command, Topic
from channels.wire.registry import tag
from channels.wire.workout import Workout, WorkoutStatus
from channels.wire.workout_commands import WorkoutFinish, WorkoutFinishData
from server.execution import Actor
from server.live.kinds import Reader
from server.live.workouts import WorkoutTopics
from storage.log import read
from tests.server.house import House, code_of, opened
from tests.server.training import (
    SQUAT,
    TABATA,
    delete_set,
    discard,
    edit_set,
    log_set,
    log_whole,
    pause,
    plan,
    rest,
    resume,
    start_workout,
)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


async def given(house: House, actor: Actor, command: Command) -> dict[str, Any]:
    outcome = await house.give(actor, command)
    assert outcome.answer.error is None, outcome.answer.error
    assert outcome.answer.data is not None
    reply: dict[str, Any] = msgspec.json.decode(outcome.answer.data)
    return reply


async def shown(house: House, actor: Actor, session_id: str) -> Workout:
    assert actor.family_id is not None
    reader = Reader(Topic(f"workout:{session_id}"), actor.user_id, actor.family_id)
    async with house.database.acquire() as link:
        facts: Any = (await WorkoutTopics().read(link, [reader]))[reader]
    workout: Workout = facts.snapshot
    return workout


async def told(house: House, topic: str) -> list[str]:
    async with house.database.acquire() as link:
        events = await read(link, topic, 0, 10**9, limit=1000)
    return [msgspec.json.decode(event.body)["type"] for event in events]


async def test_a_workout_is_lived_set_by_set_and_kept(house: House) -> None:
    actor = await house.add_person()
    session_id = (await given(house, actor, start_workout()))["session_id"]
    await given(house, actor, log_set(mass="100", reps=5))
    await given(house, actor, log_set(mass="102.50", reps=5))
    reply = await given(house, actor, WorkoutFinish(id=1, data=WorkoutFinishData(rpe=8)))
    assert reply["status"] == "finished"
    workout = await shown(house, actor, session_id)
    assert workout.status is WorkoutStatus.FINISHED
    assert [one.done.mass.value for one in workout.sets if one.done.mass] == [Decimal(100), Decimal("102.50")]
    user = f"user:{actor.user_id}"
    assert await told(house, user) == ["workout:started", "workout:finished"]
    assert await told(house, workout.topic) == ["workout:set_logged", "workout:set_logged", "workout:ended"]
    finished = (await house.events(actor.user_id))[-1]
    summary = msgspec.to_builtins(finished)["data"]["workout"]["summary"]
    assert (summary["sets"], Decimal(summary["volume_kg"])) == (2, Decimal("1012.5"))


async def test_the_next_time_shows_the_last_and_tells_records(house: House) -> None:
    actor = await house.add_person()
    await given(house, actor, start_workout())
    await given(house, actor, log_set(mass="100", reps=5))
    await given(house, actor, WorkoutFinish(id=1))
    session_id = (await given(house, actor, start_workout(blocks=plan())))["session_id"]
    [previous] = (await shown(house, actor, session_id)).previous[SQUAT]
    assert previous.done.reps == 5
    reply = await given(house, actor, log_set(mass="231", unit="lb", reps=5))
    assert {record["kind"] for record in reply["records"]} == {"heaviest", "e1rm"}
    assert (await told(house, f"user:{actor.user_id}")).count("workout:record") == 2
    await given(house, actor, edit_set(UUID(reply["set_id"]), mass="23.1", unit="lb", reps=5))
    assert (await told(house, f"user:{actor.user_id}")).count("workout:record_withdrawn") == 2


async def test_who_trains_in_pounds_is_told_pounds_throughout(house: House) -> None:
    actor = await house.add_person()
    await given(house, actor, start_workout())
    await given(house, actor, log_set(mass="100", unit="kg", reps=1))
    await given(house, actor, WorkoutFinish(id=1))
    session_id = (await given(house, actor, start_workout(blocks=plan())))["session_id"]
    assert (await given(house, actor, log_set(mass="220.462", unit="lb", reps=1)))["records"] == []
    (record, *_) = (await given(house, actor, log_set(mass="220.50", unit="lb", reps=1)))["records"]
    assert (record["kind"], record["mass_unit"], record["before"]) == ("heaviest", "lb", "100")
    assert Decimal(record["value"]) / Decimal("0.45359237") == Decimal("220.5")
    told = [one.done.mass for one in (await shown(house, actor, session_id)).sets]
    assert [f"{mass.value} {mass.unit}" for mass in told if mass] == ["220.462 lb", "220.50 lb"]
    await given(house, actor, WorkoutFinish(id=1))
    happened = msgspec.to_builtins(await house.events(actor.user_id))
    (*_, summary) = [
        event["data"]["workout"]["summary"] for event in happened if event["type"] == "workout:finished"
    ]
    assert {
        event["data"]["record"]["mass_unit"] for event in happened if event["type"] == "workout:record"
    } == {"lb"}
    assert (summary["mass_unit"], summary["exercises"][0]["mass_unit"]) == ("lb", "lb")
    assert Decimal(summary["volume_kg"]) / Decimal("0.45359237") == Decimal("440.962")
    again = (await given(house, actor, start_workout(blocks=plan())))["session_id"]
    previous = (await shown(house, actor, again)).previous[SQUAT]
    assert [f"{one.done.mass.value} {one.done.mass.unit}" for one in previous if one.done.mass] == [
        "220.462 lb",
        "220.50 lb",
    ]


async def test_one_workout_runs_at_a_time_and_a_set_needs_one(house: House) -> None:
    actor = await house.add_person()
    assert code_of(await house.give(actor, log_set())) == "WORK_002"
    await given(house, actor, start_workout())
    assert code_of(await house.give(actor, start_workout())) == "WORK_001"
    assert code_of(await house.give(actor, log_set(exercise="Nothing_Like_It"))) == "WORK_003"


async def test_nobody_reaches_the_workout_of_another(house: House) -> None:
    ada, ben = await house.add_person(), await house.add_person()
    session_id = UUID((await given(house, ada, start_workout()))["session_id"])
    for command in (log_set(session_id=session_id), pause(session_id), discard(session_id)):
        assert code_of(await house.give(ben, command)) == "WORK_002"
    assert code_of(await house.give(ben, start_workout(session_id=session_id))) == "VAL_001"
    assert ben.family_id is not None
    reader = Reader(Topic(f"workout:{session_id}"), ben.user_id, ben.family_id)
    async with house.database.acquire() as link:
        refusal: Any = (await WorkoutTopics().read(link, [reader]))[reader]
    assert refusal.code == "RES_001"


async def test_a_rest_is_over_at_its_second_and_intervals_turn_by_themselves(house: House) -> None:
    actor = await house.add_person()
    session_id = (await given(house, actor, start_workout(blocks=TABATA)))["session_id"]
    await given(house, actor, rest(25))
    await house.pass_time(actor.user_id, seconds=31)
    for _ in range(4):
        await house.timers_come(actor.user_id)
    happened = await told(house, f"workout:{session_id}")
    assert happened.count("workout:interval") == 2
    assert happened.count("workout:rest_over") == 1


async def test_while_paused_nothing_turns_and_afterwards_all_is_later(house: House) -> None:
    actor = await house.add_person()
    session_id = (await given(house, actor, start_workout(blocks=TABATA)))["session_id"]
    before = (await shown(house, actor, session_id)).time.clock
    await given(house, actor, pause())
    await house.pass_time(actor.user_id, seconds=100)
    await house.timers_come(actor.user_id)
    assert "workout:interval" not in await told(house, f"workout:{session_id}")
    await given(house, actor, resume())
    after = (await shown(house, actor, session_id)).time.clock
    assert before is not None
    assert after is not None
    assert timedelta(seconds=100) < after.starts_at - before.starts_at < timedelta(seconds=110)


async def test_a_silent_workout_is_finished_at_its_last_activity(house: House) -> None:
    actor = await house.add_person()
    session_id = (await given(house, actor, start_workout()))["session_id"]
    await given(house, actor, log_set())
    at = (await shown(house, actor, session_id)).sets[0].at
    await house.pass_time(actor.user_id, hours=4, seconds=1)
    await house.timers_come(actor.user_id)
    workout = await shown(house, actor, session_id)
    assert (workout.status, workout.ended_at) == (WorkoutStatus.FINISHED, at)


async def test_what_is_corrected_says_how_it_was_and_what_is_thrown_away_counts_no_more(house: House) -> None:
    actor = await house.add_person()
    session_id = UUID((await given(house, actor, start_workout()))["session_id"])
    set_id = UUID((await given(house, actor, log_set(mass="1000", reps=5)))["set_id"])
    await given(house, actor, WorkoutFinish(id=1))
    await given(house, actor, edit_set(set_id, session_id=session_id, mass="100", reps=5))
    corrected = msgspec.to_builtins((await house.events(actor.user_id))[-1])["data"]
    volumes = [Decimal(corrected[when]["summary"]["volume_kg"]) for when in ("before", "after")]
    assert volumes == [5000, 500]
    await given(house, actor, delete_set(set_id, session_id=session_id))
    await given(house, actor, discard(session_id))
    assert (await told(house, f"user:{actor.user_id}"))[-1] == "workout:discarded"
    await given(house, actor, start_workout(blocks=plan()))
    running = (await house.snapshot(actor.user_id))[1].workout
    assert running is not None
    assert not (await shown(house, actor, str(running.session_id))).previous[SQUAT]


async def test_a_workout_logged_afterwards_is_a_workout(house: House) -> None:
    actor = await house.add_person()
    command = log_whole(await house.now() - timedelta(days=400), key=uuid4())
    first = await house.give(actor, command)
    again = await house.give(actor, command)
    assert first.answer == again.answer
    assert again.repeated
    assert await told(house, f"user:{actor.user_id}") == ["workout:finished"]
    assert tag(type(command)) == "workout:log"
