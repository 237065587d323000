"""A message is encoded once for each codec and framed once; what waits of it is bounded."""

import tracemalloc
from collections.abc import Callable
from itertools import count

import msgspec
import pytest
from websockets.frames import Frame, Opcode

from channels.backlog import Backlog, Overflow
from channels.wire.codec import Subprotocol
from server.live.encoded import BESIDE_BYTES, Encoded

DOCUMENT = b'{"topic":"user:1","offset":3,"data":{"a":[1,2.5,null,"\xc3\xa4"]}}'


def test_its_length_is_what_it_takes_in_json() -> None:
    assert len(Encoded(DOCUMENT)) == len(Encoded(DOCUMENT).frame(Subprotocol.JSON)) + BESIDE_BYTES


def test_json_is_the_document_itself() -> None:
    assert Encoded(DOCUMENT).payload(Subprotocol.JSON) == DOCUMENT


def test_messagepack_says_the_same() -> None:
    payload = Encoded(DOCUMENT).payload(Subprotocol.MSGPACK)
    assert msgspec.msgpack.decode(payload) == msgspec.json.decode(DOCUMENT)


@pytest.mark.parametrize(
    ("subprotocol", "opcode"), [(Subprotocol.JSON, Opcode.TEXT), (Subprotocol.MSGPACK, Opcode.BINARY)]
)
def test_a_frame_is_whole(subprotocol: Subprotocol, opcode: Opcode) -> None:
    encoded = Encoded(DOCUMENT)
    assert encoded.frame(subprotocol) == Frame(opcode, encoded.payload(subprotocol)).serialize(mask=False)


@pytest.mark.parametrize("size", [10, 1_000, 100_000])
@pytest.mark.parametrize("subprotocol", Subprotocol)
def test_a_message_of_any_size_says_the_same(size: int, subprotocol: Subprotocol) -> None:
    payload = Encoded(msgspec.json.encode("x" * size)).payload(subprotocol)
    read = msgspec.json if subprotocol is Subprotocol.JSON else msgspec.msgpack
    assert read.decode(payload) == "x" * size


@pytest.mark.parametrize("subprotocol", Subprotocol)
def test_every_socket_gets_the_same_bytes(subprotocol: Subprotocol) -> None:
    encoded = Encoded(DOCUMENT)
    assert encoded.frame(subprotocol) is encoded.frame(subprotocol)


def in_both(size: int) -> Encoded:
    """A message that sockets of both codecs have got."""
    encoded = Encoded(msgspec.json.encode("x" * size))
    for subprotocol in Subprotocol:
        encoded.frame(subprotocol)
    return encoded


def fill(line: Backlog[Encoded], add: Callable[[Encoded], None], size: int) -> None:
    """Add until no more can wait, or something was shed."""
    try:
        while not line.shed:
            add(in_both(size))
    except Overflow:
        pass


@pytest.mark.parametrize("size", [50, 200, 1_000, 10_000])
def test_all_that_waits_for_one_socket_takes_two_mebibytes_at_most(size: int) -> None:
    tracemalloc.start()
    try:
        line: Backlog[Encoded] = Backlog()
        fill(line, line.control, size)
        fill(line, line.event, size)
        fill(line, line.ephemeral, size)
        numbers, before = count(), -1
        while before < len(line):
            before = len(line)
            line.state(("notes:1", "note:pulse", str(next(numbers))), in_both(size))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(line) > 1_000_000
    assert taken <= 2 * 1024 * 1024
