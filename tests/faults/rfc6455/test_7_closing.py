"""Section 7: closing the connection."""

from struct import pack

import pytest

from tests.faults.rfc6455.conftest import Open
from tests.faults.rfc6455.raw import CLOSE, PING, PONG, TEXT, Frame, Raw, closing, command, sent


class TestTheConnection:
    """Sections 7.1.1 to 7.1.4, and 7.2."""

    async def test_7_1_1_the_server_ends_the_connection_first(self, socket: Raw) -> None:
        socket.send(closing(1000))
        await socket.closed()
        assert await socket.end() == b"", "our own half is still open"

    async def test_7_1_1_it_does_so_too_when_it_began_to_close(self, socket: Raw) -> None:
        socket.send(sent(TEXT, b"?"))
        await socket.closed()
        socket.send(closing(4501))
        assert await socket.end() == b"", "our own half is still open"

    async def test_7_1_3_closes_that_cross_end_it(self, live: Raw) -> None:
        live.send(sent(TEXT, b"?") + closing(1000))
        assert (await live.closed())[0] == 4501
        assert await live.end() == b""

    async def test_7_1_4_a_client_that_ends_its_half_is_let_go(self, live: Raw) -> None:
        live.finish()
        assert await live.end() == b""

    async def test_7_1_4_a_client_that_ends_in_the_middle_of_a_frame_is_let_go(self, live: Raw) -> None:
        live.send(sent(TEXT, command(2))[:-1])
        live.finish()
        assert await live.end() == b""

    @pytest.mark.parametrize("begun", [b"", b"\x81", sent(TEXT, b"{", final=False)])
    async def test_7_2_1_a_client_that_dies_is_let_go(self, live: Raw, begun: bytes) -> None:
        live.send(begun)
        await live.sent()
        live.reset()

    async def test_7_2_1_a_client_that_dies_in_the_handshake_is_let_go(self, dial: Open) -> None:
        raw = await dial()
        raw.send(b"GET /live HTTP/1.1\r\nUpgrade: web")
        await raw.sent()
        raw.reset()


class TestTheCode:
    """Sections 7.1.5 and 7.4."""

    async def test_7_1_5_a_close_without_code_is_answered_without_code(self, socket: Raw) -> None:
        socket.send(sent(CLOSE))
        assert (await socket.frame()).payload == b""

    @pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011])
    async def test_7_4_1_a_defined_code_is_answered_with_itself(self, socket: Raw, code: int) -> None:
        socket.send(closing(code))
        assert (await socket.closed())[0] == code

    @pytest.mark.parametrize("code", [1012, 1013, 1014])
    async def test_7_4_1_a_code_that_was_registered_later_is_too(self, socket: Raw, code: int) -> None:
        socket.send(closing(code))
        assert (await socket.closed())[0] == code

    @pytest.mark.parametrize("code", [1004, 1005, 1006, 1015])
    async def test_7_4_1_a_code_that_must_not_be_sent_closes_with_1002(self, socket: Raw, code: int) -> None:
        socket.send(closing(code))
        assert (await socket.closed())[0] == 1002

    @pytest.mark.parametrize("code", [3000, 3999, 4000, 4999])
    async def test_7_4_2_a_code_of_libraries_and_applications_is_answered_with_itself(
        self, socket: Raw, code: int
    ) -> None:
        socket.send(closing(code))
        assert (await socket.closed())[0] == code

    @pytest.mark.parametrize("code", [0, 999, 1016, 2999, 5000, 65_535])
    async def test_7_4_2_a_code_outside_all_ranges_closes_with_1002(self, socket: Raw, code: int) -> None:
        socket.send(closing(code))
        assert (await socket.closed())[0] == 1002

    async def test_5_5_1_half_a_code_closes_with_1002(self, socket: Raw) -> None:
        socket.send(sent(CLOSE, b"\x03"))
        assert (await socket.closed())[0] == 1002


class TestTheReason:
    """Section 7.1.6."""

    @pytest.mark.parametrize("reason", ["", "bye", "tschüß €", "x" * 123])
    async def test_7_1_6_a_reason_changes_nothing(self, socket: Raw, reason: str) -> None:
        socket.send(closing(1000, reason.encode()))
        assert (await socket.closed())[0] == 1000

    @pytest.mark.parametrize("reason", [b"\xff", b"ok \xc3", b"\xed\xa0\x80"])
    async def test_7_1_6_a_reason_that_is_no_utf8_closes_with_1007(self, socket: Raw, reason: bytes) -> None:
        socket.send(closing(1000, reason))
        assert (await socket.closed())[0] == 1007

    async def test_7_1_6_the_reasons_of_the_server_are_utf8_and_fit(self, live: Raw) -> None:
        live.send(sent(TEXT, ("{" + "€" * 200).encode()))
        assert len((await live.closed())[1].encode()) <= 123


class TestFailing:
    """Section 7.1.7."""

    async def test_7_1_7_a_connection_that_fails_ends_behind_the_close(self, socket: Raw) -> None:
        socket.send(sent(TEXT, b"{}", bits=0x40))
        assert (await socket.closed())[0] == 1002
        assert await socket.end() == b""

    async def test_7_1_7_a_ping_before_the_fault_is_answered(self, socket: Raw) -> None:
        socket.send(sent(PING, b"before") + sent(0x3))
        assert await socket.frame() == Frame(PONG, b"before")
        assert (await socket.closed())[0] == 1002

    async def test_7_1_7_what_comes_behind_the_fault_is_not_read(self, live: Raw) -> None:
        live.send(sent(0x3) + sent(TEXT, command(2)) + sent(PING, b"?") + closing(1000))
        assert (await live.closed())[0] == 1002
        assert await live.end() == b""

    async def test_7_1_7_a_client_that_goes_on_sending_still_learns_the_code(self, socket: Raw) -> None:
        socket.send(sent(0x3) + b"x" * 2_000_000)
        assert (await socket.closed())[0] == 1002

    async def test_7_1_7_the_reason_says_what_was_wrong(self, socket: Raw) -> None:
        socket.send(b"\x81\x80"[:1] + b"\x00")
        assert await socket.closed() == (1002, "a client's frames are masked")

    async def test_7_1_7_a_fault_behind_the_close_of_the_server_ends_it(self, socket: Raw) -> None:
        socket.send(sent(TEXT, b"?"))
        await socket.closed()
        socket.send(pack("!H", 0xFFFF))
        assert await socket.end() == b""
