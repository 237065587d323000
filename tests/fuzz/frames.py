"""Frames that a client might send by mistake or on purpose: made from the schema, bent, broken, or mere bytes.

The same seed gives the same frames. A sequence is up to 20 of them over one connection, in one subprotocol.
"""

import json
from copy import copy, deepcopy
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

import msgspec

from channels.connection import Allowance, Connection, Phase
from channels.wire.codec import MAX_MESSAGE_BYTES, Subprotocol, Undecodable, decode
from channels.wire.registry import CLIENT_COMMAND_TYPES, SIGNAL_TYPES, tag
from channels.wire.schema import definitions
from tests.generated import LETTERS, Maker

LONGEST: Final = 20

Frame = tuple[bytes, bool]
"""A payload, and whether it is sent as text."""
Sequence = list[Frame]

_DEFINITIONS: Final = definitions()
_NAMES: Final = [message.__name__ for message in (*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES)]
_TYPES: Final = [
    *map(tag, (*CLIENT_COMMAND_TYPES, *SIGNAL_TYPES)),
    "", "nope", "fasting:complete", "account:suspend", "account:revoke", "fasting:started",
]  # fmt: skip
_FAREWELL: Final = "AccountSignOut"
"""What ends all that a sequence could still show, and so comes seldom."""
_DEEP: Final = "(deep)"
"""Stands for a deep nesting, which no encoder would write."""
_ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 - 1, 2**53, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**400,
    0.0, -0.0, 0.5, 1e308, 5e-324, float("nan"), float("inf"), float("-inf"),
    "", " ", "\0", "\x01" * 3_000, "x" * 5_000, "x" * 30_000, "\ud7ff", "\U0010ffff", "`", " - at `$.type`", "$.data",
    "user:", ":", "user:00000000-0000-0000-0000-000000000000", "workout:1", "16:8", "connect", "Europe/Berlin",
    "2026-11-21T19:30:00Z", "2026-11-21T19:30:00", "2026-11-21", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2026-11-21T23:59:60Z", "12:00", "2026-02-30T00:00:00Z",
    "{8f6c2a4e-7d51-4b0e-9c3f-000000000000}", "8F6C2A4E7D514B0E9C3F000000000000", "8f6c2a4e-7d51-4b0e-9c3f",
    [], {}, [None], [[[[[]]]]], {"": {}}, {"type": "ping"}, {"id": 1}, [{}] * 50, _DEEP,
)  # fmt: skip
_ODD_PACKED: Final[tuple[Any, ...]] = (
    b"",
    b"\xff" * 16,
    b"type",
    msgspec.msgpack.Ext(5, b"x"),
    msgspec.msgpack.Ext(-1, b"x"),
    msgspec.msgpack.Ext(-1, b"\xff" * 12),
    msgspec.msgpack.Ext(-1, b"\x00" * 4),
    datetime(2026, 11, 21, tzinfo=UTC),
    float("nan"),
)
_PIECES: Final = (
    b'{"id":', b'{"id":1,"type":"ping"}', b'"type":', b"{", b"}", b"[", b"]", b",", b":", b'"', b"1", b"-", b"e9",
    b"null", b"tru", b"\\u", b"\\ud800", b"\xef\xbb\xbf", b"\xff", b"\x00", b"\xc3", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", b"\x81\xa2id", b"\xa4type", b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff", b"\xdb\x7f\xff\xff\xff", b"\xc1", b"\xc7\xff\x00", b"\x93",
    b"[" * 30_000, b'{"a":' * 10_000, b"\x91" * 30_000,
)  # fmt: skip
_NAMES_OF_FIELDS: Final = ("id", "type", "data", "at", "key", "topic", "surprise", "", "a`b", "\0", "x" * 300)


def sequence(random: Random, subprotocol: Subprotocol, connect: dict[str, Any] | None) -> Sequence:
    """Return up to 20 frames; `connect` comes first when it is given, with more data of its own, and may come again."""
    talk = _Talk(random, subprotocol, connect)
    course = _Course(subprotocol)
    frames = [] if connect is None else [talk.framed(talk.encoded(talk.greeting(connect)))]
    for payload, _ in frames:
        course.goes_on(payload)
    going = True
    for _ in range(random.randint(1, LONGEST - len(frames))):
        frame = talk.frame()
        # What ends the connection leaves nothing to be shown by the rest: it is mostly made up again, or nearly last.
        while going and not (going := course.goes_on(frame[0])) and random.random() < 0.9:
            frame, going = talk.frame(), True
        frames.append(frame)
        if not going and random.random() < 0.5:
            break
    return frames


class _Course:
    """How far a sequence would get by the core's own rules; only for choosing, never for judging."""

    def __init__(self, subprotocol: Subprotocol) -> None:
        self._subprotocol = subprotocol
        self._connection = Connection(0.0, Allowance(per_second=0.0, burst=1e9, flood=1e9))

    def goes_on(self, payload: bytes) -> bool:
        """Say whether the connection stays open after this frame; if it does not, the frame counts as not sent."""
        after = copy(self._connection)
        try:
            after.receive(decode(payload, self._subprotocol), 0.0)
        except Undecodable as problem:
            after.receive(problem, 0.0)
        except Exception:  # noqa: BLE001 - a find, which the tests make
            return True
        after.joined()
        if after.phase is Phase.CLOSING:
            return False
        self._connection = after
        return True


