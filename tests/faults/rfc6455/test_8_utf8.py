"""Section 8: errors in UTF-8."""

import pytest

from channels.wire.codec import Subprotocol
from tests.faults.rfc6455.conftest import Open
from tests.faults.rfc6455.raw import BINARY, CONTINUATION, PING, PONG, TEXT, Frame, Raw, command, sent

MALFORMED = {
    "a byte that never stands": b"\xff",
    "a continuation alone": b"\x80",
    "cut off": b"\xe2\x82",
    "half a surrogate": b"\xed\xa0\x80",
    "not its shortest form": b"\xc0\xaf",
    "beyond Unicode": b"\xf4\x90\x80\x80",
}
EURO = "€".encode()


def unknown(words: bytes) -> bytes:
    """Return a command of a type that nobody knows, told with these words."""
    return command(2, "(words)").replace(b"(words)", words)


@pytest.mark.parametrize("words", MALFORMED.values(), ids=MALFORMED)
async def test_8_1_text_that_is_no_utf8_closes_with_1007(live: Raw, words: bytes) -> None:
    live.send(sent(TEXT, unknown(words)))
    assert (await live.closed())[0] == 1007


async def test_8_1_it_does_so_before_connect_too(socket: Raw) -> None:
    socket.send(sent(TEXT, b"\xff"))
    assert (await socket.closed())[0] == 1007


async def test_8_1_a_long_text_is_looked_at_to_its_end(socket: Raw) -> None:
    socket.send(sent(TEXT, b" " * 60_000 + b"\xff"))
    assert (await socket.closed())[0] == 1007


async def test_8_1_a_character_may_be_split_between_fragments(live: Raw) -> None:
    before, behind = unknown(EURO).split(EURO)
    live.send(sent(TEXT, before + EURO[:1], final=False) + sent(CONTINUATION, EURO[1:2], final=False))
    live.send(sent(CONTINUATION, EURO[2:] + behind))
    assert (await live.reply())["error"]["code"] == "VAL_004"


async def test_8_1_fragments_that_are_no_utf8_together_close_with_1007(live: Raw) -> None:
    before, behind = unknown(EURO).split(EURO)
    live.send(sent(TEXT, before + EURO[:2], final=False) + sent(CONTINUATION, behind))
    assert (await live.closed())[0] == 1007


async def test_8_1_the_first_fragment_alone_may_be_what_is_wrong(live: Raw) -> None:
    live.send(sent(TEXT, b"\xff", final=False) + sent(CONTINUATION, b"{}"))
    assert (await live.closed())[0] == 1007


async def test_8_1_every_character_of_unicode_is_taken(live: Raw) -> None:
    live.send(sent(TEXT, unknown("ä€𝄞\U0010ffff\ufeff".encode())))
    assert (await live.reply())["error"]["code"] == "VAL_004"


async def test_8_1_a_ping_may_hold_anything(socket: Raw) -> None:
    socket.send(sent(PING, b"\xff\xfe"))
    assert await socket.frame() == Frame(PONG, b"\xff\xfe")


async def test_8_1_binary_may_hold_anything(open_socket: Open) -> None:
    raw: Raw = await open_socket(subprotocol=Subprotocol.MSGPACK)
    raw.send(sent(BINARY, b"\xff\xfe"))
    assert (await raw.closed())[0] == 4501, "a whole message, and none of ours"
