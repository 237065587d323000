"""Whatever a client sends, a node answers by a defined reply or a defined close, and nothing of it is its fault."""

import asyncio
import random
from random import Random
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol as Offered

from channels.closing import CloseCode
from channels.errors import Code
from channels.wire.codec import Subprotocol, to_msgpack
from tests.fuzz.frames import Sequence, corpus, encoded, kept, sequence
from tests.nodes import Fleet, Node, Person, register
from tests.schema import check_server_frame

SEED = 20261121
STANDARD_CODES = {1000, 1002, 1003, 1007, 1009}
DEFINED_CODES = STANDARD_CODES | set(CloseCode) - {CloseCode.INTERNAL}
OURS = {Code.INTERNAL, Code.UNAVAILABLE}
AT_ONCE = 8
ANSWERED_SECONDS = 10


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


async def test_sequences_that_once_found_something(fleet: Fleet) -> None:
    node = fleet.start()
    person = await register(node)
    hello = {"id": 1, "type": "connect", "data": {"token": person.access_token, "device": "corpus"}}
    for case in corpus():
        first = [encoded(hello, case.subprotocol)] if case.signed_in else []
        await _converse(node, case.subprotocol, [*first, *case.frames])
    _is_quiet(node)


@pytest.mark.timeout(300)
async def test_10000_frames_end_in_defined_answers(fleet: Fleet) -> None:
    await _fuzz(fleet, frames=10_000)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_200000_frames_end_in_defined_answers(fleet: Fleet) -> None:
    await _fuzz(fleet, frames=200_000)


async def _fuzz(fleet: Fleet, *, frames: int) -> None:
    node = fleet.start()
    left = [frames]
    async with asyncio.TaskGroup() as group:
        for number in range(AT_ONCE):
            group.create_task(_talk(node, Random(SEED + number), left, f"fuzz-{number}"))
    _is_quiet(node)


async def _talk(node: Node, chance: random.Random, left: list[int], device: str) -> None:
    people = People(node)
    while left[0] > 0:
        subprotocol = chance.choice(list(Subprotocol))
        hello: dict[str, Any] | None = None
        if chance.random() < 0.8:
            person = await people.somebody()
            hello = {"id": 1, "type": "connect", "data": {"token": person.access_token, "device": device}}
        frames = sequence(chance, subprotocol, hello)
        left[0] -= len(frames)
        try:
            code = await _converse(node, subprotocol, frames)
        except (AssertionError, TimeoutError):
            pytest.fail(f"found: {kept(subprotocol, frames, signed_in=hello is not None)}")
        if code in {CloseCode.SIGNED_OUT, CloseCode.TOKEN_REFUSED}:
            people.signed_out()


async def _converse(node: Node, subprotocol: Subprotocol, frames: Sequence) -> int:
    """Send the frames and a last ping; return the code of the close that comes, or of our own."""
    async with connect(node.live_url, subprotocols=[Offered(subprotocol)], ping_interval=None) as socket:
        try:
            for payload, text in frames:
                await socket.send(payload, text=text)
            await _say_last(socket, subprotocol)
        except ConnectionClosed:
            pass
        async with asyncio.timeout(ANSWERED_SECONDS):
            await _read_to_the_end(socket)
    code = socket.close_code
    assert code in DEFINED_CODES, f"closed with {code}"
    return code


LAST = 2**53 - 1


async def _say_last(socket: ClientConnection, subprotocol: Subprotocol) -> None:
    document = b'{"id":%d,"type":"ping"}' % LAST
    json_ = subprotocol is Subprotocol.JSON
    await socket.send(document if json_ else to_msgpack(document), text=json_)


async def _read_to_the_end(socket: ClientConnection) -> None:
    """Read until the server closes or has answered the last ping; each frame is one that the protocol knows."""
    try:
        while True:
            frame = check_server_frame(await socket.recv())
            if isinstance(frame, dict) and "error" in frame:
                assert frame["error"]["code"] in set(Code) - OURS, frame
            if isinstance(frame, dict) and frame.get("re") == LAST:
                return
    except ConnectionClosed:
        return


def _is_quiet(node: Node) -> None:
    log = node.log.read_text()
    assert "Traceback" not in log, log[-5000:]
    assert "[error" not in log, log[-5000:]
    assert node.process.poll() is None
