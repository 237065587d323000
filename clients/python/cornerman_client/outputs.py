"""What a session asks its shell to do."""

from typing import Any, Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from cornerman_client.errors import CommandRefused, Ended, FollowRefused, ReplyUnreadable
from cornerman_client.frames import Event, State
from cornerman_client.topics import AnySnapshot

Data_co = TypeVar("Data_co", bound=Struct, covariant=True)


class Reply(Struct, Generic[Data_co], frozen=True, kw_only=True):
    """A command was done. `positions` name the events that it caused; they may come before or after the reply.

    `repeated`: the server had answered this key before, and gave the same answer again.
    """

    data: Data_co
    positions: dict[str, int] = {}
    repeated: bool = False


Outcome = Reply[Any] | CommandRefused | ReplyUnreadable
"""What a command comes to in the end."""


class Send(Struct, frozen=True):
    """Send this frame."""

    frame: bytes


class Deliver(Struct, frozen=True):
    """Hand this out to the app."""

    message: AnySnapshot | Event | State


class Answered(Struct, frozen=True):
    """The command under this key has its final answer."""

    key: UUID
    answer: Outcome


class Followed(Struct, frozen=True):
    """The topic is followed; or it is refused, and followed no more."""

    topic: str
    refused: FollowRefused | None = None


class Renew(Struct, frozen=True):
    """Get a newer access token, then tell `renewed` or `not_renewed`."""


class Hang(Struct, frozen=True):
    """Close the socket, then tell `closed`."""

    reason: str


class Return(Struct, frozen=True):
    """Connect again after so many seconds, with a newer access token when `renew` says so."""

    after_seconds: float
    renew: bool


class End(Struct, frozen=True):
    """Do not come back."""

    ended: Ended


Output = Send | Deliver | Answered | Followed | Renew | Hang | Return | End
