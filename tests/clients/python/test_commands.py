"""Commands act once and in order, however often the way breaks between question and answer."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.wire.connection import AuthReply
from channels.wire.envelope import Nothing, Offset
from channels.wire.fasting import FastingSessionReply
from cornerman_client.errors import CommandRefused, QueueFull, ReplyUnreadable
from cornerman_client.outputs import Hang, Renew, Reply, Return
from cornerman_client.types import AccountSignOut, AccountUpdate, FastingEnd, FastingStart
from tests.clients.python.stage import BEGIN, OWN, Stage, connect_reply, fast, started, topic_state

DONE = FastingSessionReply(session=fast(1))
START = FastingStart(protocol_id="16:8")


def commands(stage: Stage) -> list[dict[str, Any]]:
    """Return what the session sent under keys, and forget it."""
    found = [message for message in stage.sent if "key" in message]
    stage.sent[:] = [message for message in stage.sent if "key" not in message]
    return found


def test_a_command_is_sent_at_once_and_answered_with_its_data() -> None:
    stage = Stage()
    stage.join()
    key = stage.give(START)
    (sent,) = commands(stage)
    assert sent == {"id": 2, "type": "fasting:start", "key": str(key), "data": {"protocol_id": "16:8"}}
    stage.reply(sent, DONE, positions={OWN: Offset(1)})
    answer = stage.answers[key]
    assert isinstance(answer, Reply)
    assert answer.data.session.session_id == UUID(int=1)
    assert (answer.positions, answer.repeated) == ({OWN: 1}, False)


def test_one_command_is_on_its_way_at_a_time() -> None:
    stage = Stage()
    stage.join()
    first, second = stage.give(START), stage.give(FastingEnd())
    (sent,) = commands(stage)
    stage.reply(sent, DONE)
    (sent,) = commands(stage)
    assert sent["key"] == str(second)
    stage.reply(sent, DONE)
    assert list(stage.answers) == [first, second]


def test_what_was_given_offline_is_sent_in_order_with_the_moment_it_was_done() -> None:
    stage = Stage()
    stage.join()
    stage.close()
    stage.now = 10
    keys = [stage.give(START)]
    stage.now = 25
    keys.append(stage.give(FastingEnd()))
    assert not stage.sent
    stage.now = 100
    stage.join(topic_state(0, recovered=True), now=BEGIN + timedelta(seconds=100))
    sent = []
    while len(stage.answers) < 2:
        (command,) = commands(stage)
        sent.append(command)
        stage.reply(command, DONE)
    assert [command["key"] for command in sent] == [str(key) for key in keys]
    done = [(datetime.fromisoformat(command["at"]) - BEGIN).total_seconds() for command in sent]
    assert done == [pytest.approx(10, abs=0.1), pytest.approx(25, abs=0.1)]


def test_what_was_given_before_any_connection_knows_its_moment_afterwards() -> None:
    stage = Stage()
    stage.give(START)
    stage.now = 50
    stage.join(now=BEGIN + timedelta(seconds=50))
    (sent,) = commands(stage)
    assert datetime.fromisoformat(sent["at"]) - BEGIN < timedelta(seconds=0.1)


def test_a_command_that_goes_no_way_back_is_sent_without_its_moment() -> None:
    stage = Stage()
    stage.give(AccountUpdate(name="Kim"))
    stage.now = 50
    stage.join(now=BEGIN + timedelta(seconds=50))
    (sent,) = commands(stage)
    assert "at" not in sent


def test_nothing_is_done_before_what_the_person_had_seen() -> None:
    stage = Stage()
    stage.join()
    stage.tell(started(1))
    stage.close()
    stage.give(FastingEnd())
    stage.now = 5
    stage.join(topic_state(1, recovered=True), now=BEGIN + timedelta(seconds=5))
    (sent,) = commands(stage)
    assert sent["at"] == "2026-11-21T19:30:01Z"


def test_an_unanswered_command_is_sent_again_under_its_key() -> None:
    stage = Stage()
    stage.join()
    key = stage.give(START)
    (first,) = commands(stage)
    stage.close()
    stage.join(topic_state(0, recovered=True))
    (again,) = commands(stage)
    assert again["key"] == first["key"]
    stage.reply(again, DONE, repeated=True)
    assert stage.answers[key].repeated


def test_the_same_key_waits_once() -> None:
    stage = Stage()
    key = uuid4()
    stage.give(START, key)
    stage.give(START, key)
    assert len(stage.session.pending) == 1


def test_a_full_queue_says_so_and_keeps_what_it_has() -> None:
    stage = Stage(queue_limit=2)
    stage.give(START)
    stage.give(START)
    with pytest.raises(QueueFull, match="2 commands"):
        stage.give(START)
    assert len(stage.session.pending) == 2


def test_a_final_error_is_an_answer() -> None:
    stage = Stage()
    stage.join()
    key = stage.give(START)
    (sent,) = commands(stage)
    stage.refuse(
        sent, code="FAST_001", details=[{"field": "session", "message": "This one.", "value": {"a": 1}}]
    )
    answer = stage.answers[key]
    assert isinstance(answer, CommandRefused)
    assert (answer.code, answer.temporary, answer.key) == ("FAST_001", False, key)
    assert answer.details[0].value == {"a": 1}


def test_a_temporary_error_is_answered_by_repetition_and_nothing_overtakes() -> None:
    stage = Stage()
    stage.join()
    first, second = stage.give(START), stage.give(FastingEnd())
    begin = stage.now
    for wait in (3.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0):
        (sent,) = commands(stage)
        assert sent["key"] == str(first)
        after = {"retry_after_seconds": 3} if wait == 3.25 else {}
        stage.refuse(sent, code="INT_002", temporary=True, **after)
        while not [message for message in stage.sent if "key" in message]:
            stage.sent.clear()
            stage.session._speech.parted()
            stage.wake()
        assert stage.now - begin == pytest.approx(wait)
        begin = stage.now
    (sent,) = commands(stage)
    stage.reply(sent, DONE)
    (sent,) = commands(stage)
    assert sent["key"] == str(second)
    assert list(stage.answers) == [first]


def test_an_error_that_stays_temporary_is_an_answer_after_a_while() -> None:
    stage = Stage(retry_seconds=0)
    stage.join()
    key = stage.give(START)
    (sent,) = commands(stage)
    stage.refuse(sent, code="INT_001", temporary=True, retry_after_seconds=7)
    answer = stage.answers[key]
    assert isinstance(answer, CommandRefused)
    assert (answer.temporary, answer.retry_after_seconds) == (True, 7)


def test_an_expired_token_is_renewed_for_the_command_that_needs_it() -> None:
    stage = Stage()
    stage.join()
    key = stage.give(START)
    (sent,) = commands(stage)
    stage.refuse(sent, code="AUTH_002")
    assert stage.outputs == [Renew()]
    stage.took(stage.session.renewed("newer", stage.now))
    stage.reply(stage.asked("auth"), AuthReply(token_expires_at=BEGIN + timedelta(seconds=900)))
    (sent,) = commands(stage)
    stage.reply(sent, DONE)
    assert isinstance(stage.answers[key], Reply)


def test_an_answer_that_cannot_be_read_says_that_the_command_was_done() -> None:
    stage = Stage()
    stage.join()
    key = stage.give(START)
    (sent,) = commands(stage)
    stage.raw(b'{"re":%d,"data":{"session":null},"repeated":true}' % sent["id"])
    assert isinstance(stage.answers[key], ReplyUnreadable)
    key = stage.give(AccountSignOut())
    (sent,) = commands(stage)
    stage.reply(sent, Nothing())
    assert isinstance(stage.answers[key], Reply)


def test_a_server_that_stays_silent_is_asked_then_left() -> None:
    stage = Stage()
    stage.join()
    stage.give(START)
    seen: list[tuple[float, str]] = []
    while not stage.outputs:
        stage.wake()
        seen += [(stage.now, message["type"]) for message in stage.sent if message["type"] == "ping"]
        stage.sent.clear()
    ((asked_at, _),) = seen
    assert asked_at == pytest.approx(9, abs=0.1)
    assert isinstance(stage.outputs[-1], Hang)
    assert stage.now == pytest.approx(14, abs=0.1)
    assert isinstance(stage.close(1000), Return)


def test_silence_without_a_question_is_judged_by_the_servers_own_pings() -> None:
    stage = Stage()
    stage.join()
    while not [message for message in stage.sent if message["type"] == "ping"]:
        stage.session._speech.parted()
        stage.wake()
        stage.session._speech.parted()
    assert stage.now == pytest.approx(30)
    stage.tell(started(1))
    assert stage.session.deadline is not None
    assert not stage.outputs


def test_a_connect_without_reply_is_given_up() -> None:
    stage = Stage()
    stage.open()
    stage.wake()
    assert stage.now == 10
    assert isinstance(stage.outputs[-1], Hang)


def test_an_app_that_leaves_the_front_while_joining_says_so_afterwards() -> None:
    stage = Stage()
    connect = stage.open()
    stage.took(stage.session.show(foreground=False))
    assert not stage.sent
    stage.reply(connect, connect_reply(topic_state(0)))
    assert stage.asked("foreground")["data"] == {"foreground": False}
    stage.took(stage.session.show(foreground=False))
    assert "foreground" not in [message["type"] for message in stage.sent]
    stage.close()
    assert stage.open()["data"]["foreground"] is False


class Executor:
    """A server that acts once a key, over a way that breaks before or after it acted."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.acted: list[str] = []
        self.answered: dict[str, bool] = {}

    def step(self, fate: str) -> None:
        """Let the command on its way have a fate."""
        if self.stage.session.phase == "apart":
            self.stage.now += 1.5
            self.stage.join(topic_state(0, recovered=self.stage.session.topics.memory is not None))
        sent = [message for message in self.stage.sent if "key" in message]
        if fate == "lost" or not sent:
            self.stage.close()
            return
        (command,) = commands(self.stage)
        if fate == "busy":
            self.stage.refuse(command, code="INT_002", temporary=True)
            self.stage.now += 11
            self.stage.took(self.stage.session.woken(self.stage.now))
            return
        repeated = command["key"] in self.acted
        if not repeated:
            self.acted.append(command["key"])
        if fate == "acted, reply lost":
            self.stage.close()
        else:
            self.stage.reply(command, DONE, repeated=repeated)


FATES = st.sampled_from(["lost", "busy", "acted, reply lost", "answered"])


@given(st.lists(st.one_of(st.just("give"), FATES), max_size=40))
@settings(max_examples=300, deadline=None)
def test_every_command_acts_once_and_in_the_order_of_giving(script: list[str]) -> None:
    stage = Stage(retry_seconds=1e9)
    executor = Executor(stage)
    given_keys: list[UUID] = []
    for step in script:
        if step == "give":
            given_keys.append(stage.give(START))
        else:
            executor.step(step)
    while len(stage.answers) < len(given_keys):
        executor.step("answered")
    assert executor.acted == [str(key) for key in given_keys]
    assert list(stage.answers) == given_keys
    assert all(isinstance(answer, Reply) for answer in stage.answers.values())
