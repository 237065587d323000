"""The error that the client reports is never less than the error that it makes."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.wire.account import AccountUpdated, PersonReply
from channels.wire.account import PersonTime as WirePersonTime
from channels.wire.connection import ClockReply, PingNotice, PingNoticeData
from channels.wire.envelope import Offset
from cornerman_client.errors import ClockUnknown
from cornerman_client.estimate import DRIFT, ClockEstimate, person_moment, real_seconds
from cornerman_client.types import PersonTime
from tests.clients.python.stage import BEGIN, OWN, Stage, connect_reply, person, topic_state

OFFSET = 1_000_000.0
SECONDS = st.floats(0, 0.5)
EXCHANGE = st.tuples(SECONDS, st.floats(0, 0.05), SECONDS, st.floats(0, 60), st.booleans())


@given(st.lists(EXCHANGE, min_size=1, max_size=30), st.floats(-DRIFT, DRIFT), st.floats(0, 600))
@settings(max_examples=300, deadline=None)
def test_the_error_is_within_its_bound_however_unequal_the_ways(
    exchanges: list[tuple[float, float, float, float, bool]], drift: float, after: float
) -> None:
    estimate = ClockEstimate()
    now = 0.0

    def server(at: float) -> float:
        return OFFSET + at * (1 + drift)

    for out, thought, back, pause, asked in exchanges:
        now += pause
        read, wrote, received = now + out, now + out + thought, now + out + thought + back
        if asked or not estimate.known:
            estimate.answered(sent=now, read_at=server(read), wrote_at=server(wrote), received=received)
        else:
            estimate.heard(wrote_at=server(wrote), received=received)
        now = received
        assert estimate.known
        assert abs(now + estimate.offset(now) - server(now)) <= estimate.error(now)
    now += after
    assert abs(now + estimate.offset(now) - server(now)) <= estimate.error(now)


@given(st.lists(EXCHANGE, min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_the_bound_is_no_worse_than_that_of_the_least_round_trip(
    exchanges: list[tuple[float, float, float, float, bool]],
) -> None:
    estimate = ClockEstimate()
    now, least = 0.0, float("inf")
    for out, thought, back, pause, _ in exchanges:
        now += pause
        read, wrote, received = now + out, now + out + thought, now + out + thought + back
        estimate.answered(sent=now, read_at=OFFSET + read, wrote_at=OFFSET + wrote, received=received)
        now = received
        least = min(least + DRIFT * (pause + out + thought + back), (out + back) / 2 + DRIFT)
    assert estimate.error(now) <= least + 0.001 + 1e-6


def test_a_clock_that_was_set_is_learned_anew() -> None:
    estimate = ClockEstimate()
    estimate.answered(sent=0, read_at=100.01, wrote_at=100.01, received=0.02)
    estimate.answered(sent=1, read_at=501.01, wrote_at=501.01, received=1.02)
    assert estimate.offset(1.02) == pytest.approx(500, abs=0.011)
    estimate.heard(wrote_at=900.0, received=2.0)
    assert not estimate.known
    assert estimate.error(2.0) == float("inf")
    estimate.answered(sent=3, read_at=903.01, wrote_at=903.01, received=3.02)
    assert estimate.offset(3.02) == pytest.approx(900, abs=0.011)


def test_an_answer_from_before_its_question_teaches_nothing() -> None:
    estimate = ClockEstimate()
    estimate.answered(sent=1, read_at=0.5, wrote_at=2.5, received=1.1)
    assert not estimate.known


@given(st.floats(1, 10_000), st.floats(-1e6, 1e6))
def test_a_persons_time_is_read_and_told_alike(rate: float, passed: float) -> None:
    time = PersonTime(real_at=BEGIN, person_at=BEGIN + timedelta(days=3), rate=rate)
    seconds = BEGIN.timestamp() + passed
    assert real_seconds(time, person_moment(time, seconds)) == pytest.approx(seconds, abs=1e-5)


def answer_clock(stage: Stage, out: float, back: float, rate: float = 1.0) -> None:
    """Answer the question on its way as a server whose clock showed BEGIN when ours showed 0."""
    question = stage.asked("clock")
    stage.now += out
    shown = BEGIN + timedelta(seconds=stage.now * rate)
    stage.now += back
    stage.reply(question, ClockReply(received_at=shown, sent_at=shown, rate=rate))


def test_a_session_asks_often_at_first_then_seldom() -> None:
    stage = Stage()
    with pytest.raises(ClockUnknown):
        stage.session.clock.moment(0)
    stage.join()
    asked: list[float] = []
    while len(asked) < 9:
        stage.wake()
        if [message for message in stage.sent if message["type"] == "clock"]:
            asked.append(stage.now)
            answer_clock(stage, 0.0, 0.0)
    assert [round(after - before, 6) for before, after in itertools.pairwise(asked)] == [
        0.2,
        0.3,
        0.5,
        1.0,
        2.0,
        20.0,
        20.0,
        20.0,
    ]


def test_a_session_knows_the_time_within_its_bound() -> None:
    stage = Stage()
    connect = stage.open()
    stage.now += 0.3
    stage.reply(connect, connect_reply(topic_state(0), now=BEGIN + timedelta(seconds=0.2)))
    assert stage.session.clock.error(stage.now) == pytest.approx(0.151, abs=1e-4)
    for out, back in ((0.06, 0.2), (0.15, 0.04), (0.1, 0.1)):
        stage.wake()
        answer_clock(stage, out, back)
    clock = stage.session.clock
    shown = (clock.moment(stage.now) - BEGIN).total_seconds()
    assert clock.error(stage.now) == pytest.approx(0.051, abs=0.001)
    assert abs(shown - stage.now) <= clock.error(stage.now)
    stage.tell(PingNotice(data=PingNoticeData(now=BEGIN + timedelta(seconds=stage.now - 0.01), heads={})))
    assert clock.error(stage.now) == pytest.approx(0.036, abs=0.001)
    assert abs((clock.moment(stage.now) - BEGIN).total_seconds() - stage.now) <= clock.error(stage.now)


def test_in_a_sandbox_the_persons_time_runs_at_its_rate_at_once() -> None:
    stage = Stage()
    stage.join()
    stage.wake()
    answer_clock(stage, 0.01, 0.01)
    stage.now = 10.0
    changed = WirePersonTime(
        real_at=BEGIN + timedelta(seconds=10), person_at=BEGIN + timedelta(seconds=10), rate=3600.0
    )
    stage.tell(
        AccountUpdated(topic=OWN, offset=Offset(1), at=BEGIN, data=PersonReply(person=person(changed)))
    )
    clock = stage.session.clock
    bound = clock.error(12.0)
    assert bound > 3600 * 0.001
    assert abs((clock.moment(12.0) - BEGIN).total_seconds() - (10 + 2 * 3600)) <= bound


def test_a_sample_of_another_rate_than_the_known_one_is_left_out() -> None:
    stage = Stage()
    stage.join(rate=60.0)
    assert stage.session.clock.error(0) == float("inf")
    stage.wake()
    answer_clock(stage, 0.01, 0.01, rate=60.0)
    with pytest.raises(ClockUnknown):
        stage.session.clock.moment(stage.now)


def test_a_clock_that_was_set_is_asked_for_at_once() -> None:
    stage = Stage()
    stage.join()
    stage.wake()
    answer_clock(stage, 0.0, 0.0)
    stage.tell(PingNotice(data=PingNoticeData(now=BEGIN + timedelta(hours=1), heads={})))
    assert not stage.session.clock.known
    assert stage.session.deadline == stage.now
    in_sandbox = WirePersonTime(real_at=BEGIN, person_at=BEGIN, rate=60.0)
    stage = Stage()
    stage.join(topic_state(0, time=in_sandbox), rate=60.0)
    stage.tell(PingNotice(data=PingNoticeData(now=BEGIN + timedelta(hours=1), heads={})))
    assert stage.session.clock.known


def test_another_epoch_has_another_clock() -> None:
    stage = Stage()
    stage.join()
    stage.wake()
    answer_clock(stage, 0.001, 0.001)
    stage.close()
    connect = stage.open()
    stage.now += 1
    stage.reply(connect, connect_reply(topic_state(0, epoch="8"), now=BEGIN + timedelta(hours=1)))
    shown = stage.session.clock.moment(stage.now)
    assert abs((shown - BEGIN).total_seconds() - 3600) <= stage.session.clock.error(stage.now) <= 0.6
