"""Reading a client's frames, grouped by the sections of RFC 6455."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame
from websockets.frames import Opcode as TheirOpcode

from server.live.frames import (
    NO_CODE,
    Close,
    Event,
    FrameError,
    FrameReader,
    Message,
    Opcode,
    Ping,
    Pong,
    frame,
)

LIMIT = 64 * 1024
MASK = b"\x17\x2a\xf0\x81"


def masked(payload: bytes) -> bytes:
    return bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


def sent(
    opcode: int, payload: bytes = b"", *, final: bool = True, bits: int = 0, length: bytes = b""
) -> bytes:
    """A client's frame; `length` replaces the shortest form of the length."""
    if not length:
        length = frame(Opcode.BINARY, payload)[1 : len(frame(Opcode.BINARY, payload)) - len(payload)]
    first = (0x80 if final else 0) | bits | opcode
    return bytes((first, length[0] | 0x80)) + length[1:] + MASK + masked(payload)


def text(words: str, *, final: bool = True) -> bytes:
    return sent(Opcode.TEXT, words.encode(), final=final)


def more(payload: bytes, *, final: bool = False) -> bytes:
    return sent(Opcode.CONTINUATION, payload, final=final)


def read(*chunks: bytes) -> list[Event]:
    reader = FrameReader()
    return [event for chunk in chunks for event in reader.feed(chunk)]


def failing(*chunks: bytes) -> FrameError:
    with pytest.raises(FrameError) as caught:
        read(*chunks)
    return caught.value


class TestBaseFraming:
    """Section 5.2."""

    def test_a_small_text_message_is_read(self) -> None:
        assert read(text("hello")) == [Message(b"hello", text=True)]

    def test_a_small_binary_message_is_read(self) -> None:
        assert read(sent(Opcode.BINARY, b"\xff\x00")) == [Message(b"\xff\x00", text=False)]

    def test_an_empty_message_is_a_message(self) -> None:
        assert read(text("")) == [Message(b"", text=True)]

    @pytest.mark.parametrize("size", [124, 125, 126, 127, 128, 65_534, 65_535, 65_536])
    def test_every_form_of_the_length_is_read(self, size: int) -> None:
        payload = b"x" * size
        assert read(sent(Opcode.BINARY, payload)) == [Message(payload, text=False)]

    def test_several_frames_in_one_segment_come_in_order(self) -> None:
        assert read(text("a") + text("b") + sent(Opcode.BINARY, b"c")) == [
            Message(b"a", text=True),
            Message(b"b", text=True),
            Message(b"c", text=False),
        ]

    @pytest.mark.parametrize("bits", [0x40, 0x20, 0x10, 0x70])
    def test_a_reserved_bit_fails_with_1002(self, bits: int) -> None:
        assert failing(sent(Opcode.TEXT, b"x", bits=bits)).code == 1002

    @pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
    def test_a_reserved_opcode_fails_with_1002(self, opcode: int) -> None:
        assert failing(sent(opcode, b"x")).code == 1002

    @pytest.mark.parametrize(
        "length",
        [
            b"\x7e\x00\x05",
            b"\x7e\x00\x7d",
            b"\x7f" + (5).to_bytes(8, "big"),
            b"\x7f" + (65_535).to_bytes(8, "big"),
        ],
    )
    def test_a_length_not_in_its_shortest_form_fails_with_1002(self, length: bytes) -> None:
        size = int.from_bytes(length[1:], "big")
        assert failing(sent(Opcode.BINARY, b"x" * size, length=length)).code == 1002

    def test_a_length_with_its_highest_bit_set_fails_with_1002(self) -> None:
        assert failing(sent(Opcode.BINARY, length=b"\x7f" + (1 << 63).to_bytes(8, "big"))).code == 1002


class TestMasking:
    """Sections 5.1 and 5.3."""

    def test_an_unmasked_frame_fails_with_1002(self) -> None:
        assert failing(frame(Opcode.TEXT, b"hello")).code == 1002

    def test_an_unmasked_control_frame_fails_with_1002(self) -> None:
        assert failing(frame(Opcode.PING, b"")).code == 1002

    def test_a_mask_of_zeros_is_a_mask(self) -> None:
        assert read(b"\x81\x82\x00\x00\x00\x00hi") == [Message(b"hi", text=True)]

    @given(st.binary(max_size=300))
    def test_what_a_known_client_masks_is_read(self, payload: bytes) -> None:
        data = Frame(TheirOpcode.BINARY, payload).serialize(mask=True)
        assert read(data) == [Message(payload, text=False)]


