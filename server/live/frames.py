"""WebSocket frames of a server (RFC 6455): building ours, reading a client's. Bytes in, messages out, no IO.

A `FrameReader` keeps nothing between whole messages: most sockets idle, and their memory is what a node holds. A
frame that has begun waits in one buffer, and no byte of it is looked at twice before the next step of its header,
or its end, is there. Every limit acts as soon as the header tells, never after the payload was taken in.
"""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from channels.wire.codec import MAX_MESSAGE_BYTES

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover - where no compiled wheel exists
    from websockets.utils import apply_mask

_FINAL: Final = 0x80
_RESERVED_BITS: Final = 0x70
_MASKED: Final = 0x80
_MASK_BYTES: Final = 4
_HEADER_BYTES: Final = 2
_PAYLOAD_AT: Final = _HEADER_BYTES + _MASK_BYTES
_CONTROL: Final = 0x8
_CONTROL_BYTES: Final = 125
_LENGTH_IN_2: Final = 126
_LENGTH_IN_8: Final = 127

_FRAMES_WITHOUT_MESSAGE: Final = 256
"""Pings and fragments are nothing that a limit on messages would see: this many may pass before a message ends."""

NO_CODE: Final = 1005
"""Stands for a close frame without a code; never on the wire (section 7.1.5)."""

_STANDARD_CODES: Final = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})


class Opcode(IntEnum):
    """What a frame is (section 5.2)."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


_WHOLE_MESSAGE: Final = (_FINAL | Opcode.TEXT, _FINAL | Opcode.BINARY)


class Message(Struct, frozen=True, gc=False):
    """One whole message; as text it is valid UTF-8."""

    payload: bytes
    text: bool


class Ping(Struct, frozen=True, gc=False):
    """To be answered with a pong of the same payload."""

    payload: bytes


class Pong(Struct, frozen=True, gc=False):
    """An answer to a ping, or a sign of life."""

    payload: bytes


class Close(Struct, frozen=True, gc=False):
    """The client's goodbye; `NO_CODE` where it gave none."""

    code: int
    reason: str


Event = Message | Ping | Pong | Close


