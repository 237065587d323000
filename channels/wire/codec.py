"""Bytes to messages and back, in both subprotocols.

JSON is encoded first and is what the log keeps; MessagePack is transcoded from it, so that both say the same by
construction (a moment is a string in both).
"""

import re
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from channels.wire.envelope import MAX_INTEGER, Event, Offset
from channels.wire.registry import ClientMessage, LogEvent

MAX_MESSAGE_BYTES: Final = 64 * 1024
TOLD: Final = 200
"""The most characters that an answer says about what is wrong with a message."""


class Subprotocol(StrEnum):
    """What a client may ask for in `Sec-WebSocket-Protocol`; JSON when it asks for nothing."""

    JSON = "cornerman.v1.json"
    MSGPACK = "cornerman.v1.msgpack"


class _Head(Struct):
    """The part of a message that is looked at when the whole does not decode."""

    id: object = None


_json = msgspec.json.Encoder()
_msgpack = msgspec.msgpack.Encoder()
_client_json: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_client_msgpack: msgspec.msgpack.Decoder[ClientMessage] = msgspec.msgpack.Decoder(ClientMessage)
_head_json = msgspec.json.Decoder(_Head)
_head_msgpack = msgspec.msgpack.Decoder(_Head)
_event_json: msgspec.json.Decoder[LogEvent] = msgspec.json.Decoder(LogEvent)
_any_json = msgspec.json.Decoder()
_NAMED: Final = re.compile(r"(?:unknown|missing required) field `(.+)`$")


class Undecodable(Exception):  # noqa: N818 - a fact about the input, not an error of ours
    """A client's bytes are no message. `number` is its id where that could be read, `field` what is wrong."""

    def __init__(self, message: str, *, number: int | None = None, field: str = "") -> None:
        """Keep what could be read."""
        super().__init__(message)
        self.number = number
        self.field = field


def decode(frame: bytes, subprotocol: Subprotocol) -> ClientMessage:
    """Read one message of a client. Raises Undecodable."""
    try:
        if subprotocol is Subprotocol.JSON:
            return _client_json.decode(frame)
        return _client_msgpack.decode(frame)
    except msgspec.ValidationError as error:
        message, field = told(error)
        raise Undecodable(message, number=_number(frame, subprotocol), field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(str(error)) from None


def told(error: msgspec.ValidationError) -> tuple[str, str]:
    """Return what is wrong and the field that it is wrong in, empty when it is the whole.

    Both may quote the client's own words, so they are cut: an answer must not be larger than its question.
    """
    # As in "Expected `int` - at `$.data.offset`", or "… - at `key` in `$.data.positions`".
    message, _, path = str(error).rpartition(" - at `")
    if not message:
        message, path = path, ""
    fields = [path.rpartition("`$")[2].strip("$`."), *_NAMED.findall(message)]
    return message[:TOLD], ".".join(filter(None, fields))[:TOLD]


def _number(frame: bytes, subprotocol: Subprotocol) -> int | None:
    decoder = _head_json if subprotocol is Subprotocol.JSON else _head_msgpack
    try:
        number = decoder.decode(frame).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > MAX_INTEGER:
        return None
    return number


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