class TestFragmentation:
    """Section 5.4."""

    def test_two_fragments_are_one_message(self) -> None:
        assert read(text("Hel", final=False) + more(b"lo", final=True)) == [Message(b"Hello", text=True)]

    def test_the_first_fragment_names_the_kind(self) -> None:
        fragments = sent(Opcode.BINARY, b"\xff", final=False) + more(b"\xfe") + more(b"\xfd", final=True)
        assert read(fragments) == [Message(b"\xff\xfe\xfd", text=False)]

    def test_empty_fragments_are_allowed(self) -> None:
        assert read(text("", final=False) + more(b"") + more(b"", final=True)) == [Message(b"", text=True)]

    def test_a_ping_between_fragments_comes_at_once(self) -> None:
        chunks = text("a", final=False), sent(Opcode.PING, b"?"), more(b"b", final=True)
        assert read(*chunks) == [Ping(b"?"), Message(b"ab", text=True)]

    def test_a_close_between_fragments_ends_it(self) -> None:
        assert read(text("a", final=False) + sent(Opcode.CLOSE) + more(b"b", final=True)) == [
            Close(NO_CODE, "")
        ]

    def test_a_message_after_a_fragmented_one_is_its_own(self) -> None:
        data = text("a", final=False) + more(b"b", final=True) + sent(Opcode.BINARY, b"c")
        assert read(data) == [Message(b"ab", text=True), Message(b"c", text=False)]

    def test_a_continuation_of_nothing_fails_with_1002(self) -> None:
        assert failing(more(b"x", final=True)).code == 1002

    def test_a_second_beginning_fails_with_1002(self) -> None:
        assert failing(text("a", final=False) + text("b")).code == 1002

    def test_a_second_beginning_in_its_own_segment_fails_with_1002(self) -> None:
        assert failing(text("a", final=False), text("b")).code == 1002

    def test_256_frames_may_pass_before_a_message_ends(self) -> None:
        chunks = text("a", final=False), more(b"b") * 254, sent(Opcode.PING), more(b"c", final=True)
        assert read(*chunks)[-1] == Message(b"a" + b"b" * 254 + b"c", text=True)

    def test_fragments_without_end_fail_with_1008(self) -> None:
        assert failing(text("", final=False) + more(b"") * 256).code == 1008

    def test_a_message_starts_the_count_anew(self) -> None:
        pings = sent(Opcode.PING) * 200
        assert len(read(pings + text("a") + pings, text("b"), pings)) == 602


class TestControlFrames:
    """Section 5.5."""

    def test_125_bytes_fit(self) -> None:
        assert read(sent(Opcode.PING, b"x" * 125)) == [Ping(b"x" * 125)]

    @pytest.mark.parametrize("opcode", [Opcode.CLOSE, Opcode.PING, Opcode.PONG])
    def test_126_bytes_fail_with_1002(self, opcode: Opcode) -> None:
        assert failing(sent(opcode, b"\x03\xe8" + b"x" * 124)).code == 1002

    def test_a_long_one_is_refused_by_its_first_two_bytes(self) -> None:
        assert failing(b"\x89\xfe").code == 1002

    @pytest.mark.parametrize("opcode", [Opcode.CLOSE, Opcode.PING, Opcode.PONG])
    def test_a_fragmented_one_fails_with_1002(self, opcode: Opcode) -> None:
        assert failing(sent(opcode, final=False)).code == 1002

    def test_a_ping_brings_its_payload(self) -> None:
        assert read(sent(Opcode.PING, b"\x00\xff")) == [Ping(b"\x00\xff")]

    def test_an_unasked_pong_is_read(self) -> None:
        assert read(sent(Opcode.PONG, b"late")) == [Pong(b"late")]

    def test_a_flood_of_pings_fails_with_1008(self) -> None:
        assert failing(sent(Opcode.PING) * 257).code == 1008

    def test_a_close_after_many_pings_is_still_a_close(self) -> None:
        assert read(sent(Opcode.PING) * 256 + sent(Opcode.CLOSE))[-1] == Close(NO_CODE, "")


class TestClose:
    """Sections 5.5.1, 7.1.5 and 7.4."""

    def test_an_empty_one_has_no_code(self) -> None:
        assert read(sent(Opcode.CLOSE)) == [Close(NO_CODE, "")]

    def test_a_code_and_a_reason_are_read(self) -> None:
        assert read(sent(Opcode.CLOSE, b"\x03\xe8" + "tschüß".encode())) == [Close(1000, "tschüß")]

    @pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1014, 3000, 4999])
    def test_a_code_that_may_travel_is_read(self, code: int) -> None:
        assert read(sent(Opcode.CLOSE, code.to_bytes(2, "big"))) == [Close(code, "")]

    @pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535])
    def test_a_code_that_may_not_fails_with_1002(self, code: int) -> None:
        assert failing(sent(Opcode.CLOSE, code.to_bytes(2, "big"))).code == 1002

    def test_half_a_code_fails_with_1002(self) -> None:
        assert failing(sent(Opcode.CLOSE, b"\x03")).code == 1002

    def test_a_reason_that_is_no_utf8_fails_with_1007(self) -> None:
        assert failing(sent(Opcode.CLOSE, b"\x03\xe8\xff")).code == 1007

    def test_what_follows_a_close_is_ignored(self) -> None:
        assert read(sent(Opcode.CLOSE) + text("late"), text("later"), b"\xff\xff\xff") == [Close(NO_CODE, "")]


