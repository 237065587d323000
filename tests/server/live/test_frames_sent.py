"""Building a server's frames, against those of a known server."""

import pytest
from websockets.frames import Close, Frame
from websockets.frames import Opcode as TheirOpcode

from channels.closing import CloseCode
from server.live.frames import NO_CODE, Opcode, close_frame, frame


class TestSending:
    """Sections 5.1, 5.2 and 5.5.1."""

    @pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 100_000])
    @pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY])
    def test_a_frame_is_what_a_known_server_sends(self, opcode: Opcode, size: int) -> None:
        payload = b"x" * size
        assert frame(opcode, payload) == Frame(TheirOpcode(opcode), payload).serialize(mask=False)

    @pytest.mark.parametrize("code", list(CloseCode))
    def test_every_close_code_of_ours_can_be_sent(self, code: CloseCode) -> None:
        assert Close.parse(close_frame(code, "why")[2:]) == Close(code, "why")

    def test_no_code_is_an_empty_close(self) -> None:
        assert close_frame(NO_CODE) == b"\x88\x00"

    @pytest.mark.parametrize("code", [0, 1004, 1006, 1015, 5000])
    def test_a_code_that_must_not_travel_is_refused(self, code: int) -> None:
        with pytest.raises(ValueError, match=str(code)):
            close_frame(code)

    def test_a_long_reason_is_cut_between_characters(self) -> None:
        sent_frame = close_frame(1000, "€" * 60)
        assert len(sent_frame) <= 127
        assert Close.parse(sent_frame[2:]).reason == "€" * 41
