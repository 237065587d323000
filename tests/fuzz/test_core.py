"""The same frames against the codec and the connection's state machine alone: total, and never anything undefined."""

from random import Random
from typing import TYPE_CHECKING, assert_never

import pytest

from channels.closing import CloseCode
from channels.connection import Connection, Ignore, Join, Leave, Overtake, Phase, Refuse, Run, Step, Take
from channels.errors import CATALOGUE
from channels.wire.codec import Subprotocol, Undecodable, decode, encode
from channels.wire.envelope import Reply
from tests.fuzz.frames import Sequence, corpus, sequence

if TYPE_CHECKING:
    from channels.wire.registry import ClientMessage

SEED = 20261121
HELLO = {"id": 1, "type": "connect", "data": {"token": "t", "device": "d"}}


def test_sequences_that_once_found_something() -> None:
    for subprotocol, frames in corpus():
        _follow(subprotocol, frames)


def test_10000_frames_have_a_defined_meaning() -> None:
    _fuzz(10_000)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_200000_frames_have_a_defined_meaning() -> None:
    _fuzz(200_000)


def _fuzz(frames: int) -> None:
    chance = Random(SEED)
    while frames > 0:
        subprotocol = chance.choice(list(Subprotocol))
        made = sequence(chance, subprotocol, HELLO if chance.random() < 0.8 else None)
        frames -= len(made)
        _follow(subprotocol, made)


def _follow(subprotocol: Subprotocol, frames: Sequence) -> None:
    connection = Connection(0.0)
    for moment, (payload, _) in enumerate(frames):
        message: ClientMessage | Undecodable
        try:
            message = decode(payload, subprotocol)
        except Undecodable as problem:
            message = problem
        _is_defined(connection.receive(message, float(moment)), connection)


def _is_defined(step: Step, connection: Connection) -> None:
    match step:
        case Join():
            assert connection.phase is Phase.JOINING
            connection.joined()
        case Refuse(re, refusal):
            assert refusal.code in CATALOGUE
            assert encode(Reply(re=re, error=refusal.error()))
        case Leave(code):
            assert code in set(CloseCode)
            assert connection.phase is Phase.CLOSING
        case Ignore():
            pass
        case Run() | Overtake() | Take():
            assert connection.phase is Phase.LIVE
        case _:
            assert_never(step)
