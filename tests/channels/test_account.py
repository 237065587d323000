from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from channels.account import revoke, sandbox_rate, shown_person, sign_out, suspend, update
from channels.decision import Decision
from channels.errors import Code, Refusal
from channels.persontime import person_moment, person_time
from channels.wire.account import (
    AccountRevoke,
    AccountRevokeData,
    AccountSignedOut,
    AccountSignedOutData,
    AccountSignOut,
    AccountSignOutData,
    AccountSuspend,
    AccountUpdate,
    AccountUpdated,
    AccountUpdateData,
    PersonReply,
    SandboxRate,
    SandboxRateData,
    SignOutReason,
)
from storage.records import PersonRecord, SignOutRecord, SuspensionRecord
from tests.channels.fasting.facts import ADA, HOUR, NOON, SECOND, moment

FAMILY = UUID(int=9)


def decided(decision: Decision[Any] | Refusal) -> Decision[Any]:
    assert isinstance(decision, Decision)
    return decision


def updating(**data: str) -> AccountUpdate:
    return AccountUpdate(id=1, data=AccountUpdateData(**data))


def running(times: float) -> SandboxRate:
    return SandboxRate(id=1, data=SandboxRateData(rate=times))


class TestUpdate:
    def test_changes_what_was_given_and_tells_every_device(self) -> None:
        decision = decided(update(ADA, None, updating(name="Bea"), moment()))
        bea = replace(ADA, name="Bea")
        assert decision.saves == (bea,)
        reply = PersonReply(person=shown_person(bea))
        assert decision.data == reply
        assert decision.events == (AccountUpdated(topic=f"user:{ADA.user_id}", at=NOON, data=reply),)  # type: ignore[arg-type]

    def test_takes_a_time_zone_of_the_iana_database(self) -> None:
        decision = decided(update(ADA, None, updating(time_zone="Europe/Berlin"), moment()))
        assert decision.saves == (replace(ADA, time_zone="Europe/Berlin"),)

    @pytest.mark.parametrize("name", ["Mars/Olympus", "europe/berlin", "../../etc/passwd", "Europe", "\x00"])
    def test_refuses_any_other(self, name: str) -> None:
        refusal = update(ADA, None, updating(time_zone=name), moment())
        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.details[0].field) == (Code.VALIDATION, "time_zone")

    def test_that_changes_nothing_is_no_event(self) -> None:
        decision = decided(update(ADA, None, updating(name=ADA.name), moment()))
        assert (decision.saves, decision.events) == ((), ())
        assert decision.data == PersonReply(person=shown_person(ADA))


class TestSandboxRate:
    def rated(self, person: PersonRecord, times: float, after: timedelta) -> PersonRecord:
        (saved,) = decided(sandbox_rate(person, None, running(times), moment(NOON + after))).saves
        assert isinstance(saved, PersonRecord)
        return saved

    def test_lets_time_run_faster_from_now_on(self) -> None:
        fast = self.rated(ADA, 3600, HOUR)
        assert person_moment(person_time(fast), NOON + HOUR) == NOON + HOUR
        assert person_moment(person_time(fast), NOON + HOUR + SECOND) == NOON + 2 * HOUR

    def test_never_lets_it_jump_when_it_slows_down(self) -> None:
        fast = self.rated(ADA, 3600, timedelta(0))
        slow = self.rated(fast, 1, 5 * HOUR)  # five hours of the person's time, five seconds of ours
        assert person_moment(person_time(slow), NOON + 5 * SECOND) == NOON + 5 * HOUR
        assert person_moment(person_time(slow), NOON + 6 * SECOND) == NOON + 5 * HOUR + SECOND

    def test_tells_every_device_how_time_runs(self) -> None:
        decision = decided(sandbox_rate(ADA, None, running(60), moment()))
        (event,) = decision.events
        assert isinstance(event, AccountUpdated)
        assert event.data.person.time.rate == 60

    def test_as_it_is_is_no_event(self) -> None:
        decision = decided(sandbox_rate(ADA, None, running(ADA.time_rate), moment()))
        assert (decision.saves, decision.events) == ((), ())
        assert decision.data == PersonReply(person=shown_person(ADA))


class TestSignOut:
    @pytest.mark.parametrize(
        ("family", "data", "ended"),
        [(FAMILY, {}, FAMILY), (FAMILY, {"everywhere": True}, None), (None, {}, None)],
        ids=["this device", "every device", "by an administrator"],
    )
    def test_ends_the_sign_ins_and_tells_every_device(
        self, family: UUID | None, data: dict[str, bool], ended: UUID | None
    ) -> None:
        command = AccountSignOut(id=1, data=AccountSignOutData(**data))
        decision = decided(sign_out(ADA, family, command, moment()))
        reason = SignOutReason.SIGNED_OUT
        assert decision.saves == (SignOutRecord(user_id=ADA.user_id, family_id=ended, reason=reason),)
        (event,) = decision.events
        assert isinstance(event, AccountSignedOut)
        assert event.data == AccountSignedOutData(family_id=ended, reason=reason)


class TestRevoke:
    def test_ends_the_sign_in_whose_token_was_reused(self) -> None:
        command = AccountRevoke(id=1, data=AccountRevokeData(family_id=FAMILY))
        decision = decided(revoke(ADA, None, command, moment()))
        (event,) = decision.events
        assert isinstance(event, AccountSignedOut)
        assert event.data == AccountSignedOutData(family_id=FAMILY, reason=SignOutReason.TOKEN_REUSED)


class TestSuspend:
    def test_suspends_and_signs_out_everywhere(self) -> None:
        decision = decided(suspend(ADA, None, AccountSuspend(id=1), moment()))
        assert decision.saves == (SuspensionRecord(user_id=ADA.user_id),)
        (event,) = decision.events
        assert isinstance(event, AccountSignedOut)
        assert event.data == AccountSignedOutData(reason=SignOutReason.SUSPENDED)
