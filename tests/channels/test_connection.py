"""One connection's life: what a message means in which phase."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.closing import CloseCode
from channels.connection import (
    ALLOWANCE,
    Allowance,
    Connection,
    Ignore,
    Join,
    Leave,
    Overtake,
    Phase,
    Refuse,
    Run,
    Step,
    Take,
)
from channels.errors import Code
from channels.wire.codec import Undecodable
from channels.wire.connection import (
    Ack,
    AckData,
    Auth,
    AuthData,
    Clock,
    Connect,
    ConnectData,
    Foreground,
    ForegroundData,
    Ping,
    Pong,
    Subscribe,
    SubscribeData,
)
from channels.wire.fasting import FastingEnd
from channels.wire.registry import ClientMessage

CONNECT = Connect(id=1, data=ConnectData(device="phone"))
COMMANDS = (
    FastingEnd(id=2),
    Subscribe(id=2, data=SubscribeData(topic="workout:1")),
    Auth(id=2, data=AuthData(token="t")),
)
QUICK = (Clock(id=2), Ping(id=2))
SIGNALS = (Pong(), Ack(data=AckData(offset=1)), Foreground(data=ForegroundData(foreground=False)))


def connection(phase: Phase = Phase.LIVE, allowance: Allowance = ALLOWANCE) -> Connection:
    """Return a connection in a phase, at second 0."""
    made = Connection(0.0, allowance)
    if phase is not Phase.GREETING:
        made.receive(CONNECT, 0.0)
    if phase is Phase.LIVE:
        made.joined()
    if phase is Phase.CLOSING:
        made.close()
    return made


def undecodable(number: int | None = 2, *, field: str = "data") -> Undecodable:
    return Undecodable("Expected `int`", number=number, field=field)


def test_connect_comes_first_and_begins_the_joining() -> None:
    greeted = connection(Phase.GREETING)
    assert greeted.receive(CONNECT, 1.0) == Join(CONNECT)
    phases = [greeted.phase]
    greeted.joined()
    phases.append(greeted.phase)
    assert phases == [Phase.JOINING, Phase.LIVE]


@pytest.mark.parametrize("message", [*COMMANDS, *QUICK], ids=lambda message: type(message).__name__)
def test_a_command_before_connect_is_answered_and_ends_the_connection(message: ClientMessage) -> None:
    early = connection(Phase.GREETING)
    step = early.receive(message, 1.0)
    assert isinstance(step, Leave)
    assert (step.code, step.re) == (CloseCode.MALFORMED, 2)
    assert step.refusal is not None
    assert step.refusal.code is Code.VALIDATION
    assert early.phase is Phase.CLOSING


@pytest.mark.parametrize("message", SIGNALS, ids=lambda message: type(message).__name__)
def test_a_signal_before_connect_ends_the_connection(message: ClientMessage) -> None:
    step = connection(Phase.GREETING).receive(message, 1.0)
    assert step == Leave(CloseCode.MALFORMED, "connect must be the first message")


@pytest.mark.parametrize("phase", [Phase.JOINING, Phase.LIVE])
def test_commands_wait_their_turn_quick_ones_overtake_and_signals_are_noted(phase: Phase) -> None:
    for command in COMMANDS:
        assert connection(phase).receive(command, 1.0) == Run(command)
    for quick in QUICK:
        assert connection(phase).receive(quick, 1.0) == Overtake(quick)
    for signal in SIGNALS:
        assert connection(phase).receive(signal, 1.0) == Take(signal)


def test_a_second_connect_is_refused_and_changes_nothing() -> None:
    live = connection()
    step = live.receive(replace(CONNECT, id=9), 1.0)
    assert isinstance(step, Refuse)
    assert (step.re, step.refusal.code) == (9, Code.VALIDATION)
    assert live.phase is Phase.LIVE
    assert live.receive(Ping(id=2), 1.0) == Overtake(Ping(id=2))


@pytest.mark.parametrize("number", [1, 4, 5])
def test_a_number_that_does_not_rise_is_refused(number: int) -> None:
    live = connection()
    live.receive(Ping(id=5), 1.0)
    step = live.receive(Ping(id=number), 1.0)
    assert isinstance(step, Refuse)
    assert [detail.field for detail in step.refusal.details] == ["id"]
    assert live.receive(Ping(id=6), 1.0) == Overtake(Ping(id=6))


@pytest.mark.parametrize("phase", [Phase.GREETING, Phase.JOINING, Phase.LIVE])
def test_what_cannot_be_answered_ends_the_connection(phase: Phase) -> None:
    step = connection(phase).receive(undecodable(None), 1.0)
    assert step == Leave(CloseCode.MALFORMED, "not a message of this wire version")


def test_a_message_that_is_wrong_in_a_field_is_refused_by_that_field() -> None:
    step = connection().receive(undecodable(7, field="data.offset"), 1.0)
    assert isinstance(step, Refuse)
    assert (step.re, step.refusal.code) == (7, Code.VALIDATION)
    assert [detail.field for detail in step.refusal.details] == ["data.offset"]


def test_a_message_that_is_wrong_as_a_whole_is_refused_as_the_message() -> None:
    step = connection().receive(undecodable(7, field=""), 1.0)
    assert isinstance(step, Refuse)
    assert [detail.field for detail in step.refusal.details] == ["message"]


def test_an_unknown_type_is_refused_as_such() -> None:
    step = connection().receive(undecodable(7, field="type"), 1.0)
    assert isinstance(step, Refuse)
    assert step.refusal.code is Code.UNKNOWN_TYPE


def test_a_wrong_message_before_connect_is_answered_and_ends_the_connection() -> None:
    step = connection(Phase.GREETING).receive(undecodable(7), 1.0)
    assert isinstance(step, Leave)
    assert (step.code, step.re) == (CloseCode.MALFORMED, 7)


@pytest.mark.parametrize("message", [CONNECT, *COMMANDS, *QUICK, *SIGNALS, undecodable()])
def test_a_closing_connection_ignores_what_still_comes(message: ClientMessage | Undecodable) -> None:
    closing = connection(Phase.CLOSING)
    assert closing.receive(message, 1.0) == Ignore()
    closing.joined()
    assert closing.phase is Phase.CLOSING


SMALL = Allowance(per_second=2.0, burst=5.0, flood=10.0)


def pings(live: Connection, first: int, count: int, now: float) -> list[Step]:
    return [live.receive(Ping(id=first + n), now) for n in range(count)]


def test_commands_beyond_the_burst_are_refused_until_the_time_that_the_refusal_names() -> None:
    live = connection(allowance=SMALL)
    *taken, refused = pings(live, 2, 5, 0.0)
    assert all(isinstance(step, Overtake) for step in taken)
    assert isinstance(refused, Refuse)
    assert refused.refusal.code is Code.RATE_LIMITED
    wait = refused.refusal.retry_after_seconds
    assert wait == 1
    assert live.receive(Ping(id=50), float(wait)) == Overtake(Ping(id=50))


@given(st.integers(1, 9), st.floats(0.1, 50.0))
def test_the_wait_that_a_refusal_names_is_always_enough(over: int, rate: float) -> None:
    live = connection(allowance=Allowance(per_second=rate, burst=5.0, flood=10.0))
    refused = pings(live, 2, 4 + over, 0.0)[-1]
    assert isinstance(refused, Refuse)
    assert refused.refusal.retry_after_seconds is not None
    assert isinstance(live.receive(Ping(id=50), float(refused.refusal.retry_after_seconds)), Overtake)


def test_a_refused_number_counts_as_used() -> None:
    live = connection(allowance=SMALL)
    pings(live, 2, 5, 0.0)
    step = live.receive(Ping(id=6), 10.0)
    assert isinstance(step, Refuse)
    assert step.refusal.code is Code.VALIDATION


def test_signals_beyond_the_burst_are_dropped_but_a_pong_is_a_life_sign() -> None:
    live = connection(allowance=SMALL)
    pings(live, 2, 5, 0.0)
    assert live.receive(SIGNALS[1], 0.0) == Ignore()
    assert live.receive(Pong(), 0.0) == Take(Pong())


def test_a_flood_ends_the_connection_whatever_it_is_made_of() -> None:
    for message in (Pong(), undecodable(), Ping(id=1)):
        live = connection(allowance=SMALL)
        steps = [live.receive(message, 0.0) for _ in range(15)]
        assert isinstance(steps[-1], Leave)
        assert steps[-1].code is CloseCode.RATE_LIMITED
        assert live.phase is Phase.CLOSING
        assert not any(isinstance(step, Leave) for step in steps[:-1])


NUMBERS = st.integers(1, 12)
MESSAGES = st.one_of(
    st.builds(lambda number: replace(CONNECT, id=number), NUMBERS),
    st.builds(lambda number, command: replace(command, id=number), NUMBERS, st.sampled_from(COMMANDS)),
    st.builds(lambda number, quick: replace(quick, id=number), NUMBERS, st.sampled_from(QUICK)),
    st.sampled_from(SIGNALS),
    st.builds(
        undecodable,
        st.none() | NUMBERS,
        field=st.sampled_from(["", "type", "id", "data.x"]),
    ),
)
ARROWS = {
    (Phase.GREETING, Phase.JOINING): Join,
    (Phase.GREETING, Phase.CLOSING): Leave,
    (Phase.JOINING, Phase.CLOSING): Leave,
    (Phase.LIVE, Phase.CLOSING): Leave,
}


@given(st.lists(st.tuples(MESSAGES, st.floats(0.0, 1.0), st.booleans()), max_size=40))
def test_any_sequence_is_answered_along_the_table_with_rising_numbers(
    sequence: list[tuple[ClientMessage | Undecodable, float, bool]],
) -> None:
    tried, now, last = Connection(0.0, SMALL), 0.0, 0
    for message, seconds, joined in sequence:
        now += seconds
        before = tried.phase
        step = tried.receive(message, now)
        if tried.phase is not before:
            assert type(step) is ARROWS[before, tried.phase]
        if isinstance(step, Join | Run | Overtake):
            number = step.connect.id if isinstance(step, Join) else step.command.id
            assert number > last
            last = number
        if before is Phase.CLOSING:
            assert step == Ignore()
        if joined:
            tried.joined()
