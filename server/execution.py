"""What runs a command: the capability that a noun registers, and who may give it."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from msgspec import Raw, Struct

from channels.decision import Decision, Moment
from channels.errors import Refusal
from channels.wire.envelope import Command, Error, Offset, Topic, UserId
from storage.commands import Claim, Claimed
from storage.postgres import Link
from storage.records import Append, PersonRecord

GivenCommand = TypeVar("GivenCommand", bound=Command)
State = TypeVar("State")
Saved = TypeVar("Saved")


class Giver(StrEnum):
    """Who gives a command."""

    PERSON = "person"
    TIMER = "timer"
    ADMIN = "admin"
    SERVER = "server"


class Actor(Struct, frozen=True, kw_only=True):
    """On whose behalf a command runs. A person's actor has the family of their sign-in."""

    user_id: UserId
    giver: Giver = Giver.PERSON
    family_id: UUID | None = None


class Due(Struct, frozen=True, kw_only=True):
    """The timer that gives a command."""

    cause: str
    version: int


class Capability(Struct, Generic[GivenCommand, State, Saved], frozen=True, kw_only=True):
    """One command type and what it takes to run it.

    `load` claims and reads in one round trip, `decide` is pure, `save` saves one record or more, commits in
    one round trip and returns the events' offsets; without records the command is committed without it.
    """

    command: type[GivenCommand]
    load: Callable[[Link, Claim, GivenCommand], Awaitable[tuple[Claimed, State]]]
    decide: Callable[[PersonRecord, State, GivenCommand, Moment], Decision[Saved] | Refusal]
    save: Callable[[Link, tuple[Saved, ...], Append], Awaitable[list[int]]]
    givers: frozenset[Giver] = frozenset({Giver.PERSON})


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a command, as it is kept under its key: data or an error."""

    data: Raw | None = None
    error: Error | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a command for the one who gave it. `status` is the HTTP status of its error."""

    answer: Answer
    refusal: Refusal | None = None
    positions: dict[Topic, Offset] = {}
    repeated: bool = False


class Publication(Struct, frozen=True):
    """An event that was committed: its topic, its offset, and the JSON that lacks the offset."""

    topic: Topic
    offset: Offset
    body: bytes
