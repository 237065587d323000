"""Section 5: data framing."""

from struct import pack

import pytest

from channels.wire.codec import MAX_MESSAGE_BYTES, Subprotocol, to_msgpack
from tests.faults.rfc6455.conftest import Open
from tests.faults.rfc6455.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Frame,
    Raw,
    closing,
    command,
    sent,
    shortest,
)
from tests.nodes import Person


def padded(number: int, size: int) -> bytes:
    """Return a command of this many bytes."""
    return command(number).ljust(size)


async def answers(raw: Raw, *numbers: int) -> None:
    """The next frames are the replies to these pings of the application."""
    for number in numbers:
        assert await raw.reply() == {"re": number, "data": {}}


class TestMasking:
    """Sections 5.1 and 5.3."""

    async def test_5_1_a_frame_without_mask_closes_with_1002(self, socket: Raw) -> None:
        socket.send(b"\x81" + shortest(2) + b"{}")
        assert (await socket.closed())[0] == 1002

    @pytest.mark.parametrize("opcode", [CLOSE, PING, PONG])
    async def test_5_1_a_control_frame_without_mask_closes_with_1002(self, socket: Raw, opcode: int) -> None:
        socket.send(bytes((0x80 | opcode, 0)))
        assert (await socket.closed())[0] == 1002

    async def test_5_1_no_frame_of_the_server_is_masked(self, socket: Raw, person: Person) -> None:
        # Each frame that these tests read is held against this; here are one of each kind and each form of length.
        assert "data" in await socket.greet(person)
        socket.send(sent(PING, b"?"))
        assert (await socket.frame()).opcode == PONG
        socket.send(closing(1000))
        assert (await socket.frame()).opcode == CLOSE

    async def test_5_3_a_mask_of_zeros_is_a_mask(self, live: Raw) -> None:
        live.send(sent(TEXT, command(2), mask=bytes(4)))
        await answers(live, 2)

    async def test_5_3_each_frame_has_a_mask_of_its_own(self, live: Raw) -> None:
        whole = command(2)
        live.send(sent(TEXT, whole[:5], final=False, mask=b"abcd"))
        live.send(sent(CONTINUATION, whole[5:], mask=b"\xff\x00\x80\x01"))
        await answers(live, 2)

    @pytest.mark.parametrize("rest", range(4))
    async def test_5_3_the_mask_repeats_over_any_length(self, live: Raw, rest: int) -> None:
        live.send(sent(TEXT, padded(2, 200 + rest)))
        await answers(live, 2)


class TestBaseFraming:
    """Section 5.2."""

    @pytest.mark.parametrize("bits", [0x40, 0x20, 0x10, 0x70])
    async def test_5_2_a_reserved_bit_closes_with_1002(self, socket: Raw, bits: int) -> None:
        socket.send(sent(TEXT, b"{}", bits=bits))
        assert (await socket.closed())[0] == 1002

    async def test_5_2_a_reserved_bit_on_a_control_frame_closes_with_1002(self, socket: Raw) -> None:
        socket.send(sent(PING, bits=0x40))
        assert (await socket.closed())[0] == 1002

    async def test_5_2_a_reserved_bit_on_a_later_fragment_closes_with_1002(self, socket: Raw) -> None:
        socket.send(sent(TEXT, b"{", final=False) + sent(CONTINUATION, b"}", bits=0x40))
        assert (await socket.closed())[0] == 1002

    @pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7])
    async def test_5_2_a_reserved_data_opcode_closes_with_1002(self, socket: Raw, opcode: int) -> None:
        socket.send(sent(opcode, b"{}"))
        assert (await socket.closed())[0] == 1002

    @pytest.mark.parametrize("opcode", [11, 12, 13, 14, 15])
    async def test_5_2_a_reserved_control_opcode_closes_with_1002(self, socket: Raw, opcode: int) -> None:
        socket.send(sent(opcode))
        assert (await socket.closed())[0] == 1002

    @pytest.mark.parametrize("size", [125, 126, 127, 65_535, MAX_MESSAGE_BYTES])
    async def test_5_2_every_form_of_the_length_is_read(self, live: Raw, size: int) -> None:
        live.send(sent(TEXT, padded(2, size)))
        await answers(live, 2)

    @pytest.mark.parametrize(
        ("size", "form"),
        [
            (0, b"\x7e\x00\x00"),
            (125, b"\x7e\x00\x7d"),
            (125, b"\x7f" + pack("!Q", 125)),
            (65_535, b"\x7f" + pack("!Q", 65_535)),
        ],
        ids=["0 in 16 bits", "125 in 16 bits", "125 in 64 bits", "65,535 in 64 bits"],
    )
    async def test_5_2_a_length_that_is_not_in_its_shortest_form_closes_with_1002(
        self, socket: Raw, size: int, form: bytes
    ) -> None:
        socket.send(sent(TEXT, b" " * size, length=form))
        assert (await socket.closed())[0] == 1002

    async def test_5_2_a_64_bit_length_with_its_highest_bit_closes_with_1002(self, socket: Raw) -> None:
        socket.send(sent(BINARY, length=b"\x7f" + pack("!Q", 1 << 63)))
        assert (await socket.closed())[0] == 1002

    async def test_5_2_the_server_gives_lengths_in_their_shortest_form(self, live: Raw) -> None:
        # Each frame that these tests read is held against this; here are replies on both sides of the first border.
        live.send(sent(TEXT, command(2)) + sent(TEXT, command(3, "x" * 150)))
        await answers(live, 2)
        assert len((await live.frame()).payload) > 125

    async def test_5_2_frames_may_come_in_single_bytes(self, live: Raw) -> None:
        for byte in sent(PING, b"?") + sent(TEXT, padded(2, 140)):
            live.send(bytes((byte,)))
            await live.sent()
        assert await live.frame() == Frame(PONG, b"?")
        await answers(live, 2)

    async def test_5_2_many_frames_may_come_in_one_segment(self, live: Raw) -> None:
        live.send(b"".join(sent(TEXT, command(number)) for number in range(2, 12)))
        await answers(live, *range(2, 12))


