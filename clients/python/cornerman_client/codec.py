"""Frames to messages and back, in both subprotocols."""

from enum import StrEnum
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cornerman_client.frames import Event, Notice, State, UnknownEvent
from cornerman_client.types import EVENT_TYPES, NOTICE_TYPES, STATE_TYPES, Error


class Subprotocol(StrEnum):
    """The two encodings of the same messages."""

    JSON = "cornerman.v1.json"
    MSGPACK = "cornerman.v1.msgpack"


class Answer(Struct, frozen=True):
    """The reply to command `re`, its data not yet read."""

    re: int
    data: Raw | UnsetType = UNSET
    error: Error | None = None
    positions: dict[str, int] = {}
    repeated: bool = False


Message = Answer | Event | State | Notice


class BadFrame(Exception):  # noqa: N818 - a fact about the input
    """A frame that no server of this wire version sends."""


class _Head(Struct):
    """What tells one kind of frame from another."""

    type: str = ""
    re: int | None = None
    offset: int | None = None
    version: int | None = None


class Codec:
    """Reads and writes the frames of one subprotocol."""

    def __init__(self, subprotocol: Subprotocol) -> None:
        self.subprotocol = subprotocol
        self.text = subprotocol is Subprotocol.JSON
        self._decode: Any = msgspec.json.decode if self.text else msgspec.msgpack.decode
        self._encode: Any = msgspec.json.encode if self.text else msgspec.msgpack.encode

    def encode(self, message: dict[str, Any]) -> bytes:
        """Return a frame; a moment and a UUID are strings in both encodings."""
        encoded: bytes = self._encode(msgspec.to_builtins(message))
        return encoded

    def read(self, data: Raw | UnsetType, kind: type[Any]) -> Any:
        """Return what a message carries as `kind`. Raises BadFrame."""
        if isinstance(data, UnsetType):
            raise BadFrame(f"a message lacks its {kind.__name__}")
        try:
            return self._decode(data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadFrame(str(error)) from error

    def decode(self, frame: bytes) -> list[Message]:
        """Return the messages of a frame; those of unknown kinds are left out. Raises BadFrame."""
        try:
            if self._is_array(frame[:1]):
                parts = self._decode(frame, type=list[Raw])
                found = [self._message(part) for part in parts]
            else:
                found = [self._message(frame)]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadFrame(str(error)) from error
        return [message for message in found if message is not None]

    def _is_array(self, first: bytes) -> bool:
        if self.text:
            return first == b"["
        return b"\x90" <= first <= b"\x9f" or first in {b"\xdc", b"\xdd"}

    def _message(self, document: bytes | Raw) -> Message | None:
        head: _Head = self._decode(document, type=_Head)
        if head.re is not None:
            answer: Answer = self._decode(document, type=Answer)
            return answer
        if head.offset is None:
            kind = NOTICE_TYPES.get(head.type) if head.version is None else STATE_TYPES.get(head.type)
            told: State | Notice | None = self._known(document, kind)
            return told
        event: Event | None = self._known(document, EVENT_TYPES.get(head.type))
        # An event counts in its topic's order also when its contents are newer than this client.
        unknown: Event = event or self._decode(document, type=UnknownEvent)
        return unknown

    def _known(self, document: bytes | Raw, kind: type[Any] | None) -> Any:
        """Return the message, or None when this client is too old to read it."""
        try:
            return kind and self._decode(document, type=kind)
        except msgspec.ValidationError:
            return None
