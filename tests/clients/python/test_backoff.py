"""When a client comes back, and when it does not."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.closing import CLOSINGS
from channels.closing import may_return as server_says
from channels.wire.connection import AuthReply, ClockReply, Goodbye, GoodbyeData
from cornerman_client.backoff import Backoff, may_return
from cornerman_client.codes import CURES
from cornerman_client.errors import Ended
from cornerman_client.outputs import End, Renew, Return
from cornerman_client.types import FastingStart
from tests.clients.python.stage import BEGIN, Stage

CHANCE = st.floats(0, 1, exclude_max=True)
COMES_BACK = [closing.code.value for closing in CLOSINGS if closing.code.value < 4500]


@given(st.integers(1000, 4999))
def test_client_and_server_agree_on_which_codes_mean_to_come_back(code: int) -> None:
    assert may_return(code) is server_says(code)


@given(st.lists(CHANCE, min_size=1, max_size=40))
def test_waits_are_full_jitter_doubling_to_a_cap(chances: list[float]) -> None:
    backoff = Backoff()
    for attempt, chance in enumerate(chances):
        window = min(20, 2 * 2**attempt)
        assert backoff.wait(1006, "", chance) == pytest.approx(window * chance)


@given(st.integers(0, 3600), CHANCE)
def test_a_spread_replaces_the_first_wait_once(spread: int, chance: float) -> None:
    backoff = Backoff()
    assert backoff.wait(4001, str(spread), chance) == pytest.approx(spread * chance)
    assert backoff.wait(1006, "", chance) == pytest.approx(4 * chance)


@given(st.sampled_from([4013, 4015]), st.integers(0, 3600), CHANCE)
def test_seconds_to_wait_are_waited_for(code: int, seconds: int, chance: float) -> None:
    assert seconds <= Backoff().wait(code, str(seconds), chance) <= seconds + 2


@given(st.sampled_from([*COMES_BACK, 1000, 1006]), st.text(max_size=30), CHANCE)
def test_no_reason_makes_a_client_wait_for_ever_or_fail(code: int, reason: str, chance: float) -> None:
    assert 0 <= Backoff().wait(code, reason, chance) <= 3602


def test_a_connection_that_stood_makes_the_next_loss_a_first_one() -> None:
    stage = Stage()
    waits = []
    for _ in range(6):
        stage.open()
        returned = stage.close(chance=1.0)
        assert isinstance(returned, Return)
        waits.append(returned.after_seconds)
    assert waits == [2, 4, 8, 16, 20, 20]
    stage.join()
    assert stage.close(chance=1.0) == Return(after_seconds=2, renew=False)


def test_goodbye_says_over_how_long_to_spread() -> None:
    stage = Stage()
    stage.join()
    stage.tell(Goodbye(data=GoodbyeData(spread_seconds=30)))
    assert stage.close(1001, chance=0.5) == Return(after_seconds=15, renew=False)


@pytest.mark.parametrize("code", [4500, 4501, 4503, 4505, 4999, 1002, 1008, 1009])
def test_a_final_code_ends_the_session_and_says_what_to_do(code: int) -> None:
    stage = Stage()
    stage.join()
    stage.give(FastingStart(protocol_id="16:8"))
    ended = stage.close(code, "because")
    assert isinstance(ended, End)
    assert (ended.ended.code, ended.ended.reason) == (code, "because")
    assert ended.ended.cure == CURES.get(code, "")
    with pytest.raises(Ended):
        stage.give(FastingStart(protocol_id="16:8"))
    assert stage.session.closed(1006, "", 0.5) == stage.session.opened("token", 1.0) == []
    assert stage.session.deadline is None


def test_an_expired_token_is_renewed_before_coming_back() -> None:
    stage = Stage()
    stage.open()
    returned = stage.close(4005)
    assert isinstance(returned, Return)
    assert returned.renew


def test_a_token_is_renewed_on_the_open_socket_before_it_ends() -> None:
    stage = Stage()
    stage.join(token_seconds=900)
    renewed_at: list[float] = []
    while len(renewed_at) < 2:
        stage.outputs.clear()
        stage.wake()
        for question in [message for message in stage.sent if message["type"] == "clock"]:
            stage.sent.remove(question)
            shown = BEGIN + timedelta(seconds=stage.now)
            stage.reply(question, ClockReply(received_at=shown, sent_at=shown, rate=1.0))
        if Renew() in stage.outputs:
            renewed_at.append(stage.now)
            stage.took(stage.session.renewed("newer", stage.now))
            auth = stage.asked("auth")
            assert auth["data"] == {"token": "newer"}
            stage.reply(auth, AuthReply(token_expires_at=BEGIN + timedelta(seconds=stage.now + 100)))
    assert renewed_at == [pytest.approx(840, abs=1), pytest.approx(840 + 75, abs=1)]


def test_a_token_that_the_server_refuses_is_renewed_on_the_next_connection() -> None:
    stage = Stage()
    stage.join()
    stage.took(stage.session.renewed("newer", stage.now))
    stage.refuse(stage.asked("auth"), code="AUTH_005")
    returned = stage.close(1000)
    assert isinstance(returned, Return)
    assert returned.renew


def test_a_server_too_busy_to_look_at_a_token_is_asked_again() -> None:
    stage = Stage()
    stage.join()
    stage.took(stage.session.renewed("newer", stage.now))
    stage.refuse(stage.asked("auth"), code="INT_002", temporary=True)
    begin = stage.now
    while Renew() not in stage.outputs:
        stage.wake()
    assert stage.now - begin == 5


def test_what_comes_too_late_for_a_connection_changes_nothing() -> None:
    stage = Stage()
    stage.join()
    stage.close()
    stage.outputs.clear()
    for late in (
        stage.session.renewed("newer", stage.now),
        stage.session.not_renewed(stage.now, 0.5),
        stage.session.received(b"{}", stage.now, 0.5),
        stage.session.woken(stage.now + 100),
    ):
        assert late == []
    assert stage.session.deadline is None


def test_no_newer_token_just_now_is_tried_again_soon() -> None:
    stage = Stage()
    stage.join(token_seconds=0)
    stage.wake()
    assert Renew() in stage.outputs
    stage.outputs.clear()
    begin = stage.now
    stage.took(stage.session.not_renewed(stage.now, 0.5))
    while Renew() not in stage.outputs:
        stage.wake()
        stage.took([])
    assert stage.now - begin == pytest.approx(7.5)
