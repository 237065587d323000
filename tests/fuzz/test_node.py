"""Whatever a client sends, a node answers by a defined reply or a defined close, and nothing of it is its fault."""

import asyncio
import secrets
from collections import Counter
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol as Offered

from channels.closing import CloseCode
from channels.connection import Allowance, Connection, Join, Leave, Overtake, Refuse, Run, Step
from channels.errors import Code
from channels.wire.codec import Subprotocol, Undecodable, decode, to_msgpack
from tests.fuzz.corpus import Case, cases, kept
from tests.fuzz.frames import Sequence, sequence
from tests.nodes import Fleet, Node, Person, register
from tests.schema import check_server_frame

SEED = 20261121
STANDARD_CODES = {1000, 1002, 1003, 1007, 1009}
DEFINED_CODES = STANDARD_CODES | set(CloseCode) - {CloseCode.INTERNAL}
OURS = {Code.INTERNAL, Code.UNAVAILABLE}
AT_ONCE = 8
ANSWERED_SECONDS = 10
LAST = 2**53 - 1
"""The number of the ping that comes after a sequence."""


class People:
    """Somebody who is signed in, and somebody new as soon as a sequence has signed them out."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._person: Person | None = None

    async def somebody(self) -> Person:
        """Return a person whose sign-in stands."""
        if self._person is None:
            self._person = await register(self._node)
        return self._person

    def signed_out(self) -> None:
        """Note that the sign-in has ended."""
        self._person = None


async def test_kept_sequences_end_in_defined_answers(fleet: Fleet) -> None:
    node = fleet.start("--sandbox")
    person = await register(node)
    for case in cases().values():
        await _converse(node, case.subprotocol, _greeted(case, person))
    _is_quiet(node)


@pytest.mark.timeout(300)
async def test_10000_frames_end_in_defined_answers(fleet: Fleet) -> None:
    await _fuzz(fleet, SEED, frames=10_000)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_200000_frames_that_are_new_each_time_end_in_defined_answers(fleet: Fleet) -> None:
    await _fuzz(fleet, secrets.randbits(32), frames=200_000)


def _greeted(case: Case, person: Person) -> Sequence:
    """Return a kept sequence with a token that this node knows."""
    token = person.access_token.encode()
    return [(payload.replace(b"(token)", token), text) for payload, text in case.sequence]


async def _fuzz(fleet: Fleet, seed: int, *, frames: int) -> None:
    # In a sandbox, so that no command is out of reach.
    node = fleet.start("--sandbox")
    left = [frames]
    async with asyncio.TaskGroup() as group:
        for number in range(AT_ONCE):
            group.create_task(_talk(node, Random(f"{seed} {number}"), left, f"fuzz-{number}"))
    _is_quiet(node)


async def _talk(node: Node, chance: Random, left: list[int], device: str) -> None:
    people = People(node)
    while left[0] > 0:
        subprotocol = chance.choice(list(Subprotocol))
        hello = _hello(chance, await people.somebody(), device) if chance.random() < 0.8 else None
        frames = sequence(chance, subprotocol, hello)
        left[0] -= len(frames)
        try:
            code = await _converse(node, subprotocol, frames)
        except (AssertionError, TimeoutError) as problem:
            pytest.fail(f"{problem!r}; kept as {kept(str(problem), subprotocol, frames)}")
        if code in {CloseCode.SIGNED_OUT, CloseCode.TOKEN_REFUSED}:
            people.signed_out()


def _hello(chance: Random, person: Person, device: str) -> dict[str, Any]:
    data: dict[str, Any] = {"token": person.access_token, "device": device}
    if chance.random() < 0.5:
        epoch, offset = chance.choice(("1", "1", "1", "2", "x")), chance.choice((0, 1, 2, 5, 2**53 - 1))
        data["positions"] = {person.topic: [epoch, offset]}
    return {"id": 1, "type": "connect", "data": data}


class Account:
    """What a sequence has to come to, by the core's rules: which numbers are answered how often, and whether it ends."""

    def __init__(self, subprotocol: Subprotocol, frames: Sequence) -> None:
        self.open: Counter[int] = Counter()
        self.ends = False
        connection = Connection(0.0, Allowance(per_second=0.0, burst=1e9, flood=1e9))
        for payload, text in frames:
            self.ends = self.ends or text is (subprotocol is Subprotocol.MSGPACK)
            try:
                step = connection.receive(decode(payload, subprotocol), 0.0)
            except Undecodable as problem:
                step = connection.receive(problem, 0.0)
            self._note(step)
            connection.joined()

    def answered(self, number: int) -> None:
        """Note an answer; each question has one."""
        assert self.open[number] > 0, f"nobody asked {number}"
        self.open[number] -= 1

    @property
    def settled(self) -> bool:
        """Say whether all is answered."""
        return not any(self.open.values())

    def _note(self, step: Step) -> None:
        match step:
            case Join(command) | Run(command) | Overtake(command):
                self.open[command.id] += 1
            case Refuse(re, _):
                self.open[re] += 1
            case Leave(_, _, re, _):
                self.open[re or 0] += re is not None
                self.ends = True


async def _converse(node: Node, subprotocol: Subprotocol, frames: Sequence) -> int:
    """Send the frames and a last ping; return the code of the close that comes, or of our own."""
    last = b'{"id":%d,"type":"ping"}' % LAST
    if subprotocol is Subprotocol.MSGPACK:
        last = to_msgpack(last)
    everything = [*frames, (last, subprotocol is Subprotocol.JSON)]
    account = Account(subprotocol, everything)
    offered = [Offered(subprotocol)]
    # Without a bound on what waits here: a client that stops reading would not see the answer to its close.
    async with connect(node.live_url, subprotocols=offered, ping_interval=None, max_queue=None) as socket:
        with suppress(ConnectionClosed):
            for payload, text in everything:
                await socket.send(payload, text=text)
        async with asyncio.timeout(ANSWERED_SECONDS):
            await _read_to_the_end(socket, account)
    code = socket.close_code
    assert code in DEFINED_CODES, f"closed with {code}"
    return code


async def _read_to_the_end(socket: ClientConnection, account: Account) -> None:
    """Read until the server closes or all is answered; each frame is one that the protocol knows."""
    with suppress(ConnectionClosed):
        while account.ends or not account.settled:
            frame = check_server_frame(await socket.recv())
            if isinstance(frame, dict) and "re" in frame:
                account.answered(frame["re"])
            if isinstance(frame, dict) and "error" in frame:
                assert frame["error"]["code"] in set(Code) - OURS, frame


def _is_quiet(node: Node) -> None:
    log = node.log.read_text()
    assert "Traceback" not in log, log[-5000:]
    assert "[error" not in log, log[-5000:]
    assert node.process.poll() is None