class TestFragmentation:
    """Section 5.4."""

    async def test_5_4_two_fragments_are_one_message(self, live: Raw) -> None:
        whole = command(2)
        live.send(sent(TEXT, whole[:9], final=False) + sent(CONTINUATION, whole[9:]))
        await answers(live, 2)

    async def test_5_4_a_message_may_have_a_fragment_for_each_byte(self, live: Raw) -> None:
        first, *between, last = (bytes((byte,)) for byte in command(2))
        live.send(sent(TEXT, first, final=False))
        for byte in between:
            live.send(sent(CONTINUATION, byte, final=False))
        live.send(sent(CONTINUATION, last))
        await answers(live, 2)

    async def test_5_4_fragments_may_be_empty(self, live: Raw) -> None:
        empty = sent(CONTINUATION, final=False)
        live.send(sent(TEXT, final=False) + empty + sent(CONTINUATION, command(2), final=False) + empty)
        live.send(sent(CONTINUATION))
        await answers(live, 2)

    async def test_5_4_a_control_frame_may_come_between_fragments(self, live: Raw) -> None:
        whole = command(2)
        live.send(sent(TEXT, whole[:9], final=False) + sent(PING, b"between"))
        assert await live.frame() == Frame(PONG, b"between")
        live.send(sent(PONG, b"unasked") + sent(CONTINUATION, whole[9:]))
        await answers(live, 2)

    async def test_5_4_a_close_may_come_between_fragments(self, live: Raw) -> None:
        live.send(sent(TEXT, command(2)[:9], final=False) + closing(1001))
        assert (await live.closed())[0] == 1001

    async def test_5_4_the_first_fragment_says_what_kind_the_message_is(self, open_socket: Open) -> None:
        raw: Raw = await open_socket(subprotocol=Subprotocol.MSGPACK)
        packed = to_msgpack(command(1))
        raw.send(sent(BINARY, packed[:3], final=False) + sent(CONTINUATION, packed[3:]))
        assert (await raw.frame()).opcode == BINARY, "as binary it is a message, and refused as one"
        assert (await raw.closed())[0] == 4501

    async def test_5_4_two_fragmented_messages_may_follow_each_other(self, live: Raw) -> None:
        for number in (2, 3):
            whole = command(number)
            live.send(sent(TEXT, whole[:9], final=False) + sent(CONTINUATION, whole[9:]))
        await answers(live, 2, 3)

    async def test_5_4_a_continuation_of_nothing_closes_with_1002(self, socket: Raw) -> None:
        socket.send(sent(CONTINUATION, b"{}"))
        assert (await socket.closed())[0] == 1002

    async def test_5_4_a_continuation_behind_a_whole_message_closes_with_1002(self, live: Raw) -> None:
        live.send(sent(TEXT, command(2)))
        await answers(live, 2)
        live.send(sent(CONTINUATION, b"{}"))
        assert (await live.closed())[0] == 1002

    @pytest.mark.parametrize("opcode", [TEXT, BINARY])
    async def test_5_4_fragments_of_two_messages_are_not_interleaved(self, socket: Raw, opcode: int) -> None:
        socket.send(sent(TEXT, b"{", final=False) + sent(opcode, b"{}"))
        assert (await socket.closed())[0] == 1002

    @pytest.mark.parametrize("opcode", [CLOSE, PING, PONG])
    async def test_5_4_a_control_frame_in_fragments_closes_with_1002(self, socket: Raw, opcode: int) -> None:
        socket.send(sent(opcode, final=False))
        assert (await socket.closed())[0] == 1002


