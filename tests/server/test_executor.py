import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psutil
import pytest

from channels.fasting import session
from channels.wire.account import AccountSignOut, AccountSuspend, AccountUpdate, AccountUpdateData
from channels.wire.codec import encode
from channels.wire.envelope import Command, UserId
from channels.wire.fasting import FastingComplete, FastingCompleteData, FastingEnd, FastingStart
from server.clock import monotonic
from server.execution import Actor, Giver, Outcome
from server.executor import Executor
from server.nouns import capabilities
from storage import fasting
from storage.embedded.postgres import Postgres
from storage.migrate import migrate
from storage.postgres import Link
from storage.records import Append
from tests.server.counting import counting
from tests.server.house import House, code_of, data_of, end, instead, opened, rate, start

HOUR = timedelta(hours=1)
TABLES = ("command_keys", "events", "topic_heads", "timers", "fasting_sessions")


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


def renaming(name: str) -> AccountUpdate:
    return AccountUpdate(id=1, key=uuid4(), data=AccountUpdateData(name=name))


def said(outcome: Outcome) -> bytes:
    return encode(outcome.answer)


class TestRoundTrips:
    async def test_a_command_takes_four(self, database_url: str) -> None:
        async with counting(database_url) as relay, opened(relay.dsn, size=1) as house:
            actor = await house.add_person()
            # The first command of a kind prepares its statements, once for each connection.
            for command in (start(), end(), renaming("Bea")):
                await house.give(actor, command)
            for command in (start(), start(), end(), renaming("Cleo")):
                relay.trips = 0
                await house.give(actor, command)
                assert relay.trips == 4, command

    async def test_a_repetition_takes_three(self, database_url: str) -> None:
        async with counting(database_url) as relay, opened(relay.dsn, size=1) as house:
            actor, command = await house.add_person(), start()
            await house.give(actor, command)
            relay.trips = 0
            assert (await house.give(actor, command)).repeated
            assert relay.trips == 3


class TestKeys:
    async def test_a_command_that_is_sent_again_acts_once_and_gets_the_same_answer(
        self, house: House
    ) -> None:
        actor, command = await house.add_person(), start()
        first, again = await house.give(actor, command), await house.give(actor, command)
        assert (first.repeated, again.repeated) == (False, True)
        assert said(first) == said(again)
        assert first.positions == again.positions == {f"user:{actor.user_id}": 1}
        assert await house.head(actor.user_id) == len(house.published) == 1

    async def test_twins_on_two_nodes_act_once(self, database_url: str) -> None:
        async with opened(database_url) as here, opened(database_url) as there:
            actor, command = await here.add_person(), start()
            outcomes = await asyncio.gather(
                *(house.give(actor, command) for house in (here, there) for _ in range(5))
            )
            assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 9
            assert len({said(outcome) for outcome in outcomes}) == 1
            assert await here.head(actor.user_id) == len(here.published + there.published) == 1

    async def test_a_final_refusal_is_kept(self, house: House) -> None:
        actor, command = await house.add_person(), end()
        first = await house.give(actor, command)
        await house.give(actor, start())
        again = await house.give(actor, command)
        assert (code_of(first), code_of(again), again.repeated) == ("FAST_003", "FAST_003", True)
        assert said(first) == said(again)

    async def test_a_kept_refusal_still_holds_its_details(self, house: House) -> None:
        actor, command = await house.add_person(), start()
        running = data_of(await house.give(actor, start()))["session"]
        first, again = await house.give(actor, command), await house.give(actor, command)
        assert first.refusal is not None
        assert again.refusal is not None
        assert first.refusal.details == again.refusal.details
        assert first.refusal.details[0].value == running

    async def test_a_refusal_that_can_be_mended_is_not_kept(self, house: House) -> None:
        actor, key = await house.add_person(), uuid4()
        ahead = await house.now() + HOUR
        assert code_of(await house.give(actor, start(key=key, at=ahead))) == "VAL_001"
        mended = await house.give(actor, start(key=key))
        assert (code_of(mended), mended.repeated) == (None, False)

    @pytest.mark.parametrize("other", [start("18:6"), end()], ids=["other data", "other type"])
    async def test_a_key_belongs_to_one_command(self, house: House, other: FastingStart | FastingEnd) -> None:
        actor, command = await house.add_person(), start()
        await house.give(actor, command)
        outcome = await house.give(actor, msgspec.structs.replace(other, key=command.key))
        assert code_of(outcome) == "VAL_002"

    async def test_a_key_belongs_to_one_person(self, house: House) -> None:
        command = start()
        for _ in range(2):
            outcome = await house.give(await house.add_person(), command)
            assert (code_of(outcome), outcome.repeated) == (None, False)

    async def test_without_a_key_every_sending_is_a_command(self, house: House) -> None:
        actor = await house.add_person()
        command = msgspec.structs.replace(start(), key=None)
        outcomes = [await house.give(actor, command) for _ in range(2)]
        assert [code_of(outcome) for outcome in outcomes] == [None, "FAST_001"]


