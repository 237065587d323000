"""Bytes to messages and back, in both subprotocols.

JSON is encoded first and is what the log keeps; MessagePack is transcoded from it, so that both say the same by
construction (a moment is a string in both).
"""

from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from channels.wire.envelope import MAX_INTEGER, Event, Offset
from channels.wire.registry import ClientMessage, LogEvent

MAX_MESSAGE_BYTES: Final = 64 * 1024


class Subprotocol(StrEnum):
    """What a client may ask for in `Sec-WebSocket-Protocol`; JSON when it asks for nothing."""

    JSON = "cornerman.v1.json"
    MSGPACK = "cornerman.v1.msgpack"


class _Head(Struct):
    """The parts of a message that are looked at when the whole does not decode."""

    id: object = None
    type: object = None


_json = msgspec.json.Encoder()
_msgpack = msgspec.msgpack.Encoder()
_client_json: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_client_msgpack: msgspec.msgpack.Decoder[ClientMessage] = msgspec.msgpack.Decoder(ClientMessage)
_head_json = msgspec.json.Decoder(_Head)
_head_msgpack = msgspec.msgpack.Decoder(_Head)
_event_json: msgspec.json.Decoder[LogEvent] = msgspec.json.Decoder(LogEvent)
_any_json = msgspec.json.Decoder()


class Undecodable(Exception):  # noqa: N818 - a fact about the input, not an error of ours
    """A client's bytes are no message. `re` and `type` are its id and type where they could be read.

    `field` is the JSON path of what is wrong, `malformed` says that not even the encoding could be read.
    """

    def __init__(
        self, message: str, *, re: int | None, type_: str | None, field: str, malformed: bool
    ) -> None:
        """Keep what could be read."""
        super().__init__(message)
        self.re = re
        self.type = type_
        self.field = field
        self.malformed = malformed


def decode(frame: bytes, subprotocol: Subprotocol) -> ClientMessage:
    """Read one message of a client. Raises Undecodable."""
    try:
        if subprotocol is Subprotocol.JSON:
            return _client_json.decode(frame)
        return _client_msgpack.decode(frame)
    except msgspec.ValidationError as error:
        raise _explained(frame, subprotocol, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(str(error), re=None, type_=None, field="", malformed=True) from None


def _explained(frame: bytes, subprotocol: Subprotocol, problem: str) -> Undecodable:
    decoder = _head_json if subprotocol is Subprotocol.JSON else _head_msgpack
    message, _, path = problem.partition(" - at `")
    try:
        head = decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        head = _Head()
    number = head.id if isinstance(head.id, int) and not isinstance(head.id, bool) else None
    re = number if number is not None and abs(number) <= MAX_INTEGER else None
    type_ = head.type if isinstance(head.type, str) else None
    return Undecodable(
        message, re=re, type_=type_, field=path.rstrip("`").removeprefix("$."), malformed=False
    )


def encode(message: object) -> bytes:
    """Return a message of ours as JSON."""
    return _json.encode(message)


def to_msgpack(document: bytes) -> bytes:
    """Return the MessagePack form of a JSON document of ours."""
    return _msgpack.encode(_any_json.decode(document))


def published(body: bytes, offset: Offset) -> bytes:
    """Return the JSON of an event as clients see it, from the bytes in the log and its offset there."""
    return b'{"offset":%d,%b' % (offset, body[1:])


def read_event(document: bytes) -> LogEvent:
    """Read an event from the log's bytes or from published ones; with log bytes its offset is 0."""
    return _event_json.decode(document)


def event_body(event: Event) -> bytes:
    """Return the bytes that the log stores for an event that has no offset yet."""
    return _json.encode(event)
