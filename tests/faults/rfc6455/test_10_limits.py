"""Section 10.4: limits of the implementation, each acting before what is too much is taken in; and 7.4.1's codes."""

from struct import pack

import pytest

from channels.wire.codec import MAX_MESSAGE_BYTES, Subprotocol
from tests.faults.rfc6455.conftest import Open
from tests.faults.rfc6455.raw import BINARY, CONTINUATION, PING, TEXT, Raw, command, opening, sent

HALF = b" " * (MAX_MESSAGE_BYTES // 2)


async def test_10_4_the_longest_message_is_taken(live: Raw) -> None:
    live.send(sent(TEXT, command(2).rjust(MAX_MESSAGE_BYTES)))
    assert await live.reply() == {"re": 2, "data": {}}


@pytest.mark.parametrize("length", [MAX_MESSAGE_BYTES + 1, 1 << 32, (1 << 63) - 1])
async def test_10_4_a_longer_one_closes_with_1009_by_its_header_alone(socket: Raw, length: int) -> None:
    socket.send(sent(TEXT, length=b"\x7f" + pack("!Q", length)))
    assert (await socket.closed())[0] == 1009


async def test_10_4_fragments_count_together(live: Raw) -> None:
    live.send(sent(TEXT, HALF, final=False) + sent(CONTINUATION, command(2).rjust(len(HALF))))
    assert await live.reply() == {"re": 2, "data": {}}


async def test_10_4_a_fragment_over_the_sum_closes_with_1009_by_its_header_alone(socket: Raw) -> None:
    socket.send(
        sent(TEXT, HALF, final=False) + sent(CONTINUATION, length=b"\x7e" + pack("!H", len(HALF) + 1))
    )
    assert (await socket.closed())[0] == 1009


async def test_10_4_fragments_without_end_close_with_1008(socket: Raw) -> None:
    socket.send(sent(TEXT, final=False) + sent(CONTINUATION, final=False) * 256)
    assert (await socket.closed())[0] == 1008


async def test_10_4_control_frames_without_end_close_with_1008(socket: Raw) -> None:
    socket.send(sent(PING) * 300)
    code, _ = await _past_pongs(socket)
    assert code == 1008


async def test_10_4_a_handshake_without_end_is_refused(dial: Open) -> None:
    raw = await dial()
    raw.send(opening()[:-2] + b"X: " + b"x" * 2_000_000)
    assert (await raw.answer()).status == 431


@pytest.mark.parametrize(
    ("subprotocol", "opcode"), [(Subprotocol.JSON, BINARY), ("", BINARY), (Subprotocol.MSGPACK, TEXT)]
)
async def test_7_4_1_the_other_kind_of_message_closes_with_1003(
    open_socket: Open, subprotocol: str, opcode: int
) -> None:
    raw: Raw = await open_socket(subprotocol=subprotocol)
    raw.send(sent(opcode, b"{}"))
    assert (await raw.closed())[0] == 1003


async def test_10_7_what_is_no_message_closes_with_a_code_of_ours(socket: Raw) -> None:
    socket.send(sent(TEXT, b"no message at all"))
    assert (await socket.closed())[0] == 4501


async def _past_pongs(raw: Raw) -> tuple[int, bytes]:
    while (frame := await raw.frame()).opcode == 0xA:
        pass
    assert frame.opcode == 0x8
    return int.from_bytes(frame.payload[:2], "big"), frame.payload[2:]
