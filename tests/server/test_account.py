"""What account commands come to in the database."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from channels.wire.account import AccountRevoke, AccountRevokeData, AccountSignOut, AccountSignOutData
from server.execution import Actor, Giver
from tests.server.house import House, code_of, data_of, end, opened, rate, start

_REVOKED = "SELECT family_id, revoked_reason FROM families WHERE user_id = $1 AND revoked_at IS NOT NULL"


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with opened(database_url) as opened_house:
        yield opened_house


async def revoked(house: House, actor: Actor) -> dict[object, str]:
    return {
        row["family_id"]: row["revoked_reason"] for row in await house.database.fetch(_REVOKED, actor.user_id)
    }


class TestSignOut:
    async def test_revokes_the_sign_in_that_asks(self, house: House) -> None:
        phone = await house.add_person()
        await house.sign_in(phone.user_id)
        await house.give(phone, AccountSignOut(id=1, key=uuid4()))
        assert await revoked(house, phone) == {phone.family_id: "signed_out"}

    async def test_everywhere_revokes_all_of_the_person_and_nobody_else_s(self, house: House) -> None:
        phone, stranger = await house.add_person(), await house.add_person()
        tablet = await house.sign_in(phone.user_id)
        command = AccountSignOut(id=1, key=uuid4(), data=AccountSignOutData(everywhere=True))
        await house.give(phone, command)
        assert set(await revoked(house, phone)) == {phone.family_id, tablet.family_id}
        assert await revoked(house, stranger) == {}

    async def test_keeps_why_an_earlier_sign_in_ended(self, house: House) -> None:
        phone = await house.add_person()
        tablet = await house.sign_in(phone.user_id)
        await house.give(tablet, AccountSignOut(id=1))
        await house.suspend(phone.user_id)
        assert await revoked(house, phone) == {
            tablet.family_id: "signed_out",
            phone.family_id: "suspended",
        }

    async def test_a_reused_token_revokes_its_sign_in_only(self, house: House) -> None:
        phone = await house.add_person()
        tablet = await house.sign_in(phone.user_id)
        assert tablet.family_id is not None
        server = Actor(user_id=phone.user_id, giver=Giver.SERVER)
        command = AccountRevoke(id=1, data=AccountRevokeData(family_id=tablet.family_id))
        assert code_of(await house.give(server, command)) is None
        assert await revoked(house, phone) == {tablet.family_id: "token_reused"}


class TestTime:
    async def test_a_rate_moves_the_timers_and_only_the_person_s(self, house: House) -> None:
        ada, bea = await house.add_person(), await house.add_person()
        for person in (ada, bea):
            await house.give(person, start("16:8"))
        await house.give(ada, rate(3600))
        timers = await house.database.fetch("SELECT owner, due - clock_timestamp() AS wait FROM timers")
        waits = {row["owner"]: row["wait"] for row in timers}
        assert timedelta(seconds=10) < waits[ada.user_id] <= timedelta(seconds=16)
        assert waits[bea.user_id] > timedelta(hours=15)

    async def test_slowed_down_again_the_timers_wait_for_what_is_left(self, house: House) -> None:
        ada = await house.add_person()
        await house.give(ada, start("16:8"))
        await house.give(ada, rate(10_000))
        await house.give(ada, rate(1))
        passed = data_of(await house.give(ada, end()))["session"]
        assert passed["outcome"] == "early"
        events = await house.events(ada.user_id)
        assert [event.at for event in events] == sorted(event.at for event in events)

    async def test_commands_act_in_the_person_s_time(self, house: House) -> None:
        ada = await house.add_person()
        await house.give(ada, rate(10_000))
        began = data_of(await house.give(ada, start("12:12")))["session"]["started_at"]
        over = data_of(await house.give(ada, end()))["session"]["actual_end_at"]
        assert over > began
