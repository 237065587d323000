"""What a decision is: a value that says what shall change, or a refusal that changes nothing.

Decisions are made by plain functions: (state, command, moment) -> Decision | Refusal. They never await, read a clock
or draw a random number: the time and a new id come in with the moment.
"""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from channels.wire.envelope import Command, Event

Record = TypeVar("Record")


class Moment(Struct, frozen=True, kw_only=True):
    """When a command is decided, and an id that it may give to what it makes.

    `now` is the person's time under the lock of what the command changes; `at` is when the person did it, equal to
    `now` unless the command waited in a queue or a timer was late.
    """

    now: datetime
    at: datetime
    new_id: UUID


class Deadline(Struct, frozen=True, kw_only=True):
    """The next thing that a cause has to do by itself: give `command` at `due`, in the person's time.

    A cause has one deadline at most; one without a command clears it.
    """

    cause: str
    due: datetime | None = None
    command: Command | None = None


class Decision(Struct, Generic[Record], frozen=True, kw_only=True):
    """Everything that one command changes: the records to save, the events to append, the deadlines to set.

    `data` is what the reply carries. A decision without records, events and deadlines only answers.
    """

    data: Struct
    saves: tuple[Record, ...] = ()
    events: tuple[Event, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