class TestRights:
    async def refused(self, house: House, actor: Actor, command: Command, code: str) -> None:
        before = [await house.count(table) for table in TABLES]
        assert code_of(await house.give(actor, command)) == code
        assert [await house.count(table) for table in TABLES] == before

    async def test_an_unknown_person_has_none(self, house: House) -> None:
        await self.refused(house, Actor(user_id=UserId(uuid4())), start(), "USER_001")

    async def test_a_suspended_person_has_none_not_even_to_an_earlier_answer(self, house: House) -> None:
        actor, command = await house.add_person(), start()
        await house.give(actor, command)
        admin = Actor(user_id=actor.user_id, giver=Giver.ADMIN)
        assert code_of(await house.give(admin, AccountSuspend(id=1))) is None
        await self.refused(house, actor, command, "AUTH_007")

    async def test_a_signed_out_device_has_none(self, house: House) -> None:
        actor = await house.add_person()
        assert code_of(await house.give(actor, AccountSignOut(id=1))) is None
        await self.refused(house, actor, start(), "AUTH_006")

    async def test_another_device_of_the_person_stays_signed_in(self, house: House) -> None:
        phone = await house.add_person()
        tablet = await house.sign_in(phone.user_id)
        await house.give(phone, AccountSignOut(id=1))
        assert code_of(await house.give(tablet, start())) is None

    async def test_another_person_s_fast_is_none(self, house: House) -> None:
        ada, bea = await house.add_person(), await house.add_person()
        session = data_of(await house.give(ada, start()))["session"]
        outcome = await house.give(bea, end(UUID(session["session_id"])))
        assert (code_of(outcome), outcome.answer.error and outcome.answer.error.details) == ("FAST_003", ())

    @pytest.mark.parametrize(
        "command",
        [FastingComplete(id=1, data=FastingCompleteData(session_id=uuid4())), AccountSuspend(id=1)],
        ids=["a timer's", "an administrator's"],
    )
    async def test_a_person_may_not_give_what_is_not_theirs_to_give(
        self, house: House, command: Command
    ) -> None:
        await self.refused(house, await house.add_person(), command, "VAL_004")

    async def test_time_runs_faster_only_in_a_sandbox(self, house: House) -> None:
        executor = Executor(house.database, capabilities(sandbox=False), house.published.extend)
        actor = await house.add_person()
        assert code_of(await executor.execute(actor, rate(10))) == "VAL_004"
        assert code_of(await house.give(actor, rate(10))) is None


class TestAt:
    async def test_a_little_ahead_is_now(self, house: House) -> None:
        actor, ahead = await house.add_person(), await house.now() + timedelta(seconds=4)
        session = data_of(await house.give(actor, start(at=ahead)))["session"]
        assert session["started_at"] < ahead.isoformat()
        assert code_of(await house.give(actor, end())) is None

    async def test_too_far_ahead_is_refused_with_the_time(self, house: House) -> None:
        now = await house.now()
        outcome = await house.give(await house.add_person(), start(at=now + timedelta(seconds=7)))
        assert outcome.answer.error is not None
        assert outcome.answer.error.code == "VAL_001"
        assert outcome.answer.error.details[0].field == "at"
        assert isinstance(outcome.answer.error.now, type(now))
        assert now <= outcome.answer.error.now < now + timedelta(seconds=7)

    async def test_back_as_far_as_the_command_goes(self, house: House) -> None:
        actor, back = await house.add_person(), await house.now() - 23 * HOUR
        assert code_of(await house.give(actor, start(at=back))) is None
        (event,) = await house.events(actor.user_id)
        assert event.at == back

    async def test_a_moment_of_another_zone_is_told_in_utc(self, house: House) -> None:
        actor, back = await house.add_person(), await house.now() - HOUR
        await house.give(actor, start(at=back.astimezone(timezone(timedelta(hours=5)))))
        (event,) = await house.events(actor.user_id)
        assert event.at.isoformat() == back.isoformat()

    async def test_further_back_is_refused_and_never_clamped(self, house: House) -> None:
        back = await house.now() - 24 * HOUR - timedelta(minutes=1)
        outcome = await house.give(await house.add_person(), start(at=back))
        assert code_of(outcome) == "VAL_003"

    async def test_a_command_that_goes_no_way_back_takes_no_earlier_moment(self, house: House) -> None:
        actor, back = await house.add_person(), await house.now() - timedelta(minutes=1)
        outcome = await house.give(actor, msgspec.structs.replace(renaming("Bea"), at=back))
        assert code_of(outcome) == "VAL_003"


