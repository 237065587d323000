"""The frames that every message on the socket is made of.

Each concrete message is one tagged struct: its tag is the wire's `type`, and what it carries is its `data`. Messages
from a client refuse unknown fields, so that a misspelt optional field is an error and not a silence; readers of what
the server sends ignore fields that they do not know, so that an old client survives a new server.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, NewType
from uuid import UUID

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

UserId = NewType("UserId", UUID)
Topic = NewType("Topic", str)
Offset = NewType("Offset", int)
Epoch = NewType("Epoch", str)
Position = tuple[Epoch, Offset]
"""How far a reader is in one topic: (epoch, offset of the last event seen; 0 before the first)."""

MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 8259, section 6)."""

WITHOUT_NUL = r"^[^\x00]*$"
"""The pattern of texts that are stored: PostgreSQL keeps every character but this one."""

CommandNumber = Annotated[int, Meta(ge=1, le=MAX_INTEGER, description="Rises strictly on a connection.")]
Moment = Annotated[datetime, Meta(tz=True)]
"""An RFC 3339 moment with its zone; the server always writes UTC."""
TopicName = Annotated[str, Meta(min_length=1, max_length=200)]


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """The data of a message that carries none."""


class Command(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"
):
    """A request that is answered by one reply; subclasses add `data`.

    `id` pairs the reply on one connection, `key` makes a retry harmless, `at` is when the person did it (server time),
    for commands that waited in an offline queue. `reply` names the struct of the reply's data, `back_seconds` says how
    far back `at` may lie; a command that goes no way back is sent without `at`.
    """

    reply: ClassVar[type[Struct]] = Nothing
    back_seconds: ClassVar[int] = 0

    id: CommandNumber
    key: UUID | None = None
    at: Moment | None = None


class Signal(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"
):
    """A message from a client that has no reply; subclasses add `data`."""

    topic: TopicName | None = None


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """A fact in a topic's log; subclasses add `data`.

    Before it is appended an event has no offset and its encoding leaves that field out: these bytes are what the log
    stores, and `codec.published` puts the offset in front of them.
    """

    topic: Topic
    offset: Offset = Offset(0)
    at: Moment


class State(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """The newest value of something that changes often; readers keep the highest version per (topic, type, of)."""

    topic: Topic
    of: str = ""
    version: int


class Notice(Struct, frozen=True, kw_only=True, tag_field="type"):
    """A message about the connection itself; subclasses add `data`."""


class Detail(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong with one field, and how to mend it; `value` is what stands in the way, where that helps."""

    field: str
    message: str
    value: Any = UNSET


class Error(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error of the catalogue as a client sees it. `temporary`: the same command may succeed later."""

    code: str
    message: str
    details: tuple[Detail, ...] = ()
    temporary: bool = False
    retry_after_seconds: int | UnsetType = UNSET
    now: Moment | UnsetType = UNSET


class Reply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The one answer to a command: data or an error, the positions of what it caused, whether it is a repetition."""

    re: int
    data: Raw | UnsetType = UNSET
    error: Error | UnsetType = UNSET
    positions: dict[Topic, Offset] = {}
    repeated: bool = False