class FrameError(Exception):
    """The client broke the protocol: the connection fails with this code and reason.

    `before` is what the same bytes held before the fault.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.before: list[Event] = []


def frame(opcode: Opcode, payload: bytes) -> bytes:
    """Return one whole frame of a server: final, not masked."""
    length = len(payload)
    if length < _LENGTH_IN_2:
        return bytes((_FINAL | opcode, length)) + payload
    if length < 1 << 16:
        return bytes((_FINAL | opcode, _LENGTH_IN_2)) + length.to_bytes(2, "big") + payload
    return bytes((_FINAL | opcode, _LENGTH_IN_8)) + length.to_bytes(8, "big") + payload


def unframed(whole: bytes) -> bytes:
    """Return the payload of a frame that `frame` made."""
    length = whole[1]
    return whole[{_LENGTH_IN_2: 4, _LENGTH_IN_8: 10}.get(length, _HEADER_BYTES) :]


def close_frame(code: int, reason: str = "") -> bytes:
    """Return a close frame, its reason cut to what fits; `NO_CODE` gives an empty one.

    Raises ValueError for a code that must not be sent.
    """
    if code == NO_CODE:
        return frame(Opcode.CLOSE, b"")
    if not _may_be_sent(code):
        raise ValueError(f"{code} is no close code to send")
    room = _CONTROL_BYTES - 2
    words = reason.encode()[:room].decode(errors="ignore").encode()
    return frame(Opcode.CLOSE, code.to_bytes(2, "big") + words)


def _may_be_sent(code: int) -> bool:
    return code in _STANDARD_CODES or 3000 <= code <= 4999  # noqa: PLR2004 - section 7.4.2


class FrameReader:
    """The receiving side of one connection. It starts behind the handshake."""

    __slots__ = ("_fragments", "_needed", "_over", "_partial", "_passed", "_text")

    def __init__(self) -> None:
        self._partial: bytearray | None = None  # the beginning of a frame
        self._needed = 0  # how long that must be before it is worth another look
        self._fragments: bytearray | None = None  # the beginning of a message
        self._text = False  # whether that is text
        self._passed = 0  # frames since the last whole message
        self._over = False

    def feed(self, data: bytes) -> list[Event]:
        """Read what came. Raises FrameError. After that, or after a close, everything is ignored."""
        if self._over:
            return []
        events: list[Event] = []
        try:
            if self._is_one_small_message(data):
                self._passed = 0
                events.append(
                    self._message(
                        data[0] & 0x0F, apply_mask(data[_PAYLOAD_AT:], data[_HEADER_BYTES:_PAYLOAD_AT])
                    )
                )
            elif self._partial is None:
                self._read(data, events)
            else:
                self._partial += data
                if len(self._partial) >= self._needed:
                    whole, self._partial = bytes(self._partial), None
                    self._read(whole, events)
        except FrameError as error:
            self._end()
            error.before = events
            raise
        return events

    def _is_one_small_message(self, data: bytes) -> bool:
        """Tell the by far most frequent case, which needs none of the rest."""
        return (
            _PAYLOAD_AT <= len(data) < _LENGTH_IN_2 + _PAYLOAD_AT
            and len(data) == data[1] - _MASKED + _PAYLOAD_AT
            and data[0] in _WHOLE_MESSAGE
            and self._partial is None
            and self._fragments is None
        )

    def _end(self) -> None:
        self._over = True
        self._partial = self._fragments = None

    def _read(self, data: bytes, events: list[Event]) -> None:
        at, end = 0, len(data)
        while at < end:
            opcode, payload_at, stop = self._measured(data, at)
            if stop > end:
                self._partial = bytearray(data[at:])
                self._needed = stop - at
                return
            payload = apply_mask(data[payload_at:stop], data[payload_at - _MASK_BYTES : payload_at])
            event = self._taken(opcode, payload, final=data[at] >= _FINAL)
            if event is not None:
                events.append(event)
                if opcode == Opcode.CLOSE:
                    self._end()
                    return
            at = stop

    def _measured(self, data: bytes, at: int) -> tuple[int, int, int]:
        """Opcode, beginning and end of the payload; or, of a header not all there, zeros and the end of its next step."""
        known = len(data) - at
        if known < _HEADER_BYTES:
            return 0, 0, at + _HEADER_BYTES
        opcode = self._opcode(data[at], data[at + 1])
        length = data[at + 1] & ~_MASKED
        payload_at = at + _PAYLOAD_AT
        if length >= _LENGTH_IN_2:
            size = 2 if length == _LENGTH_IN_2 else 8
            if known < 2 + size:
                return 0, 0, at + 2 + size
            length = _long_length(data[at + 2 : at + 2 + size])
            payload_at += size
        if opcode < _CONTROL and length + len(self._fragments or b"") > MAX_MESSAGE_BYTES:
            raise FrameError(1009, f"a message has {MAX_MESSAGE_BYTES} bytes at most")
        return opcode, payload_at, payload_at + length

    def _opcode(self, first: int, second: int) -> int:
        """Opcode of a frame whose first two bytes make sense here."""
        if first & _RESERVED_BITS:
            raise FrameError(1002, "reserved bits are set")
        if second < _MASKED:
            raise FrameError(1002, "a client's frames are masked")
        opcode = first & 0x0F
        if opcode >= _CONTROL:
            _check_control(opcode, final=first >= _FINAL, length=second & ~_MASKED)
        elif opcode > Opcode.BINARY:
            raise FrameError(1002, "reserved opcode")
        elif (opcode == Opcode.CONTINUATION) is (self._fragments is None):
            raise FrameError(1002, "a fragment out of place")
        return opcode

    def _taken(self, opcode: int, payload: bytes, *, final: bool) -> Event | None:
        if opcode < _CONTROL and final:
            self._passed = 0
            return self._message(opcode, payload)
        if opcode == Opcode.CLOSE:
            return _close(payload)
        self._passed += 1
        if self._passed > _FRAMES_WITHOUT_MESSAGE:
            raise FrameError(1008, "too many frames without a message")
        if opcode >= _CONTROL:
            return Ping(payload) if opcode == Opcode.PING else Pong(payload)
        if self._fragments is None:
            self._fragments = bytearray()
            self._text = opcode == Opcode.TEXT
        self._fragments += payload
        return None

    def _message(self, opcode: int, payload: bytes) -> Message:
        text = opcode == Opcode.TEXT
        if self._fragments is not None:
            text = self._text
            payload = bytes(self._fragments) + payload
            self._fragments = None
        if text and not _is_utf8(payload):
            raise FrameError(1007, "text is UTF-8")
        return Message(payload, text)


def _long_length(field: bytes) -> int:
    """Length from its 2 or 8 bytes, which must need that many (section 5.2)."""
    length = int.from_bytes(field, "big")
    least = _LENGTH_IN_2 if len(field) == 2 else 1 << 16  # noqa: PLR2004 - as above
    if length < least or length >> 63:
        raise FrameError(1002, "a length is given in its shortest form")
    return length


def _check_control(opcode: int, *, final: bool, length: int) -> None:
    if opcode > Opcode.PONG:
        raise FrameError(1002, "reserved opcode")
    if not final:
        raise FrameError(1002, "control frames are whole")
    if length > _CONTROL_BYTES:
        raise FrameError(1002, f"control frames carry {_CONTROL_BYTES} bytes at most")


def _close(payload: bytes) -> Close:
    if not payload:
        return Close(NO_CODE, "")
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not _may_be_sent(code):  # noqa: PLR2004 - a code has two bytes
        raise FrameError(1002, "no such close code")
    try:
        return Close(code, payload[2:].decode())
    except UnicodeDecodeError:
        raise FrameError(1007, "a reason is UTF-8") from None


def _is_utf8(payload: bytes) -> bool:
    if payload.isascii():
        return True
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