class TestLog:
    async def test_offsets_have_no_gaps_under_concurrent_commands_of_many_people(self, house: House) -> None:
        people = await house.add_people(10)
        await asyncio.gather(
            *(house.surely(person, renaming(f"Ada {n}")) for person in people for n in range(5))
        )
        for person in people:
            events = await house.events(person.user_id)
            assert [event.offset for event in events] == [1, 2, 3, 4, 5]
            assert [event.at for event in events] == sorted(event.at for event in events)
        assert await house.count("events") == len(house.published) == 50

    async def test_offsets_of_one_person_are_those_of_the_replies(self, database_url: str) -> None:
        async with opened(database_url) as here, opened(database_url) as there:
            actor = await here.add_person()
            outcomes = await asyncio.gather(
                *((here, there)[n % 2].surely(actor, renaming(f"Ada {n}")) for n in range(50))
            )
            told = sorted(offset for outcome in outcomes for offset in outcome.positions.values())
            assert told == list(range(1, 51))
            events = await here.events(actor.user_id)
            assert [event.offset for event in events] == told
            assert [event.at for event in events] == sorted(event.at for event in events)

    async def test_what_is_published_is_what_is_logged(self, house: House) -> None:
        actor = await house.add_person()
        for command in (start(), end()):
            await house.give(actor, command)
        logged = await house.database.fetch('SELECT topic, "offset", body FROM events ORDER BY "offset"')
        assert [(p.topic, p.offset, p.body) for p in house.published] == [tuple(row) for row in logged]


class TestAllOrNothing:
    async def test_a_fault_after_saving_leaves_nothing(self, database_url: str) -> None:
        async def saved_and_failed(link: Link, saves: tuple[Any, ...], append: Append) -> list[int]:
            await fasting.save(link, saves, append)
            raise ValueError("a fault of ours")

        async with opened(database_url, [instead(FastingStart, save=saved_and_failed)]) as house:
            outcome = await house.give(await house.add_person(), start())
            assert code_of(outcome) == "INT_001"
            assert [await house.count(table) for table in TABLES] == [0] * len(TABLES)
            assert house.published == []

    async def test_after_a_fault_the_same_key_acts(self, database_url: str) -> None:
        def failed(*_: object) -> None:
            raise LookupError("a fault of ours")

        async with (
            opened(database_url, [instead(FastingStart, decide=failed)]) as faulty,
            opened(database_url) as sound,
        ):
            actor, command = await faulty.add_person(), start()
            assert code_of(await faulty.give(actor, command)) == "INT_001"
            outcome = await sound.give(actor, command)
            assert (code_of(outcome), outcome.repeated) == (None, False)


class TestAway:
    """The server is frozen: it answers nothing and closes nothing."""

    @pytest.fixture
    def frozen(self, own_postgres: Callable[[], Postgres]) -> Iterator["Freezer"]:
        freezer = Freezer(own_postgres())
        yield freezer
        freezer.thaw()

    @pytest.mark.parametrize("when", ["before", "between claim and commit"])
    async def test_is_said_within_two_seconds_and_the_same_key_then_tells(
        self, frozen: "Freezer", when: str
    ) -> None:
        def decide(*arguments: Any) -> Any:
            frozen.freeze()
            return session.start(*arguments)

        await migrate(frozen.dsn)
        added = [] if when == "before" else [instead(FastingStart, decide=decide)]
        async with opened(frozen.dsn, added) as house, opened(frozen.dsn) as later:
            actor, command = await house.add_person(), start()
            await house.give(actor, renaming("Bea"))
            if when == "before":
                frozen.freeze()
            began = monotonic()
            outcome = await house.give(actor, command)
            took = monotonic() - began
            frozen.thaw()
            assert code_of(outcome) == "INT_002"
            assert outcome.answer.error is not None
            assert outcome.answer.error.temporary
            assert took < 2.0
            outcomes = [await later.give(actor, command) for _ in range(3)]
            assert code_of(outcomes[-1]) is None
            told = [type(event).__name__ for event in await later.events(actor.user_id)]
            assert told == ["AccountUpdated", "FastingStarted"]


class Freezer:
    """Stops all processes of a server, and lets them go on."""

    def __init__(self, server: Postgres) -> None:
        self.dsn = server.dsn
        self._server = psutil.Process(server.pid)
        self._stopped: list[psutil.Process] = []

    def freeze(self) -> None:
        self._stopped = [self._server, *self._server.children()]
        for process in self._stopped:
            process.suspend()

    def thaw(self) -> None:
        for process in self._stopped:
            process.resume()
        self._stopped = []