class _Talk:
    """One sequence while it is made up."""

    def __init__(self, random: Random, subprotocol: Subprotocol, connect: dict[str, Any] | None) -> None:
        self._random = random
        self._packed = subprotocol is Subprotocol.MSGPACK
        self._connect = connect
        self._maker = Maker(random, _DEFINITIONS)
        self._id = 1

    def framed(self, payload: bytes) -> Frame:
        """Return a frame of the kind that the subprotocol has, nearly always."""
        right = self._random.random() < 0.995
        return payload[:MAX_MESSAGE_BYTES], right is not self._packed

    def frame(self) -> Frame:
        """Return one frame: as it should be, bent, broken, or mere bytes."""
        chance = self._random.random()
        if chance < 0.45:
            payload = self.encoded(self._message())
        elif chance < 0.8:
            payload = self.encoded(self._bent(self._message()))
        elif chance < 0.92:
            payload = self._broken(self.encoded(self._message()))
        else:
            payload = self._bytes()
        return self.framed(payload)

    def greeting(self, connect: dict[str, Any]) -> dict[str, Any]:
        """Return a `connect` with further data made up."""
        return {**connect, "data": {**self._maker.named("ConnectData"), **connect["data"]}}

    def encoded(self, message: Any) -> bytes:
        depth = self._random.choice((50, 500, 5_000))
        if self._packed:
            packed = msgspec.msgpack.encode(_packable(message))
            return packed.replace(msgspec.msgpack.encode(_DEEP), b"\x91" * depth + b"\xc0")
        text = json.dumps(message, ensure_ascii=self._random.random() < 0.5).encode()
        return text.replace(b'"%b"' % _DEEP.encode(), b"[" * depth + b"]" * depth)

    def _message(self) -> dict[str, Any]:
        name = self._random.choice(_NAMES)
        if name == _FAREWELL and self._random.random() < 0.9:
            name = "Ping"
        made: dict[str, Any] = self._maker.named(name)
        if name == "Connect" and self._connect is not None and self._random.random() < 0.5:
            made = self.greeting(self._connect)
        if "id" in made and self._random.random() < 0.95:
            self._id += self._random.choice((1, 1, 1, 1, 2, 0, -1))
            made["id"] = self._id
        return made

    def _bent(self, message: dict[str, Any]) -> Any:
        for _ in range(self._random.choice((1, 1, 2))):
            place = self._place(message)
            bend = self._random.choice((self._replace, self._replace, self._remove, self._add, self._rename))
            bend(place)
        return message if self._random.random() < 0.97 else self._odd()

    def _place(self, message: dict[str, Any]) -> dict[Any, Any]:
        """Return an object somewhere in the message."""
        place = message
        while inner := [part for part in place.values() if isinstance(part, dict)]:
            if self._random.random() < 0.4:
                break
            place = self._random.choice(inner)
        return place

    def _replace(self, place: dict[Any, Any]) -> None:
        if place:
            name = self._random.choice(list(place))
            place[name] = self._random.choice(_TYPES) if name == "type" else self._odd()

    def _remove(self, place: dict[Any, Any]) -> None:
        if place:
            del place[self._random.choice(list(place))]

    def _add(self, place: dict[Any, Any]) -> None:
        place[self._random.choice(_NAMES_OF_FIELDS)] = self._odd()

    def _rename(self, place: dict[Any, Any]) -> None:
        if place:
            name = self._random.choice(list(place))
            renamed = (str(name).upper(), f" {name}", 7 if self._packed else "renamed")
            place[self._random.choice(renamed)] = place.pop(name)

    def _odd(self) -> Any:
        chance = self._random.random()
        if self._packed and chance < 0.3:
            return self._random.choice(_ODD_PACKED)
        if chance > 0.8:
            return "".join(self._random.choice(LETTERS) for _ in range(self._random.randint(1, 12)))
        # A copy, for it may be bent as well.
        return deepcopy(self._random.choice(_ODD))

    def _broken(self, payload: bytes) -> bytes:
        broken = bytearray(payload)
        for _ in range(self._random.choice((1, 1, 1, 3))):
            at = self._random.randint(0, len(broken))
            match self._random.randrange(5):
                case 0:
                    del broken[at:]
                case 1:
                    broken[at:at] = self._random.choice(_PIECES)
                case 2:
                    broken[at : at + 1] = self._random.randbytes(1)
                case 3:
                    del broken[at : at + self._random.randint(1, 9)]
                case _:
                    broken += payload
        return bytes(broken)

    def _bytes(self) -> bytes:
        if self._random.random() < 0.5:
            return self._random.randbytes(self._random.choice((0, 1, 2, 20, 200)))
        return b"".join(self._random.choice(_PIECES) for _ in range(self._random.randint(1, 9)))


def _packable(value: Any) -> Any:
    """Return a value without integers that MessagePack does not have."""
    match value:
        case dict():
            return {key: _packable(part) for key, part in value.items()}
        case list():
            return [_packable(part) for part in value]
        case int() if not -(2**63) <= value < 2**64:
            return 2**64 - 1
        case _:
            return value
