"""Whatever a client sends, the core answers with a defined step: without IO, and so in numbers."""

import secrets
from random import Random

import pytest

from channels.closing import CloseCode
from channels.connection import Connection, Ignore, Join, Leave, Overtake, Phase, Refuse, Run, Step, Take
from channels.errors import CATALOGUE, Code, Refusal
from channels.wire.codec import Subprotocol, Undecodable, decode, encode
from channels.wire.envelope import Command, Reply
from tests.fuzz.corpus import Case, cases, kept, smallest
from tests.fuzz.frames import Sequence, sequence
from tests.schema import check_client_frame, check_server_frame

SEED = 20261121
HELLO = {"id": 1, "type": "connect", "data": {"token": "t", "device": "d"}}
OURS = {Code.INTERNAL, Code.UNAVAILABLE}
"""What must never be the answer to bad input."""
LARGEST_REFUSAL = 4_096
CLOSE_REASON = 123
"""The bytes that a close frame has room for (RFC 6455, section 5.5)."""


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in cases().items()])
def test_kept_sequences_have_a_defined_meaning(case: Case) -> None:
    _follow(case.subprotocol, case.sequence)


def test_10000_frames_have_a_defined_meaning() -> None:
    _fuzz(SEED, 10_000)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_200000_frames_that_are_new_each_time_have_a_defined_meaning() -> None:
    _fuzz(secrets.randbits(32), 200_000)


def _fuzz(seed: int, frames: int) -> None:
    chance = Random(seed)
    while frames > 0:
        subprotocol = chance.choice(list(Subprotocol))
        made = sequence(chance, subprotocol, HELLO if chance.random() < 0.8 else None)
        frames -= len(made)
        if _fails(subprotocol, made):
            found = smallest(made, lambda fewer, codec=subprotocol: _fails(codec, fewer))  # type: ignore[misc]
            kept(f"found with seed {seed}", subprotocol, found)
            _follow(subprotocol, found)


def _fails(subprotocol: Subprotocol, frames: Sequence) -> bool:
    try:
        _follow(subprotocol, frames)
    except Exception:  # noqa: BLE001 - whatever it is, something was found
        return True
    return False


def _follow(subprotocol: Subprotocol, frames: Sequence) -> None:
    connection = Connection(0.0)
    for moment, (payload, _) in enumerate(frames):
        before = connection.phase
        try:
            message = decode(payload, subprotocol)
        except Undecodable as problem:
            step = connection.receive(problem, float(moment))
        else:
            # What the codec takes is what the schema allows: nothing slips through between the two.
            check_client_frame(encode(message))
            step = connection.receive(message, float(moment))
        _is_defined(step, before, connection.phase)
        if moment % 2:
            connection.joined()


def _is_defined(step: Step, before: Phase, after: Phase) -> None:
    match step:
        case Join():
            assert (before, after) == (Phase.GREETING, Phase.JOINING)
        case Run(command) | Overtake(command):
            assert before is after in {Phase.JOINING, Phase.LIVE}
            assert isinstance(command, Command)
        case Take() | Ignore():
            assert before is after is not Phase.GREETING
        case Refuse(re, refusal):
            assert before is after in {Phase.JOINING, Phase.LIVE}
            _is_the_clients_fault(re, refusal)
        case Leave(code, reason, re, refusal):
            assert after is Phase.CLOSING
            assert code in set(CloseCode) - {CloseCode.INTERNAL}
            assert len(reason.encode()) <= CLOSE_REASON
            assert (re is None) == (refusal is None)
            if re is not None and refusal is not None:
                _is_the_clients_fault(re, refusal)


def _is_the_clients_fault(re: int, refusal: Refusal) -> None:
    assert refusal.code in set(CATALOGUE) - OURS
    document = encode(Reply(re=re, error=refusal.error()))
    assert len(document) <= LARGEST_REFUSAL
    check_server_frame(document)
