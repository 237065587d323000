"""The wire of the suite's own noun, for the product has no topic that many share yet: a note is added to `notes:{name}`.

`register` comes before anything is imported that reads the registry, such as the codec and the schema.
"""

import importlib
import sys
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from channels.wire import registry
from channels.wire.envelope import WITHOUT_NUL, Command, Event, State, TopicName


class Note(Struct, frozen=True, kw_only=True):
    """One note, as facts."""

    note_id: UUID
    text: str


class NoteReply(Struct, frozen=True, kw_only=True):
    """Which note it became: a reply is kept under its key, and has to be short."""

    note_id: UUID


class NoteData(Struct, frozen=True, kw_only=True):
    """The note that was added."""

    note: Note


class NoteAddData(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to add what."""

    topic: TopicName
    text: Annotated[str, Meta(max_length=4000, pattern=WITHOUT_NUL)]


class NoteAdd(Command, frozen=True, kw_only=True, tag="note:add"):
    """Add a note."""

    reply: ClassVar[type[Struct]] = NoteReply
    data: NoteAddData


class NoteAdded(Event, frozen=True, kw_only=True, tag="note:added"):
    """A note was added."""

    data: NoteData


class NotesSnapshot(Struct, frozen=True, kw_only=True):
    """How many notes there are, and what the newest says."""

    count: int
    newest: str


class PulseData(Struct, frozen=True, kw_only=True):
    """When it was sent, in monotonic seconds of this machine."""

    sent_at: float


class NotePulse(State, frozen=True, kw_only=True, tag="note:pulse"):
    """Something that changes far more often than anybody can read."""

    data: PulseData


def register() -> None:
    """Make the wire and then the house know the noun."""
    assert "channels.wire.codec" not in sys.modules, "the codec is made from the registry when it is imported"
    wire: Any = registry
    wire.ClientMessage |= NoteAdd
    wire.LogEvent |= NoteAdded
    wire.LiveState |= NotePulse
    wire.ServerMessage |= NoteAdded | NotePulse
    wire.EVENT_TYPES += (NoteAdded,)
    wire.STATE_TYPES += (NotePulse,)
    wire.SNAPSHOT_TYPES += (NotesSnapshot,)
    wire.CLIENT_COMMAND_TYPES += (NoteAdd,)
    wire.COMMAND_TYPES += (NoteAdd,)
    importlib.import_module("tests.faults.noun").register()
