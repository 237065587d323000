"""What every REST answer is wrapped in, and cursors of lists."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import astuple

from channels.errors import Refused, invalid
from channels.wire.envelope import Error, Moment, Offset, Topic

Data = TypeVar("Data")
Key = TypeVar("Key", bound=Struct)

CursorText = Annotated[
    str,
    Meta(min_length=1, max_length=200, description="Where to go on: `pagination.cursor` of the page before."),
]


class AnswerMeta(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When the server answered, which request this was, and what a command caused."""

    timestamp: Annotated[Moment, Meta(description="The server's time.")]
    request_id: Annotated[str, Meta(description="Names the request in the server's logs.")]
    positions: Annotated[
        dict[Topic, Offset],
        Meta(description="For a command, the offset of its last event in each topic; for a log, its head."),
    ] = {}
    repeated: Annotated[bool, Meta(description="The key was known: this is the first answer again.")] = False
    epoch: Annotated[str, Meta(description="For a log: the history that offsets count in.")] = ""


class Success(Struct, Generic[Data], frozen=True, kw_only=True):
    """A good answer; each operation names its own, so that generated clients get a plain name."""

    success: Literal[True] = True
    data: Data
    meta: AnswerMeta


class Pagination(Struct, frozen=True, kw_only=True):
    """Where a list goes on: while `has_more`, `cursor` is what the next request gives back. `total` where it is cheap."""

    cursor: str | None
    has_more: bool
    total: int | UnsetType = UNSET


class Page(Struct, Generic[Data], frozen=True, kw_only=True):
    """A good answer that is one page of a list."""

    success: Literal[True] = True
    data: tuple[Data, ...]
    pagination: Pagination
    meta: AnswerMeta


class Failure(Struct, frozen=True, kw_only=True):
    """A request that was not done: an error of the catalogue."""

    success: Literal[False] = False
    error: Error
    meta: AnswerMeta


def write_cursor(key: Struct) -> str:
    """Return a list's sort key as the opaque text that clients give back."""
    return urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def read_cursor(text: str, key: type[Key]) -> Key:
    """Return the sort key in a cursor. Raises Refused when the text is no cursor of this list."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        found = msgspec.json.decode(raw, type=key)
        for part in astuple(found):
            if isinstance(part, datetime):
                part.astimezone(UTC)  # which fails for what lies within the calendar in its own zone only
    except (binascii.Error, ValueError, OverflowError):
        raise Refused(invalid("cursor", "is not a cursor of this list; leave it out to begin anew")) from None
    return found