class TestControlFrames:
    """Section 5.5."""

    @pytest.mark.parametrize("opcode", [CLOSE, PING, PONG])
    async def test_5_5_a_control_frame_of_126_bytes_closes_with_1002(self, socket: Raw, opcode: int) -> None:
        socket.send(sent(opcode, b"\x03\xe8" + b"x" * 124))
        assert (await socket.closed())[0] == 1002

    async def test_5_5_1_a_close_is_answered_by_a_close(self, socket: Raw) -> None:
        socket.send(closing(1000))
        assert (await socket.closed())[0] == 1000
        assert await socket.end() == b""

    async def test_5_5_1_what_the_client_sends_behind_its_close_is_not_read(self, live: Raw) -> None:
        live.send(closing(1000) + sent(TEXT, command(2)) + b"\xff\xff")
        assert (await live.closed())[0] == 1000
        assert await live.end() == b""

    async def test_5_5_1_the_server_sends_no_data_behind_its_close(self, live: Raw) -> None:
        live.send(sent(TEXT, b"no message at all") + sent(TEXT, command(2)))
        assert (await live.closed())[0] == 4501
        live.send(sent(TEXT, command(3)) + closing(4501))
        assert await live.end() == b""

    async def test_5_5_2_a_ping_is_answered_with_its_payload(self, socket: Raw) -> None:
        socket.send(sent(PING, b"Hello"))
        assert await socket.frame() == Frame(PONG, b"Hello")

    @pytest.mark.parametrize(
        "payload", [b"", b"\x00\xff\xfe", b"x" * 125], ids=["empty", "binary", "longest"]
    )
    async def test_5_5_2_any_payload_of_a_ping_comes_back(self, socket: Raw, payload: bytes) -> None:
        socket.send(sent(PING, payload))
        assert await socket.frame() == Frame(PONG, payload)

    async def test_5_5_2_a_ping_is_answered_between_messages(self, live: Raw) -> None:
        live.send(sent(PING, b"1") + sent(TEXT, command(2)))
        frames = [await live.frame(), await live.frame()]
        assert Frame(PONG, b"1") in frames

    async def test_5_5_2_a_ping_is_answered_until_the_close_of_the_client_has_come(self, live: Raw) -> None:
        live.send(sent(TEXT, b"no message at all"))
        assert (await live.closed())[0] == 4501
        live.send(sent(PING, b"still there?"))
        assert await live.frame() == Frame(PONG, b"still there?")
        live.send(closing(4501))
        assert await live.end() == b""

    async def test_5_5_2_a_ping_behind_the_close_of_the_client_is_not_answered(self, socket: Raw) -> None:
        socket.send(closing(1000) + sent(PING, b"late"))
        assert (await socket.closed())[0] == 1000
        assert await socket.end() == b""

    async def test_5_5_3_of_several_pings_the_newest_is_answered(self, socket: Raw) -> None:
        socket.send(sent(PING, b"1") + sent(PING, b"2") + sent(PING, b"3"))
        pong = await socket.frame()
        while pong.payload != b"3":
            assert pong.opcode == PONG
            pong = await socket.frame()

    async def test_5_5_3_pings_one_by_one_are_each_answered(self, socket: Raw) -> None:
        for number in range(5):
            socket.send(sent(PING, b"%d" % number))
            assert await socket.frame() == Frame(PONG, b"%d" % number)

    async def test_5_5_3_a_pong_that_nobody_asked_for_is_not_answered(self, live: Raw) -> None:
        live.send(sent(PONG, b"unasked") + sent(PONG) + sent(TEXT, command(2)))
        await answers(live, 2)


class TestDataFrames:
    """Section 5.6."""

    async def test_5_6_text_is_answered_in_text(self, live: Raw) -> None:
        live.send(sent(TEXT, command(2)))
        assert (await live.frame()).opcode == TEXT

    async def test_5_6_binary_is_answered_in_binary(self, open_socket: Open) -> None:
        raw: Raw = await open_socket(subprotocol=Subprotocol.MSGPACK)
        raw.send(sent(BINARY, to_msgpack(command(1))))
        assert (await raw.frame()).opcode == BINARY

    async def test_5_6_an_empty_message_is_a_message(self, socket: Raw) -> None:
        socket.send(sent(TEXT))
        assert (await socket.closed())[0] == 4501
