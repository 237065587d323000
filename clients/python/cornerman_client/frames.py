"""What every message is made of, for the generated `types`."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar

from msgspec import Struct

Data_co = TypeVar("Data_co", bound=Struct, covariant=True)
"""What a good reply carries."""


class OpenEnum(StrEnum):
    """An enum that keeps a value it does not know, as a member without a name here: a newer server may know more."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member


class Command(Struct, Generic[Data_co], frozen=True, kw_only=True, omit_defaults=True):
    """A request with one reply, whose data is a `Data_co`. Its fields are what the wire calls `data`.

    `back_seconds` says how long after it was done the server still takes it as done then; a command that goes no way
    back counts as done when it arrives.
    """

    wire_type: ClassVar[str]
    reply_type: ClassVar[type[Struct]]
    back_seconds: ClassVar[int] = 0


class Signal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message without a reply. Its fields are what the wire calls `data`."""

    wire_type: ClassVar[str]


class Event(Struct, frozen=True, kw_only=True):
    """A fact in a topic's log: durable, in order, once."""

    topic: str
    offset: int
    at: datetime


class UnknownEvent(Event, frozen=True, kw_only=True):
    """An event of a type, or with contents, that this version of the client does not know."""

    type: str
    data: Any = None


class State(Struct, frozen=True, kw_only=True):
    """The newest value of something that changes often; never replayed."""

    topic: str
    of: str = ""
    version: int


class Notice(Struct, frozen=True, kw_only=True):
    """A message about the connection itself."""