class TestText:
    """Section 8.1."""

    @pytest.mark.parametrize("payload", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"])
    def test_what_is_no_utf8_fails_with_1007(self, payload: bytes) -> None:
        assert failing(sent(Opcode.TEXT, payload)).code == 1007

    def test_a_long_text_is_checked_too(self) -> None:
        assert failing(sent(Opcode.TEXT, b"x" * 1000 + b"\xff")).code == 1007

    def test_a_character_may_be_split_between_fragments(self) -> None:
        euro = "€".encode()
        assert read(sent(Opcode.TEXT, euro[:1], final=False) + more(euro[1:], final=True)) == [
            Message(euro, text=True)
        ]

    def test_fragments_are_checked_as_a_whole(self) -> None:
        assert failing(text("€", final=False) + more(b"\xff", final=True)).code == 1007

    def test_binary_may_hold_anything(self) -> None:
        assert read(sent(Opcode.BINARY, b"\xff\xfe")) == [Message(b"\xff\xfe", text=False)]


class TestLimits:
    """Section 10.4."""

    def test_64_kib_fit(self) -> None:
        assert len(read(sent(Opcode.BINARY, b"x" * LIMIT))) == 1

    def test_a_byte_more_is_refused_by_its_header(self) -> None:
        header = sent(Opcode.BINARY, length=b"\x7f" + (LIMIT + 1).to_bytes(8, "big"))[:10]
        assert failing(header).code == 1009

    def test_fragments_count_together(self) -> None:
        half = b"x" * (LIMIT // 2)
        whole = sent(Opcode.BINARY, half, final=False) + more(half, final=True)
        assert read(whole) == [Message(half + half, text=False)]

    def test_a_fragment_over_the_sum_is_refused_by_its_header(self) -> None:
        half = b"x" * (LIMIT // 2)
        header = more(half + b"x")[:4]
        assert failing(sent(Opcode.BINARY, half, final=False) + more(half) + header).code == 1009


class TestFailing:
    """Section 7.1.7."""

    def test_what_came_before_the_fault_is_kept(self) -> None:
        error = failing(text("a") + text("b") + frame(Opcode.TEXT, b"x") + text("c"))
        assert error.before == [Message(b"a", text=True), Message(b"b", text=True)]

    def test_after_a_fault_everything_is_ignored(self) -> None:
        reader = FrameReader()
        with pytest.raises(FrameError):
            reader.feed(frame(Opcode.TEXT, b"x"))
        assert reader.feed(text("more")) == []

    def test_a_fault_says_why(self) -> None:
        assert failing(frame(Opcode.TEXT, b"x")).reason == str(failing(frame(Opcode.TEXT, b"x"))) != ""


class TestSegments:
    """A stream has no borders: how it is cut changes nothing."""

    def test_byte_by_byte_gives_the_same(self) -> None:
        data = text("hello") + sent(Opcode.BINARY, b"y" * 200) + sent(Opcode.PING, b"?") + sent(Opcode.CLOSE)
        assert read(*(bytes((byte,)) for byte in data)) == read(data)

    def test_nothing_is_kept_between_messages(self) -> None:
        reader = FrameReader()
        for chunk in pairwise([0, 3, 40, 90, 400]):
            reader.feed((text("hello") * 40)[chunk[0] : chunk[1]])
        reader.feed((text("hello") * 40)[400:])
        assert reader._partial is None
        assert reader._fragments is None

    @given(st.data())
    def test_any_cutting_gives_the_same(self, data: st.DataObject) -> None:
        stream = b"".join(data.draw(st.lists(pieces(), max_size=8)))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
        borders = [0, *cuts, len(stream)]
        assert outcome(stream[a:b] for a, b in pairwise(borders)) == outcome([stream])

    @given(st.binary(max_size=64), st.integers(0, 64))
    def test_any_bytes_give_the_same(self, stream: bytes, cut: int) -> None:
        assert outcome([stream[:cut], stream[cut:]]) == outcome([stream])


def pieces() -> st.SearchStrategy[bytes]:
    """Frames, right and wrong."""
    opcode = st.sampled_from([0, 1, 1, 2, 2, 8, 9, 10, 11])
    payload = st.binary(max_size=140) | st.text(max_size=40).map(str.encode)
    return st.builds(sent, opcode, payload, final=st.sampled_from([True, True, True, False]))


def outcome(chunks: Iterable[bytes]) -> tuple[list[Event], int | None]:
    """Everything read, and the code of the fault."""
    reader = FrameReader()
    events: list[Event] = []
    for chunk in chunks:
        try:
            events += reader.feed(chunk)
        except FrameError as error:
            return events + error.before, error.code
    return events, None
